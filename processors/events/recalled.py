"""Words around a trigger that put its event into the past without a date: comparisons and memories."""

from __future__ import annotations

import re

from processors.events.reading import Reading
from processors.text.sentences import Sentence
from processors.text.sieve import ENGLISH

_I = re.IGNORECASE
_NUMBER = (  # 'more than 20 people were shot dead' compares nothing
    r"(?:\d|(?:a|an|half|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|"
    r"fifty)\s|dozens|scores|hundreds|thousands)"
)
_COMPARED = ENGLISH.add(
    rf"\b(?:since|unlike|as in|than(?!\s+{_NUMBER})|recall\w*|remember\w*|anniversary of|in memory of|"
    r"(?:years?|months?|decades?)(?: and [\w ]{1,12} days?| to the day)? (?:after|since)|"
    r"mark(?:s|ed|ing)?)\s+(?:the|a|an)?\s*(?:[\w'’-]+\s+){0,3}$"
    r"|\b(?:comes?|came|coming)\s+(?:\w+\s+){0,4}(?:weeks?|fortnight|months?|years?|decades?)\s+after\b"
    r"[^.;,]{0,70}$",
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
_NEAR = 60


def reason(reading: Reading, sentence: Sentence, start: int) -> str | None:
    """Why the words before a trigger at ``start`` put its event into the past, if they do."""
    first = max(sentence.start, start - _NEAR)
    before, among = reading.text[first:start], reading.possible(first, start)
    for pattern, why in ((_COMPARED, "compared with or counted from"), (_EARLIER, "an earlier one")):
        match = pattern.search(among, before)
        if match:
            return f"{why}: “{' '.join(match.group().split())}”"
    among = reading.possible(sentence.start, sentence.end)
    summed = _SINCE_THEN.search(among, reading.text, sentence.start, sentence.end)
    return f"summed up: “{summed.group()}”" if summed else None
