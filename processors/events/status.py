"""Current or background, for each trigger: from modality, dates, tense, position and topic."""

from __future__ import annotations

import re
from datetime import date, timedelta

import msgspec

from processors.events import courts, modality, recalled
from processors.events.newsness import logit, sentence_score, squash
from processors.events.reading import Reading
from processors.languages import cues
from processors.text.sentences import Sentence
from processors.text.sieve import ENGLISH
from processors.text.times import Time

RECENT = timedelta(days=14)  # events dated within this before publication are news
STALE = timedelta(days=21)  # events dated before this are background, whatever else the sentence says
COARSE = 60  # characters that a week is farther than a day: 'had left this week ... on Wednesday'
AHEAD_OF = 5  # characters that 'a day after the raid' is away from the raid; only 'Monday's raid' is nearer
BACKSHIFT = 0.8  # what the past perfect costs, given back where speech is only retold
LEANING = 0.3  # added for triggers: a missed event costs a monitor more than a doubtful one

_I = re.IGNORECASE


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """What is known about one trigger's (or sentence's) status."""

    status: str  # see processors.messages.STATUSES
    score: float  # 0..1, how surely current
    why: str  # one line for people
    time: Time | None  # the expression that dates it
    sure: bool = True  # decided by modality or a date, not by the weight of cues


def of_trigger(reading: Reading, sentence: Sentence, start: int, end: int, event_type: str) -> Judgement:
    """The status of the event that ``text[start:end]`` triggers."""
    time = time_of(reading, sentence, start, end)
    if reading.language != "en":
        return _in_other_language(reading, sentence, (start, end), event_type, time)
    mode = modality.judge(reading, sentence, start, end, event_type)
    if mode.status:
        return Judgement(mode.status, 0.1, f"{mode.status}: {mode.why}", time)
    recalled_as = recalled.reason(reading, sentence, start, end)
    if recalled_as:
        return Judgement("background", 0.1, recalled_as, time)
    tried = courts.tried(reading, sentence, start, end, event_type)
    if tried:
        return Judgement("background", 0.1, f"before a court: “{tried}”", None)
    dated = _by_date(reading, sentence, time)
    if dated:
        return dated
    return (None if time else _timeless(reading, sentence, (start, end), event_type)) or _weighed(
        reading, sentence, start, event_type, time
    )


def _timeless(
    reading: Reading, sentence: Sentence, span: tuple[int, int], event_type: str
) -> Judgement | None:
    """What no time dates and the wording makes no event of today: habits, long stories, trials."""
    score, _ = sentence_score(reading, sentence)
    if modality.habitual(reading, sentence, *span) or modality.generic(reading, sentence):
        return Judgement("hypothetical", min(score, 0.3), "speaks of what happens repeatedly", None)
    if recalled.ongoing(reading, sentence, *span):
        return Judgement("background", min(score, 0.4), "has gone on since", None)
    if courts.about_a_trial(reading, sentence, event_type):
        return Judgement("background", min(score, 0.4), "the headline tells of a trial", None)
    return None


def _weighed(
    reading: Reading, sentence: Sentence, start: int, event_type: str, time: Time | None
) -> Judgement:
    """Current or background by the weight of cues."""
    score, why = sentence_score(reading, sentence)
    if event_type == "arrest" and _backshifted(reading.text, sentence, start):
        score = squash(logit(score) + BACKSHIFT)
    if not reading.memory(sentence):  # what goes on with an earlier story is no news that could be missed
        score = squash(logit(score) + LEANING)
    status = "current" if score >= 0.5 else "background"
    return Judgement(status, round(score, 3), why, time, sure=False)


_HAD = re.compile(
    r"\b(?:said|says|added|told\s\w+|confirmed|reported|announced)\b[^.;]{0,80}?\shad\s(?:also\s)?(?:been\s)?$",
    _I,
)


def _backshifted(text: str, sentence: Sentence, start: int) -> bool:
    """Whether the past perfect is that of indirect speech: 'said two suspects had been detained'."""
    return bool(_HAD.search(text, max(sentence.start, start - 120), start))


