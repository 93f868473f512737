"""Which country a text is written in: institutions, currencies, telephone numbers, styles of address.

Local news does not name its country; its offices do (a sheriff and a school district are American, a garda
Irish). The clues weigh little, and only where nothing better speaks. The patterns are in
processors/data/country_clues.toml.
"""

from __future__ import annotations

import re
import tomllib

from processors.places.sources import DATA

MOST = 4  # a clue found more often than this says nothing more
WEIGHT = 0.25  # of one find

_PATTERNS = {
    country: re.compile("|".join(patterns))
    for country, patterns in tomllib.loads((DATA / "country_clues.toml").read_text(encoding="utf-8")).items()
}


def country_clues(text: str) -> dict[str, float]:
    """ISO codes with the weight of what speaks for them."""
    found = {}
    for country, pattern in _PATTERNS.items():
        count = 0
        for _ in pattern.finditer(text):
            count += 1
            if count >= MOST:
                break
        if count:
            found[country] = WEIGHT * count
    return found
