"""How surely a sentence tells today's news: the weight of cues, set by hand.

Every cue adds its weight to a sum; the logistic function of the sum is the score. The weights were set by
hand in steps of a tenth, in the order that a diagnosis of news discourse suggested; none is learned.
"""

from __future__ import annotations

import math
import re

from processors.events.reading import Reading, content_words
from processors.text.sentences import Sentence

Part = tuple[float, str]

_I = re.IGNORECASE
_WORDS = re.compile(r"[a-z]+")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CUES: tuple[tuple[frozenset[str], float, str], ...] = (
    (_set("said told announced added"), 0.6, "reported speech"),
    (_set("says say"), 0.4, "reported speech"),
    (_set("had"), -0.8, "past perfect"),
    (_set("is are has have remain remains continue continues"), 0.3, "present tense"),
    (_set("will"), 0.9, "looks ahead"),
    (_set("was were did"), -0.3, "past tense"),
    (_set("now still currently latest new further"), 0.4, "speaks of now"),
    (_set("when"), -1.0, "tells a story"),
    (
        _set("then later became came began started went took found led met moved once until before"),
        -0.8,
        "tells a story",
    ),
    (_set("his her him he she"), -0.4, "tells of a person"),
    (
        _set(
            "anniversary commemorate commemorated commemorates commemorating recall recalled recalls "
            "remember "
            "remembered remembers decade decades history historic convicted sentenced trial notorious "
            "infamous memory"
        ),
        -0.6,
        "recalls the past",
    ),
    (_set("earlier previous previously since following formerly"), -0.5, "speaks of earlier events"),
    (_set("ago"), -0.4, "speaks of earlier events"),
    (
        _set("people resident residents official officials ministry agency statement spokesman spokeswoman"),
        0.6,
        "names its source",
    ),
)
_LAST = re.compile(
    r"\blast (?:year|month|summer|fall|spring|winter|autumn)|\bin recent (?:months|years)|"
    r"\bin the past|\bat the time",
    _I,
)
_PHRASES: tuple[tuple[re.Pattern[str], float, str], ...] = (
    (re.compile(r"\bto be\b"), 0.5, "looks ahead"),
    (_LAST, -0.5, "speaks of earlier events"),
    (re.compile(r"\byears? (?:since|on|after|later)\b"), -0.6, "recalls the past"),
    (
        re.compile(
            r"^[A-Z][A-Z ,.'-]{3,40}.{0,40}?(?:\([A-Z][\w ]+\)|--|—| - )|\((?:Reuters|AP|AFP|Xinhua)\)"
        ),
        1.5,
        "dateline",
    ),
)
_OLD_DAYS = 60
_PAST_DAYS = 12
_STRETCH = re.compile(r"(?:in|over|the|during|for|within)\b", _I)


def sentence_score(reading: Reading, sentence: Sentence) -> tuple[float, str]:
    """0..1: how surely the sentence tells today's news, and the cue that weighs most."""
    known = reading.scores.get(sentence.index)
    if known is None:
        known = reading.scores[sentence.index] = _scored(reading, sentence)
    return known


def _scored(reading: Reading, sentence: Sentence) -> tuple[float, str]:
    parts = [
        *_position(reading, sentence),
        *_topic(reading, sentence),
        *_words(reading.text[sentence.start : sentence.end]),
        *_dates(reading, sentence),
        *_carried(reading, sentence),
    ]
    total = 0.3 + sum(weight for weight, _ in parts)
    why = max(parts, key=lambda part: part[0] if total >= 0 else -part[0], default=(0.0, "no cue"))[1]
    return squash(total), why


def _position(reading: Reading, sentence: Sentence) -> list[Part]:
    if sentence.title:
        return [(2.0, "headline")]
    rank = max(0, sentence.index - reading.lead)
    count = max(len(reading.sentences) - reading.lead, 1)
    weight = -0.3 * math.log(1 + rank) - 0.6 * rank / max(count, 10)
    if rank < 4:
        weight += (1.4, 0.5, 0.4, 0.3)[rank]
        return [(weight, "in the lead")]
    return [(weight, "late in the text")]


def _topic(reading: Reading, sentence: Sentence) -> list[Part]:
    words = content_words(reading.text, sentence)
    shared = len(words & reading.headline)
    if not shared:
        return []
    weight = 0.5 * min(shared / math.sqrt(len(words) + 1), 2) + 1.2 * shared / (len(reading.headline) + 1)
    return [(weight, "shares the headline's words")]


def _words(text: str) -> list[Part]:
    words = frozenset(_WORDS.findall(text.lower()))
    found = [(weight, why) for cues, weight, why in _CUES if not cues.isdisjoint(words)]
    found += [(weight, why) for pattern, weight, why in _PHRASES if pattern.search(text)]
    if '"' in text or "“" in text or "''" in text:
        found.append((0.4, "quotes"))
    return [*found, (0.3 * math.log(len(text) / 100 + 0.1), "length")]


def _dates(reading: Reading, sentence: Sentence) -> list[Part]:
    if reading.anchor is None:
        return []
    found: list[Part] = []
    old = 0
    for time in reading.times_in(sentence):
        age = (reading.anchor - time.last).days
        why = f"dated “{time.text}”"
        if time.granularity in {"day", "hour"} and -1 <= age <= 7 and not _STRETCH.match(time.text):
            found.append((0.6, why))
        elif age > _OLD_DAYS:
            old += 1
            found.append(((-1.8, -1.0)[min(old - 1, 1)], why))
        elif age > _PAST_DAYS:
            found.append((-0.7, why))
    return found[:4]


def _carried(reading: Reading, sentence: Sentence) -> list[Part]:
    """A sentence that follows a dated memory goes on with it."""
    carried = reading.memory(sentence)
    return [(-0.9 * carried, "goes on with an earlier story")] if carried else []


def squash(value: float) -> float:
    """The logistic function."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def logit(score: float) -> float:
    """Its inverse, bounded."""
    bounded = min(max(score, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))
