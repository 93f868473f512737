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
    if len(sample) < SHORT and (stated or (told := _by_letters(sample))):
        return _primary(stated) or told or "en"
    if sum(char.isalpha() for char in sample[:60]) < 20:
        return _primary(stated) or "en"
    if _plainly_english(sample):
        return "en"
    return str(_identifier(narrow=len(sample) < SHORT).classify(sample)[0])


def _by_letters(sample: str) -> str | None:
    """The language that the letters of a headline tell; two words of it are too few for the classifier."""
    letters = set(sample.lower())
    for language, own, shared in _LETTERS:
        if letters & own and not letters & shared:
            return language
    return None


_HEBREW = frozenset(map(chr, range(0x05D0, 0x05EB)))
_ARABIC = frozenset(map(chr, range(0x0621, 0x064B)))
_PERSIAN = frozenset("پچژگکی")
_URDU_PASHTO = frozenset("ټډړښےٹڈںې")
_RUSSIAN, _UKRAINIAN = frozenset("ыэё"), frozenset("іїєґ")
_OTHER_CYRILLIC = frozenset("ўјљњ")
# language, letters of which one must be there, letters that only its neighbours have
_LETTERS: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = (
    ("he", _HEBREW, frozenset()),
    ("fa", _PERSIAN, _URDU_PASHTO),
    ("ar", _ARABIC, _PERSIAN | _URDU_PASHTO),
    ("uk", _UKRAINIAN, _RUSSIAN | _OTHER_CYRILLIC),
    ("ru", _RUSSIAN, _UKRAINIAN | _OTHER_CYRILLIC),
)


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
