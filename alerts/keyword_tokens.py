"""Words of a text, as keywords see them.

A word is a run of letters, digits, underscores and the marks that belong to them (Arabic vowel signs,
Devanagari vowels), so that "assad" never matches inside "ambassador". Scripts that write no spaces between
words (Chinese, Japanese, Thai, Lao, Burmese, Khmer) give one word a character; a keyword in them is a phrase.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# Thai and Lao, Myanmar, Khmer, kana, Han: Unicode blocks.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0002ffff"
)


def _mark_ranges() -> str:
    """The combining marks of the basic plane as ranges of a character class, without the unspaced blocks."""
    ranges: list[list[int]] = []
    unspaced = re.compile(f"[{_UNSPACED}]")
    for code in range(0x300, 0x10000):
        char = chr(code)
        if unicodedata.category(char)[0] != "M" or unspaced.match(char):
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in ranges)


_IN_WORD = "\u200c\u200d\u00ad"  # joiners and the soft hyphen stand inside words
_WORD = re.compile(rf"[^\W{_UNSPACED}](?:[^\W{_UNSPACED}]|[{_mark_ranges()}{_IN_WORD}])*|[{_UNSPACED}]")
_GAP = re.compile(r"[\s\-\u2010-\u2015'\u2019\u2018\u201c\u201d\"«»„/&_\u05be]*")
# Typographic signs that separate words anyway: without them most Western text is ASCII.
_TYPOGRAPHY = ("’", "‘", "“", "”", "–", "—", "…", "\u00a0")
_ASCII_SEPARATORS = bytes(
    code if chr(code).isalnum() or chr(code) == "_" else 0x20 for code in range(128)
) + bytes(range(128, 256))


END = "\x00"  # stands after each sentence in what ``running`` gives; no word of a text is this


def words(text: str) -> list[str]:
    """The words of ``text`` in order, as written. The same words as :func:`spans` gives, but quicker."""
    plain = _separated(text)
    return _WORD.findall(text) if plain is None else plain.split()


def running(text: str, sentences: Sequence[tuple[int, int]]) -> list[str]:
    """The words of all sentences one after another, END after each: quicker than sentence by sentence."""
    plain = _separated(text)
    if plain is not None:
        return f" {END} ".join([*[plain[start:end] for start, end in sentences], ""]).split()
    return [word for start, end in sentences for word in (*words(text[start:end]), END)]


def _separated(text: str) -> str | None:
    """``text`` with a space for every sign that is in no word, offsets unchanged; None: it is not ASCII."""
    if not text.isascii():
        for sign in _TYPOGRAPHY:
            text = text.replace(sign, " ")
        if not text.isascii():
            return None
    return text.encode("ascii").translate(_ASCII_SEPARATORS).decode("ascii")


def spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of every word, offsets in code points."""
    return [match.span() for match in _WORD.finditer(text)]


def joins(gap: str, own_gap: str) -> bool:
    """Whether two words of a phrase may be parted by ``gap``; ``own_gap`` is what the keyword itself has.

    White space, hyphens, quotes and apostrophes may; a full stop or comma only where the keyword has it.
    """
    return _GAP.fullmatch(gap) is not None or gap.strip() == own_gap.strip()
