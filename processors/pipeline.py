"""Enrichment of one document: tier 1 on everything, the statistical model where a rule could use it."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from config.models.regions import NamedPlace
from config.models.root import Config
from ingest.messages import Document
from processors import demand, language, model
from processors.demand import EVERYTHING, Demand
from processors.entities import Named, entities_of
from processors.events import actors, reading, recognise
from processors.events.newsness import sentence_score
from processors.events.triggers import Trigger
from processors.messages import EnrichedDocument, Event, Place, Sentence
from processors.places.builder import stamp
from processors.places.gazetteer import default_path, open_gazetteer
from processors.places.resolver import PlaceFinder
from processors.places.sources import Source
from processors.version import pipeline_version

if TYPE_CHECKING:
    from spacy.language import Language

_SURROGATE = re.compile("[\ud800-\udfff]")  # halves of characters: no encoder takes them
BATCH = 16  # documents handed to the model at a time


@dataclass(frozen=True, slots=True)
class Options:
    """What the pipeline needs to know, apart from rules."""

    model: str | None = None  # spaCy package or path; None: the best one installed
    gazetteer: Path | None = None  # index file; None: in the user's cache folder
    places: tuple[NamedPlace, ...] = ()  # the user's own places
    max_characters: int = 200_000  # longer texts are cut, with a mark
    demand: Demand = EVERYTHING


@dataclass(slots=True)
class _Work:
    """A document after tier 1."""

    document: Document
    text: str
    cut: str | None  # what was left out, in words
    reading: reading.Reading
    triggers: list[Trigger]
    model: bool  # tier 2 is wanted
    names: list[Named] | None = None


class Pipeline:
    """Documents to enriched documents. Opening it opens the gazetteer; the model is loaded at first use."""

    def __init__(self, options: Options | Config | None = None) -> None:
        chosen = options_of(options) if isinstance(options, Config) else options or Options()
        self.options = chosen
        gazetteer = open_gazetteer(chosen.gazetteer or default_path(), _own_sources(chosen.places))
        self._finder = PlaceFinder(gazetteer)
        self._nlp: Language | None = None
        self.version = pipeline_version(model.version(chosen.model), stamp(), repr(chosen.places))

    @classmethod
    def default(cls) -> Pipeline:
        """Everything in full, with no configuration: for trying, scoring and offline use."""
        return cls(Options())

    def enrich(self, document: Document) -> EnrichedDocument:
        """One document. Deterministic: the same document and version give the same result."""
        return next(self.enrich_many([document]))

    def enrich_many(self, documents: Iterable[Document]) -> Iterator[EnrichedDocument]:
        """Enriched documents in the order of ``documents``; reads ahead by at most one batch."""
        batch: list[_Work] = []
        for document in documents:
            batch.append(self._first_tier(document))
            if len(batch) >= BATCH:
                yield from self._finish(batch)
                batch = []
        yield from self._finish(batch)

    def _first_tier(self, document: Document) -> _Work:
        if _SURROGATE.search(document.text):
            document = structs.replace(document, text=_SURROGATE.sub("\ufffd", document.text))
        text, cut = _cut(document.text, self.options.max_characters)
        code = language.identify(text, document.language)
        anchor = _anchor(document)
        read = reading.read(text, title_end(document, text), code, anchor, self._finder.is_settled)
        triggers = recognise.triggers_of(read)
        wanted = code == "en" and self.options.demand.wants({trigger.type for trigger in triggers}, text)
        return _Work(document, text, cut, read, triggers, wanted)

    def _finish(self, batch: Sequence[_Work]) -> Iterator[EnrichedDocument]:
        self._second_tier([work for work in batch if work.model])
        for work in batch:
            yield self._enriched(work)

    def _second_tier(self, works: Sequence[_Work]) -> None:
        if not works:
            return
        if self._nlp is None:
            self._nlp = model.load(self.options.model)
            gc.freeze()  # hundreds of thousands of objects that stay: the collector need not walk them again
        for work in works:
            work.names = _names(self._nlp, work.text)

    def _enriched(self, work: _Work) -> EnrichedDocument:
        document = work.document
        spans = None if work.names is None else [(n.start, n.end, n.label) for n in work.names]
        places, named = self._finder.find_all(work.text, spans, source_country=document.source_country)
        if named > len(places):
            _mark(work, f"{len(places)} of {named} names of places were resolved")
        if len(work.triggers) > recognise.MAX_TRIGGERS:
            _mark(work, f"{recognise.MAX_TRIGGERS} of {len(work.triggers)} mentions of events were read")
        places = actors.apart(places, actors.known_actors(work.text))
        events = recognise.events_of(work.reading, work.triggers, places)
        return _message(work, places, events, self.version)


def _mark(work: _Work, left_out: str) -> None:
    work.cut = f"{work.cut}; {left_out}" if work.cut else left_out


def options_of(config: Config) -> Options:
    """The pipeline's options as the configuration says them."""
    settings = config.settings.processors
    own = tuple(
        place
        for region in config.regions
        for area in (region, region.exclude)
        if area is not None
        for place in area.places
    )
    return Options(
        model=settings.model,
        gazetteer=settings.gazetteer,
        places=own,
        max_characters=settings.max_characters,
        demand=demand.of_config(config),
    )


