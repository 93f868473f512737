"""What a sentence says about a trigger: which hits stand near it, who acts and who is acted upon."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from processors.text.lexicon import Frame, Hit

PARTIES = frozenset({"state", "rebel", "protester", "rioter", "civilian", "gang", "mob", "official"})
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|got)\s+(?:\w+ly\s+)?$", re.IGNORECASE)
_BY = re.compile(r"^[^.;]{0,80}?\bby\b", re.IGNORECASE)
_STOPS = re.compile(r",\s(?!and\b)|[;:]")


@dataclass(frozen=True, slots=True)
class Context:
    """A sentence (or line) with its hits; offsets count from the start of ``text``."""

    text: str
    start: int
    end: int
    hits: Sequence[Hit]

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
        """Whether a form of 'be' stands right before the trigger."""
        return bool(_PASSIVE.search(self.text[max(self.start, trigger.start - 24) : trigger.start]))

    def _first_party(self, position: int, window: int) -> Hit | None:
        for hit in self.hits:
            if hit.start < position or not PARTIES.intersection(hit.concepts):
                continue
            between = self.text[position : hit.start]
            return hit if len(between) <= window and not _STOPS.search(between) else None
        return None

    def _last_party(self, position: int) -> Hit | None:
        best: Hit | None = None
        for hit in self.hits:
            if hit.end > position:
                break
            if PARTIES.intersection(hit.concepts):
                best = hit
        return best

    def holds(self, frame: Frame, trigger: Hit) -> bool:
        """Whether every demand of the frame is met around ``trigger``."""
        return self._inside(frame, trigger) and self._parties(frame, trigger)

    def _parties(self, frame: Frame, trigger: Hit) -> bool:
        if frame.subject:
            agent = self.agent(trigger)
            if not agent or not frame.subject.intersection(agent.concepts):
                return False
        if frame.object:
            patient = self.patient(trigger)
            if not patient or not frame.object.intersection(patient.concepts):
                return False
        return True

    def _inside(self, frame: Frame, trigger: Hit) -> bool:
        near, before, after, anywhere = self._reach(trigger, frame.window)
        if frame.absent & near or frame.nowhere & anywhere:
            return False
        return (
            all(group & near for group in frame.near)
            and all(group & before for group in frame.before)
            and all(group & after for group in frame.after)
            and all(group & anywhere for group in frame.sentence)
        )

    def _reach(self, trigger: Hit, window: int) -> tuple[set[str], set[str], set[str], set[str]]:
        before: set[str] = set()
        after: set[str] = set()
        anywhere: set[str] = set()
        for hit in self.hits:
            if hit is trigger:
                continue
            anywhere.update(hit.concepts)
            if hit.end <= trigger.start and trigger.start - hit.end <= window:
                before.update(hit.concepts)
            elif hit.start >= trigger.end and hit.start - trigger.end <= window:
                after.update(hit.concepts)
        return before | after, before, after, anywhere
