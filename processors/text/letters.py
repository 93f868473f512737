"""One spelling for lexicons and texts of languages whose letters are written in several ways.

Arabic vowel signs, Persian and Arabic forms of one letter, typographic apostrophes, Hebrew gershayim and
the Russian yo differ from publisher to publisher and say nothing about the word; neither does the kind of
space between the parts of a Persian word.
"""

from __future__ import annotations

import re

# One code point to one code point, so that offsets stay valid.
_SAME = str.maketrans(
    "’‘ʼ׳`´״“”„أإآٱىيكۀةёґİı\u00a0\u202f\u200c",
    "''''''\"\"\"\"ااااییکههегii   ",
)
# Vowel signs and nunation, tatweel, Hebrew points, marks of direction.
_MARKS = re.compile("[\u064b-\u065f\u0670\u0640\u0591-\u05bd\u05bf\u05c1\u05c2\u200d-\u200f\u00ad]")


def one_spelling(word: str) -> str:
    """The form under which a lexicon's entry and a text's word meet; ``word`` is in lower case."""
    return _MARKS.sub("", word).translate(_SAME)


def plain(lowered: str) -> tuple[str, list[int] | None]:
    """(``lowered`` in one spelling, the offset in ``lowered`` of each of its characters).

    The offsets are None where nothing was left out, and then equal.
    """
    if not _MARKS.search(lowered):
        return lowered.translate(_SAME), None
    kept = [index for index, char in enumerate(lowered) if not _MARKS.match(char)]
    kept.append(len(lowered))
    return one_spelling(lowered), kept
