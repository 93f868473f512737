"""Words around a name that tell whether it is used as a place, from processors/data/place_cues.toml."""

from __future__ import annotations

import tomllib

from processors.places.sources import DATA

_TABLE = tomllib.loads((DATA / "place_cues.toml").read_text(encoding="utf-8"))


def words(name: str) -> frozenset[str]:
    """A list of the table, by its name there."""
    return frozenset(str(_TABLE[name]).split())


LOCATIVE = words("locative")
LOCATIVE |= words("locative_other_languages")
INNER = words("inner")
STRONG = words("strong")
DIRECTIONS = words("directions")
OF_KINDS = words("of_kinds")
OF_KINDS |= words("of_kinds_other_languages")
OF = words("of")
PREFIXES = words("prefixes")
KIND_AFTER = words("kind_after")
KIND_AFTER |= words("kind_after_other_languages")
INSIDE = words("inside")
LINKS = INSIDE | DIRECTIONS | words("links")
EXPLAINING = words("explaining")
ADMIN_WORDS = words("admin_words")
DIVIDING = ADMIN_WORDS | words("dividing")
RURAL = words("rural")
LENGTHS = words("lengths")
WITHIN_NAMES = words("within_names")
HAMLETS = words("hamlets")
NAMED_KINDS = words("named_kinds")
HEADS = words("heads")
PARTS_OF_TOWN = words("parts_of_town")
QUARTERS = words("quarters")
AREAS = words("areas")
SPEAKING = words("speaking")
ALONG = words("along")
FIGHTERS = words("fighters")
BODY_BEFORE = words("body_before")
GANGS = words("gangs")
DEPARTMENTS = words("departments")
HAPPENED = words("happened")
STRUCK_ON = words("struck_on")
STRUCK_OF = words("struck_of")
STRUCK = words("struck")
LIE = words("lie")
BODY_AFTER = words("body_after")
PERSON_TITLES = words("person_titles")
PERSON_VERBS = words("person_verbs")
TEAM_WORDS = words("team_words")
STREET_AFTER = words("street_after")
BUILT = STREET_AFTER | BODY_AFTER | {"bypass", "county"}
COMMON = words("common")
PERSON_NAMES = words("person_names")
DATELINE_DASHES = ("—", "–", "--", "-", ":", "(")
