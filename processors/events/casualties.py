"""Casualties of a sentence: how many, of whom, who says so; subsets are marked, so nothing adds up twice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from msgspec import structs

from processors.events import groups, victims
from processors.events.groups import Group
from processors.messages import Casualties
from processors.text import numbers
from processors.text.sieve import ENGLISH, Found

_KINDS = {
    "killed": (
        r"killings?\s+of|deaths?\s+of|assassinations?\s+of|(?:murder|killing|assassination)\s+in\s+[\w-]+\s+of|"
        r"killed|killing|kills?|dead|die[ds]?|dying|"
        r"dea?ths?|fatalit(?:y|ies)|slain|murdered|murdering|"
        r"murders?\s+of|murder|shot\s+dead|shot\s+to\s+death|gunned\s+down|"
        r"executed|executing|beheaded|beheading|los(?:t|e|es|ing)\s+(?:their|his|her)\s+(?:lives|life)|"
        r"(?:claim|end)(?:ed|s|ing)?\s+(?:the\s+)?li(?:fe|ves)\s+of|"
        r"(?:cost(?:s|ing)?|t(?:ook|akes|aking))\s+the\s+li(?:fe|ves)\s+of|"
        r"costs?(?=\s(?:[\w,.-]+\s){1,5}?lives\b)|"
        r"(?:claim(?:ed|s|ing)?|took)(?=\s(?:[\w,.-]+\s){1,5}?(?:lives|life|victims)\b)|"
        r"succumb(?:s|ed|ing)?\s+to\s+(?:(?:his|her|their|the|its)\s+)?(?:\w+\s+)?"
        r"(?:wounds?|injur(?:y|ies)|burns)|"
        r"(?:burn(?:ed|t)|charred)\s+(?:beyond\s+recognition|to\s+ashes)|"
        r"crushed(?=\s(?:when|by|under|beneath)\b)|"
        r"lined\s+up\s+(?:against\s+a\s+wall\s+)?and\s+shot|butcher(?:ed|s|ing)|blown\s+(?:up|apart|to\s+(?:pieces|bits))|"
        r"massacred|(?<!the )(?<!\ba )massacr(?:es?|ing)(?!\s+of)|slaughter(?:ed|ing|s)|"
        r"(?<!the )(?<!\ba )slaughter(?!\s+of)|slays?|slew|felled|eliminat(?:ed|es|ing)|"
        r"neutrali[sz](?:ed|es|ing)|wip(?:ed|es|ing)\s+out|drown(?:ed|s|ing)?|perish(?:es|ing)?|electrocuted|"
        r"suffocated|asphyxiated|embraced\s+martyrdom|put\s+to\s+death|sent\s+to\s+the\s+gallows|"
        r"(?:shoot(?:s|ing)?|stab(?:s|bing)?|beat(?:s|ing)?|hack(?:s|ing)?|burn(?:s|ing)?|club(?:s|bing)?|"
        r"ston(?:es|ing)|crush(?:es|ing)|trampl(?:es|ing)|starv(?:ed|ing)|fr[eo]zen?)\s+(?:dead|to\s+death)|"
        r"gun(?:s|ning)?\s+down|mow(?:s|n|ed|ing)?\s+down|"
        r"fatally\s+(?:shot|shoots|struck|hit|stabbed|injur(?:ed|ing)|wound(?:ed|ing)|crushed|beaten)|"
        r"fall(?:en)?|fell|f[ae]ll(?:en)?\s+in\s+(?:battle|combat|action|the\s+line\s+of\s+duty)|"
        r"los(?:t|es?|ing)(?=\s(?:[\w-]+\s){1,3}?(?:(?:of\s)?(?:its|their|his)\s(?:own\s)?)?(?:men|fighters|soldiers|troops|"
        r"people|members|policemen|comrades|officers|civilians)\b)|"
        r"behead|execute(?=\s\w)|lynch(?=\s\w)|assassinated|assassinating|assassinates?|assassination|executes?|beheads|"
        r"martyred|hanged|hangs|lynche[ds]|perished|massacre\s+of|slaughter\s+of|slayings?\s+of|slaying|burn(?:ed|t)\s+alive|"
        r"(?:burned|burnt|stabbed|beaten|hacked|clubbed|crushed|trampled|tortured|stoned)\s+to\s+death|"
        r"(?:knif(?:es|ed)|strangl(?:es|ed)|stab(?:s|bed)?|beat(?:s|en)?|hack(?:s|ed)?|club(?:s|bed)?|shoots?|shot|burn(?:s|ed|t)?|ston(?:es?|ed)|"
        r"guns?|gunned|mow(?:s|ed)?)"  # 'shot a man dead'
        r"(?=\s(?:[\w'’-]+\s){1,7}?(?:to\s+death|dead|down|alive)\b)"
    ),
    "injured": r"wounded|wounding|wounds|injured|injuring|injures|hurt|hurting|injur(?:y|ies)|maimed|"
    r"treated\s+for|hospitali[sz]ed",
    "missing": r"missing|unaccounted\s+for",
    "detained": r"arrested|arresting|arrests?|detained|detaining|detains?|rounded\s+up|captured|capturing",
    "kidnapped": r"kidnapped|kidnapping|kidnaps?|abducted|abducting|abducts?|taken\s+hostage|took\s+hostage|"
    r"kidnaped",
    "displaced": r"displaced|displacing|fled|fleeing|evacuated|evacuating|left\s+homeless|homeless",
}
_VERB = ENGLISH.add(  # reads lower case, which is faster
    r"(?<![\w-])(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in _KINDS.items()) + r")(?![\w-])"
)
_TOLL = re.compile(
    r"\b(?:tolls?|(?:own|their|its|his|army|combat|human) loss(?:es)?|"
    r"number of (?:the )?(?:dead|deaths|victims|fatalities|people killed|those killed|"
    r"civilians killed|wounded|injured|missing))\b"
    r"[^;]{0,120}?\b(?:to|at|of|reach(?:ed|es)|hits?|was|is|stood at|pass(?:ed|es)|tops?|topped|nears|above|"
    r"over)\s+$",
    re.IGNORECASE,
)
_BODIES = re.compile(
    r"\b(?:f(?:ou|i)nd(?:ing)?|recover(?:ed|ing)|count(?:ed|ing)|discover(?:ed|ing|y of)|retriev(?:ed|ing)|"
    r"pulled|seen|received|saw|identif(?:ied|ying))\s+$|"
    r"\b(?:bodies|corpses|remains|body|corpse) of\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_NONE = ENGLISH.add(
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
_SUBSET = ENGLISH.add(
    r"(?:\b(?:including|includes?|included|among (?:them|the dead|those killed|the victims|the wounded|"
    r"whom)(?:\s+(?:were|are|was))?|of (?:whom|them|which)|most(?:ly)? of them|comprising|"
    r"in particular|(?:most|some|all|many) of (?:them|whom))(?:\s+(?:were|was|at least))?[\s,]*"
    r"|\b(?:including|among)\b(?:(?!injur|wound|kill|dead|detain|arrest)[^.;()]){0,60}(?:,|\band\b)\s*)$",
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
    r"yesterday|today|while|following|since|outside|inside|before|from|amid|for|of|over|"
    r"(?:\w+\s+)?(?:hours|days|weeks|months|years)\s+(?:after|later)|$)",
    re.IGNORECASE,
)


_TELLING = ENGLISH.add(  # what a sentence with tolls has in any case
    r"kill|dead|die|dying|death|fatalit|slain|murder|shot|gunned|execut|behead|massacr|slaughter|"
    r"assassin|martyr|hanged|hangs|beat|mow|stoned|hacked|alive|lynch|drown|slew|felled|eliminat|neutrali|"
    r"wiped out|wipes out|wiping out|electrocut|suffocat|asphyxiat|gallows|fatally|lost |gun down|guns down|"
    r"gunning down|butcher|blown |succumb|fallen|fell|losing |loses |lose |"
    r"in battle|in combat|in action|of duty|life|slay|perish|burned|stabbed|"
    r"wound|hurt|injur|maim|missing|unaccounted|arrest|detain|rounded|captur|kidnap|abduct|hostage|displac|"
    r"fled|fleeing|evacuat|"
    r"homeless|toll|body|bodies|casualties|victims|claimed|lives|remains of"
)


_FALLING = frozenset({"fall", "fell", "fallen"})  # 'twelve of its fighters had fallen', not 'fell back'
_ARMED = frozenset({"soldiers", "fighters", "police"})
_FALLEN = re.compile(r"\s*(?:$|[.,;]|(?:and|in|on|at|when|as|while|during|defending|fighting|near|since)\b)")
_SPEAKING = re.compile(r"\s+(?:said|says|told|added|announced)\b")  # 'two witnesses said'


def find(text: str, start: int, end: int, sifted: Found | None = None) -> list[Casualties]:
    """The tolls of the sentence ``text[start:end]``, in order; ``sifted``: the text as ENGLISH sifts it."""
    sifted = sifted or ENGLISH.sift(text)
    among = sifted.within(start, end)
    if not _TELLING.possible(among):
        return []
    people = groups.find(text, start, end, sifted)
    stale = [group for group in people if _outdated(text, start, group, sifted)]
    everyone = [group for group in people if group not in stale and not _SPEAKING.match(text, group.end)]
    inside = [group for group in everyone if _is_subset(text, start, group, sifted)]
    people = groups.summed(text, [group for group in everyone if group not in inside])
    source = who_says(text, start, end)
    found: list[Casualties] = []
    used: dict[int, str] = {}
    for verb in _VERB.finditer(among, sifted.lowered, start, end):
        kind = verb.lastgroup or "killed"
        free = [group for group in people if group.start not in used]
        spared = [group for group in people if used.get(group.start) != kind]
        group = _of_whom(text, verb, inside, spared) or _several(text, verb, free, (start, end))
        group = group or _of_verb(text, verb, (free, inside), start, end)
        group = group or _someone(text, verb, end) or _headlined(text, verb, start, end, people)
        group = group or _them(text, verb, people, used)
        group = _accompanied(text, verb, _after_one(text, verb, group, (start, end), people), end)
        group = _with_later(text, verb, group, end)
        if group is not None and _hidden(group, verb, stale):
            continue  # 'thousands marched for two brothers who were shot dead in the war'
        if group is not None and (group.named or group in inside):
            found.append(_casualties(kind, group, source, subset=True))
        elif group is not None:
            used |= dict.fromkeys((group.start, *(part.start for part in group.parts)), kind)
            found += _found_dead(text, verb, group, source) or _with_parts(kind, group, source)
            found = _beside_others(text, _added(text, found))
        elif kind in _BY_NAME and _single(text, verb, start, among):
            one = Group(verb.start(), verb.end(), 1, 1, "all", "", headed=True)
            found.append(_casualties(kind, one, source, subset=True))
    found += _tolls(text, start, [group for group in people if group.start not in used], source)
    found += _bodies_by_name(text, start, end, source, among)
    found += _nones(text, start, end, source, among)
    found += _subsets(text, inside, found, source)
    return _joined(found)


def _hidden(group: Group, verb: re.Match[str], stale: Sequence[Group]) -> bool:
    """Whether a group that is no toll stands between a group and its verb."""
    return any(group.end <= other.start and other.end <= verb.start() for other in stale)


_PERIOD = (
    r"(?:so far this|this (?:week|month|year)|(?:in|over|during|for|within|throughout) the (?:past|last) "
    r"(?:[\w-]+ )?(?:weeks?|months?|years?|decades?)|in recent (?:weeks|months|years)|over the years|"
    r"(?:each|every|a|per) (?:week|month|year)|since (?:the (?:beginning|start) of|January|February|March|"
    r"April|May|June|July|August|September|October|November|December|the war|(?:19|20)\d\d)|"
    r"in (?:the )?(?:\w+|\d+) (?:months|years|decades)|(?:in|during) the (?:\w+[ -]){0,4}?(?:civil war|war|"
    r"conflict|insurgency|uprising|dictatorship)|during the (?:19|20)?\d0s)"
)
_SUMMED_UP = ENGLISH.add(rf"[^.;,]{{0,70}}?\b{_PERIOD}\b", re.IGNORECASE)
_SUMMED_BEFORE = ENGLISH.add(rf"(?<!est )\b{_PERIOD}\b[^.;]{{0,60}}$", re.IGNORECASE)
_RANKED = re.compile(
    r"\b(?:\w{3,}iest|\w{3,}[^aeiou]est|worst|biggest|first|second|third|most)\b", re.IGNORECASE
)
_OUTDATED = ENGLISH.add(
    r"\b(?:up from|revised from|had (?:first|initially|earlier|previously)|at first|initially|earlier "
    r"(?:put|said|reported|toll)|"
    r"previous(?:ly)?|compared with|instead of|rather than)\b[^.;,]{0,60}$",
    re.IGNORECASE,
)


def _outdated(text: str, start: int, group: Group, sifted: Found) -> bool:
    """Whether the sentence gives this figure as an earlier count, or as the sum of a whole week or year."""
    among = sifted.within(group.end, group.end + 100)
    after = _SUMMED_UP.match(among, text[group.end : group.end + 100])
    if after and not _RANKED.search(after.group()):
        return True
    before = text[max(start, group.start - 120) : group.start]
    among = sifted.within(max(start, group.start - 120), group.start)
    summed = _SUMMED_BEFORE.search(among, before)
    if summed and not _RANKED.search(before):
        return True
    return bool(_OUTDATED.search(among, text[max(start, group.start - 90) : group.start]))


_DIED = re.compile(r"\b(?:[Aa]n?|[Oo]ne|[Aa]nother)\s+(?:[a-z][\w’'-]*\s+){1,4}$")  # 'a baker died'
# 'A former head of customs was assassinated': one person, unless somebody gives a number.
_SINGLE = ENGLISH.add(
    r"\b(?:was|has been|had been)\s+(?:(?:\w+ly|found|shot|ambushed|kidnapped|abducted|tortured|stabbed|"
    r"attacked|captured|beaten|and|then|later)\s+){0,4}$"
)


# What is done to things as well: who is meant has to be said.
_THINGS_TOO = frozenset({"eliminated", "neutralised", "neutralized", "felled"})


_PRONOUN = re.compile(r"(?:.*?\s)??(?P<who>them|him|her)\b(?!\s+[a-z]+(?:s|band)\b)", re.IGNORECASE)


def _them(text: str, verb: re.Match[str], people: Sequence[Group], used: Mapping[int, str]) -> Group | None:
    """'Took nine passengers off the bus and shot them dead': the nine."""
    pronoun = verb.lastgroup in _BY_NAME and _PRONOUN.match(text, verb.end(), min(len(text), verb.end() + 14))
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
    if verb.group().lower() in _THINGS_TOO or verb.group().lower().startswith(("blown", "wiped")):
        return False
    if verb.group().lower() in _DYING and _DIED.search(text, max(start, verb.start() - 50), verb.start()):
        return True
    return bool(_SINGLE.search(among, text, start, verb.start()))


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
_ITEM_BEFORE = re.compile(rf"\W*{_ITEM}(?:,|,?\s+and)\s+", re.IGNORECASE)
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
_HEADLINE_VERBS = frozenset(
    ["kill", "kills", "killed", "killing", "slay", "slays", "slew", "hangs", "executes", "lynches", "beheads"]
)
_HEADLINE_VERBS |= {"assassinate", "assassinates", "murders", "shoots dead", "guns down", "gun down"}
_HEADLINE_VERBS |= {
    "stabs to death",
    "hacks to death",
    "execute",
    "behead",
    "claims life of",
    "claims the life of",
    "ends life of",
}
_HEADLINE_VERBS |= {
    "shoots",
    "stabs",
    "beats",
    "hacks",
    "burns",
    "burn",
    "beat",
    "stab",
    "shoot",
    "butchers",
    "knifes",
    "strangles",
}
_FELLED = frozenset(
    {"shot dead", "shot to death", "gunned down", "assassinated", "murdered", "beheaded", "lynched"}
)
_OF_PEOPLE = _FELLED | {"killed", "slain", "dies", "stabbed to death", "hacked to death", "beaten to death"}
_OF_PEOPLE |= {
    "burnt alive",
    "burned alive",
    "executed",
    "hanged",
    "drowns",
    "perishes",
    "fatally shot",
    "butchered",
}
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
        total = _plus(total, item) if total else item
        joint = _HEADLINE_JOINT.match(text, item.end, end)
        if joint is None or joint.end() >= end or _AGED.match(text, item.end, end):
            return total
        position = joint.end()


def _several(
    text: str, verb: re.Match[str], people: Sequence[Group], headline: tuple[int, int]
) -> Group | None:
    """'Man shoots wife and two sons dead': all that a headline lists, which no verb takes alone."""
    start, end = headline
    if verb.group().lower() not in _HEADLINE_VERBS or text[end - 1] in '.!?”"' or verb.start() - start > 70:
        return None
    listed = _listed_after(text, verb.end(), end, people)
    return listed if listed and listed.parts and listed.parts[0].named else None


def _headlined(text: str, verb: re.Match[str], start: int, end: int, people: Sequence[Group]) -> Group | None:
    """'Mexican mayor gunned down outside home': a headline that leaves out 'was' and the article."""
    if verb.lastgroup not in _BY_NAME or verb.start() - start > 100 or text[end - 1] in '.!?”"':
        return None
    if verb.group().lower() in _HEADLINE_VERBS and (object_ := _listed_after(text, verb.end(), end, people)):
        return object_
    killing = verb.group().lower() in {"kill", "kills"}
    if killing and (one := _KILLED_ONE.match(text, verb.end(), end)) and not _PLURAL_END.search(one.group()):
        return Group(verb.start(), verb.end(), 1, 1, "all", "", headed=True, named=True)
    for group in people:
        if items := _ITEMS_BETWEEN.fullmatch(text, group.end, verb.start()):
            count = 2 if items["two"] else 1
            return _plus(group, Group(group.end, verb.start(), count, count, "all", "", headed=True))
    start = max((joint.end() for joint in _CLAUSE.finditer(text, start, verb.start())), default=start)
    subject = _HEADLINED.fullmatch(text, start, verb.start())
    if subject is None and " ".join(verb.group().lower().split()) in _OF_PEOPLE:
        somebody = _SOMEBODY.fullmatch(text, start, verb.start())
        if somebody and not _PLURAL_END.search(somebody["last"]) and not numbers.value(somebody["last"]):
            return Group(verb.start(), verb.end(), 1, 1, "all", "", headed=True, named=True)
    if subject is None or not _FOLLOWERS.match(text[verb.end() : min(end, verb.end() + 24)]):
        return None
    count = 2 if subject["two"] or _PAIR.search(subject.group()) else 1
    return Group(verb.start(), verb.end(), count, count, "all", "", headed=True, named=True)


_OTHER_FATE = re.compile(
    r"wound|injur|hurt|maim|arrest|detain|abduct|kidnap|seiz|captur|displac", re.IGNORECASE
)


def _after_one(
    text: str,
    verb: re.Match[str],
    group: Group | None,
    headline: tuple[int, int],
    people: Sequence[Group],
) -> Group | None:
    """'Soldier, six rebels killed in clash': seven; 'Eleven militants, two soldiers killed': thirteen."""
    start, end = headline
    if (
        group is None
        or verb.lastgroup not in _BY_NAME
        or text[end - 1] in '.!?”"'
        or group.end > verb.start()
    ):
        return group
    first = next((other for other in people if text[other.end : group.start] == ", "), None)
    adjacent = group.headed and text[group.end : verb.start()] == " "
    if first and first.headed and adjacent and not _OTHER_FATE.search(text, start, first.start):
        return _plus(first, group)
    one = _ITEM_BEFORE.fullmatch(text, start, group.start)
    return _plus(Group(start, one.end(), 1, 1, "all", "", headed=True), group) if one else group


_ALONG = re.compile(
    rf"[^.;]{{0,60}}?\b(?:along|together)\s+with\s+(?:his|her|an?|one)\s+(?:[\w-]+\s+){{0,2}}?"
    rf"(?:{groups.ONE_PERSON})\b(?!['’])",
    re.IGNORECASE,
)


def _accompanied(text: str, verb: re.Match[str], group: Group | None, end: int) -> Group | None:
    """'The mayor was gunned down outside his home along with his bodyguard': two."""
    if group is None or group.max != 1 or verb.lastgroup not in _BY_NAME:
        return group
    if group.start >= verb.end() or not _ALONG.match(text, verb.end(), end):
        return group
    return replace(group, min=2, max=2, category="all")


_LATER = re.compile(  # 'two died on the spot and another in hospital'
    r"\s[^.;:]{0,50}?,?\s(?:and|while)\s+(?P<more>another|an?(?:other)?\s+(?:second|third|fourth|fifth)|one(?:\s+more)?|"
    r"(?P<count>two|three|four|five|six|seven|eight|nine|ten|\d{1,3})(?:\s+(?:more|others))?)\s+"
    r"(?:person\s+|people\s+)?(?:(?:who\s+)?(?:died|succumbed)\s+)?(?:later\s+)?(?:in|at|on\s+(?:the|its|his|her|their)\s+way\s+to|"
    r"to|from|of)\s+(?:an?\s+|the\s+|his\s+|her\s+|their\s+)?(?:\w+\s+){0,2}?(?:hospital|clinic|injuries|wounds)\b",
    re.IGNORECASE,
)


def _with_later(text: str, verb: re.Match[str], group: Group | None, end: int) -> Group | None:
    """'Two died on the spot and another in hospital': three."""
    later = _LATER.match(text, verb.end(), end) if group and verb.lastgroup == "killed" else None
    if group is None or later is None or group.named or not group.min:
        return group
    count = numbers.value(later["count"]) if later["count"] else (1, 1)
    return _plus(group, Group(later.start("more"), later.end(), *(count or (1, 1)), "all", "", headed=True))


_FOUND = re.compile(r"\s+(?:who\s+)?(?:was|were|have been|has been|had been)\s+(?:later\s+)?found\b")


def _found_dead(text: str, verb: re.Match[str], group: Group, source: str | None) -> list[Casualties]:
    """'Two men were found dead': some of them, perhaps not all."""
    if group.end > verb.start() or not _FOUND.match(text, group.end, verb.start()):
        return []
    return [_casualties("killed", group, source, subset=True)]


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


def _of_verb(
    text: str, verb: re.Match[str], told: tuple[Sequence[Group], Sequence[Group]], start: int, end: int
) -> Group | None:
    people, inside = told
    word = verb.group().lower()
    if word in _FALLING:
        fallen = _preceding(text, verb, people)
        return (
            fallen if fallen and fallen.category in _ARMED and _FALLEN.match(text, verb.end(), end) else None
        )
    owners = next((group for group in people if _OWN.fullmatch(text, group.end, verb.start())), None)
    if owners or word in _NEEDS_OWNER:
        if word == "slaying" and (slain := _following(text, verb, people)):
            return slain
        return owners or _owned(text, verb, start, end)
    after = _following(text, verb, people)
    before = _preceding(text, verb, people)
    if before and before.max == 1 and _APPOSED.search(text, max(start, before.start - 40), before.start):
        before = _named_before(text, verb, start) or before
    if before and text[before.end : verb.start()].isspace() and _ADJACENT_END.match(text[verb.end() : end]):
        return _and_named_before(text, before, start)
    if _takes_object(text, verb, end):
        after = after or _some_of_them(text, verb, inside, people)
        if after and after.named:  # 'the judge Maria Diaz'
            after = _named_after(text, verb, people, end) or after
        found = _and_named_after(text, verb, after, end) if after else _named_after(text, verb, people, end)
        return found or _owned(text, verb, start, end) or before
    if before:
        return _and_named_before(text, before, start)
    named = _named_before(text, verb, start) or _owned(text, verb, start, end)
    apart = word in _LOOKS_BACK or text.startswith(",", verb.end())  # 'Israeli killed, three wounded'
    return named or (None if apart else after)


_THE_ONE = re.compile(
    r"\s+(?:the|a|an|one|its|his|her|their)\s+(?:[\w-]+['’]s\s+)?(?:[a-z][\w-]+\s+){0,2}?[a-z][\w-]*[^\Ws]\b"
)


def _someone(text: str, verb: re.Match[str], end: int) -> Group | None:
    """'Shot dead the vice-principal': such verbs take people only, so one somebody is one dead."""
    if " ".join(verb.group().lower().split()) not in _FELLED or not _THE_ONE.match(text, verb.end(), end):
        return None
    return Group(verb.start(), verb.end(), 1, 1, "all", "", headed=True, named=True)


def _some_of_them(
    text: str, verb: re.Match[str], inside: Sequence[Group], people: Sequence[Group]
) -> Group | None:
    """'Fired at tourists, killing two of them and their guide'."""
    some = _following(text, verb, inside)
    them = _OF_THEM.match(text[some.end : some.end + 24]) if some else None
    if some is None or them is None:
        return None
    joint = _ALSO.match(text, some.end + them.end())
    other = next((group for group in people if joint and group.start in {joint.end(), joint.start(1)}), None)
    return _plus(some, other) if other else replace(some, named=False)


_ALSO = re.compile(r",?\s+and\s+((?:his|her|their|its|the)\s+)?")
_NEEDS_OWNER = frozenset({"assassination", "slaying"})
_LOOKS_BACK = frozenset({"dead", "die", "died", "dies", "dying", "death", "deaths", "fatality", "fatalities"})
_BY_NAME = frozenset({"killed", "kidnapped"})
_WAS = re.compile(
    r"(?:,[^,;.]{0,70},)?\s+(?P<was>was|were|has been|had been|have been)\s+(?:(?:\w+ly|shot|then|also|"
    r"and|kidnapped|abducted|captured|tortured|stabbed|beaten)\s+){0,3}$"
)
_JOINED_BEFORE = re.compile(r",?\s+(?:and|along with|together with|as well as)\s+$")
_JOINED_AFTER = re.compile(r"(?:,\s[^,;.]{2,60},)?,?\s+(?:and|along with|together with|as well as)\s+")
_TITLED = re.compile(  # 'the murder of judge Diaz'
    rf"\s+(?:[a-z]+\s+){{0,3}}?(?:{groups.ONE_PERSON})\s+[A-Z][\w’'-]+\b(?!['’]s|\s+and\b)"
)
_OWN = re.compile(r"['’]s?\s+")  # 'six priests' murder'
_APPOSED = re.compile(r"\b[A-Z][\w'’-]+,\s$")  # 'Pia Gomez, a lawyer, was killed'
_DYING = frozenset(
    {"die", "died", "dies", "perish", "perished", "perishes", "drown", "drowned", "suffocated"}
    | {f"{lost} their lives" for lost in ("lost", "lose", "losing")}
    | {"embraced martyrdom"}
)
_BELONGING = re.compile(r"\s+(?:of|from|in|at)\s[^,.;:]{1,60}$")  # '25 members of one family died'
_NO_OWNER = re.compile(
    r"\s+(?:of|rate|wave|spree|campaign|squads?|plot|attempts?|charges?|case|trial|suspects?|weapon|"
    r"mystery|investigation|victims?)\b"
)


def _owned(text: str, verb: re.Match[str], start: int, end: int) -> Group | None:
    """'The judge Maria Diaz's murder': one person."""
    if verb.group().lower() not in {"murder", "killing", "assassination", "slaying"}:
        return None
    if _NO_OWNER.match(text, verb.end(), end) or not victims.owner(text, start, verb.start()):
        return None
    return Group(verb.start(), verb.end(), 1, 1, "all", "", headed=True, named=True)


