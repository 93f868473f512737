"""Which patterns can match in a piece of text: one automaton pass instead of a search for each of them.

Every match of ``den(?:y|ied)`` holds the letters 'den'. A ``Sieve`` reads such demands from its patterns,
looks for all of them in one pass over a document, and from then on knows for each stretch of it which
patterns are worth a search. Patterns stay as they are written: what they demand is never said twice.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import reduce
from importlib import import_module
from operator import or_
from typing import Any, Generic, TypeVar

import ahocorasick

from processors.text.lexicon import lower

ANYTHING = -1  # every pattern may match
_DIGITS = frozenset("0123456789")
# Letters that patterns match without regard to case though their lower case is another, digits of other
# scripts (which would slow the automaton down), and what lies beyond the basic plane: a text with these is
# not sifted.
_ODD = re.compile(
    f"[İıſ{''.join(char for char in map(chr, range(128, 0x10000)) if char.isdecimal())}\U00010000-\U0010ffff]"
)
_parser: Any = import_module("re._parser")

MOST_WORDS = 2_000  # that one part of a pattern is written out to
T = TypeVar("T")
_MOST_MIXES = 20_000  # that a choice remembers
Needs = frozenset[str]  # one of these stands in every match, in lower case


class Sifted:
    """A pattern of a sieve."""

    __slots__ = ("bits", "regex")

    def __init__(self, regex: re.Pattern[str], bits: int) -> None:
        self.regex = regex
        self.bits = bits

    def possible(self, among: int) -> bool:
        """Whether a match is possible where ``among`` (see ``Sieve.sift``) holds."""
        return among & self.bits == self.bits

    def search(self, among: int, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        """As ``re.Pattern.search``, at no cost where no match is possible."""
        if among & self.bits != self.bits:
            return None
        return self.regex.search(text, start, len(text) if end is None else end)

    def finditer(self, among: int, text: str, start: int, end: int) -> Iterable[re.Match[str]]:
        """As ``re.Pattern.finditer``, at no cost where no match is possible."""
        return self.regex.finditer(text, start, end) if among & self.bits == self.bits else ()

    def match(self, among: int, text: str) -> re.Match[str] | None:
        """As ``re.Pattern.match``, at no cost where no match is possible."""
        return self.regex.match(text) if among & self.bits == self.bits else None


class Choice(Generic[T]):
    """What hangs on several patterns, of which a text has few: worked out once for each mix of demands."""

    __slots__ = ("_bits", "_items", "_known")

    def __init__(self, items: Iterable[tuple[Sifted, T]]) -> None:
        self._items = tuple(items)
        self._bits = reduce(or_, (pattern.bits for pattern, _ in self._items), 0)
        self._known: dict[int, tuple[T, ...]] = {}

    def of(self, among: int) -> tuple[T, ...]:
        """What hangs on the patterns that can match where ``among`` (see ``Sieve.sift``) holds, in order."""
        asked = among & self._bits
        found = self._known.get(asked)
        if found is None:
            if len(self._known) >= _MOST_MIXES:
                self._known.clear()
            found = tuple(item for pattern, item in self._items if pattern.possible(asked))
            self._known[asked] = found
        return found


def any_possible(*patterns: Sifted) -> Choice[Sifted]:
    """A choice of the patterns themselves; empty where none of them can match."""
    return Choice((pattern, pattern) for pattern in patterns)


class Found:
    """What one text holds of what the patterns demand; ``lowered`` is the text in lower case."""

    __slots__ = ("_bits", "_ends", "_known", "lowered")

    def __init__(self, lowered: str, ends: list[int] | None, bits: list[int]) -> None:
        self.lowered = lowered
        self._ends = ends
        self._bits = bits
        self._known: dict[tuple[int, int], int] = {}  # sentences are asked for many times

    def within(self, start: int, end: int) -> int:
        """The patterns that can match in ``text[start:end]``, for ``Sifted.search``."""
        if self._ends is None:
            return ANYTHING
        among = self._known.get((start, end))
        if among is None:
            held = self._bits[bisect_left(self._ends, start) : bisect_left(self._ends, end)]
            among = self._known[start, end] = reduce(or_, held, 0)
        return among


class Sieve:
    """A set of patterns that share one automaton. Filled when modules are loaded, then only read."""

    def __init__(self) -> None:
        self._bits: dict[Needs, int] = {}
        self._automaton: Any = None

    def add(self, pattern: str, flags: int = 0) -> Sifted:
        """Compile ``pattern``; it will be searched for only where a match is possible."""
        bits = 0
        for needs in demands(pattern, flags):
            bits |= self._bits.setdefault(needs, 1 << len(self._bits))
        self._automaton = None
        return Sifted(re.compile(pattern, flags), bits)

    def sift(self, text: str) -> Found:
        """One pass over ``text``."""
        lowered = lower(text)
        if not text.isascii() and _ODD.search(text):
            return Found(lowered, None, [])
        hits = list((self._automaton or self._build()).iter(lowered))
        return Found(lowered, [end for end, _ in hits], [bits for _, bits in hits])

    def _build(self) -> Any:
        by_word: dict[str, int] = {}
        for needs, bit in self._bits.items():
            for word in needs:
                by_word[word] = by_word.get(word, 0) | bit
        automaton = ahocorasick.Automaton()
        for word, bits in by_word.items():
            automaton.add_word(word, bits)
        automaton.make_automaton()
        self._automaton = automaton
        return automaton


ENGLISH = Sieve()  # of the patterns that read English


def demands(pattern: str, flags: int = 0) -> list[Needs]:
    """What every match holds: one of the first set, and one of the second, ...; the two rarest."""
    found = {frozenset(_shortest(needs)) for needs in _sequence(_parser.parse(pattern, flags)) if needs}
    ranked = sorted(found, key=lambda needs: (-_rarity(needs), len(needs), sorted(needs)))
    return [needs for needs in ranked[:2] if not _common(needs)] or ranked[:1]


def _rarity(needs: Needs) -> int:
    """The length of the shortest word; a digit is as rare as a word of four letters."""
    return 4 if needs <= _DIGITS else min(map(len, needs))


def _common(needs: Needs) -> bool:
    """Whether nearly every sentence has it: a letter, a space."""
    return any(len(word) == 1 and (word.isalpha() or word.isspace()) for word in needs)


def _shortest(needs: Needs) -> Iterator[str]:
    """Without words that hold another one."""
    if all(len(word) == 1 for word in needs):
        return iter(needs)
    return (word for word in needs if not any(other in word for other in needs if other != word))


def _sequence(nodes: Iterable[Any]) -> Iterator[Needs]:
    """The demands of nodes that follow each other; letters side by side are one word."""
    word = ""
    for operation, argument in nodes:
        name = str(operation)
        if name == "LITERAL" and (letter := _letter(argument)):
            word += letter
            continue
        if word:
            yield frozenset((word,))
            word = ""
        yield from _demands_of(name, argument)
    if word:
        yield frozenset((word,))


def _demands_of(name: str, argument: Any) -> Iterator[Needs]:
    if name == "SUBPATTERN":
        words = _words(argument[-1])
        yield from [frozenset(words)] if words and "" not in words else _sequence(argument[-1])
    elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and argument[0]:
        yield from _sequence(argument[2])
    elif name == "ATOMIC_GROUP":
        yield from _sequence(argument)
    elif name == "BRANCH":
        yield from _branches(argument[1])
    elif name == "IN":
        yield from _class(argument)


def _words(nodes: Iterable[Any]) -> set[str] | None:
    """All that nodes can match, where these are at most MOST_WORDS words; None where they are not."""
    found = {""}
    for node in nodes:
        endings = _endings(*node)
        if endings is None or len(found) * len(endings) > MOST_WORDS:
            return None
        found = {word + ending for word in found for ending in endings}
    return found


def _endings(operation: Any, argument: Any) -> set[str] | None:
    """All that one node can match, as ``_words``."""
    name = str(operation)
    if name == "LITERAL":
        return {letter} if (letter := _letter(argument)) else None
    if name == "SUBPATTERN":
        return _words(argument[-1])
    if name == "BRANCH":
        parts = [_words(branch) for branch in argument[1]]
        return None if None in parts else set().union(*(part for part in parts if part))
    if name == "IN" and all(str(operation) == "LITERAL" for operation, _ in argument):
        letters = {_letter(code) for _, code in argument}
        return None if "" in letters else letters
    if name == "MAX_REPEAT" and argument[:2] == (0, 1):
        words = _words(argument[2])
        return None if words is None else words | {""}
    return None


def _branches(branches: Iterable[Any]) -> Iterator[Needs]:
    """One demand of each branch together; none where a branch demands nothing."""
    joined: set[str] = set()
    for branch in branches:
        best = max(_sequence(branch), key=lambda needs: (min(map(len, needs)), -len(needs)), default=None)
        if best is None:
            return
        joined |= best
    yield frozenset(joined)


def _class(members: Iterable[Any]) -> Iterator[Needs]:
    """A class of single letters, or of digits."""
    letters: set[str] = set()
    for operation, argument in members:
        name = str(operation)
        if name == "LITERAL" and (letter := _letter(argument)):
            letters.add(letter)
        elif name == "CATEGORY" and str(argument) == "CATEGORY_DIGIT":
            letters |= _DIGITS
        elif name == "RANGE" and chr(argument[0]).isdecimal() and chr(argument[1]).isdecimal():
            letters.update(map(chr, range(argument[0], argument[1] + 1)))
        else:
            return
    yield frozenset(letters)


def _letter(code: int) -> str:
    """The letter in lower case; empty where case is no matter of ASCII."""
    letter = chr(code)
    return letter.lower() if letter.isascii() or letter.upper() == letter.lower() else ""
