"""A name that no gazetteer knows takes the region that the text names for it, or stays unknown.

In this order: what the text puts it in ("Kafr Xyz in Idlib province"), the nearest region or town within the
same stretch of text, the first-order division in which most of the document's places lie.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from processors.messages import Place
from processors.places.gazetteer import Gazetteer
from processors.places.recognize import Mention
from processors.places.records import Entry

REACH = 120  # characters on either side in which another place is named for it
DOMINANT = 0.6  # share of the document's towns in one division, from which the division is taken
LEAST_TOWNS = 2
WITHIN, BESIDE, AROUND = 0.5, 0.35, 0.25  # confidences where the words around say that it is a place ...
UNSAID = 0.4  # ... and the factor where only the model thinks so
INTRODUCED = 1.5  # weight of context from which they say so

_LEVELS = ("admin2", "admin1", "country")


def place_unknown(
    mention: Mention,
    around: Sequence[tuple[Mention, Entry]],
    container: Entry | None,
    gazetteer: Gazetteer,
) -> Place:
    """The place of an unresolved mention; ``around`` are the document's resolved ones."""
    if container is not None:
        return _taken(
            mention, container, WITHIN, f"not in the gazetteer; the text puts it in {container.name}"
        )
    near = _nearest(mention, around)
    if near is not None:
        beside = _division(near, gazetteer) or near
        return _taken(mention, beside, BESIDE, f"not in the gazetteer; named beside {near.name}")
    region = _dominant(around, gazetteer)
    if region is not None:
        return _taken(
            mention, region, AROUND, f"not in the gazetteer; most of the text is about {region.name}"
        )
    return Place(
        start=mention.start,
        end=mention.end,
        text=mention.text,
        name=mention.text,
        confidence=0.3,
        why="no gazetteer knows this name",
    )


def _nearest(mention: Mention, around: Sequence[tuple[Mention, Entry]]) -> Entry | None:
    """The region, else the town, else the country named closest within reach."""
    best: tuple[int, int, Entry] | None = None
    for other, entry in around:
        gap = max(other.start - mention.end, mention.start - other.end)
        if gap > REACH or entry.kind in ("region", "water"):
            continue
        rank = ("admin1", "admin2", "city", "site", "country").index(entry.kind) // 2
        if best is None or (rank, gap) < best[:2]:
            best = (rank, gap, entry)
    return best[2] if best else None


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
