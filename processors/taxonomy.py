"""The event types: one documented list with their equivalents in ACLED and PLOVER.

A *type* is what the enricher writes into ``Event.type``. A *family* is a name for several types, so
that a rule can say ``events: [airstrikes]`` or ``events: [violence]``. Sources of the equivalents:
the ACLED codebook (event and sub-event types) and the PLOVER manual (event types and modes). docs/events.md
shows the whole table.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

import msgspec


class EventType(msgspec.Struct, frozen=True):
    """One event type."""

    id: str  # as written in rules and in ``Event.type``
    name: str  # for people, singular, lower case
    family: str  # the family that it is listed under
    acled: str  # ACLED sub-event type, else "Other"
    plover: str  # PLOVER "EVENT" or "EVENT:mode"
    about: str  # one line


_B, _E, _C = "battles", "explosions", "civilian-targeting"
_P, _R, _S = "protests", "riots", "strategic"
_D, _O, _X = "diplomacy", "disasters", "crime"

_TYPES = (
    EventType(
        "raid", "raid", _B, "Armed clash", "ASSAULT:raid", "Armed forces or police enter a place by force"
    ),
    EventType("armed-clash", "armed clash", _B, "Armed clash", "ASSAULT:firearms", "Two armed sides fight"),
    EventType(
        "territory-regained",
        "territory regained by the government",
        _B,
        "Government regains territory",
        "SEIZE:territory",
        "State forces take a place back",
    ),
    EventType(
        "territory-overtaken",
        "territory overtaken by a non-state actor",
        _B,
        "Non-state actor overtakes territory",
        "SEIZE:territory",
        "An armed group takes a place",
    ),
    EventType(
        "airstrike", "airstrike", _E, "Air/drone strike", "ASSAULT:aerial", "Bombing by manned aircraft"
    ),
    EventType("drone-strike", "drone strike", _E, "Air/drone strike", "ASSAULT:drone", "Attack by drones"),
    EventType(
        "shelling",
        "shelling",
        _E,
        "Shelling/artillery/missile attack",
        "ASSAULT:heavy-weapons",
        "Artillery, mortars, tanks, multiple rockets",
    ),
    EventType(
        "missile-attack",
        "missile or rocket attack",
        _E,
        "Shelling/artillery/missile attack",
        "ASSAULT:heavy-weapons",
        "Guided missiles or rockets fired at a place",
    ),
    EventType(
        "bombing",
        "bombing",
        _E,
        "Remote explosive/landmine/IED",
        "ASSAULT:explosives",
        "A planted bomb, car bomb, mine or IED goes off",
    ),
    EventType(
        "suicide-bombing",
        "suicide bombing",
        _E,
        "Suicide bomb",
        "ASSAULT:suicide-attack",
        "The bomber dies with it",
    ),
    EventType(
        "grenade-attack", "grenade attack", _E, "Grenade", "ASSAULT:explosives", "A hand grenade is used"
    ),
    EventType(
        "explosion",
        "explosion",
        _E,
        "Remote explosive/landmine/IED",
        "ASSAULT:explosives",
        "A blast of unstated cause",
    ),
    EventType(
        "chemical-attack",
        "chemical attack",
        _E,
        "Chemical weapon",
        "ASSAULT:unconventional",
        "Poison gas or another chemical weapon",
    ),
    EventType("attack", "attack", _C, "Attack", "ASSAULT", "Violence of an unstated or other kind"),
    EventType("shooting", "shooting", _C, "Attack", "ASSAULT:firearms", "People are shot at or shot dead"),
    EventType(
        "assassination", "assassination", _C, "Attack", "ASSAULT:assassinate", "Somebody is chosen and killed"
    ),
    EventType(
        "execution", "execution", _C, "Attack", "ASSAULT:execute", "Captives or convicts are put to death"
    ),
    EventType("massacre", "massacre", _C, "Attack", "ASSAULT:mass-killing", "Many unarmed people are killed"),
    EventType(
        "abduction",
        "abduction",
        _C,
        "Abduction/forced disappearance",
        "ASSAULT:abduct",
        "People are kidnapped or made to disappear",
    ),
    EventType(
        "sexual-violence", "sexual violence", _C, "Sexual violence", "ASSAULT:sexual", "Rape, sexual assault"
    ),
    EventType(
        "protest",
        "protest",
        _P,
        "Peaceful protest",
        "PROTEST:demo",
        "A peaceful demonstration, sit-in, march",
    ),
    EventType(
        "labour-strike", "strike", _P, "Peaceful protest", "PROTEST:strike", "Workers lay down their work"
    ),
    EventType(
        "protest-intervention",
        "protest with intervention",
        _P,
        "Protest with intervention",
        "PROTEST:demo",
        "A peaceful protest that is dispersed or whose members are arrested",
    ),
    EventType(
        "protest-crackdown",
        "excessive force against protesters",
        _P,
        "Excessive force against protesters",
        "ASSAULT:crowd-control",
        "Protesters are killed or badly hurt",
    ),
    EventType(
        "riot",
        "violent demonstration",
        _R,
        "Violent demonstration",
        "PROTEST:riot",
        "Demonstrators use violence",
    ),
    EventType(
        "mob-violence", "mob violence", _R, "Mob violence", "ASSAULT:beating", "A crowd attacks people"
    ),
    EventType("arrest", "arrest", _S, "Arrests", "COERCE:arrest", "People are arrested or detained"),
    EventType(
        "agreement", "agreement", _S, "Agreement", "AGREE", "A ceasefire, peace deal, exchange, surrender"
    ),
    EventType(
        "group-change",
        "change to group or activity",
        _S,
        "Change to group/activity",
        "MOBILIZE",
        "Troops move or an armed group forms, merges, splits, changes its leader or its posture",
    ),
    EventType(
        "weapons-seized",
        "disrupted weapons use",
        _S,
        "Disrupted weapons use",
        "SEIZE:weapons",
        "Weapons are seized, defused or shot down before they do harm",
    ),
    EventType(
        "headquarters-established",
        "headquarters or base established",
        _S,
        "Headquarters or base established",
        "MOBILIZE:troops",
        "An armed side sets up a base or headquarters",
    ),
    EventType(
        "territory-transfer",
        "non-violent transfer of territory",
        _S,
        "Non-violent transfer of territory",
        "RETREAT:territory",
        "A place changes hands without a fight",
    ),
    EventType(
        "property-destruction",
        "property destruction",
        _S,
        "Looting/property destruction",
        "ASSAULT:destroy",
        "Houses, crops or property are destroyed",
    ),
    EventType(
        "arson", "arson", _S, "Looting/property destruction", "ASSAULT:destroy", "Something is set on fire"
    ),
    EventType(
        "looting", "looting", _S, "Looting/property destruction", "ASSAULT:destroy", "Property is plundered"
    ),
    EventType(
        "displacement",
        "displacement",
        _S,
        "Other",
        "RETREAT:displaced",
        "People flee or are evacuated in numbers",
    ),
    EventType(
        "organised-crime", "organised crime", _X, "Other", "CRIME", "Trafficking, smuggling, gangs, piracy"
    ),
    EventType("robbery", "robbery", _X, "Other", "CRIME", "A robbery or burglary"),
    EventType(
        "natural-disaster",
        "natural disaster",
        _O,
        "Other",
        "HEALTH",
        "Earthquake, flood, storm, wildfire, landslide",
    ),
    EventType(
        "man-made-disaster",
        "man-made disaster",
        _O,
        "Other",
        "ACCIDENT",
        "A crash, collapse, industrial fire, derailment, sinking",
    ),
    EventType(
        "diplomatic-event",
        "diplomatic event",
        _D,
        "Other",
        "CONSULT",
        "Talks, visits, statements, sanctions, recall of envoys",
    ),
    EventType(
        "attribution",
        "attribution of responsibility",
        _D,
        "Other",
        "ACCUSE",
        "Somebody claims or is blamed for an act",
    ),
)

EVENT_TYPES: Mapping[str, EventType] = MappingProxyType({kind.id: kind for kind in _TYPES})

_CROSS_FAMILIES: dict[str, tuple[str, ...]] = {
    "airstrikes": ("airstrike", "drone-strike"),
    "bombardment": ("airstrike", "drone-strike", "shelling", "missile-attack"),
    "bombings": ("bombing", "suicide-bombing", "grenade-attack", "explosion"),
    "killings": ("shooting", "assassination", "execution", "massacre"),
    "territory": ("territory-regained", "territory-overtaken", "territory-transfer"),
    "destruction": ("property-destruction", "arson", "looting"),
}
_UNIONS: dict[str, tuple[str, ...]] = {
    "violence": (_B, _E, _C, _R),
    "unrest": (_P, _R),
}


def _families() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for kind in _TYPES:
        found.setdefault(kind.family, set()).add(kind.id)
    for name, members in _CROSS_FAMILIES.items():
        found[name] = set(members)
    for name, parts in _UNIONS.items():
        found[name] = set().union(*(found[part] for part in parts))
    found["any"] = set(EVENT_TYPES)
    return {name: frozenset(members) for name, members in found.items()}


FAMILIES: Mapping[str, frozenset[str]] = MappingProxyType(_families())

# What people also write for a type. Not output, only understood in rules.
ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "air-strike": "airstrike",
        "drone-attack": "drone-strike",
        "artillery": "shelling",
        "rocket-attack": "missile-attack",
        "missile-strike": "missile-attack",
        "ied": "bombing",
        "car-bomb": "bombing",
        "landmine": "bombing",
        "grenade": "grenade-attack",
        "blast": "explosion",
        "chemical-weapon": "chemical-attack",
        "clash": "armed-clash",
        "battle": "armed-clash",
        "kidnapping": "abduction",
        "kidnap": "abduction",
        "detention": "arrest",
        "murder": "shooting",
        "demonstration": "protest",
        "strike": "labour-strike",
        "ceasefire": "agreement",
        "peace-deal": "agreement",
        "disrupted-weapons-use": "weapons-seized",
        "headquarters": "headquarters-established",
        "violent-demonstration": "riot",
        "excessive-force": "protest-crackdown",
        "organized-crime": "organised-crime",
        "accident": "man-made-disaster",
        "disaster": "disasters",
    }
)

# Reports of one incident often name it with different words; each group may describe one incident.
_SAME_INCIDENT = (
    frozenset(
        {"raid", "armed-clash", "attack", "shooting", "arrest", "assassination", "airstrike", "drone-strike"}
    ),
    frozenset(
        {"airstrike", "drone-strike", "missile-attack", "shelling", "attack", "explosion", "chemical-attack"}
    ),
    frozenset({"bombing", "suicide-bombing", "explosion", "grenade-attack", "attack"}),
    frozenset(
        {"attack", "shooting", "massacre", "assassination", "execution", "armed-clash", "mob-violence"}
    ),
    frozenset({"attack", "abduction"}),
    frozenset({"armed-clash", "territory-regained", "territory-overtaken"}),
    frozenset({"protest", "protest-intervention", "protest-crackdown", "riot", "labour-strike"}),
    frozenset({"riot", "mob-violence", "looting", "arson", "property-destruction"}),
    frozenset({"man-made-disaster", "explosion", "natural-disaster"}),
)


def display_name(event_type: str) -> str:
    """The name for people; an unknown id is shown as it is."""
    known = EVENT_TYPES.get(event_type)
    return known.name if known else event_type


def normalise(name: str) -> str:
    """``name`` in the spelling of the table: 'Air Strike' → 'air-strike' → 'airstrike'."""
    key = "-".join(name.replace("_", " ").replace("/", " ").lower().split())
    return ALIASES.get(key, key)


def is_known(name: str) -> bool:
    """Whether ``name`` is a type, a family or an alias of one."""
    key = normalise(name)
    return key in EVENT_TYPES or key in FAMILIES


def expand(names: Iterable[str]) -> frozenset[str]:
    """The type ids that these types, families and aliases stand for; unknown names give nothing."""
    found: set[str] = set()
    for name in names:
        key = normalise(name)
        if key in FAMILIES:
            found |= FAMILIES[key]
        elif key in EVENT_TYPES:
            found.add(key)
    return frozenset(found)


def suggest(name: str) -> str | None:
    """The known type, family or alias most like ``name``, or None."""
    known = [*EVENT_TYPES, *FAMILIES, *ALIASES]
    close = difflib.get_close_matches(normalise(name), known, n=1, cutoff=0.6)
    return ALIASES.get(close[0], close[0]) if close else None


@lru_cache(maxsize=4_096)
def compatible(first: str, second: str) -> bool:
    """Whether two reports with these types may be about one incident ('raid' and 'armed-clash' may)."""
    return first == second or any(first in group and second in group for group in _SAME_INCIDENT)


def specificity(event_type: str) -> int:
    """0 for types that say little (attack, explosion), 1 for the others: merging keeps the higher."""
    return 0 if event_type in {"attack", "explosion", "property-destruction"} else 1
