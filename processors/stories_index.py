"""Which stored texts share hashes with this one? An index in memory, grown in sorted runs.

Eight bytes for each key: one million texts take 256 MB. New entries gather in a small dictionary; when it
is full it becomes a sorted run, and runs of like size are merged, as in a log-structured merge tree, so each
entry is moved a logarithmic number of times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from processors.stories_sketch import Hashes

_FRESH = 1000  # texts in the dictionary
_COMMON = 2000  # a key in more texts than this is boilerplate and tells nothing


class StoryIndex:
    """Keys to text numbers. Numbers only grow."""

    def __init__(self) -> None:
        self._runs: list[tuple[NDArray[np.uint32], NDArray[np.uint32]]] = []  # keys sorted, numbers
        self._fresh: dict[int, list[int]] = {}
        self._fresh_texts = 0
        self.texts = 0

    def add(self, number: int, keys: Hashes) -> None:
        """Let the text ``number`` be found by ``keys``."""
        for key in keys.tolist():
            self._fresh.setdefault(key, []).append(number)
        self._fresh_texts += 1
        self.texts += 1
        if self._fresh_texts >= _FRESH:
            self._settle()

    def load(self, numbers: Sequence[int], keys: Sequence[Hashes]) -> None:
        """Add many texts at once."""
        if not numbers:
            return
        lengths = [len(k) for k in keys]
        self._runs.append(_sorted(np.concatenate(keys), np.repeat(np.array(numbers, np.uint32), lengths)))
        self.texts += len(numbers)
        self._merge()

    def candidates(self, keys: Hashes, least: int = 2, limit: int = 10) -> list[int]:
        """Texts that share at least ``least`` of ``keys``, those that share most first, then the oldest."""
        counts: Counter[int] = Counter()
        for key in keys.tolist():
            counts.update(self._fresh.get(key, ()))
        for run_keys, numbers in self._runs:
            starts = np.searchsorted(run_keys, keys, "left")
            ends = np.searchsorted(run_keys, keys, "right")
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
                if start < end <= start + _COMMON:
                    counts.update(numbers[start:end].tolist())
        found = [(-count, number) for number, count in counts.items() if count >= least]
        return [number for _, number in sorted(found)[:limit]]

    def forget(self, before: int) -> None:
        """Drop the texts numbered below ``before``."""
        kept = []
        for run_keys, numbers in self._runs:
            stays = numbers >= before
            if stays.any():
                kept.append((run_keys[stays], numbers[stays]))
        self._runs = kept
        for key, values in list(self._fresh.items()):
            left = [number for number in values if number >= before]
            if left:
                self._fresh[key] = left
            else:
                del self._fresh[key]

    def _settle(self) -> None:
        pairs = sum(map(len, self._fresh.values()))
        keys = np.fromiter((k for k, ns in self._fresh.items() for _ in ns), np.uint32, pairs)
        numbers = np.fromiter(_flat(self._fresh.values()), np.uint32, pairs)
        self._runs.append(_sorted(keys, numbers))
        self._fresh, self._fresh_texts = {}, 0
        self._merge()

    def _merge(self) -> None:
        """Join the last two runs while the older one is less than twice as long."""
        while len(self._runs) > 1 and len(self._runs[-2][0]) < 2 * len(self._runs[-1][0]):
            (one, one_numbers), (two, two_numbers) = self._runs[-2:]
            self._runs[-2:] = [
                _sorted(np.concatenate([one, two]), np.concatenate([one_numbers, two_numbers]))
            ]


def _sorted(keys: Hashes, numbers: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    order = np.argsort(keys, kind="stable")
    return keys[order], numbers[order]


def _flat(lists: Iterable[list[int]]) -> Iterable[int]:
    return (value for values in lists for value in values)
