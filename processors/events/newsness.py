"""How surely a sentence tells today's news: the weight of its cues and of the sentences around it.

Every cue adds its weight to a sum; the logistic function of the sum is the score. A report tells its news,
and what came before it, in runs of sentences, so that the wording of the neighbours counts as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from operator import itemgetter

from processors.events.reading import Reading
from processors.events.signs import WEAK, Part, of_place, of_telling
from processors.text.sentences import Sentence

AROUND = (WEAK, WEAK / 2, WEAK / 4)  # weight of the wording one, two and three sentences away
_FIRST = -WEAK  # a sentence without cues is rather not the news
_NONE: Part = (0.0, "no cue")


def sentence_score(reading: Reading, sentence: Sentence) -> tuple[float, str]:
    """0..1: how surely the sentence tells today's news, and the cue that weighs most."""
    if reading.scores is None:
        reading.scores = _scored(reading)
    return reading.scores[sentence.index]


def _scored(reading: Reading) -> tuple[tuple[float, str], ...]:
    placed = [of_place(reading, sentence) for sentence in reading.sentences]
    told = [of_telling(reading, sentence) for sentence in reading.sentences]
    titles = sum(sentence.title for sentence in reading.sentences)
    around = [0.0] * titles + _around([_sum(parts) for parts in told[titles:]])
    return tuple(_score([*here, *said], more) for here, said, more in zip(placed, told, around, strict=True))


def _score(parts: list[Part], around: float) -> tuple[float, str]:
    total = _FIRST + _sum(parts) + around
    choose = max if total >= 0 else min
    return squash(total), choose(parts, key=itemgetter(0), default=_NONE)[1]


def _around(tellings: Sequence[float]) -> list[float]:
    """What the neighbours' wording adds to each sentence: bounded, so that none outweighs the sentence."""
    echoes = [math.tanh(telling / 2) for telling in tellings]
    found = [0.0] * len(echoes)
    for away, weight in enumerate(AROUND, 1):
        for at, (echo, other) in enumerate(zip(echoes, echoes[away:], strict=False)):
            found[at] += weight * other
            found[at + away] += weight * echo
    return found


def _sum(parts: Iterable[Part]) -> float:
    return sum(weight for weight, _ in parts)


def squash(value: float) -> float:
    """The logistic function."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def logit(score: float) -> float:
    """Its inverse, bounded."""
    bounded = min(max(score, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))
