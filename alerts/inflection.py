"""Inflected forms: which written words count as the same word in a language.

A word is reduced to a *key*: its Snowball stem, kept apart by its derivational ending, so that inflection
joins ("operation", "operations") and derivation does not ("operator", "opera", "general" and "generally").
Arabic, Hebrew, Persian and Urdu go through ``alerts.inflection_semitic``, Ukrainian and Belarusian through
suffix classes. Why not lemma dictionaries: docs/decisions/0050-inflection.md, with measurements.

Stems: the Snowball project's algorithms (snowballstemmer).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import snowballstemmer

from alerts.inflection_semitic import SEMITIC, semitic_keys
from alerts.inflection_tables import DERIVATION, IRREGULAR, KEPT, SUFFIXES

_SNOWBALL = {
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
_ALIASES = {"nb": "no", "nn": "no", "he": "he", "iw": "he", "prs": "fa", "ckb": "ku", "hr": "sr", "bs": "sr"}
_ARABIC_SCRIPT = frozenset({"ar", "fa", "ur", "ps", "ku", "sd", "ug"})
_CYRILLIC = frozenset({"ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "tg", "mn"})
SHORTEST = 3  # letters; shorter words have no inflected forms


def language_of(word: str, language: str | None) -> str:
    """The language whose inflection applies to a word in a text of ``language``; the script decides first."""
    language = _ALIASES.get(language or "en", language or "en")
    first = word[:1]
    if first < "\u0370":
        return "en" if language in _ARABIC_SCRIPT or language in _CYRILLIC or language == "he" else language
    if "\u0400" <= first < "\u0530":
        return language if language in _CYRILLIC else "ru"
    if "\u0590" <= first < "\u0600":
        return "he"
    if "\u0600" <= first < "\u0780":
        return language if language in _ARABIC_SCRIPT else "ar"
    return "el" if first < "\u0400" else language


def keyword_keys(word: str, language: str | None) -> tuple[str, ...]:
    """Keys under which a keyword's word is filed: any one shared with a text's word is a match."""
    language = language_of(word, language)
    folded = fold(word)
    if language in SEMITIC:
        return semitic_keys(folded, language, token=False)
    return _keys(folded, language)


@lru_cache(maxsize=50_000)
def token_keys(word: str, language: str | None) -> tuple[str, ...]:
    """Keys of a word in a text: also without accents, since people write 'Erdogan' for 'Erdoğan'.

    Stemming is slow, and articles share most of their words: the latest are remembered.
    """
    language = language_of(word, language)
    folded = fold(word)
    if language in SEMITIC:
        return semitic_keys(folded, language, token=True)
    keys = _keys(folded, language)
    plain = without_accents(folded)
    return keys if plain == folded else tuple(dict.fromkeys(keys + _keys(plain, language)))


def fold(word: str) -> str:
    """Caseless form: NFC, case folded, soft hyphens and joiners removed."""
    folded = unicodedata.normalize("NFC", word.casefold())
    for sign in ("\u00ad", "\u200d"):
        folded = folded.replace(sign, "")
    return folded


def without_accents(word: str) -> str:
    """Latin and Greek letters without their diacritics; other scripts unchanged."""
    if word.isascii() or word[:1] >= "\u0400":
        return word
    word = word.replace("ı", "i").replace("ł", "l").replace("đ", "d").replace("ø", "o")
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _keys(folded: str, language: str) -> tuple[str, ...]:
    if len(folded) < SHORTEST or not folded.isalpha():
        return (folded,)
    if folded in KEPT.get(language, ()):
        return (folded,)
    forms = [IRREGULAR.get(language, {}).get(folded, folded), folded]
    reshape = _RESHAPED.get(language)
    if reshape is not None:
        forms.append(reshape(folded))
    return tuple(dict.fromkeys(_key(form, language) for form in dict.fromkeys(forms)))


def _french(word: str) -> str:
    """'attaquent' → 'attaque': the stemmer leaves the third person plural, which headlines love."""
    return word[:-2] if word.endswith("ent") and not word.endswith("ment") else word


def _portuguese(word: str) -> str:
    """'explosões' → 'explosão'."""
    return word[:-3] + "ão" if word.endswith("ões") else word


def _turkish(word: str) -> str:
    """One stem less: the stemmer takes one layer of endings off, and possession ('saldırısı') not at all."""
    return word[:-2] if word.endswith(("sı", "si", "su", "sü")) else _stem("tr")(word)


_RESHAPED: dict[str, Callable[[str], str]] = {"fr": _french, "pt": _portuguese, "tr": _turkish}


def _key(word: str, language: str) -> str:
    return f"{_stem(language)(word)}{_derivation(word, language)}"


def _derivation(word: str, language: str) -> str:
    """The class of the derivational ending, as '+class', or nothing."""
    for ending, name in DERIVATION.get(language, ()):
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            return f"+{name}"
    return ""


@lru_cache(maxsize=64)
def _stem(language: str) -> Callable[[str], str]:
    algorithm = _SNOWBALL.get(language)
    if algorithm is not None:
        stemmer: Any = snowballstemmer.stemmer(algorithm)
        return lambda word: str(stemmer.stemWord(word))
    endings = SUFFIXES.get(language)
    if endings is None:
        return lambda word: word
    return lambda word: _strip(word, endings)


def _strip(word: str, endings: tuple[str, ...]) -> str:
    """``word`` without the first (longest) of ``endings`` that leaves enough of it."""
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            return word[: -len(ending)]
    return word
