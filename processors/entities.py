"""Named persons, organisations and groups, with the alias table's names for armed actors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from processors.events.actors import known_actors
from processors.messages import Entity, Place

_LABELS = frozenset({"PERSON", "ORG", "NORP", "EVENT", "LAW", "PRODUCT", "FAC"})


class Named(NamedTuple):
    """A span that the model named."""

    start: int
    end: int
    label: str


def entities_of(text: str, names: Sequence[Named], places: Sequence[Place]) -> tuple[Entity, ...]:
    """Known actors, then what the model found and neither an actor nor a place covers; in order."""
    found = [
        Entity(start=m.start, end=m.end, text=text[m.start : m.end], label="ORG", name=m.known.name)
        for m in known_actors(text)
    ]
    taken = sorted(
        [(e.start, e.end) for e in found] + [(p.start, p.end) for p in places if p.role == "place"]
    )
    for name in names:
        if name.label in _LABELS and not _covered(name, taken):
            span = text[name.start : name.end]
            found.append(Entity(start=name.start, end=name.end, text=span, label=name.label, name=span))
    return tuple(sorted(found, key=lambda entity: entity.start))


def _covered(name: Named, taken: Sequence[tuple[int, int]]) -> bool:
    from bisect import bisect_left

    index = bisect_left(taken, (name.start, 0))
    return any(start < name.end and name.start < end for start, end in taken[max(0, index - 1) : index + 1])
