"""The sections of a language's lexicon beyond triggers: counting, tolls, people, times and status.

Every word of these sections goes into one automaton, so that one pass over a text finds all of them;
what a word is there for is its *label*. Entries are separated by commas, '*' stands for any ending, and
``prefixes`` (Arabic, Hebrew) may stand before any of them, as in the trigger sections.

=================  =============================================================================
label              the word
=================  =============================================================================
``n:12``           counts; ``v:20`` counts vaguely, from 20 up ('dozens')
``art``            counts one only before a noun for a person ('un', 'ein')
``one``, ``two``   a noun for one person, a dual
``part:2``         'two of them' in one word (Turkish)
``least``          before a number; ``least-after`` behind it; ``about`` before it
``p:children``     people of a category, in any number
``thing``          behind a number: it counts no people ('houses', 'years'); ``age`` the same before it
``agent``          before a number: these are who did it ('par deux hommes')
``name``           a proper name with a number in it
``toll:killed``    says what happened to people; ``sg:killed`` says it of one person
``bare``           'toll' without saying of what
``body``           a dead body: what is found of them may be a part of the dead
``nobody``         'no casualties'
``not``            right before a toll word: it did not happen
``subset``         'among them', 'including'; ``subset-after`` the same behind the number
``subset-end``     where such a list is over (Turkish)
``among``          'among' before a toll word ('among the dead')
``of-them``        right behind a number: 'of them'; ``of:killed`` with it where it says so
``earlier``        before a number: it is outdated ('at first'); ``versus`` right before it ('against 9')
``day:-1``         yesterday; ``week:``, ``month:``, ``year:`` likewise
``wd:0``, ``m:1``  weekday, month; ``sm:1`` month of the solar calendar; ``season:0`` spring
``ago``            'ago'; ``u:year:2`` a unit of time, here 'two years' in one word
``last``, ``next``  beside a weekday, month or season
``st:denied``      status cue; ``prior`` ('previous') and ``ahead`` ('planned') right beside the trigger
``st:plotted``     plotted or foiled by those whom the same sentence says were arrested
``demanded``       before an agreement or a protest: somebody wants it
``trial``          a court deals with it: it is no news of today
``speech``         a verb of saying; ``blame`` what is denied is only the part in it
=================  =============================================================================
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from config.errors import EnrichmentError
from processors.text.letters import one_spelling
from processors.text.lexicon import Lexicon, compile_lexicon

_FOLDER = resources.files("processors") / "lexicons"
KINDS = ("killed", "injured", "missing", "detained", "kidnapped", "displaced")
STATUSES = ("denied", "hypothetical", "plotted", "planned", "past")
_SPANS = ("day", "week", "month", "year")


@dataclass(frozen=True)
class LanguageData:
    """What one language's lexicon says beyond triggers."""

    language: str
    words: Lexicon  # all words of these sections, by label
    joint: re.Pattern[str]  # 'and' between two numbers or groups, spaces included
    opening: re.Pattern[str]  # what begins with 'and' or a comma
    closing: re.Pattern[str]  # what ends so
    articles: bool  # one person needs an article: 'un soldat', 'ein Soldat'
    number_first: bool  # units before tens, joined: 'thirteen' and 'three and twenty' in Arabic


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
    concepts: dict[str, list[str]] = {}
    for label, words in _labelled(raw):
        concepts.setdefault(label, []).append(words)
    joined = {label: ", ".join(words) for label, words in concepts.items()}
    counts = raw["numbers"]
    joint = "|".join(re.escape(one_spelling(word)) for word in _items(counts["and"]))
    after = "" if raw.get("prefixes") else r"\s"  # Arabic and Hebrew write 'and' together with the word
    return LanguageData(
        language=language,
        words=compile_lexicon(language, {"concepts": joined, "prefixes": raw.get("prefixes", ())}),
        joint=re.compile(rf"(?:\s*-\s*|\s*,?\s+(?:(?:{joint})\s*)?)"),
        opening=re.compile(rf"^\s*(?:[,،]|(?:{joint}){after})"),
        closing=re.compile(rf"(?:[,،]|\s(?:{joint}))\s*$"),
        articles="articles" in counts,
        number_first=bool(counts.get("units_first", False)),
    )


