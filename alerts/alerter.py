"""The stage ``alerter``: enriched documents in; incidents, alerts, outbox rows and its input offsets out.

Each checkpoint is one transaction, so every alert enters the outbox exactly once on any broker. The topic
``alerts`` is fed from the table of revisions at every tick: claimed, so that one of several alerters does it,
published, and marked. A crash before the mark repeats a record (same id, same revision) once the claim has
run out; what was rolled back is never published.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine

from alerts.counting import longest_memory
from alerts.matches import Match
from alerts.messages import ALERTS, Alert
from alerts.operator_alerts import feed_alert
from alerts.outbox import enqueue
from alerts.raising import Raised, Raiser, has_follow_ups
from alerts.rules import RuleSet, compile_rules
from alerts.sql_store import KEEP_INCIDENTS, SqlStore, serialise
from config.models.root import Config
from ingest.health import Transition, acknowledge_transition, pending_transitions
from processors.messages import ENRICHED, EnrichedDocument
from streams import offsets as stage_offsets
from streams.broker import Broker, Offsets
from streams.codec import decode, encode
from streams.headers import REPLAY_ID
from streams.records import OutputRecord, Record, TopicPartition
from streams.state import reading, writing
from streams.worker import Worker

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

_LOOK_AT_FEEDS = timedelta(seconds=5)
_LOOK_AT_SILENCE = timedelta(seconds=10)
_PRUNE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Pending:
    """A document that leads, or may lead, to something."""

    doc: EnrichedDocument
    matches: tuple[Match, ...]
    backfill: str | None  # replay that wrote the record


class AlerterStage:
    """See the module. ``clock`` gives the present, aware."""

    name = "alerter"
    inputs: tuple[str, ...] = (ENRICHED,)

    def __init__(self, config: Config, rules: RuleSet, engine: Engine, clock: Clock) -> None:
        self._config = config
        self._rules = rules
        self._engine = engine
        self._clock = clock
        self._group = config.topic(self.name)
        self._id = uuid.uuid4().hex  # claims what is to be published
        self._expected: dict[TopicPartition, int] = {}
        self._pending: list[_Pending] = []
        self._publishing: list[Alert] = []
        self._transitions: list[Transition] = []
        self._silence_due = False
        self._next: dict[str, datetime] = {}

    def process(self, record: Record) -> Sequence[OutputRecord]:
        """Hold the rules against one document; what follows is worked out at the checkpoint."""
        doc = decode(record.value, EnrichedDocument)
        now = self._clock()
        replay = record.header(REPLAY_ID)
        if replay is not None:  # history is judged as of its own time: old is not stale there
            now = doc.effective or doc.published or now
        matches = self._rules.evaluate(doc, now)
        if matches or has_follow_ups(doc, now):
            backfill = None if replay is None else replay.decode("utf-8", "replace")
            self._pending.append(_Pending(doc, matches, backfill))
        return ()

    def restore(self, partitions: Sequence[TopicPartition]) -> Offsets:
        """The offsets that were committed together with the alerts."""
        with reading(self._engine) as connection:
            found = stage_offsets.load(connection, self._group, partitions)
        for place in partitions:
            self._expected.pop(place, None)
        self._expected.update(found)
        return found

    def checkpoint(self, offsets: Offsets) -> None:
        """Join, raise, enqueue and store the offsets: all of it or nothing."""
        if not (offsets or self._pending or self._publishing or self._transitions or self._silence_due):
            return
        now = self._clock()
        with writing(self._engine) as connection:
            stage_offsets.advance(connection, self._group, self._expected, offsets)
            self._write(connection, now)
        self._expected.update(offsets)
        self.discard()

    def discard(self) -> None:
        """See Stateful."""
        self._pending = []
        self._publishing = []
        self._transitions = []
        self._silence_due = False

    def tick(self) -> Sequence[OutputRecord]:
        """Publish what was raised; look at feeds and silence rules from time to time."""
        now = self._clock()
        self._publishing = self._claim(now)
        if self._is_due("feeds", now, _LOOK_AT_FEEDS):
            self._transitions = pending_transitions(self._engine)
        if self._is_due("silence", now, _LOOK_AT_SILENCE):
            self._silence_due = any(rule.rule.silence is not None for rule in self._rules.rules)
        topic = self._config.topic(ALERTS)
        return [OutputRecord(topic, alert.id.encode(), encode(alert)) for alert in self._publishing]

    def close(self) -> None:
        """Nothing is held open."""

    def _claim(self, now: datetime) -> list[Alert]:
        """What this alerter is to publish."""
        with reading(self._engine) as connection:
            if not SqlStore(connection).has_unpublished():
                return []
        with writing(self._engine) as connection:
            return SqlStore(connection).claim_unpublished(self._id, now)

    def _write(self, connection: Connection, now: datetime) -> None:
        store = SqlStore(connection)
        store.mark_published(self._publishing)
        if not (self._pending or self._transitions or self._silence_due):
            return
        serialise(connection)
        live = Raiser(self._rules, store)
        for pending in self._pending:
            raiser = live
            if pending.backfill is not None:
                raiser = Raiser(self._rules, store, backfill=pending.backfill)
            self._hand_over(connection, raiser.document(pending.doc, pending.matches, now), now)
        if self._silence_due:
            self._hand_over(connection, live.passed(now), now)
        for transition in self._transitions:
            alert = feed_alert(transition, store, now)
            if alert is not None:
                self._hand_over(connection, [Raised(alert, send=True)], now)
        if self._transitions:
            acknowledge_transition(connection, [transition.id for transition in self._transitions])
        if self._is_due("prune", now, _PRUNE):
            self._prune(store, now)

    def _hand_over(self, connection: Connection, raised: Sequence[Raised], now: datetime) -> None:
        hand_over(connection, raised, now)
        for item in raised:
            log.info("alert %s revision %d: %s", item.alert.id, item.alert.revision, item.alert.headline)

    def _prune(self, store: SqlStore, now: datetime) -> None:
        hits = {
            rule.id: now - 2 * longest_memory(rule) - timedelta(days=7)
            for rule in self._rules.rules
            if longest_memory(rule)
        }
        store.prune(now - KEEP_INCIDENTS, hits)

    def _is_due(self, what: str, now: datetime, every: timedelta) -> bool:
        due = self._next.get(what)
        if due is not None and due - every <= now < due:
            return False
        self._next[what] = now + every
        return True


def hand_over(connection: Connection, raised: Sequence[Raised], now: datetime) -> None:
    """Keep the revisions for the topic, and hand to delivery what is to be sent."""
    store = SqlStore(connection)
    for item in raised:
        store.add_revision(item.alert, now)
        if item.send:
            enqueue(connection, item.alert, now)


def build(config: Config, broker: Broker, engine: Engine) -> Worker:
    """The alerter as a worker. Raises ConfigError for rules that cannot be compiled."""
    stage = AlerterStage(config, compile_rules(config), engine, lambda: datetime.now(UTC))
    return Worker(stage, broker, config)
