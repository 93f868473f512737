"""How long to wait before trying again."""

from __future__ import annotations

import random


class Backoff:
    """Exponential, with jitter (between half of the step and all of it), up to a limit. In seconds."""

    def __init__(self, first: float = 0.5, limit: float = 30.0, factor: float = 2.0) -> None:
        self._first = first
        self._limit = limit
        self._factor = factor
        self._step = first

    def next(self) -> float:
        """Seconds to wait now; the following wait will be longer."""
        step = self._step
        self._step = min(step * self._factor, self._limit)
        return step * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, hides nothing

    def reset(self) -> None:
        """It worked: begin with the shortest wait next time."""
        self._step = self._first
