"""Names that the text puts where no gazetteer has a place of that name.

"Maga, in Kebbi state" is not the Maga of Cameroon: a small place that the gazetteer lacks, and one abroad
that shares its name. Such a name is treated as unknown and takes the region that the text gives it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from processors.places import cues
from processors.places.evidence import ARTICLES
from processors.places.page import Page
from processors.places.recognize import Mention, around, container, contains
from processors.places.records import Entry, distance_km
from processors.places.resolve import Topic

FAMOUS = 200_000  # inhabitants; for a city as large as that the reading of "X in Y" is the likelier mistake
LONGEST = 4  # words of a name
FAR_KM = {"city": 100.0, "admin2": 60.0, "admin1": 300.0}  # from its point; nearer, borders may have moved


def contradicted(page: Page, mentions: Sequence[Mention], topics: Mapping[str, Topic]) -> dict[str, Mention]:
    """Names (keys of topics) that the text puts into a division that holds none of their places, with it."""
    by_first = {m.first: m for m in mentions if m.role != "demonym"}
    found: dict[str, Mention] = {}
    for mention in by_first.values():
        outer = container(page, mention, by_first) or _shared(page, mention, by_first)
        if outer is None or not mention.hits or not outer.hits or contains(outer, mention):
            continue
        topic = mention.sense or mention.key
        division = topics[outer.sense or outer.key].entries[0]
        guessed = all(hit.loose for hit in mention.hits)
        if _said(page, mention, outer, division) and _far(topics[topic].entries, division, guessed=guessed):
            found[topic] = outer
    return found


def _shared(page: Page, mention: Mention, by_first: Mapping[int, Mention]) -> Mention | None:
    """What the next of a pair lies in: 'the villages of X and Y in Z province'."""
    joint = mention.last + 1
    last = joint
    while last - joint < LONGEST and (page.capital(last + 1) or page.key(last + 1) in ARTICLES):
        last += 1
    return around(page, last, by_first) if page.key(joint) == "and" and last > joint else None


def _said(page: Page, mention: Mention, outer: Mention, division: Entry) -> bool:
    """Whether the words leave no doubt: "X, in Y", "X, Y state", "the X district of Y", "X in the Y area"."""
    linked = outer.first > mention.last + 1
    if division.kind == "city":
        return part_of(page, mention, outer) or (linked and page.key(outer.last + 1) in cues.AREAS)
    return linked or outer.said == "division"


def part_of(page: Page, mention: Mention, town: Mention) -> bool:
    """Whether the words between say that a name is of a part of the town that follows."""
    between = {page.key(index) for index in range(mention.last + 1, town.first)}
    return not cues.PARTS_OF_TOWN.isdisjoint(between)


def _far(entries: Sequence[Entry], division: Entry, *, guessed: bool) -> bool:
    """Whether all that a name may mean is small, or ``guessed`` by its sound, and far away or abroad."""
    small = guessed or all(
        e.kind in ("city", "admin2") and e.priority < 2 and e.population < FAMOUS for e in entries
    )
    if division.kind == "country":
        return small and all(e.country != division.country for e in entries)
    reach = FAR_KM.get(division.kind)
    return small and reach is not None and all(_distance(e, division) > reach for e in entries)


def _distance(one: Entry, other: Entry) -> float:
    return distance_km(one.latitude, one.longitude, other.latitude, other.longitude)
