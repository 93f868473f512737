"""Which country a text is written in: institutions, currencies, telephone numbers, styles of address.

Local news does not name its country; its offices do (a sheriff and a school district are American, a garda
Irish). The clues weigh little, and only where nothing better speaks.
"""

from __future__ import annotations

import re

_US = r"""County\ Sheriff|[Ss]heriff|school\ district|District\ Attorney|ZIP\ code|Interstate|state\ [Tt]rooper|State\ Police
|Fire\ Rescue|sophomore|[Cc]ity\ [Cc]ouncil|Common\ Council|[Cc]ounty\ [Cc]ommission|GOP|Republicans?|Democrats?
|R-[A-Z]|D-[A-Z]|U\.S\.\ (?:Rep|Sen)|Supervisors?|\b\d{3}-\d{4}\b|\(\d{3}\)\ ?\d{3}-\d{4}|\b\d{3}-\d{3}-\d{4}\b|NFL|NCAA|varsity
|grand\ jury|state\ [Ss]enat|Rep\.|Sen\.|Ave\.|Blvd|mph"""
_PATTERNS = {
    "US": re.compile(_US, re.VERBOSE),
    "GB": re.compile(
        r"£|\b(?:MP for|Crown Court|PC [A-Z]|Det Con|Det Insp|borough council|Tory|Labour)\b|\bNHS\b|\bBBC\b"
    ),
    "IE": re.compile(
        r"\b[Gg]arda[ií]?\b|\bTaoiseach\b|\bDáil\b|\bGAA\b|\bFianna F|\bFine Gael\b|\bCounty Councillor\b"
    ),
    "CA": re.compile(
        r"\bRCMP\b|\bMountie|\bOPP\b|\bNDP\b|\bConst\.|\bCBC\b|\bCTV\b|\bQueen's Park\b|\bMPP\b"
    ),
    "AU": re.compile(r"\bNSW\b|\bAustralian Federal Police\b|\bABC News\b|\bTriple Zero\b|\bLNP\b"),
    "NZ": re.compile(r"\bM[aā]ori\b|\biwi\b|\bNew Zealand Police\b"),
    "IN": re.compile(r"\bcrore\b|\blakh\b|\bLok Sabha\b|\bBJP\b"),
    "PK": re.compile(r"\bFrontier Corps\b|\bISPR\b"),
    "NG": re.compile(r"\bnaira\b|₦|\bEFCC\b"),
    "ZA": re.compile(r"\bANC\b|\bSAPS\b|\bHawks spokesperson\b"),
    "IL": re.compile(r"\bKnesset\b|\bIDF\b|\bshekel"),
}
MOST = 4  # a clue found more often than this says nothing more


def country_clues(text: str) -> dict[str, float]:
    """ISO codes with the weight of what speaks for them (0.25 a find)."""
    found = {}
    for country, pattern in _PATTERNS.items():
        count = 0
        for _ in pattern.finditer(text):
            count += 1
            if count >= MOST:
                break
        if count:
            found[country] = 0.25 * count
    return found
