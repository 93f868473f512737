"""The tolls of one event, gathered from the whole text: rivals side by side, parts told from totals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import structs

from processors.messages import Casualties

FAR_OFF = 10  # a figure so many times the first one counts something else: a war, a year ...
SLIGHT = 2.5  # a figure told later that is so many times smaller counts a part
VAGUE = frozenset({2, 24, 40, 200, 2_000})  # what 'several', 'dozens', 'scores' and the like mean at least
FEW = 50  # ... unless it is no larger than that: 'killing a commander' may come before 'seven bodies'


def merge_casualties(found: Sequence[Casualties]) -> list[Casualties]:
    """Differing tolls stay side by side; the same figure said twice stays once."""
    seen: dict[tuple[str, int, int | None, str], Casualties] = {}
    for item in found:
        key = (item.kind, item.min, item.max, item.category)
        if key not in seen or (seen[key].source is None and item.source is not None):
            seen[key] = item
    return list(seen.values())


def settled(found: Sequence[Casualties], text: str) -> list[Casualties]:
    """The tolls of an event as they are published.

    Where a kind has parts only ('the bodies of six priests were found'), its largest part is the toll; a
    count of bodies above every toll is a rival one. Totals that add up to another one are its parts, and so
    are few people told of after many, and a toll that a later one raises. A part that says neither who nor
    whose says nothing new.
    """
    kept = _with_others([item for item in found if not _far_off(item, found)], text)
    kept = merge_casualties(kept)
    kept = [part(item) if item in _addends(item.kind, kept) else item for item in kept]
    kept = [part(item) if _raised_since(item, kept, text) else item for item in kept]
    kept = [part(item) if _told_apart(item, kept) or _few_of_them(item, kept) else item for item in kept]
    kept = [structs.replace(item, category="some") if _beside(item, kept) else item for item in kept]
    raised = _raised(kept)
    return [item for item in raised if not item.subset or item.category != "some" or item.affiliation]


_ALSO = re.compile(  # behind a victim: 'his driver, who was not named, was also killed'
    r"[^.;]{0,90}?\b(?:was|were|has|had|have)\s+(?:been\s+)?also\s|[^.;]{0,60}?\salso\s+(?:died|killed|lost)\b"
)
_ALSO_BEFORE = re.compile(r"\balso\s+(?:[\w-]+\s+){0,3}$")  # 'they also shot dead a guard'
PAIR = 3  # at most so many are told of one by one before somebody who 'also' died


def _with_others(found: list[Casualties], text: str) -> list[Casualties]:
    """'The mayor was killed', and then 'his driver also died': two, where no toll says so."""
    told = [item for item in found if item.kind == "killed" and item.min and item.start is not None]
    others = [item for item in told if item.max is not None and _also(item, text)]
    base = max((item for item in told if item not in others), key=lambda item: item.min, default=None)
    if base is None or not others or base.max is None or base.max > PAIR:
        return found
    more = sum({item.start: item.min for item in others}.values())
    both = structs.replace(base, min=base.min + more, max=base.max + more, category="all", subset=False)
    return [both, *(part(item) if item in told else item for item in found)]


def _also(item: Casualties, text: str) -> bool:
    start, end = item.start or 0, item.end or 0
    return bool(_ALSO.match(text, end) or _ALSO_BEFORE.search(text, max(0, start - 40), start))


_RAISES = re.compile(
    r"\b(?:(?:bring|tak|rais|push|lift)(?:s|es|ing)|brought|took|raised|rose|risen|climb(?:ed|s)|jumped|increased)\b"
    r"[^.;]{0,60}?\bto\s+$|\b[Tt]hat\s+ma(?:kes|de)\s+$"
)


def _raised_since(item: Casualties, found: Sequence[Casualties], text: str) -> bool:
    """'Three were killed'; a guard died later, 'bringing the number of dead to four'."""
    if item.subset or item.max is None or not item.min:
        return False
    larger = [other for other in _totals(item.kind, found) if other.min > item.min]
    return any(_RAISES.search(text, max(0, (o.start or 0) - 90), o.start or 0) for o in larger)


def _totals(kind: str, found: Iterable[Casualties]) -> list[Casualties]:
    return [item for item in found if item.kind == kind and not item.subset and item.min]


def _far_off(item: Casualties, found: Sequence[Casualties]) -> bool:
    totals = _totals(item.kind, found)
    first = min(totals, key=lambda other: other.start or 0, default=item)
    return item.min > max(FEW, FAR_OFF * (first.max or first.min))


def _addends(kind: str, found: Sequence[Casualties]) -> list[Casualties]:
    """The totals that add up to the largest one: 'five dead', then 'two men …' and 'three more …'."""
    totals = _totals(kind, found)
    most = max(totals, key=lambda item: item.min, default=None)
    rest = [item for item in totals if item is not most]
    if most is None or not rest:
        return []
    bodies = [item for item in found if item.kind == kind and item.subset and item.category == "some"]
    if len(rest) > 1 and sum(item.min for item in rest) == most.min:
        return rest
    # 'The toll rose to 37': 'thirteen were killed in one village', '24 bodies were found in another'
    return [one for one in rest if any(one.min + other.min == most.min for other in bodies)]


def _beside(item: Casualties, found: Sequence[Casualties]) -> bool:
    """'A worker was killed', beside seven soldiers: one more, and not the toll of all."""
    if item.subset or item.category != "all" or item.max is None or not 0 < item.max <= PAIR:
        return False
    totals = _totals(item.kind, found)
    return (
        all(other is item or (other.category != "all" and other.min > item.max) for other in totals)
        and len(totals) > 1
    )


def _told_apart(item: Casualties, found: Sequence[Casualties]) -> bool:
    """'Guards kill five' where the text goes on to count 'five armed men and two guards': a part of seven."""
    if item.subset or not item.min:
        return False
    for whole in _totals(item.kind, found):
        if whole.min <= item.min or whole.start is None or whole.end is None:
            continue
        parts = [p for p in found if p.kind == item.kind and p.subset and _within(p, whole)]
        rest = whole.min - sum(other.min for other in parts)  # those whom no category names
        if parts and item.min in {rest, *(other.min for other in parts)}:
            return True
    return False


def _few_of_them(item: Casualties, found: Sequence[Casualties]) -> bool:
    """'Two herders were shot dead at a well', after '34 people were killed': two of the 34.

    'Dozens' says no more than the figure beside it.
    """
    if item.subset or not item.min:
        return False
    whole = [other for other in _totals(item.kind, found) if other is not item and other.category == "all"]
    if item.max is None and item.min in VAGUE and any(other.min > item.min for other in whole):
        return True
    earlier = [other for other in whole if (other.start or 0) < (item.start or 0)]
    return item.max is not None and any(other.min >= SLIGHT * item.max for other in earlier)


def _within(part: Casualties, whole: Casualties) -> bool:
    start, stop = whole.start or 0, whole.end or 0
    return part.start is not None and part.end is not None and start <= part.start and part.end <= stop


def part(item: Casualties) -> Casualties:
    """The same people as a part of a larger count."""
    category = "some" if item.category == "all" else item.category
    return structs.replace(item, subset=True, category=category)


def _raised(found: Sequence[Casualties]) -> list[Casualties]:
    most: dict[str, int] = {}
    for item in found:
        if not item.subset:
            most[item.kind] = max(most.get(item.kind, 0), item.max or item.min)
    best: dict[str, Casualties] = {}
    for item in found:
        if item.min and item.kind not in most and (item.kind not in best or item.min > best[item.kind].min):
            best[item.kind] = item
    return [_whole(item) if item is best.get(item.kind) or _above(item, most) else item for item in found]


def _above(item: Casualties, most: Mapping[str, int]) -> bool:
    return item.subset and item.category == "some" and item.min > most.get(item.kind, item.min)


def _whole(item: Casualties) -> Casualties:
    category = "all" if item.category == "some" else item.category
    return structs.replace(item, subset=False, category=category)
