"""The cues of a sentence for today's news or for the past: its place, its words, its dates.

A cue is weak, clear or strong, by what it means in English, and weighs one of three steps; no weight comes
from a corpus (docs/decisions/0071-status-by-cues.md says what fitting them brought).
"""

from __future__ import annotations

import re
from functools import lru_cache

from processors.events.reading import Reading, content_words
from processors.text.sentences import Sentence
from processors.text.sieve import ENGLISH, Sifted
from processors.text.times import Time

Part = tuple[float, str]  # weight, above zero for today's news; why, for people

WEAK, CLEAR, STRONG = 0.4, 0.8, 1.6

_I = re.IGNORECASE
_WORDS = re.compile(r"[a-z]+")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CUES: tuple[tuple[frozenset[str], float, str], ...] = (
    (_set("said told announced added"), WEAK, "reported speech"),
    (_set("says say"), WEAK, "reported speech"),
    (
        _set(
            "reported confirmed warned wrote tweeted stated explained acknowledged insisted argued noted "
            "declared"
        ),
        WEAK,
        "reported speech",
    ),
    (
        _set(
            "condemned welcomed criticized criticised urged vowed pledged appealed demanded called expressed "
            "responded reacted"
        ),
        WEAK,
        "somebody reacts",
    ),
    (_set("had"), -CLEAR, "past perfect"),
    (_set("is are remain remains continue continues"), WEAK, "present tense"),
    (_set("will"), STRONG, "looks ahead"),
    (_set("should must could"), WEAK, "looks ahead"),
    (_set("now still currently latest new further"), WEAK, "speaks of now"),
    (_set("when then later became before began started once until"), -CLEAR, "tells a story"),
    (_set("earlier previous previously following formerly"), -CLEAR, "speaks of earlier events"),
    (  # the steps that led here, or somebody's life
        _set(
            "found came brought entered served joined took met worked lived grew born married failed refused "
            "rejected agreed decided"
        ),
        -WEAK,
        "tells a story",
    ),
    (_set("deal agreement offer bid acquisition merger"), -WEAK, "speaks of what was agreed before"),
    (_set("allegedly accused alleged suspected"), -WEAK, "retells what somebody is charged with"),
    (_set("we our us i"), WEAK, "somebody speaks now"),
    (  # what an event leaves behind is reported while it lasts
        _set(
            "evacuated evacuate evacuation evacuations closed closure shut suspended cancelled canceled "
            "blocked flooded emergency rescue rescued rescuers search searching hospital hospitals treated "
            "damage damaged aftershocks smoke debris wreckage rubble flights trains airport railway traffic "
            "highway bridge road roads street streets downtown checkpoints roadblock roadblocks cordoned "
            "barricades sirens curfew deployed power electricity outage outages blackout grounded diverted "
            "delayed delays looted looting stranded shattered windows ports homeless shelter shelters tents "
            "schools residents evacuees displaced survivors mourners vigil firefighters ambulance "
            "ambulances medics paramedics crews teams volunteers relief aid supplies"
        ),
        CLEAR,
        "tells of the effects",
    ),
    (
        _set("people resident residents official officials ministry agency statement spokesman spokeswoman"),
        WEAK,
        "names its source",
    ),
)
_PERSON = _set("he him his she her")
_SPEECH = _set("said told says say added announced")
_MARKET = _set("percent pct shares points index benchmark traders investors prices yields")
_MOVES = _set(
    "rose fell climbed dropped gained slid jumped declined tumbled surged eased slipped lost up down"
)
_ALL_CUES = frozenset().union(_PERSON, _SPEECH, _MARKET, _MOVES, *(cues for cues, _, _ in _CUES))
_LAST = ENGLISH.add(
    r"\blast (?:year|month|summer|fall|spring|winter|autumn)|\bin recent (?:months|years)|"
    r"\b(?:in|over|during|for|within) the past\b|\b(?:over|during|for|within) the last\b|\bat the time",
    _I,
)
_DATELINE = ENGLISH.add(
    r"^[A-Z][A-Z ,.'-]{3,40}.{0,40}?(?:\([A-Z][\w ]+\)|--|—| - )|\((?:Reuters|AP|AFP|Xinhua)\)"
)
_COUNT = r"(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|\d+)"
_PHRASES: tuple[tuple[Sifted, float, str], ...] = (
    (_LAST, -CLEAR, "speaks of earlier events"),
    (ENGLISH.add(r"\blast week\b|\brecent(?:ly)?\b", _I), -WEAK, "speaks of earlier events"),
    (ENGLISH.add(r"\baccording to\b", _I), -WEAK, "gives another's account"),
    (  # 'the biggest fall in two years', 'the first since 2014'
        ENGLISH.add(
            r"\b(?:highest|lowest|biggest|largest|worst|deadliest|strongest|weakest|widest|longest|sharpest|"
            r"first)\b[^.;]{0,50}\b(?:since|in (?:more than |nearly |about |at least |almost )?"
            rf"{_COUNT}\b)",
            _I,
        ),
        CLEAR,
        "a record",
    ),
)
_FRESH_DAYS = 1
_WEEK_DAYS = 7
_OLD_DAYS = 60
_PAST_DAYS = 12
_TOPICAL = 16  # characters before a date that opens its sentence: 'But in March 2011, …'
_STRETCH = re.compile(r"(?:in|over|the|during|for|within)\b", _I)
_SINCE = re.compile(r"\bsince\s*(?:the |late |early )?$", _I)
_AHEAD = re.compile(
    r"\b(?:will|next|upcoming|ahead of|due|expect(?:ed|s)?|plan(?:s|ned)?|scheduled|by|until|to be held|"
    r"set to)\b",
    _I,
)
_ASIDE = re.compile(
    r"\b(?:who|which|whose|whom|where|since|than|that|after|before|when|because|although|though|while|"
    r"whether)\b",
    _I,
)
_DATED_MONTH = re.compile(r"\d{4}|\b(?:last|this|ago)\b", _I)