def _group_of(named: victims.Named | None) -> Group | None:
    if named is None:
        return None
    return Group(named.start, named.end, named.count, named.count, "all", "", headed=True, named=True)


def _named_after(text: str, verb: re.Match[str], people: Sequence[Group], end: int) -> Group | None:
    """'murdered Mayor Pedro Gonzalez', perhaps with 'and two guards'."""
    if verb.lastgroup not in _BY_NAME:
        return None
    named = _group_of(victims.after(text, verb.end(), end))
    joint = _JOINED_AFTER.match(text, named.end, end) if named else None
    for group in people:
        if named and joint and group.start == joint.end():
            return _plus(named, group)
    titled = None if named else _TITLED.match(text, verb.end(), end)
    return Group(verb.end(), titled.end(), 1, 1, "all", "", headed=True, named=True) if titled else named


def _and_named_after(text: str, verb: re.Match[str], group: Group, end: int) -> Group:
    """'killed two guards and Mayor Pedro Gonzalez'."""
    joint = _JOINED_AFTER.match(text, group.end, end) if verb.lastgroup in _BY_NAME else None
    named = _group_of(victims.after(text, joint.end(), end)) if joint else None
    return _plus(group, named) if named and joint and named.start - joint.end() < 60 else group


def _and_named_before(text: str, group: Group, start: int) -> Group:
    """'Mayor Pedro Gonzalez and two guards were killed'."""
    joint = _JOINED_BEFORE.search(text[max(start, group.start - 24) : group.start])
    if not joint:
        return group
    stop = group.start - len(joint.group())
    named = victims.before(text, start, stop, several=True) or victims.before(
        text, start, stop, several=False
    )
    return _plus(_group_of(named), group) if named else group


