"""Words around a name that tell whether it is used as a place, from processors/data/place_cues.toml."""

from __future__ import annotations

import tomllib

from processors.places.sources import DATA

_TABLE = tomllib.loads((DATA / "place_cues.toml").read_text(encoding="utf-8"))


def _words(name: str) -> frozenset[str]:
    return frozenset(str(_TABLE[name]).split())


LOCATIVE = _words("locative")
LOCATIVE |= _words("locative_other_languages")
INNER = _words("inner")
STRONG = _words("strong")
DIRECTIONS = _words("directions")
OF_KINDS = _words("of_kinds")
OF_KINDS |= _words("of_kinds_other_languages")
OF = _words("of")
PREFIXES = _words("prefixes")
KIND_AFTER = _words("kind_after")
KIND_AFTER |= _words("kind_after_other_languages")
INSIDE = _words("inside")
ADMIN_WORDS = _words("admin_words")
BODY_AFTER = _words("body_after")
PERSON_TITLES = _words("person_titles")
PERSON_VERBS = _words("person_verbs")
TEAM_WORDS = _words("team_words")
STREET_AFTER = _words("street_after")
COMMON = _words("common")
PERSON_NAMES = _words("person_names")
DATELINE_DASHES = ("—", "–", "--", "-", ":", "(")
