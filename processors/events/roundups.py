"""Tolls of several events in one: 'bombs in two cities killed nine', six of them here and three there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from processors.events import where
from processors.events.draft import Draft
from processors.messages import Casualties, Place


def without_sums(drafts: Sequence[Draft], places: Sequence[Place]) -> None:
    """Take out of each event the toll told first that counts current events elsewhere as well."""
    current = [draft for draft in drafts if draft.judgement.status == "current"]
    known = [[toll for toll in draft.casualties if _told(toll)] for draft in current]
    if sum(map(bool, known)) < 2:
        return
    for index, draft in enumerate(current):
        own = {toll.start for toll in known[index]}
        elsewhere = [told for other, told in zip(current, known, strict=True) if _apart(draft, other, places)]
        others = [[toll for toll in told if toll.start not in own] for told in elsewhere]
        sums = [toll for toll in known[index] if _counts_others(toll, known[index], others)]
        draft.casualties = [toll for toll in draft.casualties if toll not in sums]


def _apart(one: Draft, other: Draft, places: Sequence[Place]) -> bool:
    """Whether they are told of two places that cannot be one."""
    if not (one.places and other.places):
        return False
    return not where.fits(places[one.places[0]], places[other.places[0]])


def _told(toll: Casualties) -> bool:
    """Also bodies that were found, which are a part only of what else is told of the same event."""
    return toll.kind == "killed" and toll.min > 0 and (not toll.subset or toll.category == "some")


def _counts_others(
    toll: Casualties, own: Sequence[Casualties], others: Sequence[Sequence[Casualties]]
) -> bool:
    """Whether what is told later of this event and of others adds up to ``toll``."""
    elsewhere = {told: max(_later(toll, told), default=0) for told in map(tuple, others) if told}
    whole = {*elsewhere.values(), sum(elsewhere.values())} - {0}
    alike = [mine for mine in own if mine.subset == toll.subset]  # bodies of bodies
    return any(toll.min - mine in whole for mine in _later(toll, alike))


def _later(toll: Casualties, told: Sequence[Casualties]) -> Iterator[int]:
    """The smaller tolls told behind one."""
    return (other.min for other in told if other.min < toll.min and (other.start or 0) > (toll.start or 0))
