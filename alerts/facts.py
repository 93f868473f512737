"""What rules are held against: units of a document, each with its events, places, text and status.

Scope ``event``: one unit for every event, and one for every sentence with a keyword but no event. Scope
``sentence``: one for every sentence. Scope ``document``: one for the whole.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from alerts.keyword_index import KeywordIndex, Scan
from alerts.regions import Regions
from processors.messages import EnrichedDocument, Event, Place
from processors.text.sentences import split

Range = tuple[int, int]

_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]\d)")
_LOOKS_BACK = re.compile(
    r"\b(?:(?:years?|decades?|months|centur(?:y|ies)) (?:ago|earlier|since|later)|anniversary|in memory of"
    r"|commemorat\w+|remember(?:s|ed|ing)?"
    r"|il y a \w+ ans|hace \w+ años|vor \w+ Jahren|лет назад)\b|قبل سنوات|ذكرى",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing a rule can be true of."""

    events: tuple[Event, ...]
    places: tuple[Place, ...]
    ranges: tuple[Range, ...]  # sorted, of the text that belongs to it
    status: str | None = None  # where there is no event: what the wording suggests


class Facts:
    """A document with everything that conditions ask, each worked out when first asked."""

    def __init__(self, doc: EnrichedDocument, regions: Regions, keywords: KeywordIndex) -> None:
        self.doc = doc
        self.language = None if doc.language is None else doc.language[:2].lower()
        self._regions = regions
        self._keywords = keywords

    @cached_property
    def scan(self) -> Scan:
        """The keywords found."""
        return self._keywords.scan(self.doc.text, self.language)

    @cached_property
    def regions(self) -> frozenset[str]:
        """Regions of every place of the document."""
        found: set[str] = set()
        for place in self.doc.places:
            found |= self._regions.of(place)
        return frozenset(found)

    @cached_property
    def types(self) -> frozenset[str]:
        """Types of every event of the document."""
        return frozenset(event.type for event in self.doc.events)

    @cached_property
    def sentences(self) -> tuple[Range, ...]:
        """The document's sentences; split here where the document brings none."""
        if self.doc.sentences:
            return tuple((sentence.start, sentence.end) for sentence in self.doc.sentences)
        found = split(self.doc.text, len(self.doc.text.split("\n", 1)[0]))
        return tuple((sentence.start, sentence.end) for sentence in found)

    @cached_property
    def events(self) -> tuple[Unit, ...]:
        """One unit for every event."""
        return tuple(self._event(event) for event in self.doc.events)

    @cached_property
    def bare(self) -> tuple[Unit, ...]:
        """One unit for every sentence without an event."""
        taken = {at for event in self.doc.events for at in self._sentence_numbers(event)}
        return tuple(
            self._stretch((), (sentence,)) for at, sentence in enumerate(self.sentences) if at not in taken
        )

    @cached_property
    def by_sentence(self) -> tuple[Unit, ...]:
        """One unit for every sentence."""
        members: dict[int, list[Event]] = {}
        for event in self.doc.events:
            for at in self._sentence_numbers(event):
                members.setdefault(at, []).append(event)
        return tuple(
            self._stretch(members.get(at, ()), (sentence,)) for at, sentence in enumerate(self.sentences)
        )

    @cached_property
    def whole(self) -> Unit:
        """The document as one unit."""
        return Unit(self.doc.events, self.doc.places, ((0, len(self.doc.text)),), None)

    def regions_of(self, places: Iterable[Place]) -> frozenset[str]:
        """Regions that hold any of these places."""
        found: set[str] = set()
        for place in places:
            found |= self._regions.of(place)
        return frozenset(found)

    def why_in(self, place: Place, region: str) -> str | None:
        """What puts a place into a region, in words; None where it is outside."""
        return self._regions.by_id[region].why(place)

    def sentence_at(self, offset: int) -> Range:
        """The sentence around an offset; the nearest before it where it falls between two."""
        if not self.sentences:
            return (0, len(self.doc.text))
        at = bisect_right(self.sentences, (offset, len(self.doc.text) + 1)) - 1
        return self.sentences[max(at, 0)]

    def _event(self, event: Event) -> Unit:
        places = tuple(self.doc.places[at] for at in event.places if at < len(self.doc.places))
        ranges = tuple(sorted({self.sentences[at] for at in self._sentence_numbers(event)}))
        return Unit((event,), places, ranges or (self.sentence_at(event.trigger.start),), event.status)

    def _sentence_numbers(self, event: Event) -> list[int]:
        starts = [event.trigger.start, *(mention.start for mention in event.mentions)]
        if not self.sentences:
            return []
        top = len(self.doc.text) + 1
        return [max(bisect_right(self.sentences, (start, top)) - 1, 0) for start in starts]

    def _stretch(self, events: Sequence[Event], ranges: tuple[Range, ...]) -> Unit:
        start, end = ranges[0][0], ranges[-1][1]
        places = tuple(place for place in self.doc.places if start <= place.start and place.end <= end)
        status = None if events else wording_status(self.doc.text[start:end], self.doc.published)
        return Unit(tuple(events), places, ranges, status)


def wording_status(sentence: str, published: datetime | None) -> str:
    """'background' where a sentence without a recognised event looks back in time, else 'current'."""
    if _LOOKS_BACK.search(sentence):
        return "background"
    if published is not None and any(int(year) < published.year - 1 for year in _YEAR.findall(sentence)):
        return "background"
    return "current"
