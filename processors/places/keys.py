"""Two keys under which a place name is found, whatever its spelling.

``fold`` is for the same spelling written differently: case, diacritics, apostrophes, hyphens, Arabic vowel
signs and tatweel, Persian forms of Arabic letters.

``loose`` is for the same name romanized differently, as Arabic, Persian and Hebrew names are: the article
(al-, el-, ar-, ad-, ...) goes, a final -ah/-eh/-a/-e becomes -a, doubled letters become single, vowels and a
few consonants that romanizations confuse become one letter (Tel Rifaat and Tal Rif'at, Hodeidah and
Al Hudaydah). It is only asked where ``fold`` found nothing, and only for names of five letters and more.

Both keys go through ``digest``, 64 bits of BLAKE2b, so that an index holds numbers of fixed width.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b

LOOSE_MINIMUM = 5  # letters; shorter names collide too often under the loose key

_DROPPED = "'’‘`´ʿʾʼʻˈ\"“”ـ\u200c\u200d\u200e\u200f\u00ad·׳״"
_SPACED = "-‐‑‒–—/_.,()\u00a0־"
_TRANSLATION = {
    **{ord(c): None for c in _DROPPED},
    **{ord(c): " " for c in _SPACED},
    **{ord(a): b for a, b in zip("أإآٱىیېكگڪةۀەؤئ", "اااايييكككهههوي", strict=False)},
    ord("ک"): "ك",
    ord("ہ"): "ه",
    ord("ھ"): "ه",
    ord("ё"): "е",
    ord("ґ"): "г",
    ord("ı"): "i",
    ord("ł"): "l",
    ord("ø"): "o",
    ord("đ"): "d",
    ord("ð"): "d",
    ord("þ"): "th",
    ord("æ"): "ae",
    ord("œ"): "oe",
    ord("ə"): "a",
    ord("ŋ"): "ng",
}
_ASCII = str.maketrans("", "", "'`\"").copy() | str.maketrans("-/_.,()", "       ")
_ARTICLE = re.compile(
    r"(?:^|(?<= ))(?:al|el|ul|ar|ad|as|at|az|an|ash|adh|ath|ez|es|et|er|ed|en|esh|the) (?=\w{3})"
)
_LATIN = re.compile(r"[a-z ]+")
_LOOSE_RULES = (
    (re.compile(r"(?:eh|ah|at|et|a|e)(?= |$)"), "a"),
    (re.compile(r"kh|gh"), "k"),
    (re.compile(r"dh|th|tt"), "t"),
    (re.compile(r"sh|ch|tsh"), "s"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"(?<=[aeiou])[yiw]+(?=[aeiou]|\b)|[yw]"), "i"),
    (re.compile(r"[aeiou]+"), "a"),
    (re.compile(r"[qg]"), "k"),
    (re.compile(r"[dz]"), "d"),
    (re.compile(r"j"), "g"),
    (re.compile(r"h(?=[^a]|$)"), ""),
)
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=65_536)
def fold(name: str) -> str:
    """The spelling-independent form of a name: lower case, no marks, single spaces."""
    lowered = name.casefold()
    if lowered.isascii():
        return " ".join(lowered.translate(_ASCII).split())
    lowered = lowered.replace("i̇", "i")
    marked = unicodedata.normalize("NFKD", lowered)
    plain = "".join(c for c in marked if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFKC", plain).casefold().translate(_TRANSLATION).split())


def without_article(name: str) -> str:
    """A folded Latin or Arabic name without its leading article: Al Hillah is also called Hillah."""
    found = _ARTICLE.match(name)
    if found and len(name) - found.end() >= LOOSE_MINIMUM - 1:
        return name[found.end() :]
    if name.startswith("ال") and len(name) > LOOSE_MINIMUM:
        return name[2:]
    return name


@lru_cache(maxsize=65_536)
def loose(name: str) -> str:
    """The romanization-independent form of a folded Latin name; empty where it does not apply."""
    if not _LATIN.fullmatch(name) or len(name) < LOOSE_MINIMUM:
        return ""
    text = _ARTICLE.sub("", name)
    for pattern, replacement in _LOOSE_RULES:
        text = pattern.sub(replacement, text)
    text = _DOUBLED.sub(r"\1", text).replace(" ", "")
    return text if len(text) >= LOOSE_MINIMUM - 1 else ""


def digest(key: str) -> int:
    """64 bits that stand for a key."""
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
