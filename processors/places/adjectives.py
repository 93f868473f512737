"""Adjectives of countries in languages other than English ("congolaise", "ливанском"): votes, like demonyms.

The patterns are in processors/data/country_adjectives.toml; one pass of an automaton looks for all of them.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import Any

import re2

from processors.places.sources import DATA

VOTE = 1.5  # of an adjective
LENGTH = 8_000  # characters that are looked at


@lru_cache(maxsize=1)
def _automaton() -> tuple[Any, tuple[str, ...]]:
    """The automaton, and the country of each pattern."""
    patterns = re2.Set.SearchSet()
    countries: list[str] = []
    table = tomllib.loads((DATA / "country_adjectives.toml").read_text(encoding="utf-8"))
    for country, entries in table.items():
        for pattern in entries:
            patterns.Add(pattern)
            countries.append(country)
    patterns.Compile()
    return patterns, tuple(countries)


def adjective_votes(text: str) -> dict[str, float]:
    """ISO codes of countries whose adjectives stand in the text, with their votes."""
    patterns, countries = _automaton()
    return {countries[index]: VOTE for index in patterns.Match(text[:LENGTH]) or ()}


def adjective_of(word: str) -> frozenset[str]:
    """The countries that a word is an adjective of, in a language that :func:`adjective_votes` knows."""
    patterns, countries = _automaton()
    return frozenset(countries[index] for index in patterns.Match(word) or ())
