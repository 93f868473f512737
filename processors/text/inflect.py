"""Surface forms of lexicon entries.

An entry is written as people read it, with marks behind a word:

``raid~``   verb or noun with regular endings: raid raids raided raiding
``stab+``   the same with a doubled consonant: stab stabs stabbed stabbing
``bomb^``   noun: bomb bombs
``air?strike^``  the '?' stands for nothing, a space or a hyphen
``محاصر*``  any ending may follow (languages that inflect more)
"""

from __future__ import annotations

import itertools

_VOWELS = "aeiou"


def forms(entry: str) -> list[tuple[str, bool]]:
    """(surface form in lower case, whether any ending may follow) for every form of ``entry``."""
    words = [_word_forms(word) for word in entry.strip().lower().split()]
    found: list[tuple[str, bool]] = []
    for combination in itertools.product(*words):
        surface = " ".join(combination)
        open_end = surface.endswith("*")
        found += [(variant, open_end) for variant in _joints(surface.rstrip("*"))]
    return found


def _joints(surface: str) -> list[str]:
    parts = surface.split("?")
    if len(parts) == 1:
        return [surface]
    return [joint.join(parts) for joint in ("", " ", "-")]


def _word_forms(word: str) -> list[str]:
    mark = word[-1:]
    if mark == "^":
        return [word[:-1], plural(word[:-1])]
    if mark == "~":
        return _verb(word[:-1], doubled=False)
    if mark == "+":
        return _verb(word[:-1], doubled=True)
    return [word]


def plural(noun: str) -> str:
    """The regular plural."""
    if noun.endswith("y") and noun[-2:-1] not in _VOWELS:
        return noun[:-1] + "ies"
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return noun + "es"
    if noun.endswith("man") and noun not in {"human", "german", "roman", "ottoman"}:
        return noun[:-3] + "men"
    return noun + "s"


def _verb(stem: str, *, doubled: bool) -> list[str]:
    base = stem + stem[-1] if doubled else stem
    if stem.endswith("e"):
        past, gerund = stem + "d", stem + "ing" if stem.endswith(("ee", "oe", "ye")) else stem[:-1] + "ing"
    elif stem.endswith("y") and stem[-2:-1] not in _VOWELS:
        past, gerund = stem[:-1] + "ied", stem + "ing"
    else:
        past, gerund = base + "ed", base + "ing"
    return [stem, plural(stem), past, gerund]
