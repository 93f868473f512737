"""Status cues of a sentence in languages other than English."""

from __future__ import annotations

from processors.languages.data import LanguageData

_ORDER = ("denied", "hypothetical", "planned")


def mode(text: str, start: int, end: int, data: LanguageData) -> tuple[str, str] | None:
    """(status, the cue) where the sentence denies, supposes or announces; None where it does not."""
    for status in _ORDER:
        match = data.status[status].search(text, start, end)
        if match:
            return status, match["word"]
    return None


def recalls(text: str, start: int, end: int, data: LanguageData) -> str | None:
    """The cue by which the sentence tells of the past: a past perfect, an anniversary."""
    match = data.status["past"].search(text, start, end)
    return match["word"] if match else None
