"""Names that the text puts where no gazetteer has a place of that name.

"Maga, in Kebbi state" is not the Maga of Cameroon: a small place that the gazetteer lacks, and one abroad
that shares its name. Such a name is treated as unknown and takes the region that the text gives it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from processors.places.page import Page
from processors.places.recognize import Mention, container, contains
from processors.places.records import Entry, distance_km
from processors.places.resolve import Topic

FAMOUS = 200_000  # inhabitants; for a city as large as that the reading of "X in Y" is the likelier mistake
PARTS_OF_TOWN = frozenset({"district", "suburb", "neighborhood", "neighbourhood", "quarter", "area", "camp"})
FAR_KM = {"city": 100.0, "admin2": 150.0, "admin1": 300.0}  # from its point; nearer, borders may have moved


def contradicted(page: Page, mentions: Sequence[Mention], topics: Mapping[str, Topic]) -> dict[str, Mention]:
    """Names (keys of topics) that the text puts into a division that holds none of their places, with it."""
    by_first = {m.first: m for m in mentions if m.role != "demonym"}
    found: dict[str, Mention] = {}
    for mention in by_first.values():
        outer = container(page, mention, by_first)
        if outer is None or not mention.hits or not outer.hits or contains(outer, mention):
            continue
        topic = mention.sense or mention.key
        division = topics[outer.sense or outer.key].entries[0]
        if _said(page, mention, outer, division) and _far(topics[topic].entries, division):
            found[topic] = outer
    return found


def _said(page: Page, mention: Mention, outer: Mention, division: Entry) -> bool:
    """Whether the words between leave no doubt: "X, in Y", "X, Y state", "the X district of Y"."""
    if division.kind == "city":
        return part_of(page, mention, outer)
    return outer.said == "division" or page.gap(mention.last) != ", "


def part_of(page: Page, mention: Mention, town: Mention) -> bool:
    """Whether the words between say that a name is of a part of the town that follows."""
    between = {page.key(index) for index in range(mention.last + 1, town.first)}
    return not PARTS_OF_TOWN.isdisjoint(between)


def _far(entries: Sequence[Entry], division: Entry) -> bool:
    """Whether all that a name may mean is small and far from the division."""
    reach = FAR_KM.get(division.kind)
    if reach is None:
        return False
    return all(
        e.kind in ("city", "admin2")
        and e.priority == 0
        and e.population < FAMOUS
        and distance_km(e.latitude, e.longitude, division.latitude, division.longitude) > reach
        for e in entries
    )
