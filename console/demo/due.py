"""What the demo's articles should lead to, and how what arrived differs from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import msgspec

from alerts.messages import Alert
from console.demo.articles import Article


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """One alert that must arrive."""

    name: str
    rule: str
    articles: tuple[Article, ...]

    @property
    def update(self) -> str | None:
        """What must change later on; None: nothing."""
        return next((article.update for article in self.articles if article.update), None)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How one due alert came out."""

    due: Due
    alerts: tuple[Alert, ...]  # every revision that arrived
    problem: str | None  # None: as it should be


def due_alerts(articles: Iterable[Article]) -> tuple[Due, ...]:
    """The alerts that the articles should raise."""
    groups: dict[tuple[str, str], list[Article]] = defaultdict(list)
    for article in articles:
        if article.alert and article.rule:
            groups[article.alert, article.rule].append(article)
    return tuple(
        Due(name=name, rule=rule, articles=tuple(members)) for (name, rule), members in groups.items()
    )


def compare(
    due: Sequence[Due], received: Sequence[Alert], url_of: Callable[[Article], str]
) -> tuple[list[Outcome], list[Alert]]:
    """An outcome for each due alert, and the alerts that nothing called for."""
    left = list(received)
    outcomes = []
    for one in due:
        urls = {url_of(article) for article in one.articles}
        mine = [alert for alert in left if alert.rule == one.rule and _about(alert, urls)]
        left = [alert for alert in left if alert not in mine]
        outcomes.append(Outcome(due=one, alerts=tuple(mine), problem=_problem(one, mine)))
    return outcomes, left


def _about(alert: Alert, urls: set[str]) -> bool:
    return any(item.url in urls for item in alert.evidence)


def _problem(due: Due, alerts: Sequence[Alert]) -> str | None:
    """What is wrong with the revisions that arrived for one due alert."""
    if not alerts:
        return "did not arrive"
    if len({alert.id for alert in alerts}) > 1:
        return f"arrived as {len({alert.id for alert in alerts})} different alerts"
    if len({alert.revision for alert in alerts}) != len(alerts):
        return "the same revision arrived twice"
    wanted = 2 if due.update else 1
    if len(alerts) != wanted:
        return f"{len(alerts)} messages instead of {wanted}"
    if due.update and due.update not in {change.kind for alert in alerts for change in alert.changes}:
        return f"no update about {due.update}"
    return None