def _in_other_language(
    reading: Reading, sentence: Sentence, span: tuple[int, int], event_type: str, time: Time | None
) -> Judgement:
    local = reading.local
    mode = cues.mode(local, sentence, *span, event_type) if local else None
    dated = _by_date(reading, sentence, time)
    if dated and dated.status == "background":
        return dated
    if mode:
        return Judgement(mode[0], 0.1, f"{mode[0]}: “{mode[1]}”", time)
    if dated:
        return dated
    recalled = cues.recalls(local, sentence, *span) if local else None
    if recalled:
        return Judgement("background", 0.2, f"recalls the past: “{recalled}”", time)
    score, why = sentence_score(reading, sentence)
    if local and not sentence.title:
        score = squash(logit(score) + LEANING + (cues.SAID if cues.says(local, sentence) else 0.0))
    return Judgement("current" if score >= 0.5 else "background", round(score, 3), why, time, sure=False)


def _by_date(reading: Reading, sentence: Sentence, time: Time | None) -> Judgement | None:
    if time is None or reading.anchor is None:
        return None
    age = reading.anchor - time.last
    why = f"dated “{time.text}”"
    if age > STALE or (time.granularity in {"year", "decade"} and time.last < reading.anchor):
        return Judgement("background", 0.05, why, time)
    if time.granularity == "month" and _past_month(reading, sentence, time):
        return Judgement("background", 0.1, why, time)
    if time.first > reading.anchor:
        return Judgement("planned", 0.1, why, time)
    if age <= RECENT and time.granularity in {"day", "hour", "week"} and not _span(time):
        sure = not _HABIT.match(reading.text, time.end)
        return Judgement("current", 0.9 if age.days <= 4 else 0.7, why, time, sure)
    return None


_HABIT = re.compile(r"\s+(?:prayers?|mass|sermons?|services?)\b", _I)  # 'during Friday prayers' of any year


def _past_month(reading: Reading, sentence: Sentence, time: Time) -> bool:
    """A bare month is the past where it is over, or where the paragraph tells of an earlier year."""
    anchor = reading.anchor
    if anchor is None:
        return False
    told = [other for other in reading.times_in(sentence) if other.start < time.start]
    listed = any(anchor - other.last > STALE for other in told)  # 'in June …, and in November'
    return time.last < anchor or listed or reading.memory(sentence) > 0


def _span(time: Time) -> bool:
    """'in recent weeks', 'the past year' say a stretch, not a date."""
    stretch = re.match(r"(?:in|over|during|within|for|of|the)\s", time.text, _I)
    return bool(stretch) and time.granularity != "hour"


_AGO = re.compile(r"\b(?:ago|earlier|before)$", _I)


def time_of(reading: Reading, sentence: Sentence, start: int, end: int) -> Time | None:
    """The time expression that dates the trigger: the nearest one in its clause."""
    best: tuple[int, Time] | None = None
    for time in reading.times_in(sentence):
        if reading.dates_report(sentence, time):
            continue
        distance = _distance(reading.text, sentence, time, start, end)
        if distance is not None and time.granularity == "week" and not _AGO.search(time.text):
            distance += COARSE
        if distance is not None and (best is None or distance < best[0]):
            best = (distance, time)
    return best[1] if best else None


_BREAKS = re.compile(
    r"[;:—]|\b(?:but|although|whereas|while|since|after|when|where|before|who|which|whose|said|says|"
    r"told|announced|reported|in memory of|anniversary|mark(?:s|ed|ing)?|remember\w*|commemorat\w*)\b",
    _I,
)


_SIDE = re.compile(r"\b(?:that|which|who|where)\s(?:[^,.;]{0,60}\s)?$", _I)
_MAIN_VERB = re.compile(
    r"^(?:(?!\b(?:and|or|when|as|while|after)\b)[^,.;:]){0,60}?\s(?:was|were|is|are|has|have|had|will|would|began|"
    r"went|came|took|held|won|lost|said|sued|asked|filed|opened|reopened|marched|gathered|demanded|appeared|"
    r"returned|resumed|pleaded)\s",
    _I,
)
_LOOKED_AT = re.compile(  # 'survivors of the bombing', 'the scene of the crash'
    r"\b(?:survivors?|victims?|relatives|families|widows?|witnesses|scene|site|footage|videos?|memory|memorial|"
    r"planners?|masterminds?|accused|suspected)\s+(?:of|to|for)\s+(?:\w+ing\s+)?(?:(?:an?|the|that)\s+)?"
    r"(?:[\w-]+\s+){0,2}$",
    _I,
)
_INTENT = re.compile(r"\b(?:(?:vow|threat|plan|pledg|promis|prepar|intend)\w*\sto|will|would)\b", _I)


