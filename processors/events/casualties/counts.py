"""Tolls without a verb of their own: "the death toll rose to 66", bodies, "no casualties"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from processors.events import victims
from processors.events.casualties.names import group_of
from processors.events.casualties.said import affiliation
from processors.events.casualties.toll import published, with_parts
from processors.events.groups import Group
from processors.messages import Casualties
from processors.text.sieve import ENGLISH

_TOLL = re.compile(
    r"\b(?:tolls?|(?:own|their|its|his|army|combat|human) loss(?:es)?|"
    r"number of (?:the )?(?:dead|deaths|victims|fatalities|people killed|those killed|"
    r"civilians killed|wounded|injured|missing))\b"
    r"[^;]{0,120}?\b(?:to|at|of|reach(?:ed|es)|hits?|was|is|stood at|pass(?:ed|es)|tops?|topped|nears|above|"
    r"over)\s+$"
    r"|\bputs?\s+the\s+dead\s+at\s+$",
    re.IGNORECASE,
)


_BODIES = re.compile(
    r"\b(?:f(?:ou|i)nd(?:ing)?|recover(?:ed|ing)|count(?:ed|ing)|discover(?:ed|ing|y of)|retriev(?:ed|ing)|"
    r"pulled|seen|received|saw|identif(?:ied|ying))\s+$|"
    r"\b(?:bodies|corpses|remains|body|corpse) of\s+(?:the\s+)?$",
    re.IGNORECASE,
)


_NONE = ENGLISH.add(
    r"\b(?:(?P<without>no(?!\s+(?:immediate\s+|official\s+)?(?:mention|word|figures?|details?|information|breakdown|count|estimates?|data|tally|confirmation)\b)|without(?:\s+any)?|not\s+cause(?:\s+any)?|any)\s+(?:\w+\s+){0,3}?"
    r"(?P<what>casualties|injuries|victims|deaths|fatalities|one\s+(?:was|"
    r"were)\s+(?:\w+\s+)?(?P<hurt>hurt|injured|killed|wounded)))",
    re.IGNORECASE,
)


_NONE_KINDS = {
    "injuries": ("injured",),
    "injured": ("injured",),
    "wounded": ("injured",),
    "deaths": ("killed",),
    "fatalities": ("killed",),
    "killed": ("killed",),
}


def tolls(text: str, start: int, people: Sequence[Group], source: str | None) -> list[Casualties]:
    """'The death toll rose to 66', 'the bodies of six priests', 'recovered three bodies'."""
    found = []
    for group in people:
        before = text[max(start, group.start - 150) : group.start]
        toll = _TOLL.search(before)
        if toll:
            kind = "injured" if re.search(r"injur|wounded", toll.group()) else "killed"
            found += with_parts(kind, group, source)
        elif _is_death(text, group):
            found.append(published("killed", group, source, subset=False))
        elif _bodies(text, before, group):
            found.append(published("killed", group, source, subset=True))
    return found


def _is_death(text: str, group: Group) -> bool:
    """'Confirmed 29 deaths', 'five deaths were reported'."""
    return group.min > 0 and text[group.start : group.end].lower().endswith(
        (" deaths", " fatalities", " dead")
    )


_BROUGHT = re.compile(
    r"(?:,[^,;.]{2,70},|\s+(?:with|bearing)\s[^,;.]{3,40}?)?\s+(?:(?:had|have|has|were|was)\s+)?(?:been\s+)?(?:\w+ly\s+)?(?:brought|recovered|found|pulled|retrieved|"
    r"taken|counted|dug|delivered|received)\b"
)


def _bodies(text: str, before: str, group: Group) -> bool:
    """'The bodies of six priests', 'recovered three bodies', 'five bodies had been brought'."""
    if _BODIES.search(before):
        return before.rstrip().endswith((" of", " of the")) or is_body(text, group)
    return is_body(text, group) and bool(_BROUGHT.match(text, group.end))


_REMAINS = ENGLISH.add(r"\b(?:bod(?:y|ies)|remains|corpses?)\s+of(?=\s+(?:[\w’'-]+\s+){0,6}?[A-Z])")


def bodies_by_name(text: str, start: int, end: int, source: str | None, among: int) -> list[Casualties]:
    """'The bodies of Pia Gomez and Juan Perez were found': perhaps not all of the dead."""
    remains = _REMAINS.search(among, text, start, end)
    named = group_of(victims.after(text, remains.end(), end)) if remains else None
    return [published("killed", named, source, subset=True)] if named else []


def is_body(text: str, group: Group) -> bool:
    """Whether the words of a group name a body."""
    return text[group.start : group.end].lower().endswith(("body", "bodies", "corpses"))


_AMONG = re.compile(r"\s+(?:among|on|to)\s+(?:its|their|our|the\s+)?\w")  # 'no casualties among civilians'


def nones(text: str, start: int, end: int, source: str | None, among: int) -> list[Casualties]:
    """'No casualties', 'nobody was hurt': zeros, parts of one where they name a side."""
    found = []
    for match in _NONE.finditer(among, text, start, end):
        if match["without"].lower() == "any" and not re.search(
            r"\b(?:not|no|nor|n't|n’t)\b", text[start : match.start()]
        ):
            continue
        what = (match["hurt"] or match["what"]).lower()
        whose = affiliation(match.group())
        partly = whose is not None or bool(_AMONG.match(text, match.end()))
        found += [
            Casualties(
                kind=kind,
                min=0,
                max=0,
                category="some" if partly else "all",
                affiliation=whose,
                source=source,
                subset=partly,
                start=match.start(),
                end=match.end(),
            )
            for kind in _NONE_KINDS.get(what, ("killed", "injured"))
        ]
    return found
