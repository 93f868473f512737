"""One line for people."""

from __future__ import annotations

from functools import lru_cache

from alerts.incident_changes import count_text
from alerts.incidents import Incident
from alerts.messages import AlertPlace
from processors.places.admin import find_admin1
from processors.taxonomy import display_name

_LONGEST = 160


def headline(incident: Incident, place: AlertPlace | None, title: str) -> str:
    """'Raid in Atme, Idlib (SY): 13 killed'; the article's title where no event was recognised."""
    if incident.type == "mention":
        where = f"{place_text(place)}: " if place else ""
        return _short(f"{where}{title}")
    parts = []
    for what, count in (("killed", incident.killed), ("injured", incident.injured)):
        if count is not None and (count[0] or what == "killed"):
            parts.append(f"{count_text(count)} {what}" if count[1] != 0 else f"nobody {what}")
    name = display_name(incident.type)
    where = f" in {place_text(place)}" if place else ""
    tolls = f": {', '.join(parts)}" if parts else ""
    status = "" if incident.status in {"current", "background"} else f" ({incident.status})"
    return _short(f"{name[:1].upper()}{name[1:]}{where}{tolls}{status}")


def place_text(place: AlertPlace) -> str:
    """'Atme, Idlib (SY)'."""
    province = _province(place.admin1) if place.admin1 else None
    within = f", {province}" if province and province.casefold() != place.name.casefold() else ""
    country = f" ({place.country})" if place.country and place.precision != "country" else ""
    return f"{place.name}{within}{country}"


@lru_cache(maxsize=5000)
def _province(code: str) -> str | None:
    found = find_admin1(code)
    return found.name if found else None


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"
