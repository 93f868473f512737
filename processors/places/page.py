"""A text as the recogniser of places looks at it: words, what stands between them, the model's spans."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from processors.places.keys import fold

Span = tuple[int, int, str]  # start, end, label of the statistical model

_WORD = re.compile(r"[^\W_]+(?:['’ʼ`‘][^\W\d_]+)*")
_CASELESS = ("ARABIC", "HEBREW", "SYRIAC", "DEVANAGARI", "BENGALI", "THAI", "ETHIOPIC", "MYANMAR", "GEORGIAN")


class Word(NamedTuple):
    """A word of the text."""

    start: int
    end: int
    text: str
    capital: bool  # begins with a capital letter, or its script has none

    @property
    def key(self) -> str:
        """The folded word."""
        return fold(self.text)


@lru_cache(maxsize=4096)
def _may_begin(letter: str) -> bool:
    """Whether a name may begin with this letter: a capital, or a letter of a script without capitals."""
    if letter.isupper():
        return True
    return not letter.islower() and letter.isalpha() and unicodedata.name(letter, "").startswith(_CASELESS)


def words_of(text: str) -> list[Word]:
    """The words of a text, a possessive 's cut off."""
    words = []
    capitals: dict[str, bool] = {}
    for match in _WORD.finditer(text):
        raw = match[0]
        start, end = match.span()
        first = raw[0]
        if raw[-1] in "sS" and len(raw) > 2 and raw[-2] in "'’":
            raw, end = raw[:-2], end - 2
        capital = capitals.get(first)
        if capital is None:
            capital = capitals[first] = _may_begin(first)
        words.append(Word(start, end, raw, capital))
    return words


@dataclass(slots=True)
class Page:
    """Words, spans, and which word lies in which span."""

    text: str
    words: list[Word]
    spans: Sequence[Span]
    modelled: bool  # the statistical model ran
    capitals: list[int] = field(default_factory=list)  # indices of words that may begin a name
    span_at: dict[int, Span] = field(default_factory=dict)  # word index -> span
    words_in: dict[Span, tuple[int, int]] = field(default_factory=dict)  # span -> first and last word

    @classmethod
    def of(cls, text: str, spans: Sequence[Span] | None) -> Page:
        """The page of a text; ``spans`` is None where the model did not run."""
        page = cls(text, words_of(text), sorted(spans or ()), spans is not None)
        page.capitals = [i for i, word in enumerate(page.words) if word.capital]
        position = 0
        for span in page.spans:
            while position < len(page.words) and page.words[position].end <= span[0]:
                position += 1
            index = position
            while index < len(page.words) and page.words[index].start < span[1]:
                page.span_at[index] = span
                index += 1
            if index > position:
                page.words_in[span] = (position, index - 1)
        return page

    def gap(self, before: int) -> str:
        """What stands between word ``before`` and the next; a line end where there is no such pair."""
        if 0 <= before < len(self.words) - 1:
            return self.text[self.words[before].end : self.words[before + 1].start]
        return "\n"

    def key(self, index: int) -> str:
        """The folded word at an index, empty outside the text."""
        return self.words[index].key if 0 <= index < len(self.words) else ""

    def capital(self, index: int) -> bool:
        """Whether the word at an index may begin a name."""
        return 0 <= index < len(self.words) and self.words[index].capital
