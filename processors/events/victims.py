"""Victims given by name: how many people a name, or a list of names, beside a verb stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

_PARTICLE = r"(?:(?:de|del|la|las|los|da|dos|do|di|bin|ibn|al|el|van|von|der|den|abu|y)\s+){0,2}"
_WORD = r"[A-Z][\w'’-]*\.?"
_NAME = re.compile(rf"(?<![\w-]){_WORD}(?:\s+{_PARTICLE}{_WORD})+")
_BODIES = (
    "Army Police Forces Force Front State States Party City Brigade Islamic Government Ministry Movement "
    "Liberation National United Nations Guard Battalion Council Command Union Province Department Republic "
    "Group Company Church University College Court Commission Committee Federation Association Institute "
    "Agency Bank Street Avenue Road Highway Bridge Airport Square Station Hospital School Market Mosque "
    "Temple Camp Prison Valley River Lake Mountain Island Sea Gulf Coast North South East West Central "
    "Northern Southern Eastern Western Monday Tuesday Wednesday Thursday Friday Saturday Sunday January "
    "February March April May June July August September October November December The In On At After "
    "Embassy Office Center Centre Corps Division Infantry Legion Coalition Alliance Congress Parliament "
    "Senate Assembly"
)
_NO_PERSON = frozenset(_BODIES.split())
_ROLE_AFTER = re.compile(  # 'Medellin Cartel member': the name goes on, so it names no person
    r"\s+(?:(?:senior|former|local|regional|army|police|party|union|student|labor|labour)\s+)?(?:member|leader|"
    r"candidate|commander|chief|official|president|mayor|soldier|officer|politician|activist|judge|lawyer|"
    r"journalist|reporter|spokes\w+|minister|deputy|guerrilla|militant|fighter|driver|worker|employee|"
    r"resident|native|businessman|teacher|student|priest|coordinator|director|secretary|police|army|troops|"
    r"forces|correspondent|editor|banker|owner|magistrate|supporter|follower)s?\b"
)
_NOT_HERE = re.compile(r"\b(?:of|for|in|from|at|with|to|against|near|on|by)\s+(?:the\s+)?$", re.IGNORECASE)
_STOP = re.compile(
    r"[;:!?]|\b(?:who|whose|when|while|after|before|during|near|by|because|as|where|which|that|but|outside|"
    r"inside|in|on|at|(?:murder|killing|kidnapping|abduction|assassination|wounding|shooting|arrest|attack)s?)\b"
)
_CLAUSE = re.compile(r"[;:]\s|\b(?:that|when|where|while|after)\s")
_AND = re.compile(r"\b(?:and|y|e)\b|&")
_PLURAL = re.compile(  # 'Fathers Ellacuria, Montes and Baro'
    r"\b(?:Fathers|Sisters|Brothers|Generals|Colonels|Majors|Captains|Lieutenants|Sergeants|Judges|"
    r"Messrs\.?|Drs\.?|Presidents|Senators|brothers|sisters|journalists|reporters|priests|soldiers)\s+"
    r"(?P<names>[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)*(?:,\s+[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)*)*,?\s+and\s+"
    r"[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)*)"
)
_JOINT = re.compile(r",?\s+and\s+|,\s+")
_LOWER = re.compile(r"\b[a-z][a-z'’-]*\b")
LEAD_IN = 9  # words in lower case ('the former governor of') between a verb and the name that it takes
_ASIDE = re.compile(r",[^,;.]{0,70},?\s*$")
_WHOSE = re.compile(rf"(?:{_WORD}\s+)*{_WORD}['’]s?\s+(?:[a-z-]+\s+){{0,2}}$")
_THEIRS = re.compile(
    r"\b(?:the|these|those|all)\s+(?:[\w-]+\s+)*[\w-]+s['’]\s+(?:[a-z-]+\s+){0,2}$", re.IGNORECASE
)
_FIRST_OF_TWO = re.compile(  # 'Oquendo, leader of the union, and' before a second name
    r"(?:^|(?<=[.:”\"]\s)|(?<=\n))[A-Z][\w'’-]{2,}(?:,\s[^;.]{2,90}?)?,?\s+and\s+$"
)
_REACH = 220  # characters


class Named(msgspec.Struct, frozen=True, gc=False):
    """``text[start:end]`` names ``count`` people."""

    start: int
    end: int
    count: int


def after(text: str, start: int, end: int) -> Named | None:
    """Those whom the words behind an active verb or behind 'of' name: 'killed Mayor Pedro Diaz'."""
    end = min(end, start + _REACH)
    plural = _PLURAL.search(text, start, min(end, start + 60))
    if plural:
        return _listed(plural)
    found: list[tuple[int, int]] = []
    position = start
    for match in _NAME.finditer(text, start, end):
        stop = _STOP.search(text, position, match.start())
        if stop:
            break
        position = match.end()
        person = _person(text, match, end)
        if person and not (found and _NOT_HERE.search(text[found[-1][1] : person[0]])):
            found.append(person)
    if not found or len(_LOWER.findall(text, start, found[0][0])) > LEAD_IN:
        return None
    return _counted(text, found)


def before(text: str, start: int, stop: int, *, several: bool) -> Named | None:
    """Those named right before 'was killed' (``several``: 'were killed') at ``stop``."""
    floor = max(start, stop - _REACH)
    floor = max((match.end() for match in _CLAUSE.finditer(text, floor, stop)), default=floor)
    plural = list(_PLURAL.finditer(text, floor, stop))
    if plural and _near_end(text, plural[-1].end(), stop):
        return _listed(plural[-1])
    found = [
        person
        for match in _NAME.finditer(text, floor, stop)
        if (person := _person(text, match, stop)) and not _NOT_HERE.search(text[floor : person[0]])
    ]
    if not found or not _near_end(text, found[-1][1], stop):
        return None
    if not several:
        return Named(*found[-1], 1)
    people = _counted(text, found)
    if people.count == 1 and _FIRST_OF_TWO.search(text, floor, people.start):
        return Named(people.start, people.end, 2)
    return people if people.count > 1 else None


def owner(text: str, start: int, stop: int) -> bool:
    """Whether the words before ``stop`` say whose death it was: 'the judge's murder'."""
    first = max(start, stop - 60)
    return bool(_WHOSE.search(text, first, stop)) and not _THEIRS.search(text, first, stop)


def _near_end(text: str, end: int, stop: int) -> bool:
    rest = _ASIDE.sub("", text[end:stop])
    return not rest.strip() or (rest.startswith(",") and len(rest) < 70)


def _person(text: str, match: re.Match[str], end: int) -> tuple[int, int] | None:
    """The part of a name after the last word that names a body ('Liberal Party', 'Armed Forces')."""
    words = list(re.finditer(r"\S+", match.group()))
    bad = [index for index, word in enumerate(words) if word.group().rstrip(".") in _NO_PERSON]
    kept = words[bad[-1] + 1 :] if bad else words
    if len(kept) < 2 or _ROLE_AFTER.match(text, match.end(), end):
        return None
    return match.start() + kept[0].start(), match.end()


def _counted(text: str, found: Sequence[tuple[int, int]]) -> Named:
    """Names up to the one behind the last 'and'; without an 'and' what follows the first explains it."""
    count = 1
    for index in range(1, len(found)):
        if _AND.search(text, found[index - 1][1], found[index][0]):
            count = index + 1
    return Named(found[0][0], found[count - 1][1], count)


def _listed(match: re.Match[str]) -> Named:
    return Named(match.start("names"), match.end("names"), len(_JOINT.split(match["names"])))
