"""Deaths told beside a verb that add to its own: companions, those who died later, a second verb's."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import structs

from processors.events import groups
from processors.events.casualties.fates import BY_NAME
from processors.events.casualties.headlines import ITEM_BEFORE
from processors.events.casualties.names import plus
from processors.events.groups import Group
from processors.text import numbers

_OTHER_FATE = re.compile(
    r"wound|injur|hurt|maim|arrest|detain|abduct|kidnap|seiz|captur|displac", re.IGNORECASE
)


def after_one(
    text: str,
    verb: re.Match[str],
    group: Group | None,
    headline: tuple[int, int],
    people: Sequence[Group],
) -> Group | None:
    """'Soldier, six rebels killed in clash': seven; 'Eleven militants, two soldiers killed': thirteen."""
    start, end = headline
    if group is None or verb.lastgroup not in BY_NAME or text[end - 1] in '.!?”"' or group.end > verb.start():
        return group
    first = next((other for other in people if text[other.end : group.start] == ", "), None)
    adjacent = group.headed and text[group.end : verb.start()] == " "
    if first and first.headed and adjacent and not _OTHER_FATE.search(text, start, first.start):
        return plus(first, group)
    one = ITEM_BEFORE.fullmatch(text, start, group.start)
    return plus(Group(start, one.end(), 1, 1, "all", "", headed=True), group) if one else group


_ALONG = re.compile(
    rf"[^.;]{{0,60}}?\b(?:along|together)\s+with\s+(?:his|her|an?|one)\s+(?:[\w-]+\s+){{0,2}}?"
    rf"(?:{groups.ONE_PERSON})\b(?!['’])",
    re.IGNORECASE,
)


def accompanied(text: str, verb: re.Match[str], group: Group | None, end: int) -> Group | None:
    """'The mayor was gunned down outside his home along with his bodyguard': two."""
    if group is None or group.max != 1 or verb.lastgroup not in BY_NAME:
        return group
    if group.start >= verb.end() or not _ALONG.match(text, verb.end(), end):
        return group
    return structs.replace(group, min=2, max=2, category="all")


_LATER = re.compile(  # 'two died on the spot and another in hospital'
    r"\s[^.;:]{0,50}?,?\s(?:and|while)\s+(?P<more>another|an?(?:other)?\s+(?:second|third|fourth|fifth)|one(?:\s+more)?|"
    rf"(?:an?|the|his|her|their)\s+(?:[\w-]+\s+){{0,2}}?(?:{groups.ONE_PERSON})|"
    r"(?P<count>two|three|four|five|six|seven|eight|nine|ten|\d{1,3})(?:\s+(?:more|others))?)\s+"
    r"(?:person\s+|people\s+)?(?:(?:who\s+)?(?:died|succumbed)\s+)?(?:later\s+)?(?:in|at|on\s+(?:the|its|his|her|their)\s+way\s+to|"
    r"to|from|of)\s+(?:an?\s+|the\s+|his\s+|her\s+|their\s+)?(?:\w+\s+){0,2}?(?:hospital|clinic|injuries|wounds)\b",
    re.IGNORECASE,
)


def with_later(text: str, verb: re.Match[str], group: Group | None, end: int) -> Group | None:
    """'Two died on the spot and another in hospital': three."""
    later = _LATER.match(text, verb.end(), end) if group and verb.lastgroup == "killed" else None
    if group is None or later is None or group.named or not group.min:
        return group
    count = numbers.value(later["count"]) if later["count"] else (1, 1)
    return plus(group, Group(later.start("more"), later.end(), *(count or (1, 1)), "all", "", headed=True))
