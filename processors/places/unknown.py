"""A name that no gazetteer knows takes the region that the text names for it, or stays unknown.

In this order: what the text puts it in ("Kafr Xyz in Idlib province"), the nearest region or town of the same
paragraph, the division that headline or lead names, the first-order division, else the country, in which most
of the document's places lie.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from processors.messages import Place
from processors.places.gazetteer import Gazetteer
from processors.places.recognize import Mention
from processors.places.records import Entry

REACH = 120  # characters on either side in which another place is named for it
DOMINANT = 0.6  # share of the document's places in one division or country, from which that is taken
LEAST_TOWNS = 2
LEAD_LINES = 2  # headline and first paragraph
WITHIN, BESIDE, AROUND, ABOUT = 0.5, 0.35, 0.25, 0.2  # confidences where the words say that it is a place ...
FADING = 0.05  # what a neighbour loses over that reach
UNSAID = 0.4  # ... and the factor where only the model thinks so
INTRODUCED = 1.5  # weight of context from which they say so

_LEVELS = ("admin2", "admin1", "country")


def place_unknown(
    mention: Mention,
    beside: Sequence[tuple[Mention, Entry]],
    container: Entry | None,
    subject: Entry | None,
    gazetteer: Gazetteer,
    *,
    lead: Entry | None = None,
) -> Place:
    """The place of an unresolved mention.

    ``beside`` are the resolved mentions of the same paragraph, ``container`` is what the text puts it in,
    ``subject`` what most of the text is about (see :func:`subject_of`), ``lead`` the one division that
    headline and lead name.
    """
    if container is not None and not _coarser(container, lead):
        return _taken(
            mention, container, WITHIN, f"not in the gazetteer; the text puts it in {container.name}"
        )
    near, gap = _nearest(mention, beside)
    if lead is not None and (near is None or _coarser(near, lead) or near.country != lead.country):
        return _taken(mention, lead, AROUND, f"not in the gazetteer; the lead is about {lead.name}")
    if near is not None:
        division = _division(near, gazetteer) or near
        sure = BESIDE - FADING * gap / REACH
        return _taken(mention, division, sure, f"not in the gazetteer; named beside {near.name}")
    if subject is not None:
        sure = ABOUT if subject.kind == "country" else AROUND
        why = f"not in the gazetteer; most of the text is about {subject.name}"
        return _taken(mention, subject, sure, why)
    return Place(
        start=mention.start,
        end=mention.end,
        text=mention.text,
        name=mention.text,
        confidence=0.3,
        why="no gazetteer knows this name",
    )


_EXACT = {"city": 3, "point": 3, "admin2": 2, "admin1": 1}


def agreed(found: Sequence[Place]) -> list[Place]:
    """All mentions of an unknown name are where the one lies of which the text says so most plainly."""
    best: dict[str, Place] = {}
    for place in found:
        known = best.get(place.text)
        if known is None or _rank(place) > _rank(known):
            best[place.text] = place
    return [replace(best[place.text], start=place.start, end=place.end, role=place.role) for place in found]


def _rank(place: Place) -> tuple[float, int]:
    return place.confidence, _EXACT.get(place.precision, 0)


def _coarser(entry: Entry, lead: Entry | None) -> bool:
    """Whether the lead says more than this country: 'a village in Cameroon', under 'Far North region'."""
    if lead is None or lead.kind == "country":
        return False
    return entry.kind == "country" and entry.country == lead.country


def lead_of(text: str, around: Sequence[tuple[Mention, Entry]], gazetteer: Gazetteer) -> Entry | None:
    """The one first-order division, else the one country, that headline and lead name."""
    told = _in_lead(text, around)
    rows = {_first_order(entry) for entry in told if entry.kind in ("admin1", "admin2")} - {-1}
    rows = rows or {entry.row for entry in told if entry.kind == "country"}
    return gazetteer.entry(rows.pop()) if len(rows) == 1 else None


def lead_town(text: str, around: Sequence[tuple[Mention, Entry]]) -> Entry | None:
    """The one town that headline and lead name: 'the X neighbourhood' is a part of it."""
    towns = {entry.row: entry for entry in _in_lead(text, around) if entry.kind == "city"}
    return next(iter(towns.values())) if len(towns) == 1 else None


def _in_lead(text: str, around: Sequence[tuple[Mention, Entry]]) -> list[Entry]:
    """The places that headline and first paragraph name."""
    stop = -1
    lines = 0
    while lines < LEAD_LINES and stop < len(text):
        begin, found = stop + 1, text.find("\n", stop + 1)
        stop = found if found >= 0 else len(text)
        lines += bool(text[begin:stop].strip())
    return [entry for mention, entry in around if mention.start < stop]


def _first_order(entry: Entry) -> int:
    """The row of the first-order division that a division is or lies in."""
    return entry.row if entry.kind == "admin1" else entry.admin1_row


def subject_of(around: Sequence[tuple[Mention, Entry]], gazetteer: Gazetteer) -> Entry | None:
    """The division, else the country, in which most of a document's resolved places lie."""
    return _dominant(around, gazetteer) or _dominant_country(around)


