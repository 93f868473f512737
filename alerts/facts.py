"""What rules are held against: units of a document, each with its events, places, text and status.

Scope ``event``: one unit for every event, and one for every sentence with a keyword but no event. Scope
``sentence``: one for every sentence. Scope ``document``: one for the whole.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from alerts.keyword_index import KeywordIndex
from alerts.keyword_scan import Scan
from processors.messages import EnrichedDocument, Event, Place
from processors.text.sentences import split

if TYPE_CHECKING:  # the geometry library behind it is large, and the notifier comes by here
    from alerts.regions import Regions

Range = tuple[int, int]

_NOWHERE: frozenset[str] = frozenset()
_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]\d)")
_LOOKS_BACK = re.compile(
    r"\b(?:(?:years?|decades?|months|centur(?:y|ies)) (?:ago|earlier|since|later)|anniversary|in memory of"
    r"|commemorat\w+|remember(?:s|ed|ing)?"
    r"|il y a \w+ ans|hace \w+ años|vor \w+ Jahren|лет назад)\b|قبل سنوات|ذكرى",
    re.IGNORECASE,
)
_BACKWARDS = (  # one of these stands in whatever _LOOKS_BACK finds; asked first, since it is far quicker
    *("ago", "earlier", "since", "later", "anniversary", "in memory of", "commemorat", "remember"),
    *("il y a", "hace", "vor", "лет назад", "قبل سنوات", "ذكرى"),
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing a rule can be true of."""

    events: tuple[Event, ...]
    places: tuple[Place, ...]
    sentences: tuple[int, ...]  # numbers of the sentences that belong to it, in order
    regions: frozenset[str]  # that hold one of its places
    terms: frozenset[int]  # keywords in it
    whole: bool = False  # it is the whole document


