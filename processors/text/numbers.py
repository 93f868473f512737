"""Numbers in English text as ranges: '13', 'two dozen', 'at least 1,200', 'between five and ten'."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from processors.text.alternatives import any_of
from processors.text.lexicon import lower

UNITS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
TENS = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
# Vague words: the least number that they can mean; they are open upwards unless a maximum is given.
VAGUE: dict[str, tuple[int, int | None]] = {
    "dozens": (24, None),
    "scores": (40, None),
    "hundreds": (200, None),
    "thousands": (2_000, None),
    "several dozen": (36, None),
    "several hundred": (300, None),
    "several thousand": (3_000, None),
    "tens of thousands": (20_000, None),
    "hundreds of thousands": (200_000, None),
    "half a dozen": (6, 6),
    "a half-dozen": (6, 6),
    "a dozen": (12, 12),
    "two dozen": (24, 24),
    "three dozen": (36, 36),
    "four dozen": (48, 48),
    "a couple": (2, 2),
    "a pair": (2, 2),
    "a few": (2, None),
    "several": (2, None),
    "a number": (2, None),
    "some": (2, None),
    "many": (2, None),
    "multiple": (2, None),
    "numerous": (2, None),
    "a hundred": (100, 100),
    "a thousand": (1_000, 1_000),
    "both": (2, 2),
}
_WORD = any_of((*UNITS, *TENS))
_SPELLED = (
    rf"(?:{_WORD})(?:[ -](?:{_WORD}))?"
    rf"(?:\s+(?:hundred|thousand|million)(?:\s+and)?(?:\s+(?:{_WORD})(?:[ -](?:{_WORD}))?)?)*"
)
_DIGITS = r"\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?"
_VALUE = (
    rf"(?:{any_of(VAGUE)}"
    rf"|(?:{_DIGITS})(?:\s+(?:hundred|thousand|million|billion|dozen))?|{_SPELLED})"
)
_LEAST = (
    r"at least|no fewer than|no less than|not less than|a minimum of|upwards of|more than|over|"
    r"at the very least|as many as|some \d+ or more"
)
_MOST = r"up to|as many as|no more than|at most|fewer than|less than|under|almost|nearly|close to"
_ABOUT = r"about|around|approximately|roughly|some|an estimated|estimated|reportedly|perhaps"
_NUMBER = re.compile(
    rf"(?<![\w.,$€£#°/-])(?:(?P<qualifier>{_LEAST}|{_MOST}|{_ABOUT})\s+)?(?:(?P<between>between|from)\s+)?"
    rf"(?P<first>{_VALUE})(?:\s*(?:-|–|to|and|or)\s*(?P<second>{_VALUE}))?(?![\w%°/]|[.,]\d|-\w)",
)
_WORD_AT = re.compile(r"(?<![\w.,$€£#°/-])\w+")
# The words that a number can begin with; digits apart.
_FIRST = frozenset(
    entry.split()[0]
    for entry in (*UNITS, *TENS, *VAGUE, *_LEAST.split("|"), *_MOST.split("|"), *_ABOUT.split("|"))
) | {"between", "from"}


class Number(msgspec.Struct, frozen=True, gc=False):
    """``text[start:end]`` says a count between ``min`` and ``max`` (None: open upwards)."""

    start: int
    end: int
    min: int
    max: int | None
    approximate: bool = False


def find(text: str, start: int = 0, end: int | None = None) -> Iterator[Number]:
    """Every number in ``text[start:end]``, in order; years and times are numbers, too."""
    return find_lowered(lower(text), start, len(text) if end is None else end)


def find_lowered(text: str, start: int, end: int) -> Iterator[Number]:
    """As find, for a text that is in lower case already."""
    position = start
    for word in _WORD_AT.finditer(text, start, end):
        first = word.start()
        if first < position or not (text[first].isdigit() or word[0] in _FIRST):
            continue
        if match := _NUMBER.match(text, first, end):
            number = _read(match)
            position = number.end if number else match.end()
            if number:
                yield number


def _read(match: re.Match[str]) -> Number | None:
    first = value(match["first"])
    if first is None:
        return None
    end = match.end("first")
    low, high = first
    second = value(match["second"]) if match["second"] else None
    if second and _is_range(match, low, second[0]):
        high, end = second[1], match.end("second")
    return _qualified(match, low, high, end)


def _is_range(match: re.Match[str], low: int, other: int) -> bool:
    joint = match.string[match.end("first") : match.start("second")].strip().lower()
    if joint == "and":
        return bool(match["between"]) and other > low
    return other > low


def _qualified(match: re.Match[str], low: int, high: int | None, end: int) -> Number:
    qualifier = (match["qualifier"] or "").lower()
    start = match.start("between") if match["between"] and not qualifier and end == match.end() else -1
    start = match.start() if qualifier or start >= 0 else match.start("first")
    if re.fullmatch(_ABOUT, qualifier):
        return Number(start, end, low, high, approximate=True)
    if qualifier in {"more than", "over"}:
        return Number(start, end, low, None)
    if re.fullmatch(_LEAST, qualifier) and qualifier != "as many as":
        return Number(start, end, low, None)
    if qualifier in {"almost", "nearly", "close to"}:
        return Number(start, end, int(low * 0.9), low, approximate=True)
    if qualifier in {"fewer than", "less than", "under"}:
        return Number(start, end, 0, max(low - 1, 0))
    if qualifier in {"up to", "as many as", "no more than", "at most"}:
        return Number(start, end, 0 if qualifier == "at most" else min(1, low), low)
    return Number(start, end, low, high)


def value(words: str) -> tuple[int, int | None] | None:
    """The range that one number expression stands for, or None where it is none."""
    lowered = " ".join(words.lower().split())
    if lowered in VAGUE:
        return VAGUE[lowered]
    if lowered[:1].isdigit():
        return _digits(lowered)
    return _spelled(re.split(r"[\s-]+", lowered))


def _digits(words: str) -> tuple[int, int] | None:
    number, _, scale = words.partition(" ")
    factor = 12 if scale == "dozen" else SCALES.get(scale, 1)
    try:
        amount = float(number.replace(",", "")) * factor
    except ValueError:
        return None
    return (int(amount), int(amount)) if amount == int(amount) and amount < 1e12 else None


def _spelled(words: list[str]) -> tuple[int, int] | None:
    total, current, seen = 0, 0, False
    for word in words:
        if word in UNITS or word in TENS:
            current += UNITS.get(word, 0) + TENS.get(word, 0)
            seen = True
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word in SCALES:
            total, current = total + max(current, 1) * SCALES[word], 0
        elif word != "and":
            return None
    return (total + current, total + current) if seen else None
