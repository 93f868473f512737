"""What people must hear again: the material changes of an incident since they were last told.

Material: a higher toll (or a correction by who gave it), a second independent publisher, a denial, a place
made precise, a plan that became fact. Another article that says the same is none.
"""

from __future__ import annotations

import msgspec

from alerts.incidents import PRECISION, Incident
from alerts.messages import AlertPlace, Change

CONFIRMED = 2  # independent publishers
_INJURED_GROWTH = 1.5  # the number of injured is updated all day; half as many again is news

Count = tuple[int, int | None]


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The incident as people were last told of it."""

    killed: Count | None = None
    injured: Count | None = None
    publishers: int = 1
    place: AlertPlace | None = None
    status: str = "current"
    denials: int = 0


def snapshot(incident: Incident) -> Told:
    """What people know once they are told now."""
    return Told(
        killed=incident.killed,
        injured=incident.injured,
        publishers=incident.publishers,
        place=incident.place,
        status=incident.status,
        denials=denials(incident),
    )


def denials(incident: Incident) -> int:
    """How many sources deny it."""
    return len({source.source for source in incident.sources if source.status == "denied"})


def material_changes(told: Told, incident: Incident) -> tuple[Change, ...]:
    """What changed, in words, the most important first; empty where nothing must be told."""
    found = [
        _denied(told, incident),
        _killed(told, incident),
        _injured(told, incident),
        _confirmed(told, incident),
        _place(told, incident),
        _status(told, incident),
    ]
    return tuple(change for change in found if change is not None)


def count_text(count: Count) -> str:
    """'13', '9 to 12', 'at least 20'."""
    least, most = count
    if most is None:
        return f"at least {least}"
    return str(least) if most == least else f"{least} to {most}"


def _killed(told: Told, incident: Incident) -> Change | None:
    now = incident.killed
    if now is None or now[0] <= (told.killed or (0, 0))[0]:
        return None
    before = "not known" if told.killed is None else count_text(told.killed)
    return Change(kind="casualties", text=f"killed: {count_text(now)} (was {before})")


def _injured(told: Told, incident: Incident) -> Change | None:
    now = incident.injured
    if now is None or told.injured is None or now[0] < max(told.injured[0] * _INJURED_GROWTH, 1):
        return None
    if now[0] == told.injured[0]:
        return None
    return Change(kind="casualties", text=f"injured: {count_text(now)} (was {count_text(told.injured)})")


def _confirmed(told: Told, incident: Incident) -> Change | None:
    if told.publishers >= CONFIRMED or incident.publishers < CONFIRMED:
        return None
    names = list(dict.fromkeys(source.publisher or source.source for source in incident.sources))
    return Change(
        kind="confirmed",
        text=f"now reported by {incident.publishers} independent sources: {', '.join(names)}",
    )


def _denied(told: Told, incident: Incident) -> Change | None:
    if told.denials or not denials(incident):
        return None
    who = next(source for source in reversed(incident.sources) if source.status == "denied")
    return Change(kind="denied", text=f"denied, according to {who.publisher or who.source}")


def _place(told: Told, incident: Incident) -> Change | None:
    now, before = incident.place, told.place
    if now is None or PRECISION.get(now.precision, 0) < PRECISION["admin2"]:
        return None
    if before is None:
        return Change(kind="place", text=f"place: {now.name} (was not known)")
    if PRECISION.get(now.precision, 0) <= PRECISION.get(before.precision, 0) or now.name == before.name:
        return None
    return Change(kind="place", text=f"place: {now.name} (was {before.name})")


def _status(told: Told, incident: Incident) -> Change | None:
    if incident.status != "current" or told.status in {"current", "background"}:
        return None
    return Change(kind="status", text=f"status: current (was {told.status})")
