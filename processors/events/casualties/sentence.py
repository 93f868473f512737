"""Casualties of a sentence: how many, of whom, who says so; subsets are marked, so nothing adds up twice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import structs

from processors.events import groups
from processors.events.casualties.counts import bodies_by_name, is_body, nones, tolls
from processors.events.casualties.fates import BY_NAME, DYING, TELLING, THINGS_TOO, VERB
from processors.events.casualties.further import accompanied, after_one, with_later
from processors.events.casualties.headlines import headlined, several
from processors.events.casualties.outdated import outdated
from processors.events.casualties.said import who_says
from processors.events.casualties.subjects import OF_THEM, of_verb, of_whom, someone
from processors.events.casualties.toll import published, with_parts
from processors.events.casualties.unreal import of_things, one_in_a_row, only_meant
from processors.events.groups import Group
from processors.messages import Casualties
from processors.text.sieve import ENGLISH, Found

_SUBSET = ENGLISH.add(
    r"(?:\b(?:including|includes?|included|among (?:them|the dead|those killed|the victims|the wounded|"
    r"whom)(?:\s+(?:were|are|was))?|of (?:whom|them|which)|most(?:ly)? of them|comprising|"
    r"in particular|(?:most|some|all|many) of (?:them|whom))(?:\s+(?:were|was|at least))?[\s,]*"
    r"|\b(?:including|among)\b(?:(?!injur|wound|kill|dead|detain|arrest)[^.;()]){0,60}(?:,|\band\b)\s*)$",
    re.IGNORECASE,
)


_SPEAKING = re.compile(r"\s+(?:said|says|told|added|announced)\b")  # 'two witnesses said'


def find(text: str, start: int, end: int, sifted: Found | None = None) -> list[Casualties]:
    """The tolls of the sentence ``text[start:end]``, in order; ``sifted``: the text as ENGLISH sifts it."""
    sifted = sifted or ENGLISH.sift(text)
    among = sifted.within(start, end)
    if not TELLING.possible(among):
        return []
    people = groups.find(text, start, end, sifted)
    stale = [group for group in people if outdated(text, start, group, sifted)]
    everyone = [group for group in people if group not in stale and not _SPEAKING.match(text, group.end)]
    inside = [group for group in everyone if _is_subset(text, start, group, sifted, among)]
    people = groups.summed(text, [group for group in everyone if group not in inside])
    source = who_says(text, start, end, among)
    found: list[Casualties] = []
    used: dict[int, str] = {}
    for verb in VERB.finditer(among, sifted.lowered, start, end):
        if only_meant(text, verb, start):
            continue
        kind = verb.lastgroup or "killed"
        free = [group for group in people if group.start not in used]
        spared = [group for group in people if used.get(group.start) != kind]
        group = of_whom(text, verb, inside, spared) or several(text, verb, free, (start, end))
        group = group or of_verb(text, verb, (free, inside), start, end)
        group = group or someone(text, verb, end) or headlined(text, verb, start, end, people)
        group = group or _them(text, verb, people, used)
        group = accompanied(text, verb, after_one(text, verb, group, (start, end), people), end)
        group = with_later(text, verb, group, end)
        if group is not None and (_hidden(group, verb, stale) or of_things(text, verb, group)):
            continue  # 'thousands marched for two brothers who were shot dead in the war'
        if group is not None and (group.named or group in inside or one_in_a_row(text, verb)):
            found.append(published(kind, group, source, subset=True))
        elif group is not None:
            used |= dict.fromkeys((group.start, *(part.start for part in group.parts)), kind)
            found += _found_dead(text, verb, group, source) or with_parts(kind, group, source)
            found = _beside_others(text, _added(text, found))
        elif kind in BY_NAME and _single(text, verb, start, among):
            one = Group(verb.start(), verb.end(), 1, 1, "all", "", headed=True)
            found.append(published(kind, one, source, subset=True))
    found += tolls(text, start, [group for group in people if group.start not in used], source)
    found += bodies_by_name(text, start, end, source, among)
    found += nones(text, start, end, source, among)
    found += _subsets(text, inside, found, source)
    return _joined(found)


def _hidden(group: Group, verb: re.Match[str], stale: Sequence[Group]) -> bool:
    """Whether a group that is no toll stands between a group and its verb."""
    return any(group.end <= other.start and other.end <= verb.start() for other in stale)


_DIED = re.compile(r"\b(?:[Aa]n?|[Oo]ne|[Aa]nother)\s+(?:[a-z][\w’'-]*\s+){1,4}$")  # 'a baker died'


_HE = re.compile(  # 'was taken to hospital, where he died'
    r"\b(?:he|she)\s+(?:(?:later|had|has|then|also|soon|\w+ly)\s+){0,2}$", re.IGNORECASE
)


# 'A former head of customs was assassinated': one person, unless somebody gives a number.
_SINGLE = ENGLISH.add(
    r"\b(?:was|has been|had been)\s+(?:(?:\w+ly|also|found|shot|ambushed|kidnapped|abducted|tortured|stabbed|"
    r"attacked|captured|beaten|and|then|later)\s+){0,4}$"
)


_PRONOUN = re.compile(r"(?:.*?\s)??(?P<who>them|him|her)\b(?!\s+[a-z]+(?:s|band)\b)", re.IGNORECASE)


def _them(text: str, verb: re.Match[str], people: Sequence[Group], used: Mapping[int, str]) -> Group | None:
    """'Took nine passengers off the bus and shot them dead': the nine."""
    pronoun = verb.lastgroup in BY_NAME and _PRONOUN.match(text, verb.end(), min(len(text), verb.end() + 14))
    if not pronoun:
        return None
    before = [group for group in people if group.end <= verb.start() and group.headed and group.min]
    meant = [group for group in before if (group.max == 1) == (pronoun["who"].lower() != "them")]
    last = meant[-1] if meant and verb.start() - meant[-1].end < 120 else None
    return last if last and used.get(last.start) != "killed" and not last.named else None


_FURTHER = re.compile(r"(?:another|a further|\w+ (?:more|others?))\b", re.IGNORECASE)


_OTHERS = re.compile(r"(?:[\w-]+\s+)?(?:others?|more|another|further)\b", re.IGNORECASE)


def _beside_others(text: str, found: list[Casualties]) -> list[Casualties]:
    """'Four others were killed in a car': a part of what is counted elsewhere, if anything is."""
    last = found[-1] if found else None
    if last is None or last.subset or last.kind != "killed" or last.start is None:
        return found
    if not _OTHERS.match(text, last.start, last.end or last.start) or len(found) > 1:
        return found
    return [structs.replace(last, subset=True, category="some" if last.category == "all" else last.category)]


def _added(text: str, found: list[Casualties]) -> list[Casualties]:
    """'Six men died on the scene; another man succumbed to his wounds': seven."""
    if len(found) < 2 or found[-1].subset or not _FURTHER.match(text, found[-1].start or 0):
        return found
    last = found[-1]
    first = next((item for item in found[:-1] if item.kind == last.kind and not item.subset), None)
    if first is None or first.max is None or last.max is None or first.source != last.source:
        return found
    both = structs.replace(first, min=first.min + last.min, max=first.max + last.max, category="all")
    return [both if item is first else item for item in found[:-1]]


def _single(text: str, verb: re.Match[str], start: int, among: int) -> bool:
    """Whether one somebody, of whatever trade, is the subject."""
    if verb.group().lower() in THINGS_TOO or verb.group().lower().startswith(("blown", "wiped")):
        return False
    if verb.group().lower() in DYING:
        near = max(start, verb.start() - 50), verb.start()
        return bool(_DIED.search(text, *near) or _HE.search(text, *near))
    return bool(_SINGLE.search(among, text, start, verb.start()))


_FOUND = re.compile(r"\s+(?:who\s+)?(?:was|were|have been|has been|had been)\s+(?:later\s+)?found\b")


def _found_dead(text: str, verb: re.Match[str], group: Group, source: str | None) -> list[Casualties]:
    """'Two men were found dead': some of them, perhaps not all."""
    if group.end > verb.start() or not _FOUND.match(text, group.end, verb.start()):
        return []
    return [published("killed", group, source, subset=True)]


def _subsets(
    text: str, inside: Sequence[Group], found: Sequence[Casualties], source: str | None
) -> list[Casualties]:
    """'… including six children and four women', '… two of them children'."""
    extra: list[Casualties] = []
    for group in inside:
        kind = _kind_before(found, group) or (found[0].kind if found else None)
        headed = group.headed or OF_THEM.match(text[group.end : group.end + 24])
        if kind and headed:
            extra.append(published(kind, group, source, subset=True))
    return extra


def _kind_before(found: Sequence[Casualties], group: Group) -> str | None:
    kind = None
    for casualties in found:
        if casualties.start is not None and casualties.start < group.start:
            kind = casualties.kind
    return kind


def _is_subset(text: str, start: int, group: Group, sifted: Found, among: int) -> bool:
    if group.described.lower().startswith(("of them", "of whom", "of the dead")):
        return True
    if text[max(start, group.start - 4) : group.start].lower() == "the " and (
        group.described.lower().startswith("dead") or text.startswith(" dead", group.end)
    ):
        return True  # 'the two dead foreigners' have been counted before
    near = max(start, group.start - 100)
    if _SUBSET.possible(among) and _SUBSET.search(sifted.within(near, group.start), text[near : group.start]):
        return True
    return bool(OF_THEM.match(text[group.end : group.end + 24])) and not is_body(text, group)


def _joined(found: list[Casualties]) -> list[Casualties]:
    """Sorted; 'killed and wounded 30' and the like keep one entry a kind and place."""
    unique: dict[tuple[str, int | None], Casualties] = {}
    for casualties in found:
        unique.setdefault((casualties.kind, casualties.start), casualties)
    return sorted(unique.values(), key=lambda item: (item.start or 0, item.kind))
