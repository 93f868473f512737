"""Casualty figures: how many, as the sources say."""

from __future__ import annotations

from collections.abc import Iterable

from processors.messages import Casualties


def toll(casualties: Iterable[Casualties], kind: str) -> tuple[int, int | None] | None:
    """(least, most) of one kind over all sources; ``most`` None is open upwards; None: nothing said.

    Within one source, a total counts as it is and parts (3 soldiers, 4 civilians) add up; figures that are
    part of another are left out. Between sources the highest least figure counts.
    """
    by_source: dict[str | None, list[Casualties]] = {}
    for item in casualties:
        if item.kind == kind and not item.subset:
            by_source.setdefault(item.source, []).append(item)
    best: tuple[int, int | None] | None = None
    for items in by_source.values():
        found = _of_source(items)
        if best is None or found[0] > best[0]:
            best = found
    return best


def least(casualties: Iterable[Casualties], kind: str) -> int:
    """The least figure of a kind, 0 where nothing is said."""
    found = toll(casualties, kind)
    return 0 if found is None else found[0]


def _of_source(items: list[Casualties]) -> tuple[int, int | None]:
    totals = [item for item in items if item.category == "all"]
    if totals:
        top = max(totals, key=lambda item: item.min)
        return top.min, top.max
    parts: dict[str, Casualties] = {}
    for item in items:
        known = parts.get(item.category)
        if known is None or item.min > known.min:
            parts[item.category] = item
    most = [item.max for item in parts.values()]
    return (
        sum(item.min for item in parts.values()),
        None if any(value is None for value in most) else sum(value for value in most if value is not None),
    )
