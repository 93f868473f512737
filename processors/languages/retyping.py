"""A bare 'strike' or 'bombardment' is of the kind that the text names nearby: by drones, by artillery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from processors.events.triggers import Trigger
from processors.taxonomy import FAMILIES

CLEAR = 1.7  # weight from which a trigger says what struck; below, 'airstrike' is a guess
NEAR = 3  # sentences


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
    return replace(trigger, type=nearest.type)


def _apart(one: Trigger, other: Trigger) -> int:
    return abs(one.sentence.index - other.sentence.index)
