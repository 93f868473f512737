"""The sections ``numbers``, ``casualties``, ``times`` and ``status`` of a language's lexicon, compiled.

Entries are separated by commas; '*' stands for any ending. In languages whose particles are written
together with the word (``prefixes``: Arabic, Hebrew) an entry is also found behind them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from config.errors import EnrichmentError

_FOLDER = resources.files("processors") / "lexicons"
NEVER = re.compile(r"(?!)")
Pattern = re.Pattern[str]


@dataclass(frozen=True)
class LanguageData:
    """What one language's lexicon says beyond triggers."""

    language: str
    numbers: Mapping[str, int]  # number words in lower case
    number: Pattern  # digits or number words
    one: Pattern  # a noun that means one person
    two: Pattern  # a dual
    at_least: Pattern  # stands right before a number
    about: Pattern
    nobody: Pattern  # 'no casualties'
    killed_one: Pattern  # a verb in the singular: one person
    tolls: Mapping[str, Pattern]  # kind of toll -> its verbs and nouns
    today: Pattern
    yesterday: Pattern
    weekdays: Mapping[str, int]  # lower case -> 0 (Monday) to 6
    months: Mapping[str, int]  # lower case -> 1 to 12
    weekday: Pattern
    month: Pattern
    last_year: Pattern
    long_ago: Pattern
    status: Mapping[str, Pattern]  # denied, planned, hypothetical, past -> cues


@lru_cache(maxsize=32)
def load(language: str) -> LanguageData | None:
    """The data of ``language`` (ISO 639-1); None where its lexicon has no such sections."""
    path = _FOLDER / f"{language}.toml"
    if not path.is_file():
        return None
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
        return _compile(language, raw) if "casualties" in raw else None
    except (tomllib.TOMLDecodeError, KeyError, ValueError) as error:
        raise EnrichmentError(f"lexicon {path}: {error}; reinstall or mend it") from error


def _compile(language: str, raw: Mapping[str, Any]) -> LanguageData:
    prefixes = tuple(raw.get("prefixes", ()))
    counts, tolls, times, status = raw["numbers"], raw["casualties"], raw["times"], raw["status"]
    numbers = dict(_number(item) for item in _items(counts["words"]))
    weekdays = {name: index for index, name in enumerate(times["weekdays"].split())}
    months = _months(times)

    def pattern(words: str) -> Pattern:
        return words_pattern(_items(words), prefixes)

    return LanguageData(
        language=language,
        numbers=numbers,
        number=_number_pattern(numbers, prefixes),
        one=pattern(counts.get("one", "")),
        two=pattern(counts.get("two", "")),
        at_least=_leading(counts.get("at_least", "")),
        about=_leading(counts.get("about", "")),
        nobody=pattern(tolls.get("nobody", "")),
        killed_one=pattern(tolls.get("killed_one", "")),
        tolls={kind: pattern(tolls[kind]) for kind in ("killed", "injured", "detained", "kidnapped")},
        today=pattern(times["today"]),
        yesterday=pattern(times["yesterday"]),
        weekdays=weekdays,
        months=months,
        weekday=words_pattern(list(weekdays), prefixes),
        month=words_pattern(list(months), prefixes),
        last_year=pattern(times["last_year"]),
        long_ago=pattern(times["long_ago"]),
        status={name: pattern(status[name]) for name in ("denied", "planned", "hypothetical", "past")},
    )


def _items(words: str) -> list[str]:
    return [item.strip().lower() for item in words.split(",") if item.strip()]


def _number(item: str) -> tuple[str, int]:
    word, _, value = item.rpartition("=")
    return word.strip(), int(value)


def _months(times: Mapping[str, str]) -> dict[str, int]:
    months = {name: index for index, name in enumerate(times["months"].split(), start=1)}
    for index, name in enumerate(_items(times.get("months_other", "")), start=1):
        months[name] = index
    return months


def words_pattern(entries: list[str], prefixes: tuple[str, ...] = ()) -> Pattern:
    """Any of ``entries`` as whole words; the group ``word`` is what was found without its particle."""
    if not entries:
        return NEVER
    ordered = sorted(entries, key=len, reverse=True)
    body = "|".join(re.escape(entry).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for entry in ordered)
    lead = f"(?:{'|'.join(sorted(map(re.escape, prefixes), key=len, reverse=True))})?" if prefixes else ""
    return re.compile(rf"(?<!\w){lead}(?P<word>{body})(?!\w)", re.IGNORECASE)


def _leading(words: str) -> Pattern:
    """Entries that stand right before a number, or are written together with it."""
    entries = _items(words)
    if not entries:
        return NEVER
    body = "|".join(sorted(map(re.escape, entries), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{body})[\s-]*$", re.IGNORECASE)


def _number_pattern(numbers: Mapping[str, int], prefixes: tuple[str, ...]) -> Pattern:
    ordered = sorted(numbers, key=len, reverse=True)
    words = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered)
    lead = f"(?:{'|'.join(sorted(map(re.escape, prefixes), key=len, reverse=True))})?" if prefixes else ""
    return re.compile(
        r"(?<![\w.,:/-])(?:(?P<digits>\d{1,3}(?:[.,\u00a0 ]\d{3})+|\d+)"
        rf"|{lead}(?P<word>{words}))(?![\w%/:])",
        re.IGNORECASE,
    )