def _labelled(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(label, entries) of all sections; one label may come several times."""
    yield from _counting(raw["numbers"])
    for category, words in raw["people"].items():
        yield f"p:{category}", words
    yield from _tolls(raw["casualties"])
    yield from _times(raw["times"])
    for name in STATUSES:
        yield f"st:{name}", raw["status"].get(name, "")
    for name in ("speech", "blame", "prior", "ahead", "trial", "demanded"):
        yield name, raw["status"].get(name, "")


def _counting(section: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    numbers = [_number(item) for item in _items(section["words"])]
    if "compound" in section:  # German: 'dreiundzwanzig'
        numbers += list(_compounds(numbers, section["compound"]))
    for word, value in numbers:
        yield f"n:{value}", word
    for word, value in map(_number, _items(section.get("vague", ""))):
        yield f"v:{value}", word
    for word, value in map(_number, _items(section.get("part", ""))):
        yield f"part:{value}", word
    yield "art", section.get("articles", "")
    for name in ("one", "two", "about", "thing"):
        yield name, section.get(name, "")
    yield "age", section.get("age", "")
    yield "agent", section.get("agent", "")
    yield "name", section.get("names", "")
    yield "least", section.get("at_least", "")
    yield "least-after", section.get("at_least_after", "")


def _compounds(numbers: list[tuple[str, int]], joint: str) -> Iterator[tuple[str, int]]:
    for unit, value in numbers:
        if value < 10:
            yield from ((unit + joint + tens, value + ten) for tens, ten in numbers if 20 <= ten < 100)


def _tolls(section: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for kind in KINDS:
        yield f"toll:{kind}", section.get(kind, "")
        yield f"toll:{kind}", section.get(f"{kind}_sg", "")
        yield f"sg:{kind}", section.get(f"{kind}_sg", "")
    for name in ("nobody", "not", "subset", "among", "earlier", "versus"):
        yield name, section.get(name, "")
    yield "bare", section.get("toll", "")
    yield "body", section.get("bodies", "")
    yield "toll:killed", section.get("bodies", "")
    yield "of-them", section.get("of_them", "")
    for kind in KINDS:  # 'of the wounded' in one entry says the kind, too
        yield "of-them", section.get(f"of_the_{kind}", "")
        yield f"of:{kind}", section.get(f"of_the_{kind}", "")
    yield "subset-after", section.get("subset_after", "")
    yield "subset-end", section.get("subset_end", "")


def _times(section: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for span in _SPANS:
        for name, shift in (("last", -1), ("this", 0), ("next", 1)):
            yield f"{span}:{shift}", section.get(f"{name}_{span}", "")
        for factor, prefix in ((1, "unit"), (2, "two")):
            yield f"u:{span}:{factor}", section.get(f"{prefix}_{span}", "")
    yield "day:-2", section.get("day_before_yesterday", "")
    yield "year:-10", section.get("long_ago", "")
    for name in ("ago", "last", "next"):
        yield name, section.get(name, "")
    for label, name, first in (("wd", "weekdays", 0), ("m", "months", 1), ("season", "seasons", 0)):
        yield from _groups(label, section[name], first)
    yield from _groups("sm", section.get("solar_months", ""), 1)


def _groups(label: str, groups: str, first: int) -> Iterator[tuple[str, str]]:
    """'monday*, mon; tuesday*' gives each group its number."""
    for index, words in enumerate(groups.split(";"), start=first):
        yield f"{label}:{index}", words


def _items(words: str) -> list[str]:
    return [item.strip().lower() for item in words.split(",") if item.strip()]


def _number(item: str) -> tuple[str, int]:
    word, _, value = item.rpartition("=")
    return word.strip(), int(value)
