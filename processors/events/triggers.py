"""Triggers: which words of a sentence name an event, and of which type."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from processors.events.clues import Context, Frames
from processors.taxonomy import compatible, specificity
from processors.text.lexicon import Hit, Lexicon, Sense
from processors.text.sentences import Sentence

REFUSED = "none"
_ON_PLACE = re.compile(r"\s+(?:on|against)\s+(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)[A-Z]")
WEAK = "kill-report"  # says that people were hurt, not by what: an event only where a frame says so


class Trigger(msgspec.Struct, frozen=True, gc=False):
    """A word or phrase that names an event."""

    start: int
    end: int
    type: str
    weight: float  # how clearly the words say so; about 0.3 (weak) to 3 (certain)
    sentence: Sentence


def find(context: Context, sentence: Sentence, lexicon: Lexicon) -> list[Trigger]:
    """The triggers of one sentence, weak and doubled ones removed, in order."""
    senses = [lexicon.sense(hit.concepts) for hit in context.hits]
    frames = Frames(context, senses)
    found = [
        trigger
        for hit, sense in zip(context.hits, senses, strict=True)
        if (sense.type or sense.frames or "strike" in hit.concepts)
        and (trigger := _classify(frames, hit, sense, sentence)) is not None
    ]
    return _without_echoes(found) if len(found) > 1 else found


def _classify(frames: Frames, hit: Hit, sense: Sense, sentence: Sentence) -> Trigger | None:
    best_type, best = sense.type, sense.weight
    for frame in sense.frames:
        if frame.weight <= best:
            break
        if frames.hold(frame, hit):
            best_type, best = frame.type, frame.weight
    context = frames.context
    if not best_type and "strike" in hit.concepts and _ON_PLACE.match(context.text, hit.end, context.end):
        best_type, best = "airstrike", 1.0
    if best_type in {"", REFUSED, WEAK}:
        return None
    return Trigger(hit.start, hit.end, best_type, best, sentence)


def _without_echoes(triggers: Sequence[Trigger]) -> list[Trigger]:
    """Drop what a clearer trigger of the same sentence says better: 'attack' beside 'drone strike'."""
    kept = []
    for trigger in triggers:
        clearer = any(
            other is not trigger
            and other.weight > trigger.weight
            and (other.type != trigger.type or other.weight > trigger.weight)
            and compatible(other.type, trigger.type)
            and specificity(other.type) >= specificity(trigger.type)
            and (specificity(trigger.type) == 0 or trigger.weight < 1.0 or other.type == trigger.type)
            and (trigger.type != "arrest" or other.type == "arrest")  # 'arrested after the shooting'
            for other in triggers
        )
        if not clearer:
            kept.append(trigger)
    return kept
