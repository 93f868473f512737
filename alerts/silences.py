"""Silences, from files and by command: while one holds, matching alerts are recorded but not told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, insert, select, update

from alerts.outbox_tables import from_ms, silences, to_ms
from alerts.routing_labels import Labels, Matcher, all_hold, compile_matchers
from config.errors import UsageError
from config.models.channels import ChannelsFile
from streams.state import reading, writing


@dataclass(frozen=True, slots=True)
class Silence:
    """One silence. ``source`` is 'file' or 'command'."""

    id: str
    match: Mapping[str, tuple[str, ...]]
    starts: datetime | None  # None: since ever
    ends: datetime
    reason: str
    by: str
    source: str
    matchers: tuple[Matcher, ...]

    def is_active(self, now: datetime) -> bool:
        """Whether it holds at ``now``; the end itself is outside."""
        return (self.starts is None or self.starts <= now) and now < self.ends

    def describe(self) -> str:
        """One line for people."""
        return f"silenced by {self.by} until {_utc(self.ends):%Y-%m-%d %H:%M} UTC: {self.reason} ({self.id})"


def silencing(labels: Labels, candidates: Iterable[Silence], now: datetime) -> Silence | None:
    """The first silence that holds for these labels at ``now``."""
    for silence in candidates:
        if silence.is_active(now) and all_hold(silence.matchers, labels):
            return silence
    return None


def from_files(channels: ChannelsFile) -> tuple[Silence, ...]:
    """Those written in channels.yaml; their ids count them: file-0, file-1, ..."""
    return tuple(
        Silence(
            id=f"file-{index}",
            match=rule.match,
            starts=_utc(rule.from_) if rule.from_ else None,
            ends=_utc(rule.until),
            reason=rule.reason,
            by=rule.by,
            source="file",
            matchers=compile_matchers(rule.match, f"silences[{index}].match"),
        )
        for index, rule in enumerate(channels.silences)
    )


def from_state(connection: Connection, now: datetime | None = None) -> tuple[Silence, ...]:
    """Those made by command, the newest first; with ``now`` only those that have not ended."""
    query = select(silences).order_by(silences.c.created_at.desc(), silences.c.id)
    if now is not None:
        query = query.where(silences.c.ends_at > to_ms(now), silences.c.expired_at.is_(None))
    return tuple(_read(dict(row._mapping)) for row in connection.execute(query))


def add(
    engine: Engine,
    match: Mapping[str, Sequence[str]],
    *,
    until: datetime,
    reason: str,
    by: str,
    now: datetime,
    starts: datetime | None = None,
) -> Silence:
    """Make a silence. Raises UsageError for one that could never hold, or would hold for everything."""
    if not match:
        raise UsageError("a silence needs at least one matcher, for example region=idlib")
    begin = starts or now
    if until <= max(begin, now):
        raise UsageError(f"the silence would end ({until:%Y-%m-%d %H:%M}) before it starts; give a later end")
    compile_matchers(match, "match")
    values = {
        "id": uuid4().hex[:12],
        "matchers": json.dumps({label: list(values) for label, values in match.items()}, sort_keys=True),
        "starts_at": to_ms(begin),
        "ends_at": to_ms(until),
        "reason": reason,
        "made_by": by,
        "created_at": to_ms(now),
        "expired_at": None,
    }
    with writing(engine) as connection:
        connection.execute(insert(silences).values(values))
    return _read(values)


def expire(engine: Engine, silence_id: str, now: datetime) -> None:
    """End a silence at once. Raises UsageError where there is none with that id, or it stands in a file."""
    if silence_id.startswith("file-"):
        raise UsageError(f"silence {silence_id} stands in channels.yaml; take it out there")
    ended = (
        update(silences)
        .where(silences.c.id == silence_id, silences.c.expired_at.is_(None))
        .values(expired_at=to_ms(now), ends_at=to_ms(now))
    )
    with writing(engine) as connection:
        if connection.execute(ended).rowcount == 0:
            raise UsageError(f"no running silence {silence_id}; see: tocsin alerts silences")


def list_all(engine: Engine, channels: ChannelsFile, now: datetime | None = None) -> tuple[Silence, ...]:
    """Silences of both sources; with ``now`` only those that have not ended."""
    with reading(engine) as connection:
        made = from_state(connection, now)
    written = from_files(channels)
    return tuple(s for s in written if now is None or now < s.ends) + made


def _read(row: Mapping[str, Any]) -> Silence:
    match = {str(k): tuple(v) for k, v in json.loads(str(row["matchers"])).items()}
    return Silence(
        id=str(row["id"]),
        match=match,
        starts=from_ms(int(str(row["starts_at"]))),
        ends=from_ms(int(str(row["ends_at"]))),
        reason=str(row["reason"]),
        by=str(row["made_by"]),
        source="command",
        matchers=compile_matchers(match, f"silence {row['id']}"),
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
