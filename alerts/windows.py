"""The arithmetic of counting rules, on event time, as pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.stores import Hit
from config.models.rules import Spike


@dataclass(frozen=True, slots=True)
class Spiking:
    """How a spike rule came out."""

    fires: bool
    count: int  # in the window
    expected: float  # per window, from the baseline
    why: str


def crowded(hits: Sequence[Hit], count: int, within: timedelta) -> list[Hit] | None:
    """The first run of ``count`` hits that fits into ``within``; None where there is none.

    ``hits`` are sorted. A window is open at its start: two hits exactly ``within`` apart are not in one.
    """
    for last in range(count - 1, len(hits)):
        first = last - count + 1
        if hits[last].at - hits[first].at < within:
            return list(hits[first : last + 1])
    return None


def spiking(hits: Sequence[Hit], at: datetime, since: datetime, asked: Spike) -> Spiking:
    """Whether the hits in (at - window, at] are ``factor`` times what the baseline before them expects.

    ``since``: when the rule began to watch. A baseline known for less than a quarter of its length (or less
    than two windows) says nothing yet.
    """
    edge = at - asked.window
    count = sum(edge < hit.at <= at for hit in hits)
    start = max(edge - asked.baseline, since)
    known = edge - start
    if known < max(asked.baseline / 4, 2 * asked.window):
        return Spiking(False, count, 0.0, "the baseline is not known yet")
    before = sum(start < hit.at <= edge for hit in hits)
    expected = before * (asked.window / known)
    fires = count >= asked.min_count and count >= asked.factor * expected
    return Spiking(fires, count, expected, f"{count} in the window, {expected:.1f} expected")
