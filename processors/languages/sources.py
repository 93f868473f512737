"""Who gives a toll, in languages other than English: 'selon X', 'по словам X', 'وفق X', as written."""

from __future__ import annotations

import re
from functools import lru_cache

_LEADS = {
    "ar": (
        r"(?:وفق|بحسب|حسب)(?:\s?ما (?:أفادت|أفاد|ذكرت|ذكر|أعلنت|أعلن|قالت|قال|أكدت|أكد))?(?: به)?"
        r"|وفقا ل|وفقاً ل|نقلا عن|نقلاً عن"
    ),
    "de": "nach angaben (?:von |der |des )?|laut|zufolge",
    "es": "según",
    "fa": "به گفته|به نوشته|بنا بر گزارش",
    "fr": "selon|d'après|d’après",
    "he": "לפי|לדברי|על פי",
    "pt": "segundo|de acordo com",
    "ru": "по словам|по данным|как сообщил[аио]? |как сообщили в",
    "uk": "за словами|за даними|як повідомил[аи]?(?: в| у)?",
}
_NAMED = r"\s*(?P<who>[^,.;:،؛()«»\"\n]{3,70}?)\s*(?=[,.;:،؛()«»\"\n]|$)"
_SHORTEST = 3


# German lists no comma behind the source: it ends with its first noun.
_NAMED_GERMAN = (
    r"\s*(?P<who>(?:[a-zäöüß]+\s+){0,3}(?-i:[A-ZÄÖÜ])[\w-]+(?:\s+(?:der|des|von)\s+[A-ZÄÖÜ][\w-]+)?)"
)


@lru_cache(maxsize=16)
def _pattern(language: str) -> re.Pattern[str] | None:
    leads = _LEADS.get(language)
    named = _NAMED_GERMAN if language == "de" else _NAMED
    return re.compile(rf"(?<!\w)(?:{leads}){named}", re.IGNORECASE) if leads else None


def who_says(text: str, start: int, end: int, language: str) -> str | None:
    """The source that the sentence ``text[start:end]`` names; None where it names none."""
    pattern = _pattern(language)
    match = pattern.search(text, start, end) if pattern else None
    named = match["who"].strip() if match else ""
    return named if len(named) >= _SHORTEST else None
