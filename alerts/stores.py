"""Where incidents, alerts and what rules remember are kept: the port, and the one in memory.

Memory serves dry runs, back-tests and rule tests; ``alerts.sql_store`` serves the alerter.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from alerts.event_conditions import plain
from alerts.incident_changes import Told
from alerts.incident_joining import HORIZON
from alerts.incidents import Incident
from alerts.messages import Alert, AlertPlace
from alerts.reports import Report


class AlertState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An alert and what people were told of it."""

    alert: Alert
    raised: bool = False  # it counts as an alert; else it waits (corroboration) or came too late
    sent: bool = False  # it was handed to delivery
    told: Told = Told()


class Hit(msgspec.Struct, frozen=True, order=True):
    """One thing that a counting rule counts."""

    at: datetime
    ident: str  # incident or document


class Store(Protocol):
    """What the raiser keeps between documents."""

    def incident_of(self, key: str) -> Incident | None:
        """The incident that the report with this key was joined to."""

    def candidates(self, report: Report) -> Iterable[Incident]:
        """Incidents near enough in time, in the same or an unknown country or at a place of the same name."""

    def save_incident(self, incident: Incident, report: Report) -> None:
        """Keep the incident and remember that the report belongs to it."""

    def alert(self, id_: str) -> AlertState | None:
        """An alert by id."""

    def alerts_of(self, incident: str) -> Sequence[AlertState]:
        """Every rule's alert on an incident."""

    def save_alert(self, state: AlertState) -> None:
        """Keep an alert."""

    def add_hit(self, rule: str, group: str, hit: Hit) -> None:
        """Count something; the same thing counts once, at its earliest time."""

    def hits(self, rule: str, group: str, after: datetime, until: datetime) -> list[Hit]:
        """What was counted in (after, until], in order."""

    def memory(self, rule: str, key: str) -> bytes | None:
        """What a rule noted under a key."""

    def remember(self, rule: str, key: str, value: bytes) -> None:
        """Note something for a rule."""


class MemoryStore:
    """A Store that forgets what is past every horizon, so that years can be replayed through it.

    ``shared``: another store whose incidents are also this one's; alerts and counts are not shared.
    """

    def __init__(self, shared: MemoryStore | None = None) -> None:
        self._incidents: dict[str, Incident] = {} if shared is None else shared._incidents
        self._of_report: dict[str, str] = {} if shared is None else shared._of_report
        self._by_place: dict[str, dict[str, None]] = {} if shared is None else shared._by_place
        self._alerts: dict[str, AlertState] = {}
        self._of_incident: dict[str, list[str]] = {}
        self._hits: dict[tuple[str, str], list[Hit]] = {}
        self._memory: dict[tuple[str, str], bytes] = {}
        self._newest: datetime | None = None
        self._saved = 0

    def incident_of(self, key: str) -> Incident | None:
        """See Store."""
        found = self._of_report.get(key)
        return None if found is None else self._incidents.get(found)

    def candidates(self, report: Report) -> Iterable[Incident]:
        """See Store."""
        groups = [*place_keys(report.place), ""] if report.place else list(self._by_place)
        near = {id_: None for group in groups for id_ in self._by_place.get(group, ())}
        for id_ in near:
            incident = self._incidents[id_]
            if incident.first - HORIZON <= report.effective <= incident.last + HORIZON:
                yield incident

    def save_incident(self, incident: Incident, report: Report) -> None:
        """See Store."""
        before = self._incidents.get(incident.id)
        if before is not None and before.place != incident.place:
            self._unfile(before)
        self._incidents[incident.id] = incident
        for key in place_keys(incident.place):
            self._by_place.setdefault(key, {})[incident.id] = None
        self._of_report[report.key] = incident.id
        if self._newest is None or incident.last > self._newest:
            self._newest = incident.last
        self._saved += 1
        if self._saved % 1000 == 0:
            self._forget()

    def incident(self, id_: str) -> Incident | None:
        """An incident by id, while it is remembered."""
        return self._incidents.get(id_)

    def incidents(self) -> list[Incident]:
        """Every incident that is remembered."""
        return list(self._incidents.values())

    def alert(self, id_: str) -> AlertState | None:
        """See Store."""
        return self._alerts.get(id_)

    def alerts_of(self, incident: str) -> Sequence[AlertState]:
        """See Store."""
        return [self._alerts[id_] for id_ in sorted(self._of_incident.get(incident, ()))]

    def save_alert(self, state: AlertState) -> None:
        """See Store."""
        id_ = state.alert.id
        if id_ not in self._alerts:
            self._of_incident.setdefault(state.alert.incident, []).append(id_)
        self._alerts[id_] = state

    def add_hit(self, rule: str, group: str, hit: Hit) -> None:
        """See Store."""
        hits = self._hits.setdefault((rule, group), [])
        known = next((old for old in hits if old.ident == hit.ident), None)
        if known is not None:
            if known.at <= hit.at:
                return
            hits.remove(known)
        insort(hits, hit)

    def hits(self, rule: str, group: str, after: datetime, until: datetime) -> list[Hit]:
        """See Store."""
        hits = self._hits.get((rule, group), [])
        first = bisect_left(hits, Hit(after, "\U0010ffff"))
        return [hit for hit in hits[first:] if hit.at <= until]

    def memory(self, rule: str, key: str) -> bytes | None:
        """See Store."""
        return self._memory.get((rule, key))

    def remember(self, rule: str, key: str, value: bytes) -> None:
        """See Store."""
        self._memory[rule, key] = value

    def _forget(self) -> None:
        """Drop incidents that no later article can join."""
        assert self._newest is not None
        edge = self._newest - 2 * HORIZON
        gone = [id_ for id_, incident in self._incidents.items() if incident.last < edge]
        for id_ in gone:
            incident = self._incidents.pop(id_)
            self._unfile(incident)
            for source in incident.sources:
                self._of_report.pop(source.key, None)
            for alert in self._of_incident.pop(id_, ()):
                self._alerts.pop(alert, None)

    def _unfile(self, incident: Incident) -> None:
        for key in place_keys(incident.place):
            self._by_place.get(key, {}).pop(incident.id, None)


def place_keys(place: AlertPlace | None) -> tuple[str, ...]:
    """What incidents are filed under: country and name; the empty key where the country is not known."""
    if place is None:
        return ("",)
    return (place.country or "", f"name {plain(place.name)}")
