"""Language identification among the languages that the enricher reads and those likely to be mistaken."""

from __future__ import annotations

from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

SUPPORTED = ("en", "ar", "ru", "uk", "fr", "es", "tr", "fa", "he", "pt", "de")
_OTHERS = (
    "it",
    "nl",
    "pl",
    "ro",
    "sv",
    "ps",
    "ur",
    "ku",
    "zh",
    "ja",
    "ko",
    "hi",
    "id",
    "el",
    "bg",
    "sr",
    "sw",
    "so",
    "am",
)
SHORT = 150  # characters; below this a stated language is believed and rare languages are not
SAMPLE = 1_500  # characters; enough for certainty, cheap for long texts


@lru_cache(maxsize=2)
def _identifier(*, narrow: bool) -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    known = set(identifier.labels)
    wanted = SUPPORTED if narrow else (*SUPPORTED, *_OTHERS)
    identifier.set_languages([code for code in wanted if code in known])
    return identifier


def identify(text: str, stated: str | None = None) -> str:
    """ISO 639-1 of ``text``; ``stated`` wins for texts too short to tell, English where nothing is known."""
    sample = text[:SAMPLE]
    if sum(char.isalpha() for char in sample[:60]) < 20:
        return _primary(stated) or "en"
    if _plainly_english(sample):
        return "en"
    short = len(sample) < SHORT
    if short and stated:
        return _primary(stated) or "en"
    return str(_identifier(narrow=short).classify(sample)[0])


_ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "in",
        "that",
        "was",
        "for",
        "is",
        "on",
        "with",
        "said",
        "by",
        "from",
        "has",
        "were",
        "at",
        "have",
        "been",
        "they",
        "this",
        "which",
        "who",
        "his",
        "their",
        "will",
        "would",
        "not",
        "but",
        "it",
        "are",
        "had",
        "he",
        "she",
        "after",
        "about",
        "a",
        "as",
        "be",
    ]
)


def _plainly_english(sample: str) -> bool:
    """Whether every fifth word is a common English one: saves the classifier on most documents."""
    words = sample[:600].lower().split()
    return len(words) >= 40 and 5 * sum(word in _ENGLISH for word in words) >= len(words)


def _primary(stated: str | None) -> str | None:
    return stated.replace("_", "-").split("-")[0].lower() if stated else None
