"""Who says so, and whose the victims are."""

from __future__ import annotations

import re

from processors.text.sieve import ENGLISH

_SOURCE = ENGLISH.add(
    r"\baccording to (?P<a>(?:the |a |an )?[^,.;]{3,70}?)(?=[,.;]|\s+(?:said|on|in|which|who|that)\b|$)"
    r"|[,”\"]\s*(?P<b>(?:the |a |an )?[^,.;”\"]{2,60}?)\s+(?:said|says|reported|told|announced|"
    r"confirmed|added)\b"
    r"|^(?P<c>(?:[Tt]he |[Aa] )?[A-Z][^,.;]{2,60}?)\s+(?:said|says|reported|announced|confirmed|"
    r"claimed|put)\b"
)


def who_says(text: str, start: int, end: int, among: int) -> str | None:
    """The source that the sentence names, as written; ``among``: its possible patterns."""
    match = _SOURCE.search(among, text[start:end])
    if not match:
        return None
    named = (match["a"] or match["b"] or match["c"]).strip()
    return named if 2 < len(named) <= 70 else None


_WHOSE = re.compile(
    r"\b(?:[A-Z][\w-]+(?:ian|ish|ese|an|i|ch|eli)|government|Taliban|Houthi|Hamas|Hezbollah|ISIS|IS|"
    r"PKK|YPG|SDF|HTS|US|U\.S\.|UN)\b"
)


def affiliation(words: str) -> str | None:
    """Whose people the words are: a nationality, an army, a group."""
    match = _WHOSE.search(words)
    return match.group() if match else None
