"""Words around a trigger that put its event into the past without a date: comparisons, memories, courts."""

from __future__ import annotations

import re

from processors.events.reading import Reading
from processors.text.sentences import Sentence
from processors.text.sieve import ENGLISH

_I = re.IGNORECASE
_COMPARED = ENGLISH.add(
    r"\b(?:since|unlike|as in|than|recall\w*|remember\w*|anniversary of|in memory of|"
    r"(?:years?|months?|decades?)(?: and [\w ]{1,12} days?| to the day)? (?:after|since)|"
    r"mark(?:s|ed|ing)?)\s+(?:the|a|an)?\s*(?:[\w'’-]+\s+){0,3}$",
    _I,
)
_SINCE_THEN = ENGLISH.add(
    r"\b(?:since then|since (?:19|20)\d\d|over the (?:past|last) (?:[\w-]+ )?(?:weeks?|months?|years?|"
    r"decades?)|in recent (?:months|years)|over "
    r"the years)\b",
    _I,
)
_EARLIER = ENGLISH.add(
    r"\b(?:(?:previous|earlier|past(?! (?:weekend|week|few|day|hour|month|night|\d))|similar)\s+"
    r"(?:[\w-]+\s+)?|(?:former|old)\s+)$",  # 'a former employee opened fire' today
    _I,
)
_TRIED = ENGLISH.add(  # 'jailed for the attack', 'the trial opened over the killing'
    r"\b(?:convicted|acquitted|found guilty|jailed|imprisoned|sentenced|serving|sentences?|on trial|retrial|"
    r"trials?|indict\w*)\b[^.;,]{0,45}?\s(?:of|for|over|in)\s+(?:[\w'’-]+\s+){0,5}$",
    _I,
)
_COURT = r"\b(?:court|inquest|jury|jurors|tribunal|coroner)\b"
_TESTIFIED = ENGLISH.add(
    rf"\b(?:tell(?:s|ing)?|told)\s[^.;,]{{0,20}}{_COURT}[^.;]{{0,120}}$"
    rf"|{_COURT}[^.;,]{{0,20}}\s(?:heard|hears|was told|were told)\b[^.;]{{0,120}}$"
    r"|\btestif\w+\b[^.;]{0,120}$",
    _I,
)
_HEARD = ENGLISH.add(rf"^[^.;]{{0,150}},\s[\w\s]{{0,20}}{_COURT}\s(?:has |have )?(?:heard|was told)\b", _I)
_NEAR, _FAR = 60, 150


def reason(reading: Reading, sentence: Sentence, start: int, end: int) -> str | None:
    """Why the words around the trigger ``text[start:end]`` put it into the past, if they do."""
    first = max(sentence.start, start - _NEAR)
    before, among = reading.text[first:start], reading.possible(first, start)
    for pattern, why in (
        (_COMPARED, "compared with or counted from"),
        (_EARLIER, "an earlier one"),
        (_TRIED, "what a court judged"),
    ):
        match = pattern.search(among, before)
        if match:
            return f"{why}: “{' '.join(match.group().split())}”"
    among = reading.possible(sentence.start, sentence.end)
    summed = _SINCE_THEN.search(among, reading.text, sentence.start, sentence.end)
    if summed:
        return f"summed up: “{summed.group()}”"
    return "told in court" if _in_court(reading, sentence, start, end) else None


def _in_court(reading: Reading, sentence: Sentence, start: int, end: int) -> bool:
    first, last = max(sentence.start, start - _FAR), min(sentence.end, end + _FAR)
    before, after = reading.possible(first, start), reading.possible(end, last)
    told = _TESTIFIED.search(before, reading.text[first:start])
    return bool(told or _HEARD.match(after, reading.text[end:last]))