def _plus(one: Group | None, other: Group) -> Group:
    if one is None:
        return other
    most = None if one.max is None or other.max is None else one.max + other.max
    return Group(one.start, other.end, one.min + other.min, most, "all", "", True, (one, other))


def _named_before(text: str, verb: re.Match[str], start: int) -> Group | None:
    """'Maria Diaz was killed', 'Juan Perez and Pedro Lopez, both teachers, were kidnapped'."""
    if verb.lastgroup not in _BY_NAME:
        return None
    was = _WAS.search(text, start, verb.start())
    if was:
        several = was["was"] in {"were", "have been"}
        return _group_of(victims.before(text, start, was.start(), several=several))
    if verb.group().lower() not in _DYING:
        return None
    stop = verb.start()
    named = victims.before(text, start, stop, several=True) or victims.before(
        text, start, stop, several=False
    )
    return _group_of(named)


_WHOM = re.compile(
    r"\s*(?:of (?:whom|them)|among them)\s+"
    r"(?:(?:was|were|are|is|have|has|had|been|later|already|pronounced)\s+)*"
)


def _of_whom(text: str, verb: re.Match[str], inside: Sequence[Group], free: Sequence[Group]) -> Group | None:
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
    return not _FOLLOWERS.match(text[verb.end() : min(end, verb.end() + 24)])


