"""Rules over history: a dry run that says what would have fired, or one that writes what was missed.

Time is the articles' own. What a run writes is marked as backfilled and goes to delivery only when asked; ids
are those of the live stream, so that nothing is alerted twice, and writing twice writes once.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from alerts.alerter import hand_over
from alerts.messages import Alert
from alerts.raising import Raised, Raiser, has_follow_ups
from alerts.rules import RuleSet
from alerts.sql_store import SqlStore, serialise
from alerts.stores import MemoryStore
from alerts.tables import alerts as alerts_table
from alerts.tables import incident_reports
from config.errors import MalformedRecord
from config.models.root import Config
from processors.messages import ENRICHED, EnrichedDocument
from streams import replay as history
from streams.broker import Broker
from streams.codec import decode
from streams.records import Record
from streams.state import reading, writing

_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What to replay. Times are aware; articles published in [since, until)."""

    replay_id: str
    since: datetime | None = None
    until: datetime | None = None
    execute: bool = False  # write alerts; otherwise only report
    notify: bool = False  # and send them
    rate: float | None = None  # documents a second at most
    plan: Path | None = None  # where the frozen ends are kept, so that a run can be resumed


@dataclass(slots=True)
class Replayed:
    """What came of it."""

    replay_id: str
    documents: int = 0  # in the stretch of time
    malformed: int = 0
    finished: bool = False
    new: dict[str, int] = field(default_factory=dict)  # by rule: alerts that did not exist
    known: dict[str, int] = field(default_factory=dict)  # by rule: alerts that existed
    updates: int = 0  # later revisions
    examples: list[Alert] = field(default_factory=list)  # of new alerts


def replay_enriched(
    broker: Broker,
    config: Config,
    rules: RuleSet,
    engine: Engine,
    asked: Asked,
    *,
    progress: history.Progress | None = None,
    stop: threading.Event | None = None,
) -> Replayed:
    """Hold ``rules`` against the enriched documents of a stretch of time.

    The group is ``<topic>.replay.<id>``; the ends are frozen at the start. A dry run touches nothing and
    reads all of it each time; an executing one goes on where it was stopped.
    """
    since_ms = None if asked.since is None else round(asked.since.timestamp() * 1000)
    fixed = history.plan(broker, config.topic(ENRICHED), asked.replay_id, since_ms)
    if asked.plan is not None and asked.execute:
        fixed = history.keep(asked.plan, fixed)
    run = _Executing(rules, engine, asked) if asked.execute else _Trying(rules, engine, asked)
    run.result.finished = history.run(
        broker,
        fixed,
        run.handle,
        resumable=asked.execute,
        rate=asked.rate,
        progress=progress,
        stop=stop,
    )
    return run.result


class _Run:
    """What both ways share."""

    def __init__(self, rules: RuleSet, engine: Engine, asked: Asked) -> None:
        self.result = Replayed(asked.replay_id)
        self._rules = rules
        self._engine = engine
        self._asked = asked

    def _documents(self, records: Sequence[Record]) -> list[tuple[EnrichedDocument, datetime]]:
        """Documents of the stretch with the moment that stands for the present."""
        found = []
        for record in records:
            try:
                doc = decode(record.value, EnrichedDocument)
            except MalformedRecord:
                self.result.malformed += 1
                continue
            now = doc.effective or doc.published or datetime.fromtimestamp(record.timestamp / 1000, UTC)
            if self._covers(now):
                found.append((doc, now))
        self.result.documents += len(found)
        return found

    def _covers(self, moment: datetime) -> bool:
        since, until = self._asked.since, self._asked.until
        return (since is None or moment >= since) and (until is None or moment < until)

    def _count(self, raised: Sequence[Raised], known: frozenset[str]) -> None:
        for item in raised:
            alert = item.alert
            if alert.revision > 1:
                self.result.updates += 1
                continue
            counts = self.result.known if alert.id in known else self.result.new
            counts[alert.rule] = counts.get(alert.rule, 0) + 1
            if alert.id not in known and len(self.result.examples) < _EXAMPLES:
                self.result.examples.append(alert)


class _Trying(_Run):
    """A dry run: everything in memory."""

    def __init__(self, rules: RuleSet, engine: Engine, asked: Asked) -> None:
        super().__init__(rules, engine, asked)
        self._store = MemoryStore()
        self._raiser = Raiser(rules, self._store, backfill=asked.replay_id)

    def handle(self, records: Sequence[Record]) -> None:
        """One batch."""
        raised: list[Raised] = []
        for doc, now in self._documents(records):
            raised += self._raiser.document(doc, self._rules.evaluate(doc, now), now)
            raised += self._raiser.passed(now)
        if raised:
            with reading(self._engine) as connection:
                known = _existing(connection, raised) | _told(connection, raised, self._store)
            self._count(raised, known)


class _Executing(_Run):
    """Writes what was missed, a transaction a batch."""

    def handle(self, records: Sequence[Record]) -> None:
        """One batch."""
        documents = [
            (doc, matches, now)
            for doc, now in self._documents(records)
            if (matches := self._rules.evaluate(doc, now)) or has_follow_ups(doc, now)
        ]
        if not documents:
            return
        with writing(self._engine) as connection:
            serialise(connection)
            raiser = Raiser(
                self._rules,
                SqlStore(connection),
                backfill=self._asked.replay_id,
                notify=self._asked.notify,
            )
            raised = [item for doc, matches, now in documents for item in raiser.document(doc, matches, now)]
            known = _existing(connection, [item for item in raised if item.alert.backfill is None])
            hand_over(connection, raised, datetime.now(UTC))
        self._count(raised, known)


def _existing(connection: Connection, raised: Sequence[Raised]) -> frozenset[str]:
    """Which of these alerts the state database has."""
    ids = sorted({item.alert.id for item in raised})
    found: set[str] = set()
    for first in range(0, len(ids), 500):
        query = sa.select(alerts_table.c.id).where(alerts_table.c.id.in_(ids[first : first + 500]))
        found.update(connection.scalars(query))
    return frozenset(found)


def _told(connection: Connection, raised: Sequence[Raised], store: MemoryStore) -> frozenset[str]:
    """Which of these alerts the state database has under another id.

    An incident's id comes from its first report, and a stretch of time may begin after it: the same incident
    is the one that any of the reports was joined to.
    """
    joined = incident_reports.join(alerts_table, alerts_table.c.incident == incident_reports.c.incident)
    found = set()
    for alert in {item.alert.id: item.alert for item in raised}.values():
        incident = store.incident(alert.incident)
        keys = [source.key for source in incident.sources] if incident is not None else []
        query = sa.select(alerts_table.c.id).select_from(joined).limit(1)
        query = query.where(
            incident_reports.c.key.in_(keys), alerts_table.c.rule == alert.rule, alerts_table.c.raised
        )
        if keys and connection.scalar(query) is not None:
            found.add(alert.id)
    return frozenset(found)
