"""What a sentence says about a trigger: which hits stand near it, who acts and who is acted upon."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, reduce
from operator import or_

import msgspec

from processors.text.lexicon import Frame, Hit, Sense

PARTIES = frozenset({"state", "rebel", "protester", "rioter", "civilian", "gang", "mob", "official"})
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|got)\s+(?:\w+ly\s+)?$", re.IGNORECASE)
_PASSIVE_INSIDE = re.compile(r"(?:is|are|was|were|been)\s", re.IGNORECASE)  # 'were killed' is one entry
_BY = re.compile(r"^[^.;]{0,80}?\bby\b", re.IGNORECASE)
_ONTO = re.compile(  # 'seize Goma', 'took back control of Mali's Kidal', 'withdrew from northern Idlib'
    r"\s+(?:(?:back|out|again|full|key|strategic|northern|southern|eastern|western|central|rebel-held|all|most)"
    r"\s+|(?:control|parts?|much)\s+(?:of|over)\s+|(?:of|from|in|into|on|over)\s+)*(?:[A-Z]\w+['’]s\s+)?"
    r"(?P<name>[A-Z][\w'’-]*(?:[ ](?:(?:al|el|da|de|do|del|of)[ ])?[A-Z][\w'’-]*)*)"
)
_ARTICLE = re.compile(r"\bthe\s+$", re.IGNORECASE)  # 'the occupied West Bank'
_STOPS = re.compile(r",\s(?!and\b)|[;:]")


@lru_cache(maxsize=16_384)
def is_party(concepts: tuple[str, ...]) -> bool:
    """Whether a hit of these concepts can act or be acted upon."""
    return not PARTIES.isdisjoint(concepts)


class Context(msgspec.Struct, frozen=True, gc=False):
    """A sentence (or line) with its hits; offsets count from the start of ``text``."""

    text: str
    start: int
    end: int
    hits: Sequence[Hit]
    is_place: Callable[[str], bool] | None = None

    def agent(self, trigger: Hit) -> Hit | None:
        """The party that does it: the nearest one before an active verb, the one after 'by' otherwise."""
        tail = self.text[trigger.end : self.end]
        by = _BY.match(tail)
        if by:
            found = self._first_party(trigger.end + by.end(), 40)
            if found or self.passive(trigger):
                return found
        return None if self.passive(trigger) else self._last_party(trigger.start)

    def patient(self, trigger: Hit) -> Hit | None:
        """The party it is done to: the one before a passive verb, else the first one after the trigger."""
        if self.passive(trigger):
            return self._last_party(trigger.start)
        return self._first_party(trigger.end, 60)

    def passive(self, trigger: Hit) -> bool:
        """Whether a form of 'be' stands right before the trigger, or begins it."""
        if _PASSIVE_INSIDE.match(self.text, trigger.start):
            return True
        return bool(_PASSIVE.search(self.text[max(self.start, trigger.start - 24) : trigger.start]))

    def onto(self, trigger: Hit) -> bool:
        """Whether the name of a place stands right after the trigger: 'seize Goma'."""
        match = _ONTO.match(self.text, trigger.end, self.end) if self.is_place else None
        if match is None or self.is_place is None or _ARTICLE.search(self.text, self.start, trigger.start):
            return False
        if any(hit.start == match.start("name") and is_party(hit.concepts) for hit in self.hits):
            return False  # 'seize Hezbollah operative'
        words = match["name"].split(" ")
        capitals = self.text[trigger.start].isupper() and trigger.start > self.start  # 'Rebels Seize Goma In'
        least = 1 if capitals else len(words)
        return any(self.is_place(" ".join(words[:size])) for size in range(len(words), least - 1, -1))

    def _first_party(self, position: int, window: int) -> Hit | None:
        for hit in self.hits:
            if hit.start < position or not is_party(hit.concepts):
                continue
            between = self.text[position : hit.start]
            return hit if len(between) <= window and not _STOPS.search(between) else None
        return None

    def _last_party(self, position: int) -> Hit | None:
        best: Hit | None = None
        for hit in self.hits:
            if hit.end > position:
                break
            if is_party(hit.concepts):
                best = hit
        return best


class Frames:
    """Which frames hold around the hits of one sentence; what several frames ask for is worked out once."""

    def __init__(self, context: Context, senses: Sequence[Sense]) -> None:
        """``senses`` are those of ``context.hits``, in order."""
        self.context = context
        self._bits = [sense.bits for sense in senses]
        self._all = reduce(or_, self._bits, 0)
        self._reached: dict[tuple[int, int], tuple[int, int, int]] = {}
        self._acting: dict[tuple[int, bool], int] = {}

    def hold(self, frame: Frame, trigger: Hit) -> bool:
        """Whether every demand of the frame is met around ``trigger``."""
        told = self._all
        for groups in (frame.near, frame.before, frame.after, frame.sentence):
            for group in groups:
                if not group & told:
                    return False
        if not (self._inside(frame, trigger) and self._parties(frame, trigger)):
            return False
        return not frame.onto or self.context.onto(trigger)

    def _parties(self, frame: Frame, trigger: Hit) -> bool:
        if frame.subject and not frame.subject & self._party(trigger, acts=True):
            return False
        return not frame.object or bool(frame.object & self._party(trigger, acts=False))

    def _party(self, trigger: Hit, *, acts: bool) -> int:
        """The concepts of the agent, or of the patient."""
        found = self._acting.get((trigger.start, acts))
        if found is None:
            hit = self.context.agent(trigger) if acts else self.context.patient(trigger)
            found = self._bits[self.context.hits.index(hit)] if hit else 0
            self._acting[trigger.start, acts] = found
        return found

    def _inside(self, frame: Frame, trigger: Hit) -> bool:
        before, after, anywhere = self._reach(trigger, frame.window)
        near = before | after
        if frame.absent & near or frame.nowhere & anywhere:
            return False
        return (
            all(group & near for group in frame.near)
            and all(group & before for group in frame.before)
            and all(group & after for group in frame.after)
            and all(group & anywhere for group in frame.sentence)
        )

    def _reach(self, trigger: Hit, window: int) -> tuple[int, int, int]:
        """Concepts within ``window`` characters before and after, and in the whole sentence."""
        known = self._reached.get((trigger.start, window))
        if known is not None:
            return known
        before = after = anywhere = 0
        for hit, bits in zip(self.context.hits, self._bits, strict=True):
            if hit is trigger:
                continue
            anywhere |= bits
            if hit.end <= trigger.start and trigger.start - hit.end <= window:
                before |= bits
            elif hit.start >= trigger.end and hit.start - trigger.end <= window:
                after |= bits
        self._reached[trigger.start, window] = before, after, anywhere
        return before, after, anywhere