def of_place(reading: Reading, sentence: Sentence) -> list[Part]:
    """Headline, dateline and lead tell the news; the farther down, the less."""
    if sentence.title:
        return [(STRONG, "headline")]
    dateline = _DATELINE.search(reading.among(sentence), reading.text[sentence.start : sentence.end])
    found = [(STRONG, "dateline")] if dateline else []
    rank = max(0, sentence.index - reading.lead)
    if rank < 2:
        return [*found, ((STRONG, CLEAR)[rank], "in the lead")]
    late = rank / max(len(reading.sentences) - reading.lead, 10)
    # from weakly for to clearly against
    return [*found, (WEAK - (WEAK + CLEAR) * late, "late in the text")]


def of_telling(reading: Reading, sentence: Sentence) -> list[Part]:
    """What the sentence itself says, wherever it stands."""
    return [
        *_topic(reading, sentence),
        *_words(reading.text[sentence.start : sentence.end], reading.among(sentence)),
        *_dates(reading, sentence),
        *_carried(reading, sentence),
    ]


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
    if '"' in text or "“" in text or "''" in text:
        found.append((WEAK, "quotes"))
    return found


@lru_cache(maxsize=16_384)
def _cues(words: frozenset[str]) -> tuple[Part, ...]:
    found = [(weight, why) for cues, weight, why in _CUES if not cues.isdisjoint(words)]
    if not _PERSON.isdisjoint(words) and _SPEECH.isdisjoint(words):
        found.append((-WEAK, "tells of a person"))
    if not _MARKET.isdisjoint(words) and not _MOVES.isdisjoint(words):
        found.append((CLEAR, "tells how prices moved"))
    return tuple(found)


def _dates(reading: Reading, sentence: Sentence) -> list[Part]:
    anchor = reading.anchor
    if anchor is None:
        return []
    found: list[Part] = []
    for time in reading.times_in(sentence):
        age = (anchor - time.last).days
        if time.stepped and age <= _PAST_DAYS:
            continue
        if time.granularity in {"day", "hour"} and -1 <= age <= _WEEK_DAYS and not _STRETCH.match(time.text):
            weight = _recent(reading, sentence, time, age)
        elif age > _OLD_DAYS:
            weight = _old(reading, sentence, time)
        elif age > _PAST_DAYS:
            weight = -CLEAR
        else:
            weight = -WEAK if age > _FRESH_DAYS and time.granularity != "day" else 0.0
        if weight:
            found.append((weight, f"dated “{time.text}”"))
    return found[:4]


def _recent(reading: Reading, sentence: Sentence, time: Time, age: int) -> float:
    """A day of this week: what happened before the day of the news led to it."""
    below = sentence.index > reading.lead + 1
    before = below and reading.lead_day is not None and time.last < reading.lead_day
    if age <= _FRESH_DAYS:
        return 0.0 if before else CLEAR
    return -CLEAR if before else 0.0


def _old(reading: Reading, sentence: Sentence, time: Time) -> float:
    """A date of long ago; less where it stands in a side clause, nothing where it only bounds a stretch."""
    before = reading.text[sentence.start : time.start]
    if time.text.lower().startswith("since") or _SINCE.search(before):
        return 0.0  # 'the highest since 2014'
    bare_month = time.granularity == "month" and not _DATED_MONTH.search(time.text)
    if bare_month and _AHEAD.search(reading.text, sentence.start, sentence.end):
        return 0.0  # 'the election in November' is the coming one
    return -CLEAR if len(before) > _TOPICAL and _ASIDE.search(before) else -STRONG


def _carried(reading: Reading, sentence: Sentence) -> list[Part]:
    """A sentence that follows a dated memory goes on with it."""
    carried = reading.memory(sentence)
    return [(-CLEAR * carried, "goes on with an earlier story")] if carried else []
