"""How surely a sentence tells today's news: the weight of its cues and of the sentences around it.

Every cue adds its weight to a sum; the logistic function of the sum is the score. A report tells its news,
and what came before it, in runs of sentences, so that the wording of the neighbours counts as well.
"""

from __future__ import annotations

import math

from processors.events.reading import Reading, Told
from processors.events.signs import WEAK, of_place, of_telling
from processors.text.sentences import Sentence

AROUND = (WEAK, WEAK / 2, WEAK / 4)  # weight of the wording one, two and three sentences away
_FIRST = -WEAK  # a sentence without cues is rather not the news


def sentence_score(reading: Reading, sentence: Sentence) -> tuple[float, str]:
    """0..1: how surely the sentence tells today's news, and the cue that weighs most."""
    told = _told(reading, sentence)
    total = told.place + told.telling + sum(_around(reading, sentence))
    return squash(total), told.speaks_for if total >= 0 else told.speaks_against


def _told(reading: Reading, sentence: Sentence) -> Told:
    known = reading.told.get(sentence.index)
    if known is None:
        known = reading.told[sentence.index] = _weigh(reading, sentence)
    return known


def _weigh(reading: Reading, sentence: Sentence) -> Told:
    place, telling = of_place(reading, sentence), of_telling(reading, sentence)
    parts = sorted([*place, *telling]) or [(0.0, "no cue")]
    return Told(
        place=_FIRST + sum(weight for weight, _ in place),
        telling=sum(weight for weight, _ in telling),
        speaks_for=parts[-1][1],
        speaks_against=parts[0][1],
    )


def _around(reading: Reading, sentence: Sentence) -> list[float]:
    """What the neighbours' wording adds: bounded, so that one of them never outweighs the sentence."""
    if sentence.title:
        return []
    found = []
    for distance, weight in enumerate(AROUND, 1):
        for index in (sentence.index - distance, sentence.index + distance):
            if 0 <= index < len(reading.sentences) and not reading.sentences[index].title:
                found.append(weight * math.tanh(_told(reading, reading.sentences[index]).telling / 2))
    return found


def squash(value: float) -> float:
    """The logistic function."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def logit(score: float) -> float:
    """Its inverse, bounded."""
    bounded = min(max(score, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))
