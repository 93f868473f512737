"""Tolls in languages other than English: each number goes to the nearest word that counts people."""

from __future__ import annotations

import re
from dataclasses import dataclass

from processors.languages.data import LanguageData
from processors.messages import Casualties

REACH = 60  # characters between a number and the word it counts for
_COMMA = 12  # characters that a comma between them counts as
_OTHER_KIND = 40  # characters that another toll's word between them counts as
_BREAK = re.compile(r"[,،;؛:]")


@dataclass(frozen=True, slots=True)
class _Count:
    start: int
    end: int
    min: int
    max: int | None


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    kind: str


def find(text: str, start: int, end: int, data: LanguageData) -> list[Casualties]:
    """The tolls of ``text[start:end]``, in order."""
    nothing = [match.span() for match in data.nobody.finditer(text, start, end)]
    if nothing:
        first, last = nothing[0]
        return [Casualties(kind=kind, min=0, max=0, start=first, end=last) for kind in ("killed", "injured")]
    words = _words(text, start, end, data)
    found = _paired(text, words, _counts(text, start, end, data)) if words else []
    return sorted(found or _single(text, start, end, data), key=lambda toll: toll.start or 0)


def _words(text: str, start: int, end: int, data: LanguageData) -> list[_Word]:
    found = [
        _Word(match.start("word"), match.end("word"), kind)
        for kind, pattern in data.tolls.items()
        for match in pattern.finditer(text, start, end)
    ]
    return sorted(found, key=lambda word: word.start)


def _counts(text: str, start: int, end: int, data: LanguageData) -> list[_Count]:
    found = [
        count
        for match in data.number.finditer(text, start, end)
        if (count := _read(text, start, match, data)) is not None
    ]
    for pattern, value in ((data.one, 1), (data.two, 2)):
        for match in pattern.finditer(text, start, end):
            taken = any(count.start < match.end() and match.start() < count.end for count in found)
            beside = any(0 <= match.start("word") - count.end <= 2 for count in found)
            if not taken and not beside:
                found.append(_Count(match.start(), match.end(), value, value))
    return _without_bare_articles(found, text, data)


def _read(text: str, start: int, match: re.Match[str], data: LanguageData) -> _Count | None:
    value = _value(match, data)
    if value is None or 1900 <= value <= 2100 or _is_date(text, match, data):
        return None
    before = text[max(start, match.start() - 30) : match.start()]
    if data.at_least.search(before):
        return _Count(match.start(), match.end(), value, None)
    return _Count(match.start(), match.end(), value, value)


def _value(match: re.Match[str], data: LanguageData) -> int | None:
    if match["digits"]:
        digits = re.sub(r"\D", "", match["digits"])
        return int(digits) if len(digits) <= 7 else None
    return data.numbers.get(re.sub(r"\s+", " ", match["word"].lower()))


def _is_date(text: str, match: re.Match[str], data: LanguageData) -> bool:
    return bool(data.month.match(text, _next_word(text, match.end())))


def _next_word(text: str, position: int) -> int:
    for skipped in (" de ", ". ", " "):
        if text.startswith(skipped, position):
            return position + len(skipped)
    return position


def _without_bare_articles(counts: list[_Count], text: str, data: LanguageData) -> list[_Count]:
    """'un', 'ein', 'bir' count people only in the nouns listed under ``one``."""
    people = [match.span() for match in data.one.finditer(text)]
    kept = []
    for count in counts:
        word = text[count.start : count.end].lower()
        article = count.min == 1 and word in data.numbers and not word.isdigit()
        inside = any(first <= count.start < last for first, last in people)
        if not article or inside:
            kept.append(count)
    return kept


def _paired(text: str, words: list[_Word], counts: list[_Count]) -> list[Casualties]:
    pairs = sorted(
        (distance, counts.index(count), words.index(word))
        for count in counts
        for word in words
        if (distance := _distance(text, count, word, words)) <= REACH
    )
    found: list[Casualties] = []
    used_counts: set[int] = set()
    used_words: set[int] = set()
    for _, at, which in pairs:
        if at in used_counts or which in used_words:
            continue
        used_counts.add(at)
        used_words.update(
            index
            for index, word in enumerate(words)
            if word.kind == words[which].kind and _near(word, words[which])
        )
        count = counts[at]
        found.append(
            Casualties(kind=words[which].kind, min=count.min, max=count.max, start=count.start, end=count.end)
        )
    return found


def _near(one: _Word, other: _Word) -> bool:
    return abs(one.start - other.start) <= 25


def _distance(text: str, count: _Count, word: _Word, words: list[_Word]) -> int:
    first, last = (count.end, word.start) if count.end <= word.start else (word.end, count.start)
    if last < first:
        return 0
    between = text[first:last]
    crossed = sum(other.kind != word.kind and first <= other.start < last for other in words)
    return len(between) + _COMMA * len(_BREAK.findall(between)) + _OTHER_KIND * crossed


def _single(text: str, start: int, end: int, data: LanguageData) -> list[Casualties]:
    match = data.killed_one.search(text, start, end)
    if not match:
        return []
    return [Casualties(kind="killed", min=1, max=1, start=match.start(), end=match.end())]
