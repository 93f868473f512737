"""Which country a text is written in: institutions, currencies, telephone numbers, styles of address.

Local news does not name its country; its offices do (a sheriff and a school district are American, a garda
Irish). The clues weigh little, and only where nothing better speaks. The patterns are in
processors/data/country_clues.toml; one pass of an automaton looks for all of them.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import Any

import re2

from processors.places.sources import DATA

MOST = 4  # clues of one country; more say nothing more
WEIGHT = 0.25  # of one clue
LENGTH = 8_000  # characters that are looked at


@lru_cache(maxsize=1)
def _automaton() -> tuple[Any, tuple[str, ...]]:
    table = tomllib.loads((DATA / "country_clues.toml").read_text(encoding="utf-8"))
    clues, countries = re2.Set.SearchSet(), []
    for country, patterns in table.items():
        for pattern in patterns:
            clues.Add(pattern)
            countries.append(country)
    clues.Compile()
    return clues, tuple(countries)


def country_clues(text: str) -> dict[str, float]:
    """ISO codes with the weight of what speaks for them."""
    clues, countries = _automaton()
    found: dict[str, float] = {}
    for index in clues.Match(text[:LENGTH]) or ():
        country = countries[index]
        found[country] = min(found.get(country, 0.0) + WEIGHT, MOST * WEIGHT)
    return found
