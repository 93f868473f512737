"""A document's words of counting, tolls, times and status: found in one pass, handed out by sentence."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from processors.languages.data import LanguageData
from processors.text.lexicon import Hit


@dataclass
class LocalText:
    """A text with the words that its language's lexicon knows beyond triggers."""

    text: str
    data: LanguageData

    @cached_property
    def _hits(self) -> list[Hit]:
        return self.data.words.find(self.text)

    @cached_property
    def _starts(self) -> list[int]:
        return [hit.start for hit in self._hits]

    def between(self, start: int, end: int) -> Sequence[Hit]:
        """The words that begin in ``text[start:end]``, in order."""
        first = bisect_left(self._starts, start)
        return self._hits[first : bisect_left(self._starts, end, lo=first)]

    def labelled(self, label: str, start: int, end: int) -> list[Hit]:
        """Those of them that bear ``label``."""
        return [hit for hit in self.between(start, end) if label in hit.concepts]


def values(hit: Hit, prefix: str) -> tuple[str, ...]:
    """What follows ``prefix`` in the labels of a hit: values(hit, 'n:') gives ('12',)."""
    return _values(hit.concepts, prefix)


def value(hit: Hit, prefix: str) -> str | None:
    """The first of them, or None."""
    found = _values(hit.concepts, prefix)
    return found[0] if found else None


@lru_cache(maxsize=8192)  # few combinations of labels, asked for again and again
def _values(labels: tuple[str, ...], prefix: str) -> tuple[str, ...]:
    return tuple(label[len(prefix) :] for label in labels if label.startswith(prefix))