def _own_sources(places: Iterable[NamedPlace]) -> list[Source]:
    return [
        Source(
            name=place.name,
            names=place.aliases,
            kind="city",
            geoname_id=0,
            country=place.country or "",
            admin1=place.admin1 or "",
            admin2_id=0,
            latitude=place.lat,
            longitude=place.lon,
            population=0,
            priority=1,
        )
        for place in places
    ]


def with_demand(options: Options, everything: bool) -> Options:
    """The same options, with the statistical model on every document or as before."""
    return replace(options, demand=EVERYTHING) if everything else options


def title_end(document: Document, text: str) -> int:
    """Offset at which the title ends in ``text``; 0 where the text does not begin with it."""
    title = document.title.strip()
    if title and text.startswith(title):
        return len(title)
    return 0


def _anchor(document: Document) -> date | None:
    when = document.published or document.effective
    return when.date() if when is not None and when.year > 1 else None


def _cut(text: str, limit: int) -> tuple[str, str | None]:
    if len(text) <= limit:
        return text, None
    space = text.rfind(" ", limit - 200, limit)
    end = space if space > 0 else limit
    return text[:end], f"the first {end} of {len(text)} characters were enriched"


def _sentences(read: reading.Reading) -> tuple[Sentence, ...]:
    scores = [round(sentence_score(read, sentence)[0], 3) for sentence in read.sentences]
    return tuple(
        Sentence(
            start=sentence.start,
            end=sentence.end,
            status="current" if score >= 0.5 else "background",
            score=score,
        )
        for sentence, score in zip(read.sentences, scores, strict=True)
    )


def _names(nlp: Language, text: str) -> list[Named]:
    from processors.tier2 import names

    return names(nlp, text)


def _message(
    work: _Work, places: tuple[Place, ...], events: tuple[Event, ...], version: str
) -> EnrichedDocument:
    document = work.document
    return EnrichedDocument(
        id=document.id,
        revision=document.revision,
        url=document.url or None,
        title=document.title,
        text=document.text,
        language=work.reading.language,
        authors=document.authors,
        published=document.published,
        fetched=document.fetched,
        effective=document.effective if document.effective.year > 1 else None,
        publisher=document.publisher,
        feed=document.feed,
        source_country=document.source_country,
        tags=document.tags,
        extraction_quality=document.extraction.quality,
        extraction_flags=document.extraction.flags,
        places=places,
        entities=entities_of(work.text, work.names or [], places),
        events=events,
        sentences=_sentences(work.reading),
        tiers=(1, 2) if work.names is not None else (1,),
        cut=work.cut,
        pipeline=version,
    )
