"""One pass over a text for runs of words that the gazetteer knows: candidates, not yet places."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from processors.places import cues
from processors.places.gazetteer import Gazetteer
from processors.places.keys import fold
from processors.places.page import Page, elided
from processors.places.sources import DATA

MAX_WORDS = 6
# Between two words of one name: a space, a hyphen, or a full stop after an abbreviation.
JOINTS = frozenset({" ", "\u00a0", "-", "–", "'", "’", "‘", ".", ". ", "/", "\u200c", "־"})
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
    "gov": "governorate",
}
_APOSTROPHE_SUFFIX = re.compile(r"([^\W_]{3,})['’][a-zçğıöşü]{1,6}")


class Found(NamedTuple):
    """Words ``first`` .. ``last`` (both included) bear a name that the gazetteer knows."""

    first: int
    last: int
    key: str
    position: int  # where the index has it


def variants(key: str) -> Iterator[str]:
    """The key itself, then the key with newspaper abbreviations written out."""
    yield key
    parts = key.split(" ")
    if len(parts) > 1:
        if parts[0] in _SHORTENED:
            yield " ".join([_SHORTENED[parts[0]], *parts[1:]])
        if parts[0] in ("county", "co"):  # County Armagh
            yield " ".join(parts[1:])
        if parts[-1] in ("co", "twp"):
            yield " ".join([*parts[:-1], _SHORTENED[parts[-1]]])
        if parts[0] in ("saint", "mount", "fort"):
            yield " ".join([{"saint": "st", "mount": "mt", "fort": "ft"}[parts[0]], *parts[1:]])


_SPELLED = (
    ("аї", ("ай",)),
    ("ае", ("ай",)),
    ("аю", ("ай",)),
    ("ому", ("е", "ий", "ое")),
    ("ого", ("е", "ий", "ый", "ое")),
    ("ової", ("ова",)),
    ("овій", ("ова",)),
    ("ами", ("ы", "и", "а")),
    ("ям", ("і", "и")),
    ("ями", ("і", "и")),
    ("єю", ("я",)),
    ("ої", ("а",)),
    ("ій", ("а", "я")),
    ("ці", ("к", "ка")),
    ("зі", ("г", "га")),
    ("сі", ("х", "ха")),
    ("ом", ("", "о", "ый", "ий", "ое")),
    ("ым", ("ый", "ое")),
    ("им", ("ий", "е", "ое")),
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
    ("ью", ("ь", "ье")),
    ("ья", ("ье",)),
    ("ьем", ("ье",)),
    ("нню", ("нь",)),
    ("ллю", ("ль",)),
    ("ттю", ("ть",)),
    ("ем", ("ь", "е")),
    ("е", ("", "а", "о", "ь")),
    ("у", ("", "а", "о")),
    ("і", ("", "а", "о", "ь", "я")),
    ("а", ("", "о")),
    ("я", ("ь", "й")),
    ("ю", ("ь", "я")),
    ("и", ("а", "ь", "я")),
    ("ы", ("а",)),
)
# As texts are compared: й is и and ї is і there.
_ENDINGS = tuple((fold(ending), tuple(map(fold, bases))) for ending, bases in _SPELLED)
_CLOSED = re.compile("(.*)[ое]([бвгґджзклмнпрстфхцчшщ]ь?)")  # Ukrainian: Рогу is of Ріг, Канева of Канів
INTRODUCING = frozenset(("مدينه", "بمدينه", "لمدينه", "بلده", "شهر", "העיר", "בעיר"))  # 'the city of'
_LAND = re.compile("([а-яіїєґ]{3,}?)(ччин|щин)(?:а|и|і|у|ою)")
_SIDE = re.compile("(?:Nord|Süd|Ost|West|Zentral)(?:ost|west)?([a-zäöü]{4,})")
_SIDES = frozenset(  # before a German genitive: 'im Osten Kongos', 'die Hauptstadt Malis'
    (
        "norden",
        "suden",
        "osten",
        "westen",
        "nordosten",
        "nordwesten",
        "sudosten",
        "sudwesten",
        "hauptstadt",
        "zentrum",
    )
)
_TURKISH = re.compile("[çğışöüÇĞİŞÖÜ]|['’][dt][ae]n?$")
_ARABIC_PREFIXES = ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ب", "ل", "ف", "ك")
SHORTEST_INFLECTED = 5  # letters; shorter Cyrillic words are tried as they stand
SHORTEST_LATER = 4  # the same behind the first word of a name: 'Кривому Рогу'
SHORTEST_WITH_ARTICLE = 3  # letters; shorter words are rarely names that lost their article
_HEBREW_PREFIXES = ("וב", "ול", "ומ", "שב", "ב", "ל", "מ", "ה", "ו", "ש")


@lru_cache(maxsize=1)
def common_abroad() -> frozenset[str]:
    """Folded everyday words, mostly of Arabic, Persian and Hebrew, that are names as well: 'ambush'."""
    table = tomllib.loads((DATA / "common_abroad.toml").read_text(encoding="utf-8"))
    return frozenset(str(table["words"]).split())


def _is_common(page: Page, first: int, key: str) -> bool:
    """Whether the words are everyday ones: 'north west', not 'the city of ...'."""
    common = common_abroad()
    everyday = key in common if " " not in key else common.issuperset(key.split(" "))
    return everyday and page.key(first - 1) not in INTRODUCING


def bases(word: str, shortest: int = SHORTEST_INFLECTED) -> list[str]:
    """The folded word and, in scripts whose names inflect or take prefixes, its possible base forms."""
    first = word[0]
    if first < "\u0370":
        return [word]
    if "\u0400" <= first <= "\u04ff":
        return [word, *(_cyrillic_bases(word) if len(word) >= shortest else ())]
    if "\u0590" <= first <= "\u05ff":
        return [
            word,
            *(word[len(p) :] for p in _HEBREW_PREFIXES if word.startswith(p) and len(word) - len(p) > 1),
        ]
    if "\u0600" <= first <= "\u06ff":
        return [word, *_arabic_bases(word)]
    return [word]


def _cyrillic_bases(word: str) -> Iterator[str]:
    yield from _regions(word)
    for ending, nominatives in _ENDINGS:
        if word.endswith(ending):
            stem = word[: -len(ending)]
            yield from (stem + nominative for nominative in nominatives)
            closed = _CLOSED.fullmatch(stem) if "" in nominatives else None
            if closed:
                yield f"{closed[1]}і{closed[2]}"


def _regions(word: str) -> Iterator[str]:
    """Ukrainian names of regions: Сумщина is Сумська область, Донеччина Донецька область."""
    named = _LAND.fullmatch(word)
    if named:
        yield named[1] + ("цька" if named[2] == "ччин" else "ська") + " область"


def _arabic_bases(word: str) -> Iterator[str]:
    for prefix in _ARABIC_PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) > 2:
            rest = word[len(prefix) :]
            yield rest
            if prefix.endswith("ال") or prefix == "لل":
                yield "ال" + rest
    if len(word) > SHORTEST_WITH_ARTICLE and not word.startswith("ال"):
        yield "ال" + word


def _without_suffix(raw: str) -> str | None:
    """The folded name before an apostrophe and a case ending, as Turkish writes names: İdlib'e, Kabil'de."""
    match = _APOSTROPHE_SUFFIX.fullmatch(raw)
    return fold(match[1]) if match else None


def _is_country(key: str, gazetteer: Gazetteer) -> bool:
    """Whether a country is called so."""
    return gazetteer.starts_name(key) and any(h.entry.kind == "country" for h in gazetteer.lookup_key(key))


def _heads(raw: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """What a name that begins with this word may begin with; empty where no name does."""
    key = fold(raw)
    heads = [b for b in bases(key) if b and gazetteer.starts_name(b.split(" ", 1)[0])] if key else []
    bare = _without_suffix(raw)
    heads += [v for v in (_SHORTENED.get(key), bare) if v]
    if elided(raw):
        heads.append(fold(raw[2:]))  # behind L'Aquila, which is a name as a whole
    if bare and _TURKISH.search(raw):
        heads.insert(0, bare)  # Şam'a is Şam with an ending; Sana'a is not Sana
    if not heads and raw[-1] == "s" and len(raw) >= SHORTEST_INFLECTED and _is_country(key[:-1], gazetteer):
        heads.append(key[:-1])  # German: 'Madagaskars'
    side = None if heads else _SIDE.fullmatch(raw)
    if side:  # 'Südlibanon', 'Nordostsyrien'
        heads += [b for b in (fold(side[1]),) if gazetteer.starts_name(b)]
    if len(gazetteer.heads) > 100_000:
        gazetteer.heads.clear()
    found = gazetteer.heads[raw] = tuple(heads)
    return found


# 'в Саратовской области', 'Алтайского края': the name is an adjective, its noun is in lower case.
_DIVISIONS = {
    **dict.fromkeys(("область", "области", "областью", "області", "областю"), "область"),
    **dict.fromkeys(("краи", "края", "крае", "краю"), "краи"),
}
_ADJECTIVE = re.compile("[\u0400-\u04ff-]+(?:ои|ая|ую|ого|ому|ом|ии|ыи|а|у|ім|ої|іи)")


def _divisions(page: Page, first: int, heads: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """'Саратовской области' as 'саратовская область', whatever its case."""
    noun = _DIVISIONS.get(page.key(first + 1))
    if noun and page.gap(first) == " " and _ADJECTIVE.fullmatch(page.key(first)):
        yield from ((first + 1, f"{head} {noun}") for head in heads)


def _longer(page: Page, first: int, heads: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """(last word, key) of every run of two words and more from ``first`` on that could be a name."""
    tail = ""
    for last in range(first + 1, min(first + MAX_WORDS, len(page.words))):
        if page.gap(last - 1) not in JOINTS:
            return
        key, capital = page.key(last), page.capital(last)
        if not capital and key not in cues.INNER:
            if key == "city":  # 'Guatemala city', where papers write it small
                yield from ((last, f"{head}{tail} city") for head in heads)
            return
        if capital and key[:1] > "\u0370":
            yield from (
                (last, f"{head}{tail} {base}") for head in heads for base in bases(key, SHORTEST_LATER)[1:]
            )
        elif (
            capital
            and "'" in page.words[last].replace("’", "'")
            and (bare := _without_suffix(page.words[last]))
        ):
            yield from ((last, f"{head}{tail} {bare}") for head in heads)
        tail += " " + key
        if capital:
            yield from ((last, head + tail) for head in heads)


def _tried(page: Page, gazetteer: Gazetteer) -> list[tuple[int, int, str]]:
    """(first word, last word, key) of whatever may be a name."""
    tried: list[tuple[int, int, str]] = []
    known = gazetteer.heads
    for first in page.capitals:
        raw = page.words[first]
        heads = known.get(raw)
        if heads is None:
            heads = _heads(raw, gazetteer)
        if raw[-1] == "s" and page.key(first - 1) in _SIDES:
            heads = (*heads, fold(raw[:-1]))
        if heads:
            for head in heads:
                tried += (
                    [(first, first, key) for key in variants(head)] if " " in head else [(first, first, head)]
                )
            for last, run in _longer(page, first, heads):
                tried += [(first, last, key) for key in variants(run)]
            if raw[0] > "\u0400":
                tried += [(first, last, key) for last, key in _divisions(page, first, heads)]
    return tried


def scan(page: Page, gazetteer: Gazetteer) -> list[Found]:
    """Known names, the longest at each word; overlapping ones are left in, first come first."""
    tried = _tried(page, gazetteer)
    best: dict[int, Found] = {}
    for (first, last, key), position in zip(tried, gazetteer.positions([t[2] for t in tried]), strict=True):
        if _is_common(page, first, key):
            continue
        if position is not None and (first not in best or last > best[first].last):
            best[first] = Found(first, last, key, position)
    return list(best.values())
