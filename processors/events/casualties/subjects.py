"""Who suffered what a verb tells: the group before or behind it, people by name, an owner."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import structs

from processors.events.casualties.fates import (
    ARMED,
    DYING,
    FALLEN,
    FALLING,
    FELLED,
    FOLLOWERS,
    LOOKS_BACK,
    NEEDS_OWNER,
)
from processors.events.casualties.names import (
    and_named_after,
    and_named_before,
    named_after,
    named_before,
    owned,
    plus,
)
from processors.events.groups import Group

_AFTER_GAP = re.compile(
    r"^[\s,]*(?:(?:of|a further|another|an additional|a total of|or|and|wounding|injuring|injured|"
    r"wounded|up|him|her|the|its|his|their|all|both|dead|to\s+death|"
    r"(?:him|her|them)sel(?:f|ves)\s+and)\s+){0,3}$",
    re.IGNORECASE,
)


_BEFORE_GAP = re.compile(
    r"^[\s,]*(?:\([^)]*\)\s*)?(?:[a-z]+(?:ed|en) (?:off|from|out of|at|by) (?:[\w-]+ ){0,2}[\w-]+, )?"
    r"(?:(?:who|that|were|was|are|is|have|has|had|been|being|be|also|"
    r"reportedly|left|lay|later|allegedly|instantly|confirmed|feared|said|to|"
    r"immediately|as|then|either|critically|seriously|severely|slightly|lightly|badly|others?|more|"
    r"people|were\s+either|died|or|and|believed|critically|subsequently|known|have\s+now|at least|got|"
    r"remain|remained|still|presumed|reported|in\s+total|suffered|sustained|serious|minor|gunshot|"
    r"bullet|shrapnel|found|today|yesterday|brutally|shot|stabbed|ambushed|kidnapped|abducted|tortured|"
    r"attacked|captured|beaten|succumbed|overnight|fatally|burned|run|blown|hacked)\b[\s,]*){0,7}$",
    re.IGNORECASE,
)


_LOOSE_GAP = re.compile(
    r"^[^.;:]{0,90}\b(?:were|was|have been|has been|had been)\s+(?:\w+ly\s+)?$", re.IGNORECASE
)


OF_THEM = re.compile(
    r"^\s*(?:of (?:them|whom|the (?:dead|victims|wounded|injured|killed))|among them)\b", re.IGNORECASE
)


_ACTIVE_NO = re.compile(
    r"(?:\b(?:is|are|was|were|been|be|being|people|others?)\s+(?:\w+ly\s+)?|\d\s+)$", re.IGNORECASE
)


_ADJACENT_END = re.compile(r"^\s*(?:and\b|or\b|,|\.|;|\)|$)", re.IGNORECASE)


def of_verb(
    text: str, verb: re.Match[str], told: tuple[Sequence[Group], Sequence[Group]], start: int, end: int
) -> Group | None:
    """Whom a verb befell: ``told`` are the groups that are free and those that are parts."""
    people, inside = told
    word = verb.group().lower()
    if word in FALLING:
        fallen = _preceding(text, verb, people)
        return fallen if fallen and fallen.category in ARMED and FALLEN.match(text, verb.end(), end) else None
    owners = next((group for group in people if _OWN.fullmatch(text, group.end, verb.start())), None)
    if owners or word in NEEDS_OWNER:
        if word == "slaying" and (slain := _following(text, verb, people)):
            return slain
        return owners or owned(text, verb, start, end)
    after = _following(text, verb, people)
    before = _preceding(text, verb, people)
    if before and before.max == 1 and _APPOSED.search(text, max(start, before.start - 40), before.start):
        before = named_before(text, verb, start) or before
    if before and text[before.end : verb.start()].isspace() and _ADJACENT_END.match(text[verb.end() : end]):
        return and_named_before(text, before, start)
    if _takes_object(text, verb, end):
        after = after or _some_of_them(text, verb, inside, people)
        if after and after.named:  # 'the judge Maria Diaz'
            after = named_after(text, verb, people, end) or after
        found = and_named_after(text, verb, after, end) if after else named_after(text, verb, people, end)
        return found or owned(text, verb, start, end) or before
    if before:
        return and_named_before(text, before, start)
    named = named_before(text, verb, start) or owned(text, verb, start, end)
    apart = word in LOOKS_BACK or text.startswith(",", verb.end())  # 'Israeli killed, three wounded'
    return named or (None if apart else after)


_THE_ONE = re.compile(
    r"\s+(?:the|a|an|one|its|his|her|their)\s+(?:[\w-]+['’]s\s+)?(?:[a-z][\w-]+\s+){0,2}?[a-z][\w-]*[^\Ws]\b"
)


def someone(text: str, verb: re.Match[str], end: int) -> Group | None:
    """'Shot dead the vice-principal': such verbs take people only, so one somebody is one dead."""
    if " ".join(verb.group().lower().split()) not in FELLED or not _THE_ONE.match(text, verb.end(), end):
        return None
    return Group(verb.start(), verb.end(), 1, 1, "all", "", headed=True, named=True)


def _some_of_them(
    text: str, verb: re.Match[str], inside: Sequence[Group], people: Sequence[Group]
) -> Group | None:
    """'Fired at tourists, killing two of them and their guide'."""
    some = _following(text, verb, inside)
    them = OF_THEM.match(text[some.end : some.end + 24]) if some else None
    if some is None or them is None:
        return None
    joint = _ALSO.match(text, some.end + them.end())
    other = next((group for group in people if joint and group.start in {joint.end(), joint.start(1)}), None)
    return plus(some, other) if other else structs.replace(some, named=False)


_ALSO = re.compile(r",?\s+and\s+((?:his|her|their|its|the)\s+)?")


_OWN = re.compile(r"['’]s?\s+")  # 'six priests' murder'


_APPOSED = re.compile(r"\b[A-Z][\w'’-]+,\s$")  # 'Pia Gomez, a lawyer, was killed'


_BELONGING = re.compile(
    r"\s+(?:of|from|in|at|on|aboard)\s(?:[^,.;:]|\bSt\.){1,60}$"
)  # '25 members of one family died'


_WHOM = re.compile(
    r"\s*(?:of (?:whom|them)|among them)\s+"
    r"(?:(?:was|were|are|is|have|has|had|been|later|already|pronounced)\s+)*"
)


def of_whom(text: str, verb: re.Match[str], inside: Sequence[Group], free: Sequence[Group]) -> Group | None:
    """'20 patients, seven of whom were dead': the seven, unless the 20 were said to be dead already.

    ``free`` are the groups that have not had this fate yet.
    """
    for group in inside:
        whom = _WHOM.match(text, group.end, verb.start())
        if whom and whom.end() == verb.start():
            return group if any(other.end <= group.start for other in free) else None
    return None


def _takes_object(text: str, verb: re.Match[str], end: int) -> bool:
    """'killing 13' and 'killed 13' look forward, '13 were killed' and '13 dead' back."""
    word = verb.group().lower()
    if word.endswith(("ing", " of")) or word.startswith(("claimed", "cost")):
        return True
    if word in {"dead", "missing", "die", "died", "dies", "hurt", "homeless", "deaths", "death"}:
        return False
    if _ACTIVE_NO.search(text[max(0, verb.start() - 16) : verb.start()]):
        return False
    return not FOLLOWERS.match(text[verb.end() : min(end, verb.end() + 24)])


_SUBJECT = re.compile(r"\s+(?:were|was|are|have|had|remain|remained)\b")


_AND_HIM = re.compile(r"\s+(?:him|her)\s+and\s+", re.IGNORECASE)  # 'killing him and his bodyguard'


def _following(text: str, verb: re.Match[str], people: Sequence[Group]) -> Group | None:
    for group in people:
        if group.start < verb.end():
            continue
        gap = text[verb.end() : group.start]
        if _AND_HIM.fullmatch(gap):
            return plus(group, Group(verb.end(), group.start, 1, 1, "all", "", headed=True))
        if len(gap) < 40 and _AFTER_GAP.match(gap):
            other = " and " in gap and _SUBJECT.match(text, group.end)  # 'was killed and two were arrested'
            return None if other else group
        return None
    return None


_ASIDE = re.compile(
    r",\s*(?:[\w-]+\s+){1,4}of\s+(?:them|whom)\b[^,;.]*,"
    r"|,?\s*\b(?:including|among them|mostly|most of them)\b[^;.]*?(?:,|(?=\s+(?:were|was|have|has|"
    r"had)\b))",
    re.IGNORECASE,
)


_PLURAL_VERB = re.compile(r"\b(?:were|are|have been)\b")  # 'the reporter asks if those who were killed'


def _preceding(text: str, verb: re.Match[str], people: Sequence[Group]) -> Group | None:
    best: Group | None = None
    for group in people:
        if group.end > verb.start():
            break
        gap = _ASIDE.sub(" ", text[group.end : verb.start()])
        if group.max == 1 and group.headed and _PLURAL_VERB.search(gap):
            continue
        if _BEFORE_GAP.match(gap) or (best is None and group.headed and _loose(verb, gap)):
            best = group
    return best


def _loose(verb: re.Match[str], gap: str) -> bool:
    """Whether a subject may stand so far from its verb: '25 members of one family died'."""
    if verb.group().lower() in DYING and _BELONGING.match(gap):
        return True
    return len(gap) < 110 and bool(_LOOSE_GAP.match(gap))
