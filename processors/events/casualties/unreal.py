"""Verbs of killing that tell of no dead of their own: threats, things, "the latest killing"."""

from __future__ import annotations

import re

from processors.events import groups
from processors.events.groups import Group

_MEANT = re.compile(
    r"\b(?:threat(?:s|en(?:s|ed|ing)?)?|vow(?:s|ed|ing)?|plan(?:s|ned|ning)?|plot(?:s|ted|ting)?|orders?|ordered|"
    r"want(?:s|ed)?|tr(?:y|ies|ied|ying)|attempt(?:s|ed|ing)?|conspir\w+|intend(?:s|ed)?|promis(?:e|ed|es)|"
    r"sw(?:ear|ore|orn)|pledg(?:e|es|ed))\s+(?:[\w’'-]+\s+){0,3}to\s+$",
    re.IGNORECASE,
)


def only_meant(text: str, verb: re.Match[str], start: int) -> bool:
    """'The threat to kill ten judges', 'tried to kill a guard': nobody has died."""
    at = verb.start()
    return text.startswith("to ", at - 3) and bool(_MEANT.search(text, max(start, at - 60), at))


_PERSON_LAST = re.compile(rf"\b(?:{groups.PERSONS})$", re.IGNORECASE)


def of_things(text: str, verb: re.Match[str], group: Group) -> bool:
    """'Two bank branches and a restaurant were blown up'."""
    word = verb.group().lower()
    return word.startswith("blown") and not _PERSON_LAST.search(text, group.start, group.end)


_IN_A_ROW = re.compile(
    r"\b(?:latest|last|first|second|third|fourth|fifth|sixth)\s+(?:such\s+)?$", re.IGNORECASE
)


def one_in_a_row(text: str, verb: re.Match[str]) -> bool:
    """'The latest killing of an official' is that of somebody told of before."""
    return verb.group().endswith(" of") and bool(_IN_A_ROW.search(text, verb.start() - 16, verb.start()))
