"""Which country a text is written in: institutions, currencies, telephone numbers, styles of address.

Local news does not name its country; its offices do (a sheriff and a school district are American, a garda
Irish). The clues weigh little, and only where nothing better speaks. Adjectives ("congolaise", "ливанском")
are votes, as demonyms are in English. The patterns are in processors/data/country_clues.toml and
country_adjectives.toml; one pass of an automaton looks for all of them.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import Any

import re2

from processors.places.sources import DATA

MOST = 4  # clues of one country; more say nothing more
WEIGHT = 0.25  # of one clue
VOTE = 1.5  # of an adjective
LENGTH = 8_000  # characters that are looked at


@lru_cache(maxsize=1)
def _automaton() -> tuple[Any, tuple[str, ...], int]:
    """The automaton, the country of each pattern, and how many patterns are clues and no adjectives."""
    patterns = re2.Set.SearchSet()
    countries: list[str] = []
    clues = 0
    for name in ("country_clues.toml", "country_adjectives.toml"):
        clues = len(countries)
        for country, entries in tomllib.loads((DATA / name).read_text(encoding="utf-8")).items():
            for pattern in entries:
                patterns.Add(pattern)
                countries.append(country)
    patterns.Compile()
    return patterns, tuple(countries), clues


def country_clues(text: str) -> tuple[dict[str, float], dict[str, float]]:
    """ISO codes with the weight of what speaks for them: institutions, then adjectives."""
    patterns, countries, clues = _automaton()
    institutions: dict[str, float] = {}
    adjectives: dict[str, float] = {}
    for index in patterns.Match(text[:LENGTH]) or ():
        country = countries[index]
        if index >= clues:
            adjectives[country] = VOTE
        else:
            institutions[country] = min(institutions.get(country, 0.0) + WEIGHT, MOST * WEIGHT)
    return institutions, adjectives


def adjective_of(word: str) -> frozenset[str]:
    """The countries that a word is an adjective of, in a language that :func:`country_clues` knows."""
    patterns, countries, clues = _automaton()
    return frozenset(countries[index] for index in patterns.Match(word) or () if index >= clues)
