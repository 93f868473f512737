"""Casualties of a sentence: how many, of whom, who says so; subsets are marked, so nothing adds up twice."""

from __future__ import annotations

import re
from collections.abc import Sequence

from processors.events import groups
from processors.events.groups import Group
from processors.messages import Casualties

_KINDS = {
    "killed": (
        r"killed|killing|kills?|dead|died|dying|dies|dea?ths?|fatalit(?:y|ies)|slain|murdered|murdering|"
        r"murders?\s+of|murder|shot\s+dead|shot\s+to\s+death|gunned\s+down|"
        r"executed|executing|beheaded|beheading|lost\s+(?:their|his|her)\s+lives|claimed\s+the\s+li(?:fe|"
        r"ves)\s+of|claimed|massacred|slaughtered|assassinated|"
        r"martyred|hanged|lynched|perished|assassinations?\s+of|killings?\s+of|deaths?\s+of|massacre\s+of|"
        r"slayings?\s+of|burned\s+to\s+death|stabbed\s+to\s+death"
    ),
    "injured": r"wounded|wounding|wounds|injured|injuring|injures|hurt|hurting|injur(?:y|ies)|maimed",
    "missing": r"missing|unaccounted\s+for",
    "detained": r"arrested|arresting|arrests?|detained|detaining|detains|rounded\s+up|captured|capturing",
    "kidnapped": r"kidnapped|kidnapping|kidnap|abducted|abducting|abducts?|taken\s+hostage|took\s+hostage|"
    r"kidnaped",
    "displaced": r"displaced|displacing|fled|fleeing|evacuated|evacuating|left\s+homeless|homeless",
}
_VERB = re.compile(
    r"(?<![\w-])(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in _KINDS.items()) + r")(?![\w-])",
    re.IGNORECASE,
)
_TOLL = re.compile(
    r"\b(?:tolls?|number of (?:the )?(?:dead|deaths|victims|fatalities|people killed|those killed|"
    r"civilians killed|wounded|injured|missing))\b"
    r"[^;]{0,120}?\b(?:to|at|of|reached|hit|was|is|stood at|passed|above|over)\s+$",
    re.IGNORECASE,
)
_BODIES = re.compile(
    r"\b(?:found|recovered|counted|discovered|retrieved|pulled|seen|received|saw|identified)\s+$|"
    r"\bbodies of\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\b(?:(?P<without>no|without(?:\s+any)?|not\s+cause(?:\s+any)?|any)\s+(?:\w+\s+){0,3}?"
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
_AFTER_GAP = re.compile(
    r"^[\s,]*(?:(?:of|a further|another|an additional|a total of|or|and|wounding|injuring|injured|"
    r"wounded|up|him|her|the)\s+){0,3}$",
    re.IGNORECASE,
)
_BEFORE_GAP = re.compile(
    r"^[\s,]*(?:\([^)]*\)\s*)?(?:(?:who|that|were|was|are|is|have|has|had|been|being|be|also|"
    r"reportedly|left|lay|later|allegedly|instantly|confirmed|feared|said|to|"
    r"immediately|as|then|either|critically|seriously|severely|slightly|lightly|badly|others?|more|"
    r"people|were\s+either|died|or|and|believed|critically|subsequently|known|have\s+now|at least|got|"
    r"remain|remained|still|presumed|reported|in\s+total|suffered|sustained|serious|minor|gunshot|"
    r"bullet|shrapnel)\b[\s,]*){0,7}$",
    re.IGNORECASE,
)
_LOOSE_GAP = re.compile(
    r"^[^.;:]{0,90}\b(?:were|was|have been|has been|had been)\s+(?:\w+ly\s+)?$", re.IGNORECASE
)
_SUBSET = re.compile(
    r"(?:\b(?:including|includes?|included|among (?:them|the dead|those killed|the victims|the wounded|"
    r"whom)(?:\s+(?:were|are|was))?|of (?:whom|them|which)|most(?:ly)? of them|comprising|"
    r"in particular|(?:most|some|all|many) of (?:them|whom))(?:\s+(?:were|was|at least))?[\s,]*"
    r"|\b(?:including|among)\b[^.;()]{0,60}(?:,|\band\b)\s*)$",
    re.IGNORECASE,
)
_OF_THEM = re.compile(
    r"^\s*(?:of (?:them|whom|the (?:dead|victims|wounded|injured|killed))|among them)\b", re.IGNORECASE
)
_ACTIVE_NO = re.compile(
    r"(?:\b(?:is|are|was|were|been|be|being|people|others?)\s+(?:\w+ly\s+)?|\d\s+)$", re.IGNORECASE
)
_ADJACENT_END = re.compile(r"^\s*(?:and\b|or\b|,|\.|;|\)|$)", re.IGNORECASE)
_FOLLOWERS = re.compile(
    r"^\s*(?:in|on|at|by|when|after|as|during|near|and\s+(?:wounded|injured)|,|\.|\)|overnight|"
    r"yesterday|today|while|following|since|$)",
    re.IGNORECASE,
)


_LAST_NAMES = re.compile(
    r"(?:(?:[A-Z][\w.'’-]+\s+)+[A-Z][\w'’-]+,\s+)*(?:(?:[A-Z][\w.'’-]+\s+)+[A-Z][\w'’-]+,?\s+and\s+)?"
    r"(?:[A-Z][\w.'’-]+\s+)+[A-Z][\w'’-]+$"
)
_STEMS = (
    "kill",
    "dead",
    "died",
    "dies",
    "dying",
    "death",
    "fatalit",
    "slain",
    "murder",
    "shot",
    "gunned",
    "execut",
    "behead",
    "massacr",
    "slaughter",
    "assassin",
    "martyr",
    "hanged",
    "lynched",
    "perish",
    "slaying",
    "burned",
    "stabbed",
    "wound",
    "hurt",
    "injur",
    "maim",
    "missing",
    "unaccounted",
    "arrest",
    "detain",
    "rounded",
    "captur",
    "kidnap",
    "abduct",
    "hostage",
    "displac",
    "fled",
    "fleeing",
    "evacuat",
    "homeless",
    "toll",
    "body",
    "bodies",
    "casualties",
    "victims",
    "claimed",
    "lives",
)


def find(text: str, start: int, end: int) -> list[Casualties]:
    """The tolls of the sentence ``text[start:end]``, in order."""
    lowered = text[start:end].lower()
    if not any(stem in lowered for stem in _STEMS):
        return []
    everyone = [group for group in groups.find(text, start, end) if not _outdated(text, start, group)]
    inside = [group for group in everyone if _is_subset(text, start, group)]
    people = groups.summed(text, [group for group in everyone if group not in inside])
    source = who_says(text, start, end)
    found: list[Casualties] = []
    used: set[int] = set()
    for verb in _VERB.finditer(text, start, end):
        group = _of_verb(text, verb, [group for group in people if group.start not in used], start, end)
        kind = verb.lastgroup or "killed"
        if group is not None:
            used.add(group.start)
            found += _with_parts(kind, group, source)
        elif _SINGLE.search(text, start, verb.start()) and kind in {"killed", "kidnapped"}:
            one = Group(verb.start(), verb.end(), 1, 1, "all", "", headed=True)
            found.append(_casualties(kind, one, source, subset=True))
    found += _tolls(text, start, [group for group in people if group.start not in used], source)
    found += _nones(text, start, end, source)
    found += _subsets(text, inside, found, source)
    return _joined(found)


_SUMMED_UP = re.compile(r"[^.;]{0,70}?\b(?:so far this|this (?:week|month|year))\b", re.IGNORECASE)
_OUTDATED = re.compile(
    r"\b(?:up from|revised from|had (?:first|initially|earlier|previously)|at first|initially|earlier "
    r"(?:put|said|reported|toll)|"
    r"previous(?:ly)?|compared with|instead of|rather than)\b[^.;,]{0,60}$",
    re.IGNORECASE,
)


def _outdated(text: str, start: int, group: Group) -> bool:
    """Whether the sentence gives this figure as an earlier count, or as the sum of a whole week or year."""
    if _SUMMED_UP.match(text[group.end : group.end + 80]):
        return True
    return bool(_OUTDATED.search(text[max(start, group.start - 90) : group.start]))


# 'A former head of customs was assassinated': one person, unless somebody gives a number.
_SINGLE = re.compile(r"\b(?:was|has been|had been)\s+(?:\w+ly\s+)?$")


def _with_parts(kind: str, group: Group, source: str | None) -> list[Casualties]:
    return [
        _casualties(kind, group, source, subset=False),
        *[_casualties(kind, part, source, subset=True) for part in group.parts if part.category != "all"],
    ]


def _casualties(kind: str, group: Group, source: str | None, *, subset: bool) -> Casualties:
    return Casualties(
        kind=kind,
        min=group.min,
        max=group.max,
        category="some" if subset and group.category == "all" else group.category,
        affiliation=_affiliation(group.described),
        source=source,
        subset=subset,
        start=group.start,
        end=group.end,
    )


def _of_verb(text: str, verb: re.Match[str], people: Sequence[Group], start: int, end: int) -> Group | None:
    after = _following(text, verb, people)
    before = _preceding(text, verb, people)
    if before and text[before.end : verb.start()].isspace() and _ADJACENT_END.match(text[verb.end() : end]):
        return before
    if _takes_object(text, verb, end):
        return after or _named_after(text, verb, end) or before
    return before or _named_before(text, verb, start) or after


_OFFICE = re.compile(
    r"\s+(?:(?:the|a|an|former|mayor|judge|leader|journalist|lawyer|priest|bishop|[a-z]+)\s+){0,4}"
)
_WAS = re.compile(r"(?:,[^,;.]{0,70},)?\s+(?:was|were|has been|had been|have been)\s+(?:\w+ly\s+)?$")


def _named_after(text: str, verb: re.Match[str], end: int) -> Group | None:
    """'murdered Mayor Pedro Gonzalez', 'the assassination of the judge Maria Diaz'."""
    if verb.lastgroup not in {"killed", "kidnapped"}:
        return None
    office = _OFFICE.match(text, verb.end(), end)
    return groups.named(text, office.end(), end) if office else None


def _named_before(text: str, verb: re.Match[str], start: int) -> Group | None:
    """'Maria Diaz was killed', 'Juan Perez and Pedro Lopez, both teachers, were kidnapped'."""
    if verb.lastgroup not in {"killed", "kidnapped"}:
        return None
    was = _WAS.search(text, start, verb.start())
    if not was:
        return None
    name = _LAST_NAMES.search(text, start, was.start())
    return groups.named(text, name.start(), was.start()) if name else None


def _takes_object(text: str, verb: re.Match[str], end: int) -> bool:
    """'killing 13' and 'killed 13' look forward, '13 were killed' and '13 dead' back."""
    word = verb.group().lower()
    if word.endswith(("ing", " of")) or word.startswith("claimed"):
        return True
    if word in {"dead", "missing", "died", "dies", "hurt", "homeless", "deaths", "death"}:
        return False
    if _ACTIVE_NO.search(text[max(0, verb.start() - 16) : verb.start()]):
        return False
    return not _FOLLOWERS.match(text[verb.end() : min(end, verb.end() + 24)])


def _following(text: str, verb: re.Match[str], people: Sequence[Group]) -> Group | None:
    for group in people:
        if group.start < verb.end():
            continue
        gap = text[verb.end() : group.start]
        if len(gap) < 40 and _AFTER_GAP.match(gap):
            return group
        return None
    return None


_ASIDE = re.compile(
    r",?\s*\b(?:including|among them|mostly|most of them)\b[^;.]*?(?:,|(?=\s+(?:were|was|have|has|"
    r"had)\b))",
    re.IGNORECASE,
)


def _preceding(text: str, verb: re.Match[str], people: Sequence[Group]) -> Group | None:
    best: Group | None = None
    tight = False
    for group in people:
        if group.end > verb.start():
            break
        gap = _ASIDE.sub(" ", text[group.end : verb.start()])
        if _BEFORE_GAP.match(gap):
            best, tight = group, True
        elif best is None and group.headed and not tight and len(gap) < 110 and _LOOSE_GAP.match(gap):
            best = group
    return best


def _tolls(text: str, start: int, people: Sequence[Group], source: str | None) -> list[Casualties]:
    """'The death toll rose to 66', 'the bodies of six priests', 'recovered three bodies'."""
    found = []
    for group in people:
        before = text[max(start, group.start - 150) : group.start]
        toll = _TOLL.search(before)
        if toll:
            kind = "injured" if re.search(r"injur|wounded", toll.group()) else "killed"
            found += _with_parts(kind, group, source)
        elif _BODIES.search(before) and ("bodies of" in before[-20:] or _is_body(text, group)):
            found.append(_casualties("killed", group, source, subset=True))
    return found


def _is_body(text: str, group: Group) -> bool:
    return text[group.start : group.end].lower().endswith(("body", "bodies", "corpses"))


def _nones(text: str, start: int, end: int, source: str | None) -> list[Casualties]:
    found = []
    for match in _NONE.finditer(text, start, end):
        if match["without"].lower() == "any" and not re.search(
            r"\b(?:not|no|nor|n't|n’t)\b", text[start : match.start()]
        ):
            continue
        what = (match["hurt"] or match["what"]).lower()
        whose = _affiliation(match.group())
        found += [
            Casualties(
                kind=kind,
                min=0,
                max=0,
                category="some" if whose else "all",
                affiliation=whose,
                source=source,
                subset=whose is not None,
                start=match.start(),
                end=match.end(),
            )
            for kind in _NONE_KINDS.get(what, ("killed", "injured"))
        ]
    return found


def _subsets(
    text: str, inside: Sequence[Group], found: Sequence[Casualties], source: str | None
) -> list[Casualties]:
    """'… including six children and four women', '… two of them children'."""
    extra: list[Casualties] = []
    for group in inside:
        kind = _kind_before(found, group) or (found[0].kind if found else None)
        headed = group.headed or _OF_THEM.match(text[group.end : group.end + 24])
        if kind and headed:
            extra.append(_casualties(kind, group, source, subset=True))
    return extra


def _kind_before(found: Sequence[Casualties], group: Group) -> str | None:
    kind = None
    for casualties in found:
        if casualties.start is not None and casualties.start < group.start:
            kind = casualties.kind
    return kind


def _is_subset(text: str, start: int, group: Group) -> bool:
    before = text[max(start, group.start - 100) : group.start]
    if group.described.lower().startswith(("of them", "of whom", "of the dead")):
        return True
    return bool(_SUBSET.search(before) or _OF_THEM.match(text[group.end : group.end + 24]))


def _joined(found: list[Casualties]) -> list[Casualties]:
    """Sorted; 'killed and wounded 30' and the like keep one entry a kind and place."""
    unique: dict[tuple[str, int | None], Casualties] = {}
    for casualties in found:
        unique.setdefault((casualties.kind, casualties.start), casualties)
    return sorted(unique.values(), key=lambda item: (item.start or 0, item.kind))


_SOURCE = re.compile(
    r"\baccording to (?P<a>(?:the |a |an )?[^,.;]{3,70}?)(?=[,.;]|\s+(?:said|on|in|which|who|that)\b|$)"
    r"|[,”\"]\s*(?P<b>(?:the |a |an )?[^,.;”\"]{2,60}?)\s+(?:said|says|reported|told|announced|"
    r"confirmed|added)\b"
    r"|^(?P<c>(?:[Tt]he |[Aa] )?[A-Z][^,.;]{2,60}?)\s+(?:said|says|reported|announced|confirmed|"
    r"claimed|put)\b"
)


def who_says(text: str, start: int, end: int) -> str | None:
    """The source that the sentence names, as written."""
    match = _SOURCE.search(text[start:end])
    if not match:
        return None
    named = (match["a"] or match["b"] or match["c"]).strip()
    return named if 2 < len(named) <= 70 else None


_WHOSE = re.compile(
    r"\b(?:[A-Z][\w-]+(?:ian|ish|ese|an|i|ch|eli)|government|Taliban|Houthi|Hamas|Hezbollah|ISIS|IS|"
    r"PKK|YPG|SDF|HTS|US|U\.S\.|UN)\b"
)


def _affiliation(words: str) -> str | None:
    match = _WHOSE.search(words)
    return match.group() if match else None