_SUBJECT = re.compile(r"\s+(?:were|was|are|have|had|remain|remained)\b")
_AND_HIM = re.compile(r"\s+(?:him|her)\s+and\s+", re.IGNORECASE)  # 'killing him and his bodyguard'


def _following(text: str, verb: re.Match[str], people: Sequence[Group]) -> Group | None:
    for group in people:
        if group.start < verb.end():
            continue
        gap = text[verb.end() : group.start]
        if _AND_HIM.fullmatch(gap):
            return _plus(group, Group(verb.end(), group.start, 1, 1, "all", "", headed=True))
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
    if verb.group().lower() in _DYING and _BELONGING.match(gap):
        return True
    return len(gap) < 110 and bool(_LOOSE_GAP.match(gap))


def _tolls(text: str, start: int, people: Sequence[Group], source: str | None) -> list[Casualties]:
    """'The death toll rose to 66', 'the bodies of six priests', 'recovered three bodies'."""
    found = []
    for group in people:
        before = text[max(start, group.start - 150) : group.start]
        toll = _TOLL.search(before)
        if toll:
            kind = "injured" if re.search(r"injur|wounded", toll.group()) else "killed"
            found += _with_parts(kind, group, source)
        elif _is_death(text, group):
            found.append(_casualties("killed", group, source, subset=False))
        elif _bodies(text, before, group):
            found.append(_casualties("killed", group, source, subset=True))
    return found


