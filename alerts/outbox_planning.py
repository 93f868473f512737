"""Which due rows go now, together in which message, and which wait, for what reason. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.channels.base import Form
from alerts.messages import Alert
from alerts.outbox_tables import FAILED, PENDING, SUPPRESSED
from alerts.routing import Circumstances, Destination, Router, Verdict
from alerts.routing_labels import severity_rank
from alerts.routing_tree import Node
from config.models.base import format_duration
from config.models.channels import Channel, RateLimit

# Where channels.yaml sets no limit. Slack: about one message a second in a channel; people: far less.
DEFAULT_LIMITS: Mapping[str, RateLimit] = {
    "slack": RateLimit(count=50),
    "email": RateLimit(count=100),
    "apprise": RateLimit(count=30),
}


@dataclass(frozen=True, slots=True)
class DueRow:
    """An outbox row whose turn may have come, with its alert (the newest revision, for reminders)."""

    id: str
    alert: Alert
    kind: str
    severity: str
    group_key: str
    thread: str
    route: str
    due: datetime
    told: datetime | None = None  # when this target last heard of this alert


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What is known about a target when it is planned."""

    channel: str
    target: str
    busy: frozenset[str] = frozenset()  # threads with an unfinished message
    recent: tuple[datetime, ...] = ()  # when the messages within the rate limit's window were made
    flushed: Mapping[str, datetime] = field(default_factory=dict)  # group key to its last message


@dataclass(frozen=True, slots=True)
class Change:
    """A row that does not go now: its state, why, and when to ask again."""

    row: str
    state: str
    why: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of one message."""

    rows: tuple[DueRow, ...]
    form: Form

    @property
    def id(self) -> str:
        """Made of its rows: planning the same rows twice gives the same message."""
        joined = "|".join(sorted(row.id for row in self.rows))
        return hashlib.sha256(joined.encode()).hexdigest()[:32]

    @property
    def thread(self) -> str | None:
        """The incident, where the message is about one only."""
        threads = {row.thread for row in self.rows}
        return threads.pop() if len(threads) == 1 and self.form == "single" else None

    @property
    def rank(self) -> int:
        """Severity of the gravest row."""
        return max(severity_rank(row.severity) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write for one target."""

    changes: tuple[Change, ...]
    batches: tuple[Batch, ...]


def plan_target(
    rows: Sequence[DueRow], facts: TargetFacts, router: Router, around: Circumstances, now: datetime
) -> Plan:
    """Decide for all waiting rows of one target."""
    settings = router.channels.get(facts.channel)
    if settings is None:
        why = f'channel "{facts.channel}" is not configured any more'
        return Plan(tuple(Change(row.id, FAILED, why) for row in rows), ())
    changes: list[Change] = []
    going: list[DueRow] = []
    for row in rows:
        verdict = _row_verdict(row, facts, router, around, now)
        if verdict.action == "send":
            going.append(row)
        else:
            state = SUPPRESSED if verdict.action == "suppress" else PENDING
            changes.append(Change(row.id, state, verdict.why, verdict.until))
    batches, waiting = _batches(going, facts, router, settings, now)
    sent, limited = _limit(batches, settings, facts, now)
    return Plan((*changes, *waiting, *limited), tuple(sent))


def rate_limit_of(settings: Channel) -> RateLimit | None:
    """The limit as configured, else the default of the type."""
    return settings.rate_limit or DEFAULT_LIMITS.get(settings.type)


def _row_verdict(
    row: DueRow, facts: TargetFacts, router: Router, around: Circumstances, now: datetime
) -> Verdict:
    node = router.node(row.route)
    if row.kind != "alert":
        verdict = _follow_up(row, node, around, now)
        if verdict:
            return verdict
    return router.verdict(row.alert, Destination(facts.channel, facts.target, node), around, now)


def _follow_up(row: DueRow, node: Node, around: Circumstances, now: datetime) -> Verdict | None:
    """Reminders and escalations end with an acknowledgement; reminders also with time."""
    if row.alert.id in around.acknowledged:
        return Verdict("suppress", f"acknowledged by {around.acknowledged[row.alert.id]}")
    if row.alert.status == "denied":
        return Verdict("suppress", "the report was denied")
    if row.kind == "escalation":
        return None
    if not node.repeat_interval:
        return Verdict("suppress", "the route has no repeat_interval any more")
    if now > row.alert.updated + node.repeat_for:
        return Verdict("suppress", f"reminders end {format_duration(node.repeat_for)} after the last change")
    if row.told and now < row.told + node.repeat_interval:
        return Verdict("wait", "told since", row.told + node.repeat_interval)
    return None


def _batches(
    rows: Iterable[DueRow], facts: TargetFacts, router: Router, settings: Channel, now: datetime
) -> tuple[list[Batch], list[Change]]:
    if settings.digest:
        due = tuple(row for row in rows if row.due <= now)
        return ([Batch(due, "digest")] if due else []), []
    groups: dict[str, list[DueRow]] = {}
    for row in rows:
        groups.setdefault(row.group_key, []).append(row)
    batches: list[Batch] = []
    waiting: list[Change] = []
    taken = set(facts.busy)
    for key, members in groups.items():
        until = _interval_end(key, members, facts, router, now)
        if until:
            waiting += [Change(row.id, PENDING, "group_interval", until) for row in members]
            continue
        # One unfinished message a thread: replies keep their order, and changes during an outage join.
        free = tuple(row for row in members if row.thread not in taken)
        if free:
            batch = Batch(free, "single" if len({row.alert.id for row in free}) == 1 else "group")
            taken.add(batch.thread or "")
            batches.append(batch)
    return batches, waiting


def _interval_end(
    key: str, members: list[DueRow], facts: TargetFacts, router: Router, now: datetime
) -> datetime | None:
    interval = router.node(members[0].route).group_interval
    last = facts.flushed.get(key)
    if not interval or last is None or not last <= now < last + interval:
        return None
    return last + interval


def _limit(
    batches: list[Batch], settings: Channel, facts: TargetFacts, now: datetime
) -> tuple[list[Batch], list[Change]]:
    """At most ``count`` messages in ``per``: the gravest singly, everything else in one summary."""
    limit = rate_limit_of(settings)
    if limit is None or not batches:
        return batches, []
    allowed = limit.count - len(facts.recent)
    if len(batches) <= allowed:
        return batches, []
    if allowed <= 0:
        until = _freed(facts.recent, limit, now)
        why = f"rate limit of {limit.count} in {format_duration(limit.per)}: waits for the summary"
        return [], [Change(row.id, PENDING, why, until) for batch in batches for row in batch.rows]
    ordered = sorted(batches, key=lambda batch: -batch.rank)
    rest = tuple(row for batch in ordered[allowed - 1 :] for row in batch.rows)
    return [*ordered[: allowed - 1], Batch(rest, "summary")], []


def _freed(recent: tuple[datetime, ...], limit: RateLimit, now: datetime) -> datetime:
    """When the window next has room."""
    blocking = sorted(recent)[-limit.count]
    return max(blocking + limit.per, now + timedelta(milliseconds=1))
