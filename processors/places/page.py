"""A text as the recogniser of places looks at it: words, what stands between them, the model's spans."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from operator import add

from processors.places.keys import fold

Span = tuple[int, int, str]  # start, end, label of the statistical model

_WORD = re.compile(r"[^\W_]+(?:['’ʼ`‘][^\W\d_]+)*")
_ASCII_WORD = re.compile(
    r"[A-Za-z0-9]+(?:['’`‘][A-Za-z]+)*"
)  # the same where all letters are ASCII, and faster
_FOREIGN = re.compile(r"[^\x00-\x7f“”‘’–—…]")
_CASELESS = ("ARABIC", "HEBREW", "SYRIAC", "DEVANAGARI", "BENGALI", "THAI", "ETHIOPIC", "MYANMAR", "GEORGIAN")
_BEGINS_NO_NAME = frozenset(string.ascii_lowercase + string.digits)  # most words: not worth a call


@lru_cache(maxsize=4096)
def _may_begin(letter: str) -> bool:
    """Whether a name may begin with this letter: a capital, or a letter of a script without capitals."""
    if letter.isupper():
        return True
    return not letter.islower() and letter.isalpha() and unicodedata.name(letter, "").startswith(_CASELESS)


def elided(word: str) -> bool:
    """Whether a French article or 'of' is written together with a name: d'Alep, l'Ukraine."""
    return word[1:2] in ("'", "’") and word[0] in "dlDL" and word[2:3].isupper()


class Page:
    """The words of a text and the model's spans, side by side; lists, because every word costs."""

    __slots__ = (
        "_capital",
        "capitals",
        "ends",
        "keys",
        "modelled",
        "span_at",
        "spans",
        "starts",
        "text",
        "words",
        "words_in",
    )

    def __init__(self, text: str, spans: Sequence[Span] | None) -> None:
        """``spans`` is None where the statistical model did not run."""
        self.text = text
        plain = text.isascii() or not _FOREIGN.search(text)
        found = list((_ASCII_WORD if plain else _WORD).finditer(text))
        self.words = [match[0] for match in found]  # a possessive 's is cut off below
        self.starts = [match.start() for match in found]
        self.ends = list(map(add, self.starts, map(len, self.words)))
        marked = "'" in text or "’" in text
        if marked:
            self._cut_possessives()
        self.keys = list(map(fold, self.words))
        self.spans = sorted(spans or ())
        self.modelled = spans is not None
        self.capitals = [  # indices of words that may begin a name
            i
            for i, word in enumerate(self.words)
            if ((first := word[0]) not in _BEGINS_NO_NAME and _may_begin(first))
            or (marked and first in "dl" and elided(word))
        ]
        self._capital = frozenset(self.capitals)
        self.span_at: dict[int, Span] = {}  # word index -> span
        self.words_in: dict[Span, tuple[int, int]] = {}  # span -> first and last word
        self._lay_spans()

    def _cut_possessives(self) -> None:
        for i, word in enumerate(self.words):
            if word[-1] in "sS" and len(word) > 2 and word[-2] in "'’":
                self.words[i] = word[:-2]
                self.ends[i] -= 2

    def _lay_spans(self) -> None:
        position, count = 0, len(self.words)
        for span in self.spans:
            while position < count and self.ends[position] <= span[0]:
                position += 1
            index = position
            while index < count and self.starts[index] < span[1]:
                self.span_at[index] = span
                index += 1
            if index > position:
                self.words_in[span] = (position, index - 1)

    def gap(self, before: int) -> str:
        """What stands between word ``before`` and the next; a line end where there is no such pair."""
        if 0 <= before < len(self.words) - 1:
            return self.text[self.ends[before] : self.starts[before + 1]]
        return "\n"

    def key(self, index: int) -> str:
        """The folded word at an index, empty outside the text."""
        return self.keys[index] if 0 <= index < len(self.keys) else ""

    def capital(self, index: int) -> bool:
        """Whether the word at an index may begin a name."""
        return index in self._capital