def _is_death(text: str, group: Group) -> bool:
    """'Confirmed 29 deaths', 'five deaths were reported'."""
    return group.min > 0 and text[group.start : group.end].lower().endswith(
        (" deaths", " fatalities", " dead")
    )


_BROUGHT = re.compile(
    r"\s+(?:(?:had|have|has|were|was)\s+)?(?:been\s+)?(?:\w+ly\s+)?(?:brought|recovered|found|pulled|retrieved|"
    r"taken|counted|dug|delivered|received)\b"
)


def _bodies(text: str, before: str, group: Group) -> bool:
    """'The bodies of six priests', 'recovered three bodies', 'five bodies had been brought'."""
    if _BODIES.search(before):
        return before.rstrip().endswith((" of", " of the")) or _is_body(text, group)
    return _is_body(text, group) and bool(_BROUGHT.match(text, group.end))


_REMAINS = ENGLISH.add(r"\b(?:bod(?:y|ies)|remains|corpses?)\s+of(?=\s+(?:[\w’'-]+\s+){0,6}?[A-Z])")


def _bodies_by_name(text: str, start: int, end: int, source: str | None, among: int) -> list[Casualties]:
    """'The bodies of Pia Gomez and Juan Perez were found': perhaps not all of the dead."""
    remains = _REMAINS.search(among, text, start, end)
    named = _group_of(victims.after(text, remains.end(), end)) if remains else None
    return [_casualties("killed", named, source, subset=True)] if named else []


def _is_body(text: str, group: Group) -> bool:
    return text[group.start : group.end].lower().endswith(("body", "bodies", "corpses"))


def _nones(text: str, start: int, end: int, source: str | None, among: int) -> list[Casualties]:
    found = []
    for match in _NONE.finditer(among, text, start, end):
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


def _is_subset(text: str, start: int, group: Group, sifted: Found) -> bool:
    before = text[max(start, group.start - 100) : group.start]
    if group.described.lower().startswith(("of them", "of whom", "of the dead")):
        return True
    if before.lower().endswith("the ") and (
        group.described.lower().startswith("dead") or text.startswith(" dead", group.end)
    ):
        return True  # 'the two dead foreigners' have been counted before
    if _SUBSET.search(sifted.within(max(start, group.start - 100), group.start), before):
        return True
    return bool(_OF_THEM.match(text[group.end : group.end + 24])) and not _is_body(text, group)


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
