"""Groups of people with their number: 'at least 13 civilians', 'a soldier', 'no one', 'six children'."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from processors.text import numbers

CATEGORIES: dict[str, str] = {
    "children": "child children girl girls boy boys baby babies infant infants toddler teenager teenagers "
    "minors pupils schoolchildren schoolgirls",
    "women": "woman women mother mothers female females wife",
    "civilians": "civilian civilians noncombatants non-combatants",
    "fighters": (
        "fighter fighters militant militants rebel rebels insurgent insurgents terrorist terrorists "
        "jihadist jihadists gunman gunmen "
        "guerrilla guerrillas militiaman militiamen extremists extremist attackers attacker assailants "
        "assailant bombers bomber bandits"
    ),
    "soldiers": (
        "soldier soldiers troop troops serviceman servicemen marine marines conscript conscripts "
        "rangers ranger gendarme gendarmes "
        "personnel guard guards peacekeeper peacekeepers commando commandos sergeant captain lieutenant "
        "colonel major general"
    ),
    "police": "policeman policemen policewoman police cop cops constable constables",
    "journalists": "journalist journalists reporter reporters cameraman photographer",
    "aid-workers": "aid-worker medics medic paramedic paramedics",
}
_GENERAL = (
    "professor professors engineer engineers pedestrian pedestrians cook housekeeper carpenter "
    "electricians salesman "
    "watchman watchmen merchant merchants prosecutor prosecutors lawmaker lawmakers singer writer "
    "cleric clerics imam imams "
    "monk monks scientist scientists technician technicians contractor contractors shepherd shepherds "
    "herder herders youth "
    "youths cadet cadets recruits pickers mourners diners commuters passer-by motorist motorists "
    "cyclist motorcyclist "
    "officer officers people person persons man men victims victim others other villagers villager "
    "residents resident "
    "worshippers worshipper students student workers "
    "worker employees employee passengers passenger family families members member protesters "
    "protester demonstrators demonstrator activists activist "
    "farmers farmer peasants peasant refugees refugee patients patient priests priest nuns nun "
    "teachers teacher doctors doctor nurses nurse judge judges "
    "mayor mayors lawyer lawyers politician leader leaders commander commanders driver drivers "
    "bodyguard bodyguards tourists tourist migrants migrant "
    "detainees detainee suspects suspect hostages hostage prisoners prisoner crew sailors sailor "
    "foreigners nationals citizens citizen shoppers "
    "bystanders bystander relatives brother brothers sister sisters son sons daughter daughters father "
    "fathers couple pilot pilots businessman "
    "businessmen official officials minister senator deputy councilman candidate bishop archbishop "
    "ambassador diplomat diplomats attorney guerrilleros "
    "homes inhabitants pilgrims pilgrim fishermen fisherman miners miner firefighters rescuers elders "
    "elder traders trader lives bodies body "
    "corpses deaths fatalities casualties Palestinians Israelis Syrians Iraqis Americans Ukrainians "
    "Russians Filipinos Kurds Yemenis Afghans Somalis "
    "Salvadorans Colombians Peruvians Indians Turks Nigerians Kenyans"
)
_CATEGORY_OF = {word: name for name, words in CATEGORIES.items() for word in words.split()}
_HEADS = sorted({*_CATEGORY_OF, *_GENERAL.split()}, key=len, reverse=True)
_ODD_PLURALS = frozenset(["children", "people", "police", "personnel", "women", "crew", "family", "other"])
_SINGULAR = {word for word in _HEADS if not word.endswith(("s", "men")) and word not in _ODD_PLURALS}
_HEAD = "|".join(map(re.escape, _HEADS))
_NO = (
    r"(?!(?:and|or|in|on|at|by|were|was|are|is|have|has|had|when|after|as|to|from|with|who|that|which|"
    r"including|during|killed|wounded|injured|dead|between|near|days?|hours?|years?|months?|weeks?|"
    r"minutes?|km|kilomet\w+|miles?|percent|people's)\b)"
)
_FILL = rf"(?:(?:of\s+(?:the\s+|its\s+|their\s+|his\s+|them\s*)?)?(?:{_NO}[\w’'.-]+,?\s+){{0,4}}?)"
_AFTER_NUMBER = re.compile(rf"\s+{_FILL}(?P<head>{_HEAD})\b(?!['’]s|-\w)", re.IGNORECASE)
_BARE = re.compile(
    rf"(?<![\w-])(?P<article>a|an|another|the|no|one|its|his|her|"
    rf"their)\s+{_FILL}(?P<head>{_HEAD})\b(?!['’]s|-\w)",
    re.IGNORECASE,
)
_NOBODY = re.compile(r"\b(?:no\s?one|nobody|none(?:\s+of\s+them)?)\b", re.IGNORECASE)
_NEGATED = re.compile(r"\bno\s$", re.IGNORECASE)
_UNIT_AFTER = re.compile(
    r"\s*(?:%|percent|per cent|km|kms|kilomet|mile|met(?:er|re)s?|years?[ -]|years? old|-year|days?|"
    r"hours?|weeks?|months?|minutes?|a\.?m|p\.?m"
    r"|rockets|missiles|drones|shells|bombs|vehicles|houses|villages|dollars|tonnes|tons|bullets|"
    r"rounds|grenades|times|shots|attacks|raids)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Group:
    """``text[start:end]`` names between ``min`` and ``max`` people (None: open upwards)."""

    start: int
    end: int
    min: int
    max: int | None
    category: str  # see processors.messages.Casualties
    described: str  # the words between number and head: 'Turkish', 'government'
    headed: bool  # whether a noun says that these are people
    parts: tuple[Group, ...] = ()  # of a sum: 'nine men, four women and a child'


def find(text: str, start: int, end: int) -> list[Group]:
    """The groups of ``text[start:end]``, in order and without overlaps."""
    found = [
        group
        for number in numbers.find(text, start, end)
        if not _NEGATED.search(text[max(start, number.start - 4) : number.start])
        and (group := _numbered(text, number, end))
    ]
    taken = [(group.start, group.end) for group in found]
    for match in _BARE.finditer(text, start, end):
        if not any(match.start() < stop and begin < match.end() for begin, stop in taken):
            found += _unnumbered(match)
    found += [
        Group(match.start(), match.end(), 0, 0, "all", "", True)
        for match in _NOBODY.finditer(text, start, end)
    ]
    return sorted(found, key=lambda group: group.start)


_COMMA = re.compile(r"^\s*,\s*$")
_AND = re.compile(r"^\s*,?\s*(?:and|or|as well as|along with|plus)\s*$", re.IGNORECASE)


def summed(text: str, groups: Sequence[Group]) -> list[Group]:
    """Groups told one after the other ('nine men, four women and a child') as one, with its parts.

    Commas alone do not sum ('nine people, a doctor said'): the last joint has to be an 'and'.
    """
    found: list[Group] = []
    chain: list[Group] = []
    for group in groups:
        between = text[chain[-1].end : group.start] if chain else ""
        if chain and group.min and chain[-1].min and chain[-1].headed and _AND.match(between):
            found.append(reduce(_sum, [*chain, group]))
            chain = []
        elif chain and group.min and chain[-1].headed and _COMMA.match(between):
            chain.append(group)
        else:
            found += chain
            chain = [group]
    return found + chain


def _sum(one: Group, other: Group) -> Group:
    parts = (one.parts or (one,)) + (other.parts or (other,))
    most = None if one.max is None or other.max is None else one.max + other.max
    category = one.category if one.category == other.category else "all"
    return Group(one.start, other.end, one.min + other.min, most, category, "", True, parts)


_NAME = r"(?:[A-Z][\w.'’-]+\s+){1,4}[A-Z][\w'’-]+"
_NAMES = re.compile(rf"{_NAME}(?:,\s+{_NAME})*(?:,?\s+(?:and|y|e)\s+{_NAME})?")
_NO_PERSON = frozenset(
    [
        "Army",
        "Police",
        "Forces",
        "Force",
        "Front",
        "State",
        "States",
        "Party",
        "City",
        "Brigade",
        "Islamic",
        "Government",
        "Ministry",
        "Movement",
        "Liberation",
        "National",
        "United",
        "Nations",
        "Guard",
        "Battalion",
        "Council",
        "Command",
        "Union",
        "Province",
        "Department",
        "Republic",
        "Group",
        "Company",
        "Church",
        "University",
        "The",
        "In",
        "On",
        "At",
        "After",
    ]
)


def named(text: str, start: int, end: int) -> Group | None:
    """The people named at the beginning of ``text[start:end]``, each counting as one."""
    match = _NAMES.match(text, start, end)
    if not match or not _NO_PERSON.isdisjoint(match.group().split()):
        return None
    count = len(re.split(r",\s+|\s+(?:and|y|e)\s+", match.group()))
    return Group(match.start(), match.end(), count, count, "all", "", True)


def _numbered(text: str, number: numbers.Number, stop: int) -> Group | None:
    head = _AFTER_NUMBER.match(text, number.end, stop)
    if head:
        words = text[number.end : head.start("head")].strip()
        return Group(
            number.start, head.end(), number.min, number.max, _category(words, head["head"]), words, True
        )
    if _UNIT_AFTER.match(text, number.end, stop) or 1900 <= number.min <= 2100 == number.max:
        return None
    if number.max is not None and 1900 <= number.min <= 2100 and "," not in text[number.start : number.end]:
        return None
    return Group(number.start, number.end, number.min, number.max, "all", "", False)


def _unnumbered(match: re.Match[str]) -> list[Group]:
    article, head = match["article"].lower(), match["head"].lower()
    words = match.string[match.end("article") : match.start("head")].strip()
    if article == "no":
        return [Group(match.start(), match.end(), 0, 0, _category(words, head), words, True)]
    if head not in _SINGULAR:
        return []
    return [Group(match.start(), match.end(), 1, 1, _category(words, head), words, True)]


def _category(words: str, head: str) -> str:
    if "police" in words.lower().split():
        return "police"
    return _CATEGORY_OF.get(head.lower(), "all")
