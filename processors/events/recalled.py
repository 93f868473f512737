"""Words around a trigger that put its event into the past without a date: comparisons and memories."""

from __future__ import annotations

import re

from processors.events.reading import Reading
from processors.text.sentences import Sentence
from processors.text.sieve import ENGLISH, any_possible

_I = re.IGNORECASE
_NUMBER = (  # 'more than 20 people were shot dead' compares nothing
    r"(?:\d|(?:a|an|half|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|"
    r"fifty)\s|dozens|scores|hundreds|thousands)"
)
_COMPARED = ENGLISH.add(
    rf"\b(?:since|unlike|as in|than(?!\s+{_NUMBER})|recall\w*|remember\w*|anniversary of|in memory of|"
    r"(?:years?|months?|decades?)(?: and [\w ]{1,12} days?| to the day)? (?:after|since)|"
    r"mark(?:s|ed|ing)?|(?:latest|one)\s+(?:in|of)\s+an?\s+(?:[\w-]+\s+){0,2}(?:wave|series|string|spate|"
    r"succession|number)\s+of)\s+(?:the|a|an)?\s*(?:[\w'’-]+\s+){0,3}$"
    r"|\b(?:comes?|came|coming)\s+(?:\w+\s+){0,4}(?:weeks?|fortnight|months?|years?|decades?)\s+after\b"
    r"[^.;,]{0,70}$",
    _I,
)
_SINCE_THEN = ENGLISH.add(
    r"\b(?:since then|since (?:19|20)\d\d|over the (?:past|last) (?:[\w-]+ )?(?:weeks?|months?|years?|"
    r"decades?)|in recent (?:months|years)|over "
    r"the years|this year alone|in the first (?:[\w-]+ )?(?:half|quarter|months?|weeks?|days?) of "
    r"(?:this year|20\d\d)"
    r"|(?:has|have)\b(?:(?!\b(?:first|second|third|\w+th|latest|deadliest|worst)\b)[^.;]){0,80}?\b"
    r"(?:this year|this season|so far|to date))\b",
    _I,
)
_DEEDS = ENGLISH.add(  # of somebody who is caught or killed now: 'had led raids', 'wanted for kidnappings'
    r"\b(?:(?:had|has|have|having)\s+(?:also\s+|previously\s+|once\s+)?(?:led|planned|directed|organi[sz]ed|"
    r"masterminded|commanded|ordered|overseen|supervised|carried\s+out|taken\s+part\s+in|been\s+(?:behind|"
    r"part\s+of|involved\s+in|linked\s+to))|(?:wanted|sought|convicted|responsible|blamed|notorious|known|"
    r"infamous)\s+(?:\w+\s+)?(?:for|of|over|in)|masterminded|(?:leader|suspect|commander|mastermind)\s+"
    r"(?:of|in))\s+(?:[\w’'-]+,?\s+){0,5}$",
    _I,
)
_REMEMBERED = ENGLISH.add(  # 'the anniversary of the riots in which shops were burned'
    r"\b(?:anniversar\w+|in memory|commemorat\w+|remember\w*|recall\w*)\b[^.;]{0,60}?"
    r"\b(?:in which|that|when|who|which|where)\b[^.;]{0,120}$",
    _I,
)
_EARLIER = ENGLISH.add(
    r"\b(?:(?:previous|earlier|past(?! (?:weekend|week|few|day|hour|month|night|\d))|similar)\s+"
    r"(?:[\w-]+\s+)?|(?:former|old)\s+)$",  # 'a former employee opened fire' today
    _I,
)
_CUES = any_possible(_COMPARED, _SINCE_THEN, _DEEDS, _REMEMBERED, _EARLIER)
_SPREAD = re.compile(r"[^.;,]{0,60}?\s(?:has|have)\s[^.;]{2,90}?\ssince\b", _I)
_WAVE = re.compile(
    r"\b(?:has|have)\s(?:[\w-]+\s){1,4}?"
    r"(?:surge|rise|increase|wave|spate|string|series|uptick|escalation|spike|resurgence|upsurge)\s"
    r"(?:in|of)\s(?:[\w-]+\s){0,2}$",
    _I,
)
_NEAR, _FAR = 60, 200


def reason(reading: Reading, sentence: Sentence, start: int, end: int) -> str | None:
    """Why the words before the trigger ``text[start:end]`` put its event into the past, if they do."""
    whole = reading.among(sentence)
    if not _CUES.of(whole):
        return None
    first = max(sentence.start, start - _NEAR)
    before, among = reading.text[first:start], reading.possible(first, start)
    for pattern, why in ((_COMPARED, "compared with or counted from"), (_EARLIER, "an earlier one")):
        match = pattern.search(among, before)
        if match:
            return f"{why}: “{' '.join(match.group().split())}”"
    if reading.text[end - 1] in "sS" and _DEEDS.search(among, before):
        return "somebody's earlier deeds"
    first = max(sentence.start, start - _FAR)
    if _REMEMBERED.search(reading.possible(first, start), reading.text[first:start]):
        return "what is remembered"
    summed = _SINCE_THEN.search(whole, reading.text, sentence.start, sentence.end)
    return f"summed up: “{summed.group()}”" if summed else None


def ongoing(reading: Reading, sentence: Sentence, start: int, end: int) -> bool:
    """Whether what has gone on since some day is summed up: 'fighting has spread since the town fell'.

    No event of today, unless the sentence dates it.
    """
    text = reading.text
    if text.find(" since ", end, sentence.end) < 0:
        return False
    return bool(_SPREAD.match(text, end, sentence.end)) or bool(_WAVE.search(text, sentence.start, start))
