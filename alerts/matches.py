"""What comes out of holding rules against a document."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.conditions import Outcome
from processors.messages import EnrichedDocument, Event, Place


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds, for one event (or, where there is none, one sentence or the document)."""

    rule: str
    document: EnrichedDocument
    event: Event | None
    places: tuple[Place, ...]  # of the unit, those in the rule's regions first
    regions: tuple[str, ...]  # the rule's regions that hold one of the places
    reasons: tuple[str, ...]  # what held, in words
    sentence: str  # the sentence to show
    highlights: tuple[tuple[int, int], ...]  # offsets into ``sentence``
    status: str
    stale: bool = False  # the article is too old to be news

    @property
    def place(self) -> Place | None:
        """Where it happened, as far as is known."""
        return self.places[0] if self.places else None


@dataclass(frozen=True, slots=True)
class UnitOutcome:
    """How a rule's condition came out for one event, sentence or document."""

    unit: str  # for people: 'raid, current, at Atme: "…"'
    outcome: Outcome
    event: int | None = None  # index into the document's events


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """How one rule came out for a document. ``units`` are sorted, the nearest to a match first."""

    rule: str
    name: str | None
    matched: bool
    units: tuple[UnitOutcome, ...]
    note: str = ""  # what else keeps an alert back: disabled, too old, waiting for a second publisher

    @property
    def why_not(self) -> tuple[str, ...]:
        """What failed for the unit that came nearest."""
        if self.matched:
            return ()
        if not self.units:
            return (self.note or "nothing in the document to hold it against",)
        return tuple(self.units[0].outcome.failures())
