"""Current or background, for each trigger: from modality, dates, tense, position and topic."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, timedelta

from processors.events import modality
from processors.events.reading import Reading, content_words
from processors.languages import cues
from processors.languages import data as languages
from processors.text.sentences import Sentence
from processors.text.times import Time

RECENT = timedelta(days=14)  # events dated within this before publication are news
STALE = timedelta(days=21)  # events dated before this are background, whatever else the sentence says

_I = re.IGNORECASE
_PERFECT = re.compile(
    r"\bhad\s+(?:\w+ly\s+|also\s+|already\s+|been\s+|not\s+|never\s+|previously\s+)*\w+(?:ed|en|wn|nt|"
    r"de|ne|ld|ught|id|un|ck)\b",
    _I,
)
_RECALL = re.compile(
    r"\b(?:anniversary|commemorat\w+|recall\w*|remember\w*|in memory of|memorial|mark(?:s|ed|ing)? "
    r"(?:\w+ )?(?:years?|decades?)|years? (?:since|on|after|later)|"
    r"decades? (?:since|on|after|later)|was (?:jailed|sentenced|convicted)|trial (?:of|over)|on trial|"
    r"convicted of|notorious|infamous|historic(?:al)?|veteran of|survivors? of the|"
    r"victims? of the|widow|infamously)\b",
    _I,
)
_PREVIOUS = re.compile(
    r"\b(?:previous(?:ly)?|earlier (?:attacks?|raids?|strikes?|this (?:year|month))|in the past|"
    r"formerly|once|back in|at the time|at that time|since then|until then|in recent (?:months|years)|"
    r"over the (?:past|last|years)|for (?:years|months|decades)|long-running|has been (?:fighting|"
    r"battling)|dates? back|began in|started in|a series of|spate of|wave of|string of)\b",
    _I,
)
_SAID = re.compile(r"\b(?:said|says|told|announced|reported|confirmed|according to)\b", _I)
_NEWS = re.compile(
    r"\b(?:on|early on|late on)\s+(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:today|yesterday|"
    r"overnight|tonight|this morning|breaking)\b",
    _I,
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is known about one trigger's (or sentence's) status."""

    status: str  # see processors.messages.STATUSES
    score: float  # 0..1, how surely current
    why: str  # one line for people
    time: Time | None  # the expression that dates it


def of_trigger(reading: Reading, sentence: Sentence, start: int, end: int, event_type: str) -> Judgement:
    """The status of the event that ``text[start:end]`` triggers."""
    time = time_of(reading, sentence, start, end)
    if reading.language != "en":
        return _in_other_language(reading, sentence, start, end, time)
    mode = modality.judge(reading.text, sentence, start, end, event_type)
    if mode.status:
        return Judgement(mode.status, 0.1, f"{mode.status}: {mode.why}", time)
    dated = _by_date(reading, time)
    if dated:
        return dated
    score, why = sentence_score(reading, sentence)
    if modality.generic(reading.text, sentence) and time is None:
        return Judgement("hypothetical", min(score, 0.3), "speaks of what happens repeatedly", time)
    local, reason = _local(reading, sentence, start)
    score = _squash(_logit(score) + local)
    status = "current" if score >= 0.5 else "background"
    return Judgement(status, round(score, 3), reason or why, time)


def _in_other_language(
    reading: Reading, sentence: Sentence, start: int, end: int, time: Time | None
) -> Judgement:
    data = languages.load(reading.language)
    mode = cues.mode(reading.text, sentence.start, sentence.end, data) if data else None
    dated = _by_date(reading, time)
    if dated and dated.status == "background":
        return dated
    if mode:
        return Judgement(mode[0], 0.1, f"{mode[0]}: “{mode[1]}”", time)
    recalled = cues.recalls(reading.text, sentence.start, sentence.end, data) if data else None
    if recalled:
        return Judgement("background", 0.2, f"recalls the past: “{recalled}”", time)
    if dated:
        return dated
    score, why = sentence_score(reading, sentence)
    return Judgement("current" if score >= 0.5 else "background", round(score, 3), why, time)


def _by_date(reading: Reading, time: Time | None) -> Judgement | None:
    if time is None or reading.anchor is None:
        return None
    age = reading.anchor - time.last
    if age > STALE or (time.granularity in {"year", "decade"} and time.last < reading.anchor):
        return Judgement("background", 0.05, f"dated “{time.text}”", time)
    if time.first > reading.anchor:
        return Judgement("planned", 0.1, f"dated “{time.text}”", time)
    if age <= RECENT and time.granularity in {"day", "hour", "week"} and not _span(time):
        boost = 0.9 if age.days <= 4 else 0.7
        return Judgement("current", boost, f"dated “{time.text}”", time)
    return None


def _span(time: Time) -> bool:
    """'in recent weeks', 'the past year' say a stretch, not a date."""
    return bool(
        re.match(r"(?:in|over|during|within|for|of|the)\s", time.text, _I)
    ) and time.granularity not in {"hour"}


