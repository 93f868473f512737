"""A report: what one document says of one event, in the form that incidents are joined by."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from alerts.event_conditions import plain
from alerts.ids import digest
from alerts.inflection import SHORTEST, token_keys
from alerts.keyword_tokens import words
from alerts.messages import AlertPlace
from alerts.tolls import toll
from processors.messages import Actor, Casualties, EnrichedDocument, Event, Place

_NUMBER = re.compile(r"\d+")
_MENTION = "mention"  # type of a report that no event was recognised in
WORDS_KEPT = 60


class Day(msgspec.Struct, frozen=True, omit_defaults=True):
    """When, as whole days. ``stated``: the text says so; otherwise it is the day before or of publication."""

    start: date
    end: date
    stated: bool = False


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One document on one event."""

    document: str
    revision: str = ""
    key: str  # which of the document's events; the same in later revisions of the document
    type: str
    status: str
    place: AlertPlace | None = None
    day: Day
    effective: datetime
    source: str  # publisher, else feed, else host: copies under one masthead are one source
    publisher: str | None = None
    story: str | None = None
    language: str | None = None
    actors: tuple[Actor, ...] = ()
    casualties: tuple[Casualties, ...] = ()
    killed: tuple[int, int | None] | None = None
    injured: tuple[int, int | None] | None = None
    names: frozenset[str] = frozenset()  # people, groups, organisations; canonical, so language-free
    numbers: frozenset[str] = frozenset()  # figures in the sentences about the event
    wording: frozenset[str] = frozenset()  # content words, reduced to their inflection keys
    confidence: float = 0.0

    @property
    def is_mention(self) -> bool:
        """True where keywords matched but no event was recognised."""
        return self.type == _MENTION


def make_report(
    doc: EnrichedDocument, event: Event | None, place: Place | None, sentence: str, now: datetime
) -> Report:
    """The report of ``event`` (None: a keyword's sentence) in ``doc``; ``now`` where it states no time."""
    return with_wording(outline(doc, event, place, now), doc, event, sentence)


def outline(doc: EnrichedDocument, event: Event | None, place: Place | None, now: datetime) -> Report:
    """The report without names, numbers and wording: enough to look for incidents that it may belong to."""
    effective = doc.effective or doc.published or now
    where = None if place is None else alert_place(place)
    kind = event.type if event else _MENTION
    casualties = event.casualties if event else ()
    return Report(
        document=doc.id,
        revision=doc.revision,
        key=digest(doc.id, kind, _spot(where)),
        type=kind,
        status=event.status if event else "current",
        place=where,
        day=_day(event, doc.published or effective),
        effective=effective,
        source=source_of(doc),
        publisher=doc.publisher,
        story=doc.story,
        language=doc.language,
        actors=event.actors if event else (),
        casualties=casualties,
        killed=toll(casualties, "killed"),
        injured=toll(casualties, "injured"),
        confidence=event.confidence if event else 0.3,
    )


def with_wording(report: Report, doc: EnrichedDocument, event: Event | None, sentence: str) -> Report:
    """The outline with what its sentences say, which takes longer."""
    text = _text_about(doc, event, sentence)
    return msgspec.structs.replace(
        report,
        names=_names(doc, event, text),
        numbers=frozenset(number for number in _NUMBER.findall(text) if len(number) < 5),
        wording=_wording(text, doc.language),
    )


def alert_place(place: Place, region: str | None = None) -> AlertPlace:
    """A resolved place in the form that alerts carry."""
    return AlertPlace(
        name=place.name,
        country=place.country,
        admin1=place.admin1,
        latitude=place.latitude,
        longitude=place.longitude,
        precision=place.precision,
        geoname_id=place.geoname_id,
        region=region,
    )


def source_of(doc: EnrichedDocument) -> str:
    """Who publishes it: publisher, else feed, else host name, else the document itself."""
    if doc.publisher:
        return plain(doc.publisher)
    if doc.feed:
        return f"feed:{doc.feed}"
    host = urlsplit(doc.url).hostname if doc.url else None
    return f"host:{host.removeprefix('www.')}" if host else f"document:{doc.id}"


def _spot(place: AlertPlace | None) -> str:
    if place is None:
        return ""
    return str(place.geoname_id) if place.geoname_id is not None else plain(place.name)


def _day(event: Event | None, published: datetime) -> Day:
    if event is not None and event.date is not None:
        try:
            start, end = date.fromisoformat(event.date.start), date.fromisoformat(event.date.end)
        except ValueError:
            pass
        else:
            stated = event.date.text is not None and (end - start).days <= 3
            if stated or event.date.text is not None:
                return Day(start, end, stated)
    day = published.astimezone(UTC).date()
    return Day(day - timedelta(days=1), day)


def _text_about(doc: EnrichedDocument, event: Event | None, sentence: str) -> str:
    if event is None:
        return sentence
    spots = [event.trigger.start, *(mention.start for mention in event.mentions)]
    ranges = {(s.start, s.end) for s in doc.sentences for spot in spots if s.start <= spot < s.end} or {
        event.sentence or (0, 0)
    }
    texts = [doc.text[start:end] for start, end in sorted(ranges)]
    title = doc.text.split("\n", 1)[0]
    return "\n".join(dict.fromkeys([title, *texts, sentence]))


def _names(doc: EnrichedDocument, event: Event | None, text: str) -> frozenset[str]:
    place_names = {plain(place.name) for place in doc.places} | {plain(place.text) for place in doc.places}
    named = {plain(entity.name) for entity in doc.entities if entity.text in text}
    if event is not None:
        named |= {
            plain(actor.name) for actor in event.actors if actor.kind not in {"civilians", "unidentified"}
        }
    return frozenset(name for name in named if len(name) > 2) - place_names


def _wording(text: str, language: str | None) -> frozenset[str]:
    keys: dict[str, None] = {}
    for word in words(text):
        if len(word) > SHORTEST and not word.isdigit():
            keys[token_keys(word, language)[0]] = None
            if len(keys) >= WORDS_KEPT:
                break
    return frozenset(keys)
