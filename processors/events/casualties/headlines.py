"""Victims in headlines, which leave out articles and auxiliaries: "Mayor gunned down, two guards hurt"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from processors.events import groups
from processors.events.casualties.fates import BY_NAME, FOLLOWERS, HEADLINE_VERBS, OF_PEOPLE
from processors.events.casualties.names import plus
from processors.events.groups import Group
from processors.text import numbers

_ONE = rf"(?:(?:ex-|vice-)?(?:{groups.ONE_PERSON})|\d{{1,2}}-year-old)"


_BARE = rf"(?:[\w.’'-]+\s+){{0,4}}?(?:{_ONE}|(?-i:[A-Z][a-z]+(?:i|an|ese)))"  # 'Mexican mayor'


_HEADLINED = re.compile(rf"\W*{_BARE}(?P<two>,?\s+and\s+{_BARE})?\s+", re.IGNORECASE)


_HEADLINE_OBJECT = re.compile(
    rf"\s*(?:(?:his|her|their)\s+)?{_BARE}\b(?![’'-]|\s+(?:{groups.PERSONS})\b)", re.IGNORECASE
)


_PLAIN = r"(?!\w+(?:s|ing|ed|say)\b)[\w’'-]+\s+"  # no verb of a clause that follows


_ITEM = rf"(?:(?:his|her|their)\s+)?(?:{_PLAIN}){{0,2}}?{_ONE}\b(?![’'-])"


_HEADLINE_ITEM = re.compile(_ITEM, re.IGNORECASE)


_ITEMS_BETWEEN = re.compile(rf",\s+{_ITEM}(?P<two>,?\s+and\s+{_ITEM})?\s+|\s+and\s+{_ITEM}\s+", re.IGNORECASE)


ITEM_BEFORE = re.compile(rf"\W*{_ITEM}(?:,|,?\s+and)\s+", re.IGNORECASE)


_HEADLINE_JOINT = re.compile(  # 'girl, 9, and boy'
    r"(?:,\s\d{1,2}(?=,|\s))?(?:,?\s+(?:and|&)\s+|,\s+|\s*$)"
)


_AGED = re.compile(r",\s\d{1,2}(?=\s+(?:in|on|at|near|outside|after|during|by)\b|$)")


_PAIR = re.compile(r"\b(?:couple|pair|duo|twins|newlyweds)\s*$", re.IGNORECASE)


# 'Bombs kill librarian in Kramatorsk': what is killed in a headline without an article is somebody.
_KILLED_ONE = re.compile(
    r"\s+(?:[a-z][\w’'-]*\s+){0,2}[a-z][\w’'-]*(?<!s)"
    r"(?=\s+(?:in|at|on|near|outside|during|after|inside|as)\b|\s*$)"
)


_CLAUSE = re.compile(r"[,:;]\s+|\s[-–—]\s+|\bas\s+")


# 'Union boss assassinated': verbs that take people only, so that the trade of the victim need not be known.
_SOMEBODY = re.compile(
    r"\W*(?!(?:no|two|three|several|many|some|dozens|hundreds|how|why|when|who|was|is)\b)"
    r"(?:[\w.’'-]+\s+){0,4}(?P<last>[A-Za-z][\w’'-]*)\s+",
    re.IGNORECASE,
)


_PLURAL_END = re.compile(
    r"(?<!s)s$|(?:men|people|children|police|and|been|was|were|is|are|of|in|family|for|to|at|by|with|from|the|an?|has|have|had|who|not|after|over|its|his|her)$",
    re.IGNORECASE,
)


def _listed_after(text: str, start: int, end: int, people: Sequence[Group]) -> Group | None:
    """'Blast kills soldier, two civilians', 'kills pensioner and her grandson': as a headline lists them."""
    total: Group | None = None
    position = start
    while True:
        begin = position
        while begin < end and text[begin] == " ":
            begin += 1
        item = next((group for group in people if group.start == begin), None)
        if item is None:
            bare = (_HEADLINE_ITEM if total else _HEADLINE_OBJECT).match(text, begin, end)
            if bare is None:
                return total
            count = 2 if _PAIR.search(bare.group()) else 1
            item = Group(begin, bare.end(), count, count, "all", "", headed=True, named=True)
        total = plus(total, item) if total else item
        joint = _HEADLINE_JOINT.match(text, item.end, end)
        if joint is None or joint.end() >= end or _AGED.match(text, item.end, end):
            return total
        position = joint.end()


def several(
    text: str, verb: re.Match[str], people: Sequence[Group], headline: tuple[int, int]
) -> Group | None:
    """'Man shoots wife and two sons dead': all that a headline lists, which no verb takes alone."""
    start, end = headline
    if verb.group().lower() not in HEADLINE_VERBS or text[end - 1] in '.!?”"' or verb.start() - start > 70:
        return None
    listed = _listed_after(text, verb.end(), end, people)
    return listed if listed and listed.parts and listed.parts[0].named else None


def headlined(text: str, verb: re.Match[str], start: int, end: int, people: Sequence[Group]) -> Group | None:
    """'Mexican mayor gunned down outside home': a headline that leaves out 'was' and the article."""
    if verb.lastgroup not in BY_NAME or verb.start() - start > 100 or text[end - 1] in '.!?”"':
        return None
    if verb.group().lower() in HEADLINE_VERBS and (object_ := _listed_after(text, verb.end(), end, people)):
        return object_
    killing = verb.group().lower() in {"kill", "kills"}
    if killing and (one := _KILLED_ONE.match(text, verb.end(), end)) and not _PLURAL_END.search(one.group()):
        return Group(verb.start(), verb.end(), 1, 1, "all", "", headed=True, named=True)
    for group in people:
        if items := _ITEMS_BETWEEN.fullmatch(text, group.end, verb.start()):
            count = 2 if items["two"] else 1
            return plus(group, Group(group.end, verb.start(), count, count, "all", "", headed=True))
    start = max((joint.end() for joint in _CLAUSE.finditer(text, start, verb.start())), default=start)
    subject = _HEADLINED.fullmatch(text, start, verb.start())
    if subject is None and " ".join(verb.group().lower().split()) in OF_PEOPLE:
        somebody = _SOMEBODY.fullmatch(text, start, verb.start())
        if somebody and not _PLURAL_END.search(somebody["last"]) and not numbers.value(somebody["last"]):
            return Group(verb.start(), verb.end(), 1, 1, "all", "", headed=True, named=True)
    if subject is None or not FOLLOWERS.match(text[verb.end() : min(end, verb.end() + 24)]):
        return None
    count = 2 if subject["two"] or _PAIR.search(subject.group()) else 1
    return Group(verb.start(), verb.end(), count, count, "all", "", headed=True, named=True)
