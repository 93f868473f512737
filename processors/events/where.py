"""The place of an event is not any place that is mentioned: which one belongs to a trigger."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from processors.events.newsness import sentence_score
from processors.events.reading import Reading
from processors.messages import Place
from processors.places.records import distance_km
from processors.text.alternatives import any_of
from processors.text.sentences import Sentence
from processors.text.sieve import ENGLISH

NEARLY = 1.6  # how much worse the town may stand than the province or country around it
OPENING = 3  # characters before a name that opens a sentence: quotation marks, an article
ACTOR = 4.0  # how much worse stands a country that acts or speaks
NEAREST = 12  # places of a sentence that are weighed for one trigger
NEAR_KM = 25  # two mentions of one event may name a town and its suburb
AROUND_KM = 150.0  # 'north of Baghdad' is not farther from it
REGION_KM = 350.0  # a region of several divisions reaches about so far from its point

_FINENESS = {"point": 5, "city": 5, "admin2": 4, "admin1": 3, "country": 2, "unknown": 1}
_LOCATIVE = re.compile(
    r"\b(?:in|at|near|on|outside|inside|around|across|towards?|over|against|throughout|into|within|of|"
    r"entered|hit|struck|targeted|bombed|shelled|raided|"
    r"attacked|pounded|stormed|seized|captured|town of|city of|village of|outskirts of|province of|"
    r"district of|suburb of|countryside of|north of|south of|east of|west of)\s+"
    r"(?:(?:the|a|an|central|northern|southern|eastern|western|northwestern|northeastern|southeastern|"
    r"southwestern|north-west|north-east|rebel-held|nearby|downtown|"
    r"northwest|northeast|southeast|southwest|rural|besieged|occupied|opposition-held|towns?|city|"
    r"village|villages|province|district|region|area|capital|of|Syria's|Iraq's|[\w’]+['’]s)\s+){0,5}$",
    re.IGNORECASE,
)
# What stands right before a place where nothing happened: 'based in', 'fled', 'en route to'. Its last word is
# looked at before the whole expression is.
_AWAY = frozenset({"from", "fled", "allies", "like"})
_BEDS = frozenset({"hospital", "hospitals", "clinic", "clinics", "city"})
_BEFORE_BEDS = frozenset({"main", "central", "regional", "military", "general", "nearby"})
_SPOKEN = (
    "based born saw seen obtained received interviewed reached contacted published released presented issued "
    "talks meeting speaking said statement headquartered exiled trained studied reporters conference radio"
)
_BEFORE_IN = _BEDS | frozenset(_SPOKEN.split())
_LAST = _AWAY | _BEDS | _BEFORE_BEDS | {"of", "with", "for", "to", "a", "an"}
ELSEWHERE = re.compile(
    rf"\b(?:{any_of(_AWAY)}|{any_of(_BEFORE_IN - {'city'})} in|similar to (?:\w+ ){{0,3}}in|native of|"
    r"border with|bound for|(?:returned|ambassador|heading|trip|visit|en route) to|"
    r"from (?:the )?(?:[\w'’-]+ ){1,3}to|on (?:its|their|his|her|the) way to|"
    r"(?:flown|taken|airlifted|evacuated|transferred|rushed) to(?: (?:an?|the))?"
    rf"(?: {any_of(_BEFORE_BEDS)})?(?: {any_of(_BEDS)}(?: in| of)?)?)\s+(?:the\s+|[A-Z]\w+['’]s\s+)?$",
    re.IGNORECASE,
)
_WORD_END = re.compile(r"\w+$")
_REFERENCE = ENGLISH.add(  # '60 km south of Lima' is near Lima only
    r"\b(?:km|kms|kilomet(?:re|er)s?|miles?)\s+(?:to\s+the\s+)?(?:(?:north|south|east|"
    r"west)[\w-]*\s+(?:of\s+)?|from\s+)(?:the\s+)?$",
    re.IGNORECASE,
)
_OFFICE = re.compile(  # 'the health ministry in Beirut said': where it speaks
    r"\b(?:ministr(?:y|ies)|embass(?:y|ies)|foreign office|spokes\w+|correspondents?)\s+"
    r"(?:based\s+)?in\s+(?:the\s+capital,?\s+)?$",
    re.IGNORECASE,
)
_SAID = re.compile(r",?\s(?:said|says|told|announced|reported|confirmed|wrote|put the)\b")
_ASIDE = re.compile(r"\b(?:north|south|east|west)[\w-]*\s+of\s+$", re.IGNORECASE)
_LIST = re.compile(
    r"^\s*(?:,|and|or|, and|as well as|,? including|et|à|e|y|und|ve|и|в|та|у|і|й|و|ו|،)\s*"
    r"(?:(?:the|à|en|em|in|в|у)\s+)?(?:(?:town|village|city|villages|towns|nearby|province|district)s?\s+"
    r"(?:of\s+)?)?$",
    re.IGNORECASE,
)
_JOINED_AND = ("و", "ו")
_WHOSE = re.compile(
    r"-(?:aligned|allied|backed|based|born|bound|funded|led|linked|made|owned|run|sponsored|supported|trained|"
    r"flagged|registered|supplied|brokered|mediated|friendly)\b"
)
_NATIONS = frozenset({"US", "U.S", "U.S.", "UK", "U.K", "U.K.", "EU", "UAE"})  # used like adjectives as well
_INSIDE_NATION = re.compile(
    r"(?:\b(?:in|into|within|across|throughout|inside|to|from|enter(?:s|ed|ing)?)\s+(?:the\s+)?"
    r"|\b[A-Z][\w.’'-]+,\s*)$"
)
_EXPLAINED = re.compile(  # 'X, a village in Y', 'X, Y': what explains X is not where it happened
    r"[A-Z][\w’'-]+,\s+(?:(?:a|an|the)\s+(?:[\w’'-]+\s+){1,5}?(?:of|in|near|on|outside)\s+(?:the\s+)?)?$"
)
_BREAK = re.compile(
    r"[;:—]|\b(?:but|while|after|when|where|which|who|whose|since|although|said|told|says|where)\b",
    re.IGNORECASE,
)


_FROM = re.compile(  # 'the boat had left from Gambia', 'at the border with Mali' in other languages
    r"(?:\bمن|\bاز|\bиз|\bіз|\bз|\baus|\bdesde|\bprocedentes? de|\bdepuis|\ben provenance d[eu]|\bמ"
    r"|\bfrontière avec(?: l[ea])?|\bfrontera con|\bfronteira com(?: [oa])?|\bGrenze zu[mr]?|\bграниц\w* с"
    r"|\bкордон\w* [зі]з?|الحدود مع)\s*$"
)
_DIVISION = re.compile(
    r"\b(?:province|department|governorate|district|region|oblast|state|county|municipality|prefecture)$",
    re.IGNORECASE,
)


_ACTS = re.compile(  # 'Beirut has promised money': the government there
    r"\s(?:has(?! been)|had(?! been)|says?|said|will|would|denie[sd]|calls|called (?:it|on|for)|warn(?:s|ed)|"
    r"promise[sd]|blame[sd]|reject(?:s|ed)|accuse[sd]|urge[sd]|asked|want(?:s|ed)|insist(?:s|ed)|announced|"
    r"condemn(?:s|ed)|demand(?:s|ed)|claim(?:s|ed)|did not|does not|made no)\b"
)


def can_host(place: Place) -> bool:
    """Whether an event can be there: demonyms and organisations are no places, 'Arauca Department' is."""
    return place.role == "place" or (place.role == "organisation" and bool(_DIVISION.search(place.text)))


def _fineness(place: Place) -> float:
    """How exactly a place says where; a village that only the text knows is finer than its region."""
    level = _FINENESS.get(place.precision, 1)
    if place.kind == "unknown" and place.precision in {"admin1", "admin2"}:
        return _FINENESS["city"] - 0.5
    return level


def _hosts(text: str, place: Place) -> bool:
    """As can_host; 'US aircraft' and 'Iran-backed' name whose they are, 'in the US' a place."""
    if not can_host(place) or _WHOSE.match(text, place.end):
        return False
    before = text[max(0, place.start - 40) : place.start]
    return place.text not in _NATIONS or bool(_INSIDE_NATION.search(before))


def of_trigger(
    reading: Reading, sentence: Sentence, start: int, end: int, places: Sequence[Place]
) -> tuple[int, ...]:
    """Indices of the places that the sentence gives the trigger, the best first."""
    inside = [i for i in _between(places, sentence.start, sentence.end) if _hosts(reading.text, places[i])]
    inside = sorted(sorted(inside, key=lambda i: abs(places[i].start - start))[:NEAREST])
    scored = sorted(
        (
            (
                _score(reading, sentence, start, end, places[i])
                - _in_dateline(reading, places[i])
                - _speaks(reading, sentence, places[i]),
                i,
            )
            for i in inside
        ),
        reverse=True,
    )
    if not scored or scored[0][0] <= -2:
        return ()
    best = _finest(scored, places)
    return (best, *_companions(reading.text, best, inside, places))


def _finest(scored: Sequence[tuple[float, int]], places: Sequence[Place]) -> int:
    """The best place, or the town inside it that the sentence names, too ('in Kenya's capital, Nairobi')."""
    score, best = scored[0]
    for other, index in scored[1:]:
        if other > score - NEARLY and contains(places[best], places[index]):
            return index
    return best


def _speaks(reading: Reading, sentence: Sentence, place: Place) -> float:
    """A country that opens a sentence is who acts or speaks: 'Rusia no se ha pronunciado sobre el ataque'."""
    opens = reading.local is not None and not sentence.title and place.start - sentence.start <= OPENING
    behind = reading.text[place.end : place.end + 1]
    subject = behind == " " or (behind == "," and reading.language == "tr")  # 'Rusya, Kiev'i vurdu'
    return ACTOR if opens and place.precision == "country" and subject else 0.0


def _in_dateline(reading: Reading, place: Place) -> float:
    """The dateline says where the report was written, which is often, not always, where it happened."""
    begin, end = reading.dateline
    return 1.5 if begin <= place.start < end else 0.0


def _score(reading: Reading, sentence: Sentence, start: int, end: int, place: Place) -> float:
    text, first = reading.text, max(sentence.start, place.start - 70)
    before = text[first : place.start]
    between = text[end : place.start] if place.start >= end else text[place.end : start]
    score = 0.25 * _fineness(place) + 0.5 * place.confidence
    score -= min(len(between), 160) / 80
    score -= 0.8 * len(_BREAK.findall(between))
    score += 0.3 if place.start >= end else 0.0
    if is_elsewhere(before):
        score -= 3.0
    elif _REFERENCE.search(reading.among(sentence), before) or _aside(text, before, start, place):
        score -= 1.5
    elif _is_located(before):
        score += 1.0
    if reading.local is not None and _FROM.search(before):
        score -= 1.0
    return score


def _aside(text: str, before: str, start: int, place: Place) -> bool:
    """Whether a place only explains another one or says where somebody spoke."""
    return (place.start < start and bool(_EXPLAINED.search(before))) or _of_office(text, place)


def _of_office(text: str, place: Place) -> bool:
    """Whether a place says only where somebody spoke: 'the health ministry in Beirut said'."""
    said = _SAID.match(text, place.end)
    return bool(said) and bool(_OFFICE.search(text, max(0, place.start - 60), place.start))


@lru_cache(maxsize=1_024)  # every trigger of a sentence asks the same of its places
def is_elsewhere(before: str) -> bool:
    """Whether the words before a place say that it is only where somebody was, spoke or went."""
    words = before.lower().split() if before[-1:].isspace() else []
    if words and (words[-1] == "the" or words[-1].endswith(("'s", "’s"))):
        words.pop()
    if not words:
        return False
    last = _last_letters(words[-1])
    told = last in _LAST
    if last == "in" and len(words) > 1:
        told = _last_letters(words[-2]) in _BEFORE_IN or "similar" in words
    return told and bool(ELSEWHERE.search(before))


@lru_cache(maxsize=1_024)
def _is_located(before: str) -> bool:
    """Whether the words before a place say that something is or happens there."""
    return bool(_LOCATIVE.search(before))


def _last_letters(word: str) -> str:
    """Of '“fled' and 'Paris-based' what follows the mark."""
    if word.isalnum():
        return word
    end = _WORD_END.search(word)
    return end.group() if end else ""


def _companions(text: str, best: int, inside: Sequence[int], places: Sequence[Place]) -> list[int]:
    """Places that contain the best one, and those that stand beside it in a list."""
    main = places[best]
    found = [index for index in inside if index != best and contains(places[index], main)]
    last = main
    for index in inside:
        other = places[index]
        listed = other.start > last.end and _beside(text, last, other)
        if listed and index not in found and other.precision == main.precision:
            found.append(index)
            last = other
    return found


def _beside(text: str, one: Place, other: Place) -> bool:
    """Whether two places stand in a list; Arabic and Hebrew write 'and' together with the second."""
    between = text[one.end : other.start]
    return bool(_LIST.match(between)) or (between == " " and other.text[:1] in _JOINED_AND)


def contains(outer: Place, inner: Place) -> bool:
    """Whether ``outer`` is the country, admin-1 or historic region that ``inner`` lies in."""
    if outer.kind == "region" and not outer.country:  # Lake Chad, of several countries
        return inner.kind != "region" and _within(outer, inner, REGION_KM)
    if not outer.country or outer.country != inner.country or outer.kind == "unknown":
        return False
    rank = _fineness(outer), _fineness(inner)
    if rank[0] >= rank[1]:
        return False
    if outer.kind == "region" and outer.admin1 is None:  # Darfur, Donbas: several divisions
        return _within(outer, inner, REGION_KM)
    return outer.precision == "country" or (outer.admin1 is not None and outer.admin1 == inner.admin1)


def fits(one: Place, other: Place) -> bool:
    """Whether two places may be where one event happened: the same, or one inside the other."""
    if one.geoname_id is not None and one.geoname_id == other.geoname_id:
        return True
    if one.name.casefold() == other.name.casefold():
        return True
    return contains(one, other) or contains(other, one) or _close(one, other) or _strange(one, other)


def _strange(one: Place, other: Place) -> bool:
    """Whether one is a village that only the text knows, in the division of the other."""
    unknown = "unknown" in (one.kind, other.kind)
    return unknown and one.admin1 is not None and one.admin1 == other.admin1


def _close(one: Place, other: Place) -> bool:
    fine = _FINENESS["city"]
    if _FINENESS.get(one.precision, 1) < fine or _FINENESS.get(other.precision, 1) < fine:
        return False
    return _within(one, other, NEAR_KM)


def _within(one: Place, other: Place, limit: float) -> bool:
    """Whether their points lie at most ``limit`` km apart."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return False
    return distance_km(one.latitude, one.longitude, other.latitude, other.longitude) <= limit


def names_place(reading: Reading, found: Sequence[int], places: Sequence[Place]) -> bool:
    """Whether a sentence itself says where, which its dateline does not."""
    return bool(found) and not _in_dateline(reading, places[found[0]])


def fallback(reading: Reading, sentence: Sentence, places: Sequence[Place]) -> tuple[int, ...]:
    """Without a place in the sentence: the last one in the two sentences before, else the lead's.

    A place abroad ('... days after an accord was signed in Washington') stands back behind one in the country
    that most of the text's places lie in.
    """
    floor = reading.sentences[max(0, sentence.index - 2)].start
    near = [i for i in _between(places, floor, sentence.start) if _hosts(reading.text, places[i])]
    told = [i for i in near if _told_of(reading, places[i])]
    told = [i for i in told if not _in_dateline(reading, places[i])] or told
    if len({places[i].country for i in told}) > 1:
        home = _home_country(reading.text, places)
        told = [i for i in told if places[i].country == home] or told
    if not told:
        return _lead(reading, places)
    last = told[-1]
    best = next((i for i in reversed(told) if contains(places[last], places[i])), last)
    return (best, *[i for i in near if i != best and contains(places[i], places[best])][:2])


UNDER = 12  # sentences that a heading may head
NEWS = 0.35  # score of a sentence that, so near to the lead, still goes on with it
DETAIL = 3  # sentences after one that names only the country, in which the place may be told


def detail(reading: Reading, sentence: Sentence, places: Sequence[Place], outer: Place) -> tuple[int, ...]:
    """Where in ``outer``, a country or province, it was: what the sentences after headline or lead tell.

    The first one that names a place inside decides, if it is current and its places lie together.
    Where ``outer`` is a town, a place around it is meant.
    """
    for after in reading.sentences[sentence.index + 1 : sentence.index + 1 + DETAIL + sentence.title]:
        found = [
            i
            for i in _between(places, after.start, after.end)
            if _hosts(reading.text, places[i])
            and (contains(outer, places[i]) or (outer.kind == "city" and _around(outer, places[i])))
            and _told_of(reading, places[i])
            and not _of_office(reading.text, places[i])
            and not _in_dateline(reading, places[i])
        ]
        if not found:
            continue
        if sentence_score(reading, after)[0] < NEWS or len({places[i].admin1 for i in found} - {None}) > 1:
            return ()
        best = max(found, key=lambda i: (_fineness(places[i]), -i))
        return (best, *[i for i in found if i != best and contains(places[i], places[best])])
    return ()


def beside(reading: Reading, place: Place) -> bool:
    """Whether the text says only what it was near: 'north of Baghdad'."""
    return bool(_ASIDE.search(reading.text[max(0, place.start - 40) : place.start]))


def _around(town: Place, place: Place) -> bool:
    """Whether a place is another one, at most a drive from the town."""
    return place.name != town.name and place.precision != "country" and _within(town, place, AROUND_KM)


def _told_of(reading: Reading, place: Place) -> bool:
    first = max(0, place.start - 70)
    before = reading.text[first : place.start]
    if place.kind == "city" and _acts(reading.text, place):
        return False
    return place.precision != "unknown" and not is_elsewhere(before)


def _acts(text: str, place: Place) -> bool:
    """Whether a town opens a sentence and does what governments do."""
    opens = place.start == 0 or text[: place.start].rstrip(" ")[-1:] in {"\n", ".", ",", "”", '"'}
    return opens and bool(_ACTS.match(text, place.end))


def under_heading(reading: Reading, sentence: Sentence, places: Sequence[Place]) -> tuple[int, ...]:
    """The place that stands alone in a line above the sentence: 'GAZIPUR' heads what happened there.

    The first line of the body is a dateline, unless another such line follows.
    """
    for above in reversed(reading.sentences[max(0, sentence.index - UNDER) : sentence.index]):
        head = _alone(above, places)
        if head is not None:
            first = above.index == 0 or reading.sentences[above.index - 1].title
            more = reading.sentences[above.index + 1 : above.index + 1 + UNDER]
            return () if first and all(_alone(other, places) is None for other in more) else (head,)
    return ()


def _alone(sentence: Sentence, places: Sequence[Place]) -> int | None:
    """The place that is all that a line says."""
    inside = _between(places, sentence.start, sentence.end)
    if len(inside) != 1 or sentence.title or not can_host(places[inside[0]]):
        return None
    place = places[inside[0]]
    return inside[0] if place.start == sentence.start and sentence.end - place.end <= 1 else None


def _home_country(text: str, places: Sequence[Place]) -> str | None:
    """The country of most of the places; the one named first where several have as many."""
    counts = Counter(place.country for place in places if place.country and _hosts(text, place))
    return max(counts, key=counts.__getitem__, default=None)


def _between(places: Sequence[Place], start: int, end: int) -> range:
    """Indices of the places that begin in ``[start, end)``; ``places`` are in order."""
    first = bisect_left(places, start, key=lambda place: place.start)
    return range(first, bisect_left(places, end, lo=first, key=lambda place: place.start))


def _lead(reading: Reading, places: Sequence[Place]) -> tuple[int, ...]:
    stop = reading.sentences[min(2, len(reading.sentences) - 1)].end if reading.sentences else 0
    lead = [
        index
        for index in _between(places, 0, stop)
        if _told_of(reading, places[index]) and _hosts(reading.text, places[index])
    ]
    if not lead:
        return ()
    begin, end = reading.dateline
    body = [index for index in lead if not begin <= places[index].start < end]
    best = max(body or lead, key=lambda index: (_fineness(places[index]), -index))
    return (best, *[index for index in lead if contains(places[index], places[best])][:2])
