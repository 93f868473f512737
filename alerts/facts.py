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
from typing import TYPE_CHECKING

from alerts.keyword_index import KeywordIndex, Scan
from processors.messages import EnrichedDocument, Event, Place
from processors.text.sentences import split

if TYPE_CHECKING:  # the geometry library behind it is large, and the notifier comes by here
    from alerts.regions import Regions

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

    @cached_property
    def scan(self) -> Scan:
        """The keywords found."""
        return self._keywords.scan(self.doc.text, self.language, self.sentences)

    @cached_property
    def regions(self) -> frozenset[str]:
        """Regions of every place of the document."""
        return self.regions_of(self.doc.places)

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
    def events(self) -> tuple[Unit, ...]:
        """One unit for every event."""
        return tuple(self._event(event) for event in self.doc.events)

    @cached_property
    def bare(self) -> tuple[Unit, ...]:
        """One unit for every sentence with a keyword but no event."""
        taken = {at for unit in self.events for at in unit.sentences}
        return tuple(
            self._sentence(at, ())
            for at in range(len(self.sentences))
            if at not in taken and self.scan.terms_in(at)
        )

    @cached_property
    def by_sentence(self) -> tuple[Unit, ...]:
        """One unit for every sentence."""
        members: dict[int, list[Event]] = {}
        for unit in self.events:
            for at in unit.sentences:
                members.setdefault(at, []).extend(unit.events)
        return tuple(self._sentence(at, members.get(at, ())) for at in range(len(self.sentences)))

    @cached_property
    def whole(self) -> Unit:
        """The document as one unit."""
        numbers = tuple(range(len(self.sentences)))
        doc = self.doc
        return Unit(doc.events, doc.places, numbers, self.regions, self.scan.terms, whole=True)

    def regions_of(self, places: Iterable[Place]) -> frozenset[str]:
        """Regions that hold any of these places."""
        return frozenset().union(*map(self._regions.of, places))

    def why_in(self, place: Place, region: str) -> str | None:
        """What puts a place into a region, in words; None where it is outside."""
        return self._regions.by_id[region].why(place)

    def spans(self, term: int, unit: Unit) -> list[Range]:
        """Where a keyword stands in a unit."""
        return self.scan.whole_spans(term) if unit.whole else self.scan.spans(term, unit.sentences)

    def sentence_number(self, offset: int) -> int:
        """The sentence around an offset; the nearest before it where it falls between two."""
        return max(bisect_right(self.sentences, (offset, len(self.doc.text) + 1)) - 1, 0)

    def sentence_at(self, offset: int) -> Range:
        """The range of the sentence around an offset."""
        return self.sentences[self.sentence_number(offset)] if self.sentences else (0, len(self.doc.text))

    def _event(self, event: Event) -> Unit:
        places = tuple(self.doc.places[at] for at in event.places if at < len(self.doc.places))
        starts = (event.trigger.start, *(mention.start for mention in event.mentions))
        numbers = tuple(sorted({self.sentence_number(start) for start in starts})) if self.sentences else ()
        terms = frozenset().union(*map(self.scan.terms_in, numbers))
        return Unit((event,), places, numbers, self.regions_of(places), terms)

    def _sentence(self, number: int, events: Sequence[Event]) -> Unit:
        start, end = self.sentences[number]
        places = tuple(place for place in self.doc.places if start <= place.start and place.end <= end)
        return Unit(tuple(events), places, (number,), self.regions_of(places), self.scan.terms_in(number))

    def status(self, unit: Unit) -> str:
        """What the enricher or the wording says of a sentence without an event."""
        if len(unit.sentences) != 1:
            return "current"
        number = unit.sentences[0]
        if self.doc.sentences and self.doc.sentences[number].status == "background":
            return "background"
        start, end = self.sentences[number]
        return wording_status(self.doc.text[start:end], self.doc.published)


def wording_status(sentence: str, published: datetime | None) -> str:
    """'background' where a sentence without a recognised event looks back in time, else 'current'."""
    if _LOOKS_BACK.search(sentence):
        return "background"
    if published is not None and any(int(year) < published.year - 1 for year in _YEAR.findall(sentence)):
        return "background"
    return "current"
