"""Groups of people with their number: 'at least 13 civilians', 'a soldier', 'no one', 'six children'."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce

import msgspec
from msgspec import structs

from processors.events import nouns
from processors.text import numbers
from processors.text.alternatives import any_of
from processors.text.sieve import ENGLISH, Found

_CATEGORY_OF = {word: name for name, words in nouns.CATEGORIES.items() for word in words}
_HEADS = sorted({*_CATEGORY_OF, *nouns.OTHERS})
_ODD_PLURALS = frozenset(["children", "people", "police", "personnel", "women", "crew", "family", "other"])
_SINGULAR = {word for word in _HEADS if not word.endswith(("s", "men")) and word not in _ODD_PLURALS}
_HEAD = any_of(head.lower() for head in _HEADS)
PERSONS = _HEAD
ONE_PERSON = any_of(sorted(_SINGULAR))  # nouns, as an expression
_NO = (
    r"(?!(?:and|or|in|on|at|by|were|was|are|is|have|has|had|when|after|as|to|from|with|who|that|which|"
    r"an?|the|his|her|their|including|during|los[et]|loses|losing|dies?|died|perish(?:ed)?|drown(?:ed)?|"
    r"killed|wounded|injured|dead|between|near|days?|hours?|years?|months?|weeks?|"
    r"minutes?|km|kilomet\w+|miles?|percent|people's|(?:murder|killing|assassination|death|slaying|execution|"
    r"abduction|kidnapping|shooting|beating|lynching|arrest|detention)s?\s+of)\b)"
)
_FILL = rf"(?:(?:of\s+(?:the\s+|its\s+|their\s+|his\s+|her\s+|them\s*)?)?(?:{_NO}[\w’'.-]+,?\s+){{0,4}}?)"
_CRAFT = (
    r"\s(?:trains?|planes?|ships?|bus(?:es)?|ferr(?:y|ies)|jets?|boats?|vessels?|cars?|vans?|trucks?|"
    r"vehicles?)\b"
)
_DEEDS = (
    r"\s(?:actions?|acts?|attacks?|activit(?:y|ies)|groups?|movements?|organi[sz]ations?|offensives?|violence|"
    r"hideouts?|strongholds?|camps?|positions?|cells?|networks?|bases?|forces)\b"
)
# 'peasant', 'peasant woman', but no 'passenger train', nor 'the terrorist action'
_HEADS_ON = rf"(?P<head>{_HEAD})(?:[ -](?P<last>{_HEAD}))?\b(?!['’]s|-\w|{_CRAFT}|{_DEEDS})"
_FILLING = re.compile(rf"(?:{_NO}[\w’'-]+\s*)*", re.IGNORECASE)
# These two read lower case: without regard to case, so many nouns would take three times as long.
_AFTER_NUMBER = re.compile(rf"\s+{_FILL}[\"“‘]?{_HEADS_ON}")
_BARE = ENGLISH.add(
    rf"(?<![\w-])(?P<article>a|an|another|the|no|one|its|his|her|"
    rf"their)\s+{_FILL}{_HEADS_ON}"
)
_NOBODY = ENGLISH.add(r"\b(?:no\s?one|nobody|none(?:\s+of\s+them)?)\b", re.IGNORECASE)
_NEGATED = re.compile(r"\b(?:no|number)\s$", re.IGNORECASE)  # 'no 12 people', 'the number two leader'
_UNIT_AFTER = re.compile(
    r"\s*(?:%|percent|per cent|km|kms|kilomet|mile|met(?:er|re)s?|years?[ -]|years? old|-year|days?|"
    r"hours?|weeks?|months?|minutes?|a\.?m|p\.?m"
    r"|rockets|missiles|drones|shells|bombs|vehicles|houses|villages|dollars|tonnes|tons|bullets|"
    r"rounds|grenades|times|shots|attacks|raids)\b",
    re.IGNORECASE,
)


_OTHER_THING = re.compile(  # '2024 the minister', 'three bullet wounds', 'July 16 - Soldiers'
    r"\s+(?:[-–—]|(?:the|a|an|this|his|her|its|their)\s|(?:bullet|gunshot|gun|stab|knife|shrapnel)\s?"
    r"(?:wounds?|shots?)\b|(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b)",
)
_PARENT_OF = re.compile(r"\b(?:mother|father|parent|age|aged|girl|boy|man|woman)\s(?:of\s)?$", re.IGNORECASE)
_FAMILY_OF = re.compile(r"\b(?:a\s+)?(?:family|group|party|crew)\s+of\s+$", re.IGNORECASE)
_VAGUE = frozenset({"multiple", "many", "some", "several", "both", "numerous", "a number", "a few"})
_NOUN = re.compile(  # a plural that no list knows: '12 vaccinators', 'six Jesuits'
    r"\s+(?:[\w’'-]+\s+){0,2}?(?P<head>[A-Za-z][\w’'-]{2,}(?:s|men))(?=\s*(?:$|[,.;:()’'–—]|--|\b(?:and|or|were|was|are|have|"
    r"had|who|whose|in|on|at|from|of|by|when|during|killed|dead|wounded|injured|died|as|after|near|with|die|drown|drowned|perish|"
    r"neutrali[sz]ed|eliminated|slain|shot|hacked|butchered|massacred|slaughtered|executed|beheaded|perished|feared|missing|lost|lose|buried|crushed|burned|assassinated|gunned|arrested|"
    r"detained|abducted|kidnapped|hanged|jailed|freed|rescued|taken|held|"
    r"working|travelling|traveling|including)\b))"
)
_AGE_BEFORE = re.compile(r"[A-Z][\w.'’-]*\s+[A-Z][\w'’-]+,\s(?:aged\s)?$")
_AGES = re.compile(r"\baged\s(?:between\s|\w+,?\s(?:and|to)\s|\w+,\s)+$")  # 'aged 16 and 19'
_AGE_OF = re.compile(r"[A-Za-z]{3,},\s$")  # 'Boy, 14, shot dead'
_AGE_AFTER = re.compile(r",|\s+and\s+[A-Z]")
OLDEST = 110


class Group(msgspec.Struct, frozen=True, gc=False):
    """``text[start:end]`` names between ``min`` and ``max`` people (None: open upwards)."""

    start: int
    end: int
    min: int
    max: int | None
    category: str  # see processors.messages.Casualties
    described: str  # the words between number and head: 'Turkish', 'government'
    headed: bool  # whether a noun says that these are people
    parts: tuple[Group, ...] = ()  # of a sum: 'nine men, four women and a child'
    named: bool = False  # counted by their names: perhaps only those of the dead that are named


def find(text: str, start: int, end: int, sifted: Found) -> list[Group]:
    """The groups of ``text[start:end]``, in order and without overlaps."""
    lowered, among = sifted.lowered, sifted.within(start, end)
    found = [
        group
        for number in numbers.find_lowered(lowered, start, end)
        if not _NEGATED.search(text[max(start, number.start - 8) : number.start])
        and (group := _numbered(text, lowered, number, end))
    ]
    taken = [(group.start, group.end) for group in found]
    for match in _BARE.finditer(among, lowered, start, end):
        if not any(match.start() < stop and begin < match.end() for begin, stop in taken):
            found += _unnumbered(text, match)
    found += [
        Group(match.start(), match.end(), 0, 0, "all", "", True)
        for match in _NOBODY.finditer(among, text, start, end)
    ]
    return _without_bodies(text, sorted(found, key=lambda group: group.start))


def _without_bodies(text: str, found: Sequence[Group]) -> list[Group]:
    """In '25 members of one family' only the members count."""
    return [
        group
        for index, group in enumerate(found)
        if not index
        or not found[index - 1].headed
        or text[found[index - 1].end : group.start].strip() != "of"
    ]


_COMMA = re.compile(r"^\s*,\s*(?:(?:his|her|their|its)\s+)?$")
_OF_NAME = (
    r"\s+(?:of|from|in)\s+(?:the\s+)?(?:(?:[a-z]{2,3}-)?[A-Z][\w’'-]*\s*){1,5}(?:\([^)]{1,20}\))?"
    r"(?:,\s(?:who|whose|aged|an?|the)\s[^,;.]{2,60})?"
)
_AND = re.compile(
    rf"^(?:{_OF_NAME}|,\s(?:who|whose|aged|an?|the)\s[^,;.]{{2,60}})?\s*,?\s*"
    r"(?:and|or|as well as|along with|plus)\s*(?:(?:his|her|their|its|the)\s+)?$"
)
_AND_HIS = re.compile(  # 'the mayor of a town in the south and his nephew'
    r"\s+(?:of|from|in)(?:\s+(?!and\b|were\b|was\b|said\b|killed\b)[\w’'-]+){1,9}\s+and\s+(?:his|her|their)\b"
)


def _joins(text: str, one: Group, other: Group, between: str) -> bool:
    """Whether the words between two groups add the second to the first."""
    if _AND.match(between):
        return True
    possessive = _AND_HIS.match(text, one.end)
    return possessive is not None and other.start <= possessive.end() <= other.end


_ASIDE = re.compile(r"\s*(?:\([^()]{2,80}\)|(?:--|—|–)\s?[^.;]{2,80}?\s?(?:--|—|–))(?=,?\s+and\b)")


def summed(text: str, groups: Sequence[Group]) -> list[Group]:
    """Groups told one after the other ('nine men, four women and a child') as one, with its parts.

    Commas alone do not sum ('nine people, a doctor said'): the last joint has to be an 'and'. What an aside
    counts is among those before it ('six priests (five of them foreigners) and two women').
    """
    found: list[Group] = []
    chain: list[Group] = []
    aside = 0  # where the last one ends
    for group in groups:
        if group.start < aside:
            continue
        explained = _ASIDE.match(text, group.end)
        aside = explained.end() if explained else aside
        begin = max(chain[-1].end, aside if not explained else 0) if chain else 0
        between = text[begin : group.start] if chain else ""
        if (
            chain
            and group.min
            and chain[-1].min
            and chain[-1].headed
            and _joins(text, chain[-1], group, between)
        ):
            found.append(_whole(chain, group) or reduce(_sum, [*chain, group]))
            chain = []
        elif chain and group.min and chain[-1].headed and _COMMA.match(between):
            chain.append(group)
        else:
            found += chain
            chain = [group]
    return found + chain


def _whole(chain: Sequence[Group], last: Group) -> Group | None:
    """'Five people, four soldiers and a driver': five, told apart."""
    first, rest = chain[0], [*chain[1:], last]
    if len(rest) < 2 or first.min != sum(group.min for group in rest):
        return None
    return structs.replace(first, end=last.end, parts=tuple(rest))


def _sum(one: Group, other: Group) -> Group:
    parts = (one.parts or (one,)) + (other.parts or (other,))
    most = None if one.max is None or other.max is None else one.max + other.max
    category = one.category if one.category == other.category else "all"
    return Group(one.start, other.end, one.min + other.min, most, category, "", True, parts)


def _numbered(text: str, lowered: str, number: numbers.Number, stop: int) -> Group | None:
    if _OTHER_THING.match(text, number.end, stop) or _is_age(text, number):
        return None
    family = _FAMILY_OF.search(text[max(0, number.start - 12) : number.start])
    if family:
        return Group(number.start - len(family.group()), number.end, number.min, number.max, "all", "", True)
    head = _AFTER_NUMBER.match(lowered, number.end, stop)
    if head:
        words = text[number.end : head.start("head")].strip()
        return Group(number.start, head.end(), number.min, number.max, _category(words, head), words, True)
    if _UNIT_AFTER.match(text, number.end, stop) or 1900 <= number.min <= 2100 == number.max:
        return None
    if number.max is not None and 1900 <= number.min <= 2100 and "," not in text[number.start : number.end]:
        return None
    if (
        number.min > 1
        and (noun := _NOUN.match(text, number.end, stop))
        and noun["head"].lower() not in nouns.THINGS
    ):
        words = text[number.end : noun.start("head")].strip()
        if _FILLING.fullmatch(words):
            return Group(number.start, noun.end(), number.min, number.max, "all", words, True)
    words = text[number.start : number.end].lower()
    if words in _VAGUE:
        return None
    if words == "a couple":
        return Group(number.start, number.end, 2, 2, "all", "", True)
    return Group(number.start, number.end, number.min, number.max, "all", "", False)


def _is_age(text: str, number: numbers.Number) -> bool:
    """'Maria Diaz, 32, was killed', 'a girl of six', 'aged 40', 'the mother of three'."""
    if _PARENT_OF.search(text[max(0, number.start - 12) : number.start]):
        return True
    if number.min <= OLDEST and _AGES.search(text[max(0, number.start - 24) : number.start]):
        return True
    if number.min > OLDEST or not _AGE_AFTER.match(text, number.end):
        return False
    aside = text.startswith(", ", number.end) and text[number.start].isdigit()
    if aside and _AGE_OF.search(text[max(0, number.start - 12) : number.start]):
        return True
    return bool(_AGE_BEFORE.search(text[max(0, number.start - 40) : number.start]))


def _unnumbered(text: str, match: re.Match[str]) -> list[Group]:
    article, head = match["article"], match["head"]
    words = text[match.end("article") : match.start("head")].strip()
    if words.startswith("single") and text[max(0, match.start() - 4) : match.start()].lower() == "not ":
        return [Group(match.start(), match.end(), 0, 0, "all", "", True)]
    if article == "no":
        return [Group(match.start(), match.end(), 0, 0, _category(words, match), words, True)]
    if (match["last"] or head) not in _SINGULAR:
        return []
    count = 2 if (match["last"] or head) == "couple" else 1
    category = _category(words, match)
    both = _AND_ONE.match(text, match.end()) if article in {"his", "her", "their"} else None
    if both:  # 'his wife and daughter'
        return [Group(match.start(), both.end(), 2, 2, "all", words, True)]
    return [Group(match.start(), match.end(), count, count, category, words, True, named=article == "the")]


_AND_ONE = re.compile(
    rf"\s+and\s+(?:(?!an?\b|the\b|one\b|his\b|her\b|their\b)[a-z-]+\s+)?(?:{ONE_PERSON})\b(?!['’-]s?)"
)


def _category(words: str, match: re.Match[str]) -> str:
    if "police" in words.lower().split():
        return "police"
    heads = [head.lower() for head in (match["last"], match["head"]) if head]
    return next((_CATEGORY_OF[head] for head in heads if head in _CATEGORY_OF), "all")
