"""How surely a sentence tells today's news: the weight of cues, set by hand.

Every cue adds its weight to a sum; the logistic function of the sum is the score. A cue is weak, clear or
strong, by what it means in English, and its weight is one of three steps; no weight comes from a corpus.
The project's golden articles are what the steps were checked against.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from processors.events.reading import Reading, content_words
from processors.text.sentences import Sentence
from processors.text.sieve import ENGLISH, Sifted

Part = tuple[float, str]

WEAK, CLEAR, STRONG = 0.4, 0.8, 1.6

_I = re.IGNORECASE
_WORDS = re.compile(r"[a-z]+")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CUES: tuple[tuple[frozenset[str], float, str], ...] = (
    (_set("said told announced added"), WEAK, "reported speech"),
    (_set("says say"), WEAK, "reported speech"),
    (_set("had"), -CLEAR, "past perfect"),
    (_set("is are has have remain remains continue continues"), WEAK, "present tense"),
    (_set("will"), STRONG, "looks ahead"),
    (_set("should must could"), WEAK, "looks ahead"),
    (_set("now still currently latest new further"), WEAK, "speaks of now"),
    (_set("when then later became began started once until before"), -CLEAR, "tells a story"),
    (
        _set(
            "anniversary commemorate commemorated commemorates commemorating recall recalled recalls "
            "remember "
            "remembered remembers decade decades history historic convicted sentenced trial notorious "
            "infamous memory"
        ),
        -CLEAR,
        "recalls the past",
    ),
    (_set("earlier previous previously following formerly"), -CLEAR, "speaks of earlier events"),
    (  # the steps that led here, or somebody's life
        _set("found came brought entered served joined took met worked lived grew born married"),
        -WEAK,
        "tells a story",
    ),
    (_set("we our us i"), WEAK, "somebody speaks now"),
    (  # what an event leaves behind is reported while it lasts
        _set(
            "evacuated evacuate evacuation evacuations closed closure shut suspended cancelled canceled "
            "blocked flooded emergency rescue rescued rescuers search hospital hospitals treated damage "
            "damaged aftershocks"
        ),
        CLEAR,
        "tells of the effects",
    ),
    (_set("ago"), -CLEAR, "speaks of earlier events"),
    (
        _set("people resident residents official officials ministry agency statement spokesman spokeswoman"),
        WEAK,
        "names its source",
    ),
)
_PERSON = _set("he him his she her")
_SPEECH = _set("said told says say added announced")
_ALL_CUES = frozenset().union(_PERSON, _SPEECH, *(cues for cues, _, _ in _CUES))
_LAST = ENGLISH.add(
    r"\blast (?:year|month|summer|fall|spring|winter|autumn)|\bin recent (?:months|years)|"
    r"\bin the past|\bat the time",
    _I,
)
_PHRASES: tuple[tuple[Sifted, float, str], ...] = (
    (ENGLISH.add(r"\bto be\b"), WEAK, "looks ahead"),
    (_LAST, -CLEAR, "speaks of earlier events"),
    (ENGLISH.add(r"\blast week\b|\brecent(?:ly)?\b", _I), -WEAK, "speaks of earlier events"),
    (ENGLISH.add(r"\byears? (?:since|on|after|later)\b"), -CLEAR, "recalls the past"),
    (
        ENGLISH.add(
            r"^[A-Z][A-Z ,.'-]{3,40}.{0,40}?(?:\([A-Z][\w ]+\)|--|—| - )|\((?:Reuters|AP|AFP|Xinhua)\)"
        ),
        STRONG,
        "dateline",
    ),
)
_FRESH_DAYS = 1
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
        *_words(reading.text[sentence.start : sentence.end], reading.possible(sentence.start, sentence.end)),
        *_dates(reading, sentence),
        *_carried(reading, sentence),
    ]
    total = -WEAK + sum(weight for weight, _ in parts)
    why = max(parts, key=lambda part: part[0] if total >= 0 else -part[0], default=(0.0, "no cue"))[1]
    return squash(total), why


def _position(reading: Reading, sentence: Sentence) -> list[Part]:
    if sentence.title:
        return [(STRONG, "headline")]
    rank = max(0, sentence.index - reading.lead)
    count = max(len(reading.sentences) - reading.lead, 1)
    if rank < 2:
        return [((STRONG, CLEAR)[rank], "in the lead")]
    late = rank / max(count, 10)
    return [(WEAK - (WEAK + CLEAR) * late, "late in the text")]  # from weakly for to clearly against


def _topic(reading: Reading, sentence: Sentence) -> list[Part]:
    words = content_words(reading.text, sentence)
    shared = len(words & reading.headline)
    if not shared:
        return []
    return [(STRONG * shared / (len(reading.headline) + 1), "shares the headline's words")]


def _words(text: str, among: int) -> list[Part]:
    words = _ALL_CUES.intersection(_WORDS.findall(text.lower()))
    found = [*_cues(words)]
    found += [(weight, why) for pattern, weight, why in _PHRASES if pattern.search(among, text)]
    if not _PERSON.isdisjoint(words) and _SPEECH.isdisjoint(words):
        found.append((-WEAK, "tells of a person"))
    if '"' in text or "“" in text or "''" in text:
        found.append((WEAK, "quotes"))
    return found


@lru_cache(maxsize=16_384)
def _cues(words: frozenset[str]) -> tuple[Part, ...]:
    return tuple((weight, why) for cues, weight, why in _CUES if not cues.isdisjoint(words))


def _dates(reading: Reading, sentence: Sentence) -> list[Part]:
    if reading.anchor is None:
        return []
    found: list[Part] = []
    old = 0
    for time in reading.times_in(sentence):
        age = (reading.anchor - time.last).days
        why = f"dated “{time.text}”"
        if time.granularity in {"day", "hour"} and -1 <= age <= 7 and not _STRETCH.match(time.text):
            found += [(CLEAR, why)] if age <= _FRESH_DAYS else []  # before that: news, or what led to it
        elif age > _OLD_DAYS:
            old += 1
            found.append((-STRONG if old == 1 else -CLEAR, why))
        elif age > _PAST_DAYS:
            found.append((-CLEAR, why))
    return found[:4]


def _carried(reading: Reading, sentence: Sentence) -> list[Part]:
    """A sentence that follows a dated memory goes on with it."""
    carried = reading.memory(sentence)
    return [(-CLEAR * carried, "goes on with an earlier story")] if carried else []


def squash(value: float) -> float:
    """The logistic function."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def logit(score: float) -> float:
    """Its inverse, bounded."""
    bounded = min(max(score, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))
