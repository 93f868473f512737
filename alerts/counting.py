"""Rules that count or remember: frequency, spike, new, silence. All windows run on event time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from alerts.event_conditions import plain
from alerts.evidence import evidence
from alerts.headlines import place_text
from alerts.ids import digest
from alerts.incidents import Incident
from alerts.matches import Match
from alerts.messages import Alert
from alerts.reports import alert_place
from alerts.rule_compiler import CompiledRule
from alerts.stores import Hit, Store
from alerts.windows import crowded, spiking
from config.models.base import format_duration
from config.models.rules import Frequency, New, Spike
from processors.messages import Place
from processors.taxonomy import display_name

_SINCE = "since"
_LAST = "last"
_FIRED = "fired:"
_SEEN = "seen:"


@dataclass(frozen=True, slots=True)
class _Seen:
    """One more match of a counting rule."""

    rule: CompiledRule
    match: Match
    incident: Incident
    at: datetime  # event time
    since: datetime  # when the rule began to watch
    now: datetime


class Counting:
    """Holds counting rules against matches; what they remember is in the store."""

    def __init__(self, store: Store, *, learn: bool = True) -> None:
        self._store = store
        self._learn = learn

    def matched(self, rule: CompiledRule, match: Match, incident: Incident, now: datetime) -> Iterator[Alert]:
        """Alerts that one more match leads to."""
        at = match.document.effective or match.document.published or now
        seen = _Seen(rule, match, incident, at, self._since(rule, at), now)
        if rule.rule.frequency is not None:
            yield from self._frequency(seen, rule.rule.frequency)
        elif rule.rule.spike is not None:
            yield from self._spike(seen, rule.rule.spike)
        elif rule.rule.new is not None:
            yield from self._new(seen, rule.rule.new)
        elif rule.rule.silence is not None:
            last = self._time(rule, _LAST)
            if last is None or at > last:
                self._note(rule, _LAST, at)

    def silent(self, rule: CompiledRule, now: datetime) -> Alert | None:
        """The alert of a silence rule for which nothing came for too long; one for each silence."""
        asked = rule.rule.silence
        assert asked is not None
        since = self._since(rule, now)
        last = self._time(rule, _LAST)
        known = max(since, last) if last is not None else since
        if now - known < asked.for_:
            return None
        said = f"nothing since {known:%Y-%m-%d %H:%M} UTC" if last else "nothing yet"
        name = rule.rule.name or rule.id
        return Alert(
            id=digest("silence", rule.id, known.isoformat()),
            rule=rule.id,
            rule_name=rule.rule.name,
            kind="silence",
            severity=rule.rule.severity,
            incident=digest("silence", rule.id),
            headline=f"Silence: {name}: {said} ({format_duration(asked.for_)} allowed)",
            labels=dict(rule.rule.labels),
            publishers=0,
            occurred=known + asked.for_,
            created=now,
            updated=now,
        )

    def _frequency(self, seen: _Seen, asked: Frequency) -> Iterator[Alert]:
        rule, at = seen.rule, seen.at
        ident = seen.incident.id if asked.of == "incidents" else seen.match.document.id
        for group in _groups(asked.group_by, seen.match, seen.incident):
            self._store.add_hit(rule.id, group, Hit(at, ident))
            hits = self._store.hits(rule.id, group, at - asked.within, at + asked.within)
            fired = self._time(rule, _FIRED + group)
            if fired is not None:
                hits = [hit for hit in hits if hit.at > fired]
            run = crowded(hits, asked.count, asked.within)
            if run is not None:
                self._note(rule, _FIRED + group, run[-1].at)
                said = f"{len(run)} {asked.of} within {format_duration(asked.within)}"
                yield _alert(seen, "frequency", group, run[0], said)

    def _spike(self, seen: _Seen, asked: Spike) -> Iterator[Alert]:
        rule, at = seen.rule, seen.at
        self._store.add_hit(rule.id, "", Hit(at, seen.incident.id))
        hits = self._store.hits(rule.id, "", at - asked.window - asked.baseline, at)
        found = spiking(hits, at, seen.since, asked)
        fired = self._time(rule, _FIRED)
        if not found.fires or (fired is not None and abs(at - fired) < asked.window):
            return
        self._note(rule, _FIRED, at)
        said = f"{found.count} in {format_duration(asked.window)}, {found.expected:.1f} expected"
        first = next(hit for hit in hits if hit.at > at - asked.window)
        yield _alert(seen, "spike", "", first, said)

    def _new(self, seen: _Seen, asked: New) -> Iterator[Alert]:
        at = seen.at
        for key, shown in _values(asked.field, seen.match, seen.incident):
            last = self._time(seen.rule, _SEEN + key)
            if last is None or at > last:
                self._note(seen.rule, _SEEN + key, at)
            learning = self._learn and at - seen.since < asked.absent
            if learning if last is None else at - last <= asked.absent:
                continue
            said = f"{asked.field} {shown}, not seen for {format_duration(asked.absent)}"
            yield _alert(seen, "new", key, Hit(at, seen.match.document.id), said)

    def _since(self, rule: CompiledRule, at: datetime) -> datetime:
        """When the rule began to watch: the event time of what it saw first."""
        known = self._time(rule, _SINCE)
        if known is None:
            self._note(rule, _SINCE, at)
            return at
        return known

    def _time(self, rule: CompiledRule, key: str) -> datetime | None:
        found = self._store.memory(rule.id, key)
        return None if found is None else datetime.fromisoformat(found.decode())

    def _note(self, rule: CompiledRule, key: str, at: datetime) -> None:
        self._store.remember(rule.id, key, at.isoformat().encode())


def _alert(seen: _Seen, kind: str, group: str, first: Hit, said: str) -> Alert:
    rule, match, doc = seen.rule, seen.match, seen.match.document
    about = f"{group.split('=', 1)[-1]}: " if group and kind == "frequency" else ""
    place = match.place
    incident = digest(kind, rule.id, group, first.ident, first.at.isoformat())
    shown = evidence(match)
    return Alert(
        id=digest("alert", rule.id, incident),
        rule=rule.id,
        rule_name=rule.rule.name,
        kind=kind,
        severity=rule.rule.severity,
        incident=incident,
        headline=f"{rule.rule.name or rule.id}: {about}{said}",
        event_type=match.event.type if match.event else None,
        status=match.status,
        regions=match.regions,
        place=alert_place(place, match.regions[0] if match.regions else None) if place else None,
        labels=dict(rule.rule.labels),
        publishers=seen.incident.publishers,
        evidence=(msgspec.structs.replace(shown, matched=(said, *shown.matched), document=doc.id),),
        occurred=seen.at,
        created=seen.now,
        updated=seen.now,
    )


def longest_memory(rule: CompiledRule) -> timedelta:
    """How far back a rule looks: its hits may be forgotten after that."""
    asked = rule.rule
    if asked.frequency is not None:
        return asked.frequency.within * 2
    if asked.spike is not None:
        return asked.spike.window + asked.spike.baseline
    return timedelta(0)


def _groups(group_by: tuple[str, ...], match: Match, incident: Incident) -> list[str]:
    """Keys that a match is counted under: 'region=idlib', 'region=idlib, event=raid', …"""
    keys = [""]
    for name in group_by:
        values = _labels(name, match, incident) or ["unknown"]
        keys = [f"{key}, {name}={value}" if key else f"{name}={value}" for key in keys for value in values]
    return keys


def _labels(name: str, match: Match, incident: Incident) -> list[str]:
    place = match.place
    if name == "region":
        return list(match.regions)
    if name == "event":
        return [display_name(incident.type)]
    if name == "actor":
        return [actor.name for actor in incident.actors if actor.role == "agent"]
    value = getattr(place, name, None) if place is not None and name in {"admin1", "country"} else None
    return [value] if value else []


def _values(field: str, match: Match, incident: Incident) -> list[tuple[str, str]]:
    """(key, for people) of what a ``new`` rule watches."""
    if field == "actor":
        return [(plain(actor.name), actor.name) for actor in incident.actors]
    if field == "place":
        place = match.place
        return [] if place is None else [(_place_key(place), place_text(alert_place(place)))]
    found = [reason for reason in match.reasons if reason.startswith("keyword ")]
    return [(plain(reason.split(" (", 1)[0]), reason.split(" (", 1)[0]) for reason in found]


def _place_key(place: Place) -> str:
    return str(place.geoname_id) if place.geoname_id is not None else plain(place.name)
