"""What rules would have raised over history, and what a change of them adds and removes.

Old and new rules read the same documents and share one memory of incidents, so that the same incident has the
same id under both; an alert is added where only the new rules raise it and removed where only the old ones
do. Time is the articles' own: an article "comes" when it was published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from alerts.messages import Alert
from alerts.raising import Raiser
from alerts.rules import RuleSet
from alerts.stores import MemoryStore
from processors.messages import EnrichedDocument

_EXAMPLES = 5
_CHANGES_KEPT = 1000


@dataclass(slots=True)
class RuleBacktest:
    """One rule over the documents."""

    rule: str
    alerts: int = 0
    updates: int = 0  # later revisions
    per_day: Counter[date] = field(default_factory=Counter)  # alerts by the day they would have come
    examples: list[Alert] = field(default_factory=list)
    added: list[Alert] = field(default_factory=list)  # the old rules did not raise them
    removed: list[Alert] = field(default_factory=list)  # only the old rules did


@dataclass(slots=True)
class Backtest:
    """All rules over the documents."""

    documents: int = 0
    first: datetime | None = None
    last: datetime | None = None
    rules: dict[str, RuleBacktest] = field(default_factory=dict)

    @property
    def days(self) -> float:
        """Length of the history in days, at least one."""
        if self.first is None or self.last is None:
            return 1.0
        return max(1.0, (self.last - self.first).total_seconds() / 86400)

    def per_day(self, rule: str) -> float:
        """Alerts per day of one rule."""
        found = self.rules.get(rule)
        return 0.0 if found is None else found.alerts / self.days


class BacktestRun:
    """A back-test that is fed document by document (in order of publication) and read at any time."""

    def __init__(self, rules: RuleSet, current: RuleSet | None = None) -> None:
        self._rules = rules
        self._current = current
        self._store = MemoryStore()
        self._raiser = Raiser(rules, self._store)
        self._old_store = MemoryStore(shared=self._store)
        self._old = None if current is None else Raiser(current, self._old_store)
        self._raised: dict[str, Alert] = {}
        self._raised_before: dict[str, Alert] = {}
        self._result = Backtest(rules={rule.id: RuleBacktest(rule.id) for rule in rules.rules})

    def read(self, doc: EnrichedDocument) -> list[Alert]:
        """Hold both sets of rules against one more document; returns what the new ones raise."""
        now = doc.effective or doc.published or doc.fetched or datetime.now(UTC)
        result = self._result
        result.documents += 1
        result.first = now if result.first is None else min(result.first, now)
        result.last = now if result.last is None else max(result.last, now)
        if self._old is not None and self._current is not None:
            for item in self._old.document(doc, self._current.evaluate(doc, now), now):
                self._raised_before.setdefault(item.alert.id, item.alert)
        raised = [item.alert for item in self._raiser.document(doc, self._rules.evaluate(doc, now), now)]
        raised += [item.alert for item in self._raiser.passed(now)]
        for alert in raised:
            self._count(alert, now)
        return raised

    def result(self) -> Backtest:
        """Everything so far, with what was added and removed."""
        for kept in self._result.rules.values():
            kept.added, kept.removed = [], []
        if self._old is not None:
            self._compare(self._raised, self._raised_before, "added")
            self._compare(self._raised_before, self._raised, "removed")
        return self._result

    def _count(self, alert: Alert, now: datetime) -> None:
        kept = self._result.rules[alert.rule]
        if alert.id in self._raised:
            kept.updates += 1
            return
        self._raised[alert.id] = alert
        kept.alerts += 1
        kept.per_day[now.astimezone(UTC).date()] += 1
        if len(kept.examples) < _EXAMPLES:
            kept.examples.append(alert)

    def _compare(self, these: dict[str, Alert], those: dict[str, Alert], what: str) -> None:
        for id_, alert in these.items():
            if id_ in those:
                continue
            kept = self._result.rules.setdefault(alert.rule, RuleBacktest(alert.rule))
            into: list[Alert] = getattr(kept, what)
            if len(into) < _CHANGES_KEPT:
                into.append(alert)


def backtest(
    rules: RuleSet,
    documents: Iterable[EnrichedDocument],
    current: RuleSet | None = None,
    progress: Callable[[int], None] | None = None,
) -> Backtest:
    """Run ``rules`` (and ``current`` beside them) over ``documents``; ``progress`` hears the count read."""
    run = BacktestRun(rules, current)
    for number, doc in enumerate(documents, 1):
        run.read(doc)
        if progress is not None:
            progress(number)
    return run.result()