def time_of(reading: Reading, sentence: Sentence, start: int, end: int) -> Time | None:
    """The time expression that dates the trigger: the nearest one in its clause."""
    best: tuple[int, Time] | None = None
    for time in reading.times_in(sentence):
        distance = _distance(reading.text, time, start, end)
        if distance is not None and (best is None or distance < best[0]):
            best = (distance, time)
    return best[1] if best else None


_BREAKS = re.compile(
    r"[;:—]|\b(?:but|although|whereas|while|since|after|when|where|before|who|which|whose|said|says|"
    r"told|announced|reported)\b",
    _I,
)


def _distance(text: str, time: Time, start: int, end: int) -> int | None:
    """Characters between time and trigger, clause borders counting extra; None: another clause's time."""
    if time.start < start and time.end > start:
        return 0
    if time.end <= start:
        gap, between = start - time.end, text[time.end : start]
        adjacent = len(between.split()) <= 3 and not re.search(r"[,.;:]", between)
    else:
        gap, between = time.start - end, text[end : time.start]
        adjacent = len(between.strip()) <= 6
    if adjacent:
        return min(gap, 5)
    return gap + 60 * len(_BREAKS.findall(between)) + 15 * between.count(",")


_COMPARED = re.compile(
    r"\b(?:since|unlike|as in|than|recall\w*|remember\w*|anniversary of)\s+(?:the|a|an)?\s*(?:[\w'’-]+\s+){0,3}$",
    _I,
)
_EARLIER = re.compile(r"\b(?:previous|earlier|past|former|old|similar)\s+(?:[\w-]+\s+)?$", _I)


def _local(reading: Reading, sentence: Sentence, start: int) -> tuple[float, str | None]:
    """What the words right before the trigger add to the sentence's score."""
    before = reading.text[max(sentence.start, start - 60) : start]
    if _COMPARED.search(before):
        return -2.5, "compared with or counted from"
    earlier = _EARLIER.search(before)
    return (-1.8, f"“{earlier.group().strip()}”") if earlier else (0.0, None)


def sentence_score(reading: Reading, sentence: Sentence) -> tuple[float, str]:
    """0..1: how surely the sentence tells today's news, and the strongest reason."""
    parts = _features(reading, sentence)
    total = sum(weight for weight, _ in parts)
    why = max(parts, key=lambda part: abs(part[0]), default=(0.0, "no cue"))[1]
    return _squash(total), why


def _features(reading: Reading, sentence: Sentence) -> list[tuple[float, str]]:
    text = reading.text[sentence.start : sentence.end]
    return [
        (0.3, "default"),
        *_position(reading, sentence),
        *_topic(reading, sentence),
        *_tense(text),
        *_dates(reading, sentence),
    ]


def _position(reading: Reading, sentence: Sentence) -> list[tuple[float, str]]:
    if sentence.title:
        return [(2.0, "headline")]
    first = next((other.index for other in reading.sentences if not other.title), 0)
    rank = sentence.index - first
    if rank < 2:
        return [(1.5, "in the lead")]
    share = rank / max(len(reading.sentences), 8)
    return [(0.8 - 1.8 * share, "early in the text" if share < 0.4 else "late in the text")]


def _topic(reading: Reading, sentence: Sentence) -> list[tuple[float, str]]:
    words = content_words(reading.text, sentence)
    if not words or not reading.topic:
        return []
    share = len(words & reading.topic) / math.sqrt(len(words))
    return [(min(share, 2.0) * 0.6 - 0.4, "shares the words of headline and lead")]


def _tense(text: str) -> list[tuple[float, str]]:
    found = []
    if _PERFECT.search(text):
        found.append((-0.9, "past perfect"))
    if _RECALL.search(text):
        found.append((-1.0, "recalls the past"))
    if _PREVIOUS.search(text):
        found.append((-0.9, "speaks of earlier events"))
    if _NEWS.search(text):
        found.append((0.8, "dated these days"))
    if _SAID.search(text):
        found.append((0.3, "reported speech"))
    return found


def _dates(reading: Reading, sentence: Sentence) -> list[tuple[float, str]]:
    if reading.anchor is None:
        return []
    found = []
    for time in reading.times_in(sentence):
        age = (reading.anchor - time.last).days
        if age > STALE.days:
            found.append((-1.8, f"dated “{time.text}”"))
        elif 0 <= age <= 3 and time.granularity == "day":
            found.append((0.8, f"dated “{time.text}”"))
    return found[:3]


def _squash(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def _logit(score: float) -> float:
    bounded = min(max(score, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))


def event_date(reading: Reading, judgement: Judgement) -> tuple[date, date, Time | None] | None:
    """The days of the event: what the text says, else the day of publication for a current one."""
    if judgement.time is not None:
        return judgement.time.first, judgement.time.last, judgement.time
    if judgement.status == "current" and reading.anchor is not None:
        return reading.anchor, reading.anchor, None
    return None
