"""Tolls of several events in one: 'bombs in two cities killed nine', six of them here and three there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from processors.events.draft import Draft
from processors.messages import Casualties


def without_sums(drafts: Sequence[Draft]) -> None:
    """Take out of each event the toll told first that counts other current events as well."""
    current = [draft for draft in drafts if draft.judgement.status == "current"]
    known = [[toll for toll in draft.casualties if _total(toll)] for draft in current]
    if sum(map(bool, known)) < 2:
        return
    for index, draft in enumerate(current):
        own = {toll.start for toll in known[index]}
        others = [[toll for toll in told if toll.start not in own] for told in known]
        sums = [toll for toll in known[index] if _counts_others(toll, known[index], others)]
        draft.casualties = [toll for toll in draft.casualties if toll not in sums]


def _total(toll: Casualties) -> bool:
    return toll.kind == "killed" and not toll.subset and toll.min > 0


def _counts_others(
    toll: Casualties, own: Sequence[Casualties], others: Sequence[Sequence[Casualties]]
) -> bool:
    """Whether what is told later of this event and of others adds up to ``toll``."""
    elsewhere = {told: max(_later(toll, told), default=0) for told in map(tuple, others) if told}
    whole = {*elsewhere.values(), sum(elsewhere.values())} - {0}
    return any(toll.min - mine in whole for mine in _later(toll, own))


def _later(toll: Casualties, told: Sequence[Casualties]) -> Iterator[int]:
    """The smaller tolls told behind one."""
    return (other.min for other in told if other.min < toll.min and (other.start or 0) > (toll.start or 0))
