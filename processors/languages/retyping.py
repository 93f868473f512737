"""What the rest of a text says of its triggers: what kind of strike it was, and that it was a match."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import structs

from processors.events.reading import Reading
from processors.events.triggers import Trigger
from processors.taxonomy import FAMILIES

CLEAR = 1.7  # weight from which a trigger says what struck; below, 'airstrike' is a guess
NEAR = 3  # sentences
SPORTS = frozenset({"sport", "play"})  # 'play': also a target, a gate, a political party
_RESULT = re.compile(r"(?<![\d:.,–-])\d[:–-]\d(?![\d:.,–-])(?!\s*[^\W\d])")  # '4:0', not '3-5 Tote'
MATCH = 3  # words of sport from which a text is about a match


def serious(reading: Reading, found: Sequence[Trigger]) -> list[Trigger]:
    """The triggers, without those of a text about a match in which nobody dies."""
    sports = sum(not SPORTS.isdisjoint(hit.concepts) for hits in reading.hits for hit in hits)
    sports += MATCH if _RESULT.search(reading.text) else 0
    local = reading.local
    if sports < MATCH or local is None or local.labelled("toll:killed", 0, len(reading.text)):
        return list(found)
    return []


def retyped(found: Sequence[Trigger]) -> list[Trigger]:
    """The triggers, guessed air strikes under the type of the clear bombardment nearest to them."""
    clear = [t for t in found if t.type in FAMILIES["bombardment"] and t.weight >= CLEAR]
    return [_like(trigger, clear) for trigger in found]


def _like(trigger: Trigger, clear: Sequence[Trigger]) -> Trigger:
    if trigger.type != "airstrike" or trigger.weight >= CLEAR:
        return trigger
    nearest = min(clear, key=lambda other: _apart(trigger, other), default=None)
    if nearest is None or _apart(trigger, nearest) > NEAR:
        return trigger
    return structs.replace(trigger, type=nearest.type)


def _apart(one: Trigger, other: Trigger) -> int:
    return abs(one.sentence.index - other.sentence.index)