def _nearest(mention: Mention, around: Sequence[tuple[Mention, Entry]]) -> tuple[Entry | None, int]:
    """The region, else the town, else the country named closest within reach, and how far away."""
    best: tuple[int, int, Entry] | None = None
    for other, entry in around:
        gap = max(other.start - mention.end, mention.start - other.end)
        if gap > REACH or entry.kind in ("region", "water"):
            continue
        rank = ("admin1", "admin2", "city", "site", "country").index(entry.kind) // 2
        if best is None or (rank, gap) < best[:2]:
            best = (rank, gap, entry)
    return (best[2], best[1]) if best else (None, 0)


def _division(entry: Entry, gazetteer: Gazetteer) -> Entry | None:
    """The smallest division that holds a town; a region stands for itself."""
    if entry.kind in _LEVELS:
        return entry
    row = entry.admin1_row if entry.admin2_row < 0 else entry.admin2_row
    return gazetteer.entry(row) if row >= 0 else None


def _dominant(around: Sequence[tuple[Mention, Entry]], gazetteer: Gazetteer) -> Entry | None:
    rows = {
        entry.row: entry.admin1_row
        for _, entry in around
        if entry.kind in ("city", "admin2", "admin1", "site")
    }
    counts: Mapping[int, int] = Counter(rows.values())
    if not counts:
        return None
    row, most = max(counts.items(), key=lambda item: (item[1], -item[0]))
    enough = row >= 0 and most >= LEAST_TOWNS and most >= DOMINANT * sum(counts.values())
    return gazetteer.entry(row) if enough else None


def part_of_town(mention: Mention, town: Entry) -> Place:
    """The place of "the X district of Y": where the town is."""
    why = f"not in the gazetteer; the text calls it a part of {town.name}"
    return replace(_taken(mention, town, WITHIN, why), precision="city")


def _dominant_country(around: Sequence[tuple[Mention, Entry]]) -> Entry | None:
    """The country that most places lie in, where the text names it."""
    rows = {entry.row: entry.country for _, entry in around if entry.country}
    counts = Counter(rows.values())
    if not counts:
        return None
    country, most = max(counts.items(), key=lambda item: (item[1], item[0]))
    named = [entry for _, entry in around if entry.kind == "country" and entry.country == country]
    return named[0] if named and most >= LEAST_TOWNS and most >= DOMINANT * len(rows) else None


def _taken(mention: Mention, region: Entry, confidence: float, why: str) -> Place:
    return Place(
        start=mention.start,
        end=mention.end,
        text=mention.text,
        name=mention.text,
        kind="unknown",
        country=region.country or None,
        admin1=region.admin1 or None,
        admin2=region.admin2 or None,
        latitude=round(region.latitude, 5),
        longitude=round(region.longitude, 5),
        precision=region.kind if region.kind in _LEVELS else "admin1",
        confidence=round(confidence * (1.0 if mention.context >= INTRODUCED else UNSAID), 2),
        why=why,
        role=mention.role,
    )