class Facts:
    """A document with everything that conditions ask, each worked out when first asked."""

    def __init__(self, doc: EnrichedDocument, regions: Regions, keywords: KeywordIndex) -> None:
        self.doc = doc
        self.language = None if doc.language is None else doc.language[:2].lower()
        self._regions = regions
        self._keywords = keywords
        self._status: dict[int, str] = {}
        self._spans: dict[tuple[int, tuple[int, ...]], list[Range]] = {}
        self.accepted: dict[tuple[int, int], bool] = {}  # by condition and event: kept by EventIs

    @cached_property
    def scan(self) -> Scan:
        """The keywords found."""
        return self._keywords.scan(self.doc.text, self.language, self.sentences)

    @cached_property
    def regions(self) -> frozenset[str]:
        """Regions of every place of the document."""
        return _NOWHERE.union(*self._regions_by_place)

    @cached_property
    def types(self) -> frozenset[str]:
        """Types of every event of the document."""
        return frozenset(event.type for event in self.doc.events)

    @cached_property
    def sentences(self) -> tuple[Range, ...]:
        """The document's sentences; split here where the document brings none."""
        if self.doc.sentences:
            return tuple((sentence.start, sentence.end) for sentence in self.doc.sentences)
        found = split(self.doc.text, max(self.doc.text.find("\n"), 0))
        return tuple((sentence.start, sentence.end) for sentence in found)

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self.sentences]

    @cached_property
    def sentences_of_events(self) -> tuple[tuple[int, ...], ...]:
        """Numbers of the sentences that belong to each event, in order."""
        return tuple(map(self._sentences_of, self.doc.events))

    @cached_property
    def events(self) -> tuple[Unit, ...]:
        """One unit for every event."""
        return tuple(map(self.event, range(len(self.doc.events))))

    @cached_property
    def bare(self) -> tuple[int, ...]:
        """The sentences without an event."""
        taken = {at for numbers in self.sentences_of_events for at in numbers}
        return tuple(at for at in range(len(self.sentences)) if at not in taken)

    @cached_property
    def by_sentence(self) -> tuple[Unit, ...]:
        """One unit for every sentence."""
        members: dict[int, list[Event]] = {}
        for event, numbers in zip(self.doc.events, self.sentences_of_events, strict=True):
            for at in numbers:
                members.setdefault(at, []).append(event)
        return tuple(self.sentence(at, members.get(at, ())) for at in range(len(self.sentences)))

    @cached_property
    def whole(self) -> Unit:
        """The document as one unit."""
        numbers = tuple(range(len(self.sentences)))
        doc = self.doc
        return Unit(doc.events, doc.places, numbers, self.regions, self.scan.terms, whole=True)

    def event(self, number: int) -> Unit:
        """The unit of one event."""
        event = self.doc.events[number]
        places = tuple(self.doc.places[at] for at in self._places_of_event(event))
        sentences = self.sentences_of_events[number]
        terms = frozenset().union(*map(self.scan.terms_in, sentences))
        return Unit((event,), places, sentences, self.regions_of_event(number), terms)

    def sentence(self, number: int, events: Sequence[Event] = ()) -> Unit:
        """The unit of one sentence, with the events in it."""
        places = tuple(self.doc.places[at] for at in self._places_by_sentence.get(number, ()))
        terms = self.scan.terms_in(number)
        return Unit(tuple(events), places, (number,), self.regions_of_sentence(number), terms)

    def regions_of(self, place: Place) -> frozenset[str]:
        """Regions that hold one of the document's places."""
        return self._regions_by_identity[id(place)]

    def regions_of_event(self, number: int) -> frozenset[str]:
        """Regions that hold any of an event's places."""
        return self._regions_at(self._places_of_event(self.doc.events[number]))

    def regions_of_sentence(self, number: int) -> frozenset[str]:
        """Regions that hold any of the places named in a sentence."""
        places = self._places_by_sentence.get(number)
        return self._regions_at(places) if places else _NOWHERE

    def _regions_at(self, places: Sequence[int]) -> frozenset[str]:
        held = self._regions_by_place
        return held[places[0]] if len(places) == 1 else _NOWHERE.union(*(held[at] for at in places))

    @cached_property
    def _regions_by_place(self) -> list[frozenset[str]]:
        return list(map(self._regions.of, self.doc.places))

    @cached_property
    def _regions_by_identity(self) -> dict[int, frozenset[str]]:
        return {id(place): held for place, held in zip(self.doc.places, self._regions_by_place, strict=True)}

    @cached_property
    def _places_by_sentence(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for at, place in enumerate(self.doc.places):
            number = self.sentence_number(place.start)
            if (
                self.sentences
                and place.start >= self._starts[number]
                and place.end <= self.sentences[number][1]
            ):
                found.setdefault(number, []).append(at)
        return found

    def _sentences_of(self, event: Event) -> tuple[int, ...]:
        if not self.sentences:
            return ()
        first = self.sentence_number(event.trigger.start)
        if not event.mentions:
            return (first,)
        return tuple(sorted({first, *(self.sentence_number(mention.start) for mention in event.mentions)}))

    def _places_of_event(self, event: Event) -> tuple[int, ...]:
        known = len(self.doc.places)
        return tuple(at for at in event.places if at < known)

    def why_in(self, place: Place, region: str) -> str | None:
        """What puts a place into a region, in words; None where it is outside."""
        return self._regions.by_id[region].why(place)

    def spans(self, term: int, unit: Unit) -> list[Range]:
        """Where a keyword stands in a unit."""
        key = (term, () if unit.whole else unit.sentences)
        known = self._spans.get(key)
        if known is None:
            found = self.scan.whole_spans(term) if unit.whole else self.scan.spans(term, unit.sentences)
            known = self._spans[key] = found
        return known

    def sentence_number(self, offset: int) -> int:
        """The sentence around an offset; the nearest before it where it falls between two."""
        return max(bisect_right(self._starts, offset) - 1, 0)

    def sentence_at(self, offset: int) -> Range:
        """The range of the sentence around an offset."""
        return self.sentences[self.sentence_number(offset)] if self.sentences else (0, len(self.doc.text))

    def status(self, unit: Unit) -> str:
        """What the enricher or the wording says of a sentence without an event."""
        if len(unit.sentences) != 1:
            return "current"
        number = unit.sentences[0]
        known = self._status.get(number)
        if known is None:
            known = self._status[number] = self._status_of(number)
        return known

    def _status_of(self, number: int) -> str:
        if self.doc.sentences and self.doc.sentences[number].status == "background":
            return "background"
        start, end = self.sentences[number]
        return wording_status(self.doc.text[start:end], self.doc.published)


def wording_status(sentence: str, published: datetime | None) -> str:
    """'background' where a sentence without a recognised event looks back in time, else 'current'."""
    plain = sentence.lower()
    if any(word in plain for word in _BACKWARDS) and _LOOKS_BACK.search(sentence):
        return "background"
    if published is not None and any(int(year) < published.year - 1 for year in _YEAR.findall(sentence)):
        return "background"
    return "current"
