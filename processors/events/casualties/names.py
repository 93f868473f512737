"""People by name beside a verb: "killed Mayor Pedro Diaz and two guards", "the judge's murder"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from processors.events import groups, victims
from processors.events.casualties.fates import BY_NAME, DYING
from processors.events.groups import Group

_WAS = re.compile(
    r"(?:,[^,;.]{0,70},)?\s+(?P<was>was|were|has been|had been|have been)\s+(?:(?:\w+ly|shot|then|also|"
    r"and|kidnapped|abducted|captured|tortured|stabbed|beaten)\s+){0,3}$"
)


_JOINED_BEFORE = re.compile(r",?\s+(?:and|along with|together with|as well as)\s+$")


_JOINED_AFTER = re.compile(r"(?:,\s[^,;.]{2,60},)?,?\s+(?:and|along with|together with|as well as)\s+")


_TITLED = re.compile(  # 'the murder of judge Diaz'
    rf"\s+(?:[a-z]+\s+){{0,3}}?(?:{groups.ONE_PERSON})\s+[A-Z][\w’'-]+\b(?!['’]s|\s+and\b)"
)


_NO_OWNER = re.compile(
    r"\s+(?:of|rate|wave|spree|campaign|squads?|plot|attempts?|charges?|case|trial|suspects?|weapon|"
    r"mystery|investigation|victims?)\b"
)


def owned(text: str, verb: re.Match[str], start: int, end: int) -> Group | None:
    """'The judge Maria Diaz's murder': one person."""
    if verb.group().lower() not in {"murder", "killing", "assassination", "slaying"}:
        return None
    if _NO_OWNER.match(text, verb.end(), end) or not victims.owner(text, start, verb.start()):
        return None
    return Group(verb.start(), verb.end(), 1, 1, "all", "", headed=True, named=True)


def group_of(named: victims.Named | None) -> Group | None:
    """People by name as a group."""
    if named is None:
        return None
    return Group(named.start, named.end, named.count, named.count, "all", "", headed=True, named=True)


NOUN_REACH = 60  # characters behind 'murder', which mostly names a case there


def named_after(text: str, verb: re.Match[str], people: Sequence[Group], end: int) -> Group | None:
    """'murdered Mayor Pedro Gonzalez', perhaps with 'and two guards'."""
    if verb.lastgroup not in BY_NAME:
        return None
    reach = verb.end() + NOUN_REACH if verb.group().lower() == "murder" else end
    named = group_of(victims.after(text, verb.end(), min(end, reach)))
    joint = _JOINED_AFTER.match(text, named.end, end) if named else None
    for group in people:
        if named and joint and group.start == joint.end():
            return plus(named, group)
    if named and joint and "with" in joint.group():  # 'along with Maria Diaz and her daughter'
        return plus(named, more) if (more := group_of(victims.after(text, joint.end(), end))) else named
    titled = None if named else _TITLED.match(text, verb.end(), end)
    return Group(verb.end(), titled.end(), 1, 1, "all", "", headed=True, named=True) if titled else named


def and_named_after(text: str, verb: re.Match[str], group: Group, end: int) -> Group:
    """'killed two guards and Mayor Pedro Gonzalez'."""
    joint = _JOINED_AFTER.match(text, group.end, end) if verb.lastgroup in BY_NAME else None
    named = group_of(victims.after(text, joint.end(), end)) if joint else None
    return plus(group, named) if named and joint and named.start - joint.end() < 60 else group


_EXPLAINED = re.compile(
    r",\s+(?:was|has|had)\b"
)  # 'Castillo, a banker and one of the richest men, was killed'


def and_named_before(text: str, group: Group, start: int) -> Group:
    """'Mayor Pedro Gonzalez and two guards were killed'."""
    joint = _JOINED_BEFORE.search(text[max(start, group.start - 24) : group.start])
    if not joint or _EXPLAINED.match(text, group.end):
        return group
    stop = group.start - len(joint.group())
    named = victims.before(text, start, stop, several=True) or victims.before(
        text, start, stop, several=False
    )
    return plus(group_of(named), group) if named else group


def plus(one: Group | None, other: Group) -> Group:
    """Two groups as one, with its parts."""
    if one is None:
        return other
    most = None if one.max is None or other.max is None else one.max + other.max
    return Group(one.start, other.end, one.min + other.min, most, "all", "", True, (one, other))


def named_before(text: str, verb: re.Match[str], start: int) -> Group | None:
    """'Maria Diaz was killed', 'Juan Perez and Pedro Lopez, both teachers, were kidnapped'."""
    if verb.lastgroup not in BY_NAME:
        return None
    was = _WAS.search(text, start, verb.start())
    if was:
        several = was["was"] in {"were", "have been"}
        return group_of(victims.before(text, start, was.start(), several=several))
    if verb.group().lower() not in DYING:
        return None
    stop = verb.start()
    named = victims.before(text, start, stop, several=True) or victims.before(
        text, start, stop, several=False
    )
    return group_of(named)
