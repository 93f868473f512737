"""Sports, games, business and fiction use the words of war: their documents keep only what is certain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from processors.events.reading import Reading
from processors.events.triggers import Trigger

_PLAY = frozenset({"sportsy", "filmy", "foody", "money", "refuse"})
_GRAVE = frozenset(
    {
        "rebel",
        "carbomb",
        "gunfire",
        "artillery",
        "missile",
        "aircraft",
        "grenade",
        "explosive",
        "ev:kill-report",
        "firearm",
    }
)
_LOOSE = frozenset(
    [
        "raid",
        "attack",
        "armed-clash",
        "shooting",
        "explosion",
        "bombing",
        "robbery",
        "massacre",
        "protest",
        "assassination",
        "execution",
        "looting",
        "mob-violence",
        "natural-disaster",
        "man-made-disaster",
        "labour-strike",
        "abduction",
        "group-change",
        "diplomatic-event",
        "agreement",
        "territory-overtaken",
        "territory-regained",
        "airstrike",
        "shelling",
    ]
)


INCIDENT = "incident"  # 'the incident', 'the operation': names no type of its own
FAINT = 0.7  # triggers below this weight count only in documents without a clearer one


def keep(reading: Reading, triggers: Sequence[Trigger]) -> list[Trigger]:
    """The triggers that remain once the document's domain is known."""
    play, grave = _counts(reading)
    if play >= 4 and play > 2 * grave:
        playful = _playful_paragraphs(reading)
        triggers = [t for t in triggers if t.type not in _LOOSE or t.sentence.paragraph not in playful]
    if any(trigger.weight >= FAINT for trigger in triggers):
        return [t for t in triggers if t.weight >= FAINT or t.type == INCIDENT]
    return list(triggers)


def _playful_paragraphs(reading: Reading) -> set[int]:
    """All paragraphs where headline or lead are of such a domain, else those that are themselves."""
    scores = _has_score(reading.text)
    found = {
        sentence.paragraph
        for sentence in reading.sentences
        if any(_leanings(hit.concepts)[0] for hit in reading.hits_in(sentence))
        or (scores and _SCORE.search(reading.text, sentence.start, sentence.end))
    }
    lead = {sentence.paragraph for sentence in reading.sentences[:3]}
    return {sentence.paragraph for sentence in reading.sentences} if lead & found else found


_SCORE = re.compile(  # 'beat Atletico 3-2', 'a 4-0 defeat'
    r"\b(?:beat(?:s|en|ing)?|w[io]n(?:s|ning)?|lost?|defeat(?:s|ed|ing)?|dr[ae]wn?|thrash\w*|edged?|victory|"
    r"level at)\b[^.;\n]{0,40}?\b\d{1,3}[-–]\d{1,3}\b"
    r"|\b\d{1,2}[-–]\d{1,2} (?:win|loss|defeat|victory|draw|lead|thriller)\b"
)
_DASHED = re.compile(r"\d[-–]\d")
SCORELINE = 3  # hits that a result is worth


def _has_score(text: str) -> bool:
    """Whether _SCORE may match: cheap, for most texts have no such figures."""
    return bool(_DASHED.search(text))


def _counts(reading: Reading) -> tuple[int, int]:
    play = (
        SCORELINE * min(3, sum(1 for _ in _SCORE.finditer(reading.text))) if _has_score(reading.text) else 0
    )
    grave = 0
    for hits in reading.hits:
        for hit in hits:
            playful, serious = _leanings(hit.concepts)
            play += playful
            grave += serious
    return play, grave


@lru_cache(maxsize=16_384)
def _leanings(concepts: tuple[str, ...]) -> tuple[bool, bool]:
    return not _PLAY.isdisjoint(concepts), not _GRAVE.isdisjoint(concepts)
