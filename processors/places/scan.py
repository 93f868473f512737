"""One pass over a text for runs of words that the gazetteer knows: candidates, not yet places."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from processors.places.gazetteer import Gazetteer
from processors.places.keys import fold

MAX_WORDS = 6
_WORD = re.compile(r"[^\W_]+(?:['’ʼ`‘][^\W\d_]+)*")
# Between two words of one name: a space, a hyphen, or a full stop after an abbreviation.
_JOINT = re.compile(r"(?: |\u00a0|-|–|'|’|‘|\. ?|/)$")
_SHORTENED = {
    "st": "saint",
    "ste": "sainte",
    "mt": "mount",
    "ft": "fort",
    "pt": "point",
    "n": "north",
    "s": "south",
    "e": "east",
    "w": "west",
    "co": "county",
    "twp": "township",
    "twp.": "township",
    "gov": "governorate",
}
_APOSTROPHE_SUFFIX = re.compile(r"([^\W_]{3,})['’][a-zçğıöşü]{1,6}")
_CASELESS = ("ARABIC", "HEBREW", "SYRIAC", "DEVANAGARI", "BENGALI", "THAI", "ETHIOPIC", "MYANMAR", "GEORGIAN")


class Word(NamedTuple):
    """A word of the text."""

    start: int
    end: int
    text: str
    key: str  # folded
    capital: bool  # begins with a capital letter, or its script has none


class Found(NamedTuple):
    """Words ``first`` .. ``last`` (both included) bear a name that the gazetteer knows."""

    first: int
    last: int
    start: int
    end: int
    key: str


@lru_cache(maxsize=4096)
def _caseless(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(_CASELESS)


def words_of(text: str) -> list[Word]:
    """The words of a text, a possessive 's cut off."""
    words = []
    for match in _WORD.finditer(text):
        raw = match.group()
        end = match.end()
        if len(raw) > 2 and raw[-2] in "'’" and raw[-1] in "sS":
            raw, end = raw[:-2], end - 2
        first = raw[0]
        capital = first.isupper() or (not first.islower() and first.isalpha() and _caseless(first))
        words.append(Word(match.start(), end, raw, fold(raw), capital))
    return words


def variants(key: str) -> Iterator[str]:
    """The key itself, then the key with newspaper abbreviations written out."""
    yield key
    parts = key.split(" ")
    if len(parts) > 1:
        if parts[0] in _SHORTENED:
            yield " ".join([_SHORTENED[parts[0]], *parts[1:]])
        if parts[-1] in ("co", "twp"):
            yield " ".join([*parts[:-1], _SHORTENED[parts[-1]]])
        if parts[0] in ("saint", "mount", "fort"):
            yield " ".join([{"saint": "st", "mount": "mt", "fort": "ft"}[parts[0]], *parts[1:]])


_ENDINGS = (
    ("ом", ("", "о")),
    ("ем", ("",)),
    ("ою", ("а",)),
    ("ой", ("а", "ая")),
    ("ею", ("я",)),
    ("ях", ("и",)),
    ("ах", ("ы", "и", "а")),
    ("ам", ("ы",)),
    ("ове", ("ов",)),
    ("ові", ("ів", "ов")),
    ("ова", ("ів", "ов")),
    ("єва", ("їв",)),
    ("єві", ("їв",)),
    ("еві", ("ів",)),
    ("ске", ("ск", "ска")),
    ("ську", ("ськ",)),
    ("ської", ("ська",)),
    ("ській", ("ська",)),
    ("ской", ("ская",)),
    ("скую", ("ская",)),
    ("ии", ("ия",)),
    ("ію", ("ія",)),
    ("ії", ("ія",)),
    ("ию", ("ия",)),
    ("е", ("", "а", "о", "ь")),
    ("у", ("", "а", "о")),
    ("і", ("", "а", "ь")),
    ("а", ("", "о")),
    ("я", ("ь", "й")),
    ("ю", ("ь", "я")),
    ("и", ("а", "ь", "я")),
    ("ы", ("а",)),
)
_ARABIC_PREFIXES = ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ب", "ل", "ف", "ك")
_HEBREW_PREFIXES = ("וב", "ול", "ומ", "שב", "ב", "ל", "מ", "ה", "ו", "ש")


def bases(word: str) -> list[str]:
    """The folded word and, in scripts whose names inflect or take prefixes, its possible base forms."""
    first = word[0]
    if first < "\u0370":
        return [word]
    if "\u0400" <= first <= "\u04ff":
        return [word, *_cyrillic_bases(word)]
    if "\u0590" <= first <= "\u05ff":
        return [
            word,
            *(word[len(p) :] for p in _HEBREW_PREFIXES if word.startswith(p) and len(word) - len(p) > 1),
        ]
    if "\u0600" <= first <= "\u06ff":
        return [word, *_arabic_bases(word)]
    return [word]


def _cyrillic_bases(word: str) -> Iterator[str]:
    if len(word) < 5:
        return
    for ending, nominatives in _ENDINGS:
        if word.endswith(ending):
            stem = word[: -len(ending)]
            yield from (stem + nominative for nominative in nominatives)


def _arabic_bases(word: str) -> Iterator[str]:
    for prefix in _ARABIC_PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) > 2:
            rest = word[len(prefix) :]
            yield rest
            if prefix.endswith("ال") or prefix == "لل":
                yield "ال" + rest
    if not word.startswith("ال"):
        yield "ال" + word


def _without_suffix(raw: str) -> str | None:
    """The folded name before an apostrophe and a case ending, as Turkish writes names: İdlib'e, Kabil'de."""
    match = _APOSTROPHE_SUFFIX.fullmatch(raw)
    return fold(match[1]) if match else None


def _keys_from(text: str, words: list[Word], first: int, gazetteer: Gazetteer) -> Iterator[Found]:
    """Every run of words from ``first`` on that could be a name."""
    heads = [
        base for base in bases(words[first].key) if base and gazetteer.starts_name(base.split(" ", 1)[0])
    ]
    heads += [v for v in (_SHORTENED.get(words[first].key), _without_suffix(words[first].text)) if v]
    if not heads:
        return
    tail = ""
    for last in range(first, min(first + MAX_WORDS, len(words))):
        if last > first:
            if not _JOINT.match(text[words[last - 1].end : words[last].start]):
                return
            tail += " " + words[last].key
        for head in heads:
            yield Found(first, last, words[first].start, words[last].end, head + tail)
            if last == first + 1 and words[last].key[:1] > "\u0370":
                yield from (
                    Found(first, last, words[first].start, words[last].end, f"{head} {base}")
                    for base in bases(words[last].key)[1:]
                )


def scan(text: str, words: list[Word], gazetteer: Gazetteer) -> list[Found]:
    """Known names, the longest at each word; overlapping ones are left in, first come first."""
    tried: list[Found] = []
    keys: list[str] = []
    for first, word in enumerate(words):
        if not word.capital:
            continue
        for found in _keys_from(text, words, first, gazetteer):
            for key in variants(found.key):
                tried.append(found._replace(key=key))
                keys.append(key)
    known = gazetteer.known(keys)
    best: dict[int, Found] = {}
    for found, is_known in zip(tried, known.tolist(), strict=True):
        if is_known and words[found.last].capital:
            current = best.get(found.first)
            if current is None or found.last > current.last:
                best[found.first] = found
    return list(best.values())
