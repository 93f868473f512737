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
SAMPLE = 1_500  # characters; enough for certainty, cheap for long texts


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    known = set(identifier.labels)
    identifier.set_languages([code for code in (*SUPPORTED, *_OTHERS) if code in known])
    return identifier


def identify(text: str, stated: str | None = None) -> str:
    """ISO 639-1 of ``text``; ``stated`` wins for texts too short to tell, English where nothing is known."""
    sample = text[:SAMPLE]
    if sum(char.isalpha() for char in sample[:60]) < 20:
        return _primary(stated) or "en"
    language = str(_identifier().classify(sample)[0])
    if stated and len(sample) < 120:
        return _primary(stated) or language
    return language


def _primary(stated: str | None) -> str | None:
    return stated.replace("_", "-").split("-")[0].lower() if stated else None