def _distance(text: str, sentence: Sentence, time: Time, start: int, end: int) -> int | None:
    """Characters between time and trigger, clause borders counting extra; None: another clause's time."""
    if time.start < start and time.end > start:
        return 0
    if time.start >= end and _elsewhere(text[sentence.start : start], text[end : time.start]):
        return None
    if time.end <= start:
        gap, between = start - time.end, text[time.end : start]
        apart = bool(re.search(r"[,.;:]", between))
        if time.ahead and apart:
            return None
        adjacent = len(between.split()) <= 3 and not apart
        if time.ahead:
            return AHEAD_OF
    elif time.ahead:
        return None
    else:
        gap, between = time.start - end, text[end : time.start]
        adjacent = len(between.strip()) <= 6
    if adjacent:
        return min(gap, 5) + (AHEAD_OF if "," in between else 0)
    return gap + 60 * len(_BREAKS.findall(between)) + 15 * between.count(",")


def _elsewhere(before: str, between: str) -> bool:
    """Whether the time after a trigger dates the main clause, the trigger standing in a side clause.

    'A shop that was destroyed by bombs opened again on Monday', 'end the truce, vow to attack from Sunday'.
    """
    side = bool(_MAIN_VERB.search(between)) and bool(_SIDE.search(before))
    looked_at = len(between.split()) > 3 and bool(_LOOKED_AT.search(before))
    return side or looked_at or bool(_INTENT.search(between))


_WEEKDAY = re.compile(r"(?:on )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b", _I)


def _coming_weekday(reading: Reading, time: Time) -> bool:
    """Whether a bare weekday, which was read as the last one, must be the coming one."""
    if reading.anchor is None or time.last >= reading.anchor:
        return False
    if reading.local:
        return cues.is_weekday(reading.local, time)
    return bool(_WEEKDAY.match(time.text))


BACK = 3  # sentences before the event's own in which its day may be told
AHEAD = 2  # sentences after the event's own in which its day may be told


_SAYS = re.compile(  # 'On Monday, the bar association said it would …'
    r",\s[^.;]{3,80}?\s(?:said|says|announced|called|urged|told|warned|condemned|promised|vowed|ordered)\b"
)


def told_after(reading: Reading, sentence: Sentence) -> Time | None:
    """The day that the sentences after an undated event tell: 'They were fired on … on Tuesday'."""
    if reading.anchor is None:
        return None
    for after in reading.sentences[sentence.index + 1 : sentence.index + 1 + AHEAD + sentence.title]:
        for time in reading.times_in(after):
            if time.ahead:
                continue
            fresh = timedelta(0) <= reading.anchor - time.last <= timedelta(7)
            if not fresh or time.granularity not in {"day", "hour"} or _span(time):
                return None
            other = reading.dates_report(after, time) or _to_come(reading, after, time)
            other = other or (time.start - after.start <= 3 and bool(_SAYS.match(reading.text, time.end)))
            if sentence_score(reading, after)[0] >= 0.5 and not other:
                return time
    return None


_WILL = ENGLISH.add(r"\b(?:will|would|shall|going to)\b[^,.;]{0,60}$|\b(?:until|by|from) $", _I)


def _to_come(reading: Reading, sentence: Sentence, time: Time) -> bool:
    """'It would attack from Sunday': the coming one."""
    return bool(
        _WILL.search(reading.possible(sentence.start, time.start), reading.text[sentence.start : time.start])
    )


def told_before(reading: Reading, sentence: Sentence) -> Time | None:
    """The one day that the sentences before an undated event give another: 'The shooting lasted an hour'."""
    if reading.anchor is None or sentence.title:
        return None
    for before in reversed(reading.sentences[max(0, sentence.index - BACK) : sentence.index]):
        found = [time for time in reading.times_in(before) if _tells(reading, before, time)]
        if found:
            fresh = timedelta(0) <= reading.anchor - found[0].last <= timedelta(7)
            one = len(found) == 1 and found[0].granularity in {"day", "hour"} and not _span(found[0])
            return found[0] if fresh and one else None
    return None


def _tells(reading: Reading, sentence: Sentence, time: Time) -> bool:
    """Whether a time is of what the sentence tells, not of the report nor of what went before it."""
    return not time.ahead and not reading.dates_report(sentence, time)


def event_date(reading: Reading, judgement: Judgement) -> tuple[date, date, Time | None] | None:
    """The days of the event: what the text says, else the day of publication for a current one."""
    time = judgement.time
    if time is not None and judgement.status == "planned" and _coming_weekday(reading, time):
        return time.first + timedelta(days=7), time.last + timedelta(days=7), time
    if time is not None:
        return time.first, time.last, time
    if judgement.status == "current" and reading.anchor is not None:
        return reading.anchor, reading.anchor, None
    return None
