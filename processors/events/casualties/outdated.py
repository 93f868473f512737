"""Figures that are no toll of the event: earlier counts, and sums over weeks, months and years."""

from __future__ import annotations

import re

from processors.events.groups import Group
from processors.text.sieve import ENGLISH, Found, any_possible

_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_PERIOD = (
    r"(?:so far this|this (?:week|month|year)|(?:in|over|during|for|within|throughout) the (?:past|last) "
    r"(?:[\w-]+ )?(?:weeks?|months?|years?|decades?)|in recent (?:weeks|months|years)|over the years|"
    r"(?:each|every|a|per) (?:week|month|year)|in (?:previous|earlier|past) (?:attacks|raids|bombings)|"
    r"since (?:its|their) (?:foundation|founding|creation)|since (?:the |its )?(?:[\w’'-]+ ){1,3}was founded|"
    rf"since (?:the (?:beginning|start) of|{_MONTH}|the war|(?:19|20)\d\d)|during {_MONTH}|"
    r"(?:in|during|over|throughout) (?:the )?(?:\w+|\d+) (?:months|years|decades)|"
    r"(?:in|during) the (?:\w+[ -]){0,4}?(?:civil war|war|conflict|insurgency|uprising|dictatorships?|"
    r"military regimes?)|during the (?:19|20)?\d0s)"
)


_SUMMED_UP = ENGLISH.add(rf"[^.;,]{{0,70}}?\b{_PERIOD}\b", re.IGNORECASE)


_SUMMED_BEFORE = ENGLISH.add(rf"(?<!est )\b{_PERIOD}\b[^.;]{{0,60}}$", re.IGNORECASE)


_BY_WAR = ENGLISH.add(  # 'a war that has killed', 'the war between the cartels has claimed'
    r"\b(?:war|conflict|insurgency|rebellion)\b(?! of words)[^.;,]{0,50}?\b(?:has|have|had) "
    r"(?:already |now |since )?(?:killed|claimed|left|cost|caused)\b[^.;,]{0,24}$",
    re.IGNORECASE,
)


_RANKED = re.compile(
    r"\b(?:\w{3,}iest|\w{3,}[^aeiou]est|worst|biggest|first|second|third|most)\b", re.IGNORECASE
)


_OUTDATED = ENGLISH.add(
    r"\b(?:up from|revised from|had (?:first|initially|earlier|previously)|at first|initially|earlier "
    r"(?:put|said|reported|toll)|"
    r"previous(?:ly)?|compared with|instead of|rather than)\b[^.;,]{0,60}$",
    re.IGNORECASE,
)


_CUES = any_possible(_SUMMED_UP, _SUMMED_BEFORE, _BY_WAR, _OUTDATED)
REACH = 100  # characters behind a figure in which its weeks or years are told


def outdated(text: str, start: int, group: Group, sifted: Found) -> bool:
    """Whether the sentence gives this figure as an earlier count, or as the sum of a whole week or year."""
    if not _CUES.of(sifted.within(start, group.end + REACH)):
        return False
    among = sifted.within(group.end, group.end + REACH)
    after = _SUMMED_UP.match(among, text[group.end : group.end + REACH])
    if after and not _RANKED.search(after.group()):
        return True
    before = text[max(start, group.start - 120) : group.start]
    among = sifted.within(max(start, group.start - 120), group.start)
    summed = _SUMMED_BEFORE.search(among, before)
    if (summed or _BY_WAR.search(among, before)) and not _RANKED.search(before):
        return True
    return bool(_OUTDATED.search(among, text[max(start, group.start - 90) : group.start]))
