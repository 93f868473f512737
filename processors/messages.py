"""What travels in the topic ``enriched``: the stable, public form of an enriched document.

Offsets count Unicode code points into ``text``; the title is the first line of ``text``.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

ENRICHED = "enriched"

STATUSES = ("current", "background", "planned", "hypothetical", "denied")


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of ``text``: ``text[start:end]``."""

    start: int
    end: int
    text: str


class Candidate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A gazetteer entry that was considered for a place and lost."""

    name: str
    country: str | None = None
    admin1: str | None = None
    geoname_id: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    score: float = 0.0


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place mention, resolved where possible."""

    start: int
    end: int
    text: str
    name: str  # the gazetteer's name; the text itself where unresolved
    kind: str = "unknown"  # city | admin1 | admin2 | country | region | site | water | unknown
    geoname_id: int | None = None
    country: str | None = None  # ISO 3166-1 alpha-2
    admin1: str | None = None  # ISO 3166-2, else GeoNames "CC.code"
    admin2: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    precision: str = "unknown"  # point | city | admin2 | admin1 | country | unknown
    confidence: float = 0.0  # 0..1
    why: str | None = None  # one line: what decided
    role: str = "place"  # place | demonym ("Syrian") | organisation ("Idlib Health Directorate")
    alternatives: tuple[Candidate, ...] = ()


class Entity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A named person, organisation or group."""

    start: int
    end: int
    text: str
    label: str  # PERSON | ORG | NORP | ...
    name: str  # canonical name (alias table), else the text


class DateRange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An interval of days, both ends included, ISO dates."""

    start: str
    end: str
    text: str | None = None  # the expression it was read from; None: taken from the publication date
    granularity: str | None = None  # hour | day | week | month | season | year | decade


class Actor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who did it, or to whom."""

    name: str  # canonical where known, else as described
    role: str  # agent | patient
    text: str | None = None  # as written
    kind: str | None = (
        None  # state-force | armed-group | police | civilians | named-person | unidentified | ...
    )
    country: str | None = None


class Casualties(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One toll as one source gives it."""

    kind: str  # killed | injured | missing | detained | displaced | kidnapped
    min: int
    max: int | None = None  # None: open upwards
    category: str = (
        "all"  # all | civilians | children | women | fighters | soldiers | police | journalists | ... | some
    )
    affiliation: str | None = None
    source: str | None = None  # who said so
    subset: bool = False  # part of another toll: never added
    start: int | None = None
    end: int | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One mention of an event: what, where, when, who, how many."""

    type: str  # see processors.taxonomy
    trigger: Span
    status: str = "current"  # one of STATUSES
    status_why: str | None = None  # one line: what decided
    places: tuple[int, ...] = ()  # indices into the document's places, the best first
    date: DateRange | None = None
    actors: tuple[Actor, ...] = ()
    casualties: tuple[Casualties, ...] = ()
    confidence: float = 0.0  # 0..1
    score: float | None = None  # 0..1, how surely current
    sentence: tuple[int, int] | None = None  # offsets of the trigger's sentence
    mentions: tuple[Span, ...] = ()  # further triggers merged into this event


class Sentence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sentence, ``text[start:end]``, and how surely it tells today's news."""

    start: int
    end: int
    status: str | None = None  # current | background
    score: float | None = None  # 0..1, rises with current


class EnrichedDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document and what was found in it."""

    schema_version: int = 1
    id: str
    revision: str = ""
    url: str | None = None
    title: str = ""
    text: str
    language: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    fetched: datetime | None = None
    effective: datetime | None = None  # the time that windows run on
    publisher: str | None = None
    feed: str | None = None
    source_country: str | None = None
    tags: tuple[str, ...] = ()
    extraction_quality: float | None = None
    extraction_flags: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    entities: tuple[Entity, ...] = ()
    events: tuple[Event, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    story: str | None = None  # id of the cluster of copies of this text
    tiers: tuple[int, ...] = ()  # which tiers ran
    cut: str | None = None  # what enrichment left out of a text that is too long, if it did
    pipeline: str = ""  # version; changes whenever output can
