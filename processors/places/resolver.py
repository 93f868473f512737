"""Places in a text: recognition, resolution, confidence, and the reasons, as messages."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.messages import Candidate, Place
from processors.places.clues import country_clues
from processors.places.gazetteer import Gazetteer
from processors.places.page import Page, Span
from processors.places.recognize import Mention, container, contains, recognize
from processors.places.records import PRECISION, Entry
from processors.places.resolve import DEFAULT, Topic, Weights, resolve

if TYPE_CHECKING:
    from spacy.tokens import Doc

MAX_MENTIONS = 20_000  # a text with more names is a list, not news; the rest is left out
MAX_ALTERNATIVES = 4
DEMONYM_CONFIDENCE = 0.9


class PlaceFinder:
    """Finds and resolves the places of a document. Pure: the same text gives the same places."""

    def __init__(self, gazetteer: Gazetteer, weights: Weights = DEFAULT) -> None:
        self.gazetteer = gazetteer
        self.weights = weights

    def find(
        self,
        source: Doc | str,
        *,
        source_country: str | None = None,
    ) -> tuple[Place, ...]:
        """The places of a text, in order; offsets count code points of the text.

        ``source`` is a spaCy Doc whose entities were set, or plain text where no model ran;
        ``source_country`` is the ISO code of the feed's country.
        """
        if isinstance(source, str):
            return self.find_in(source, None, source_country=source_country)
        spans = [(e.start_char, e.end_char, e.label_) for e in source.ents]
        modelled = source.has_annotation("ENT_IOB")
        return self.find_in(source.text, spans if modelled else None, source_country=source_country)

    def find_in(
        self, text: str, spans: Sequence[Span] | None, *, source_country: str | None = None
    ) -> tuple[Place, ...]:
        """As find, for a text and the spans (start, end, label) that a model found in it."""
        page, mentions = recognize(text, spans, self.gazetteer)
        mentions = mentions[:MAX_MENTIONS]
        topics = _topics(page, mentions)
        votes = _votes(mentions)
        resolve(list(topics.values()), votes, source_country, country_clues(text), self.weights)
        places = [_place(m, topics.get(m.key)) for m in mentions]
        return tuple(sorted(places, key=lambda p: p.start))


def _topics(page: Page, mentions: Iterable[Mention]) -> dict[str, Topic]:
    """Mentions of one name together, with the names that "X, Y" puts around them."""
    topics: dict[str, Topic] = {}
    by_first: dict[int, Mention] = {}
    for mention in mentions:
        if mention.role == "demonym" or not mention.hits:
            continue
        topic = topics.get(mention.key)
        if topic is None:
            topic = topics[mention.key] = Topic(mention.key, mention.hits, 0.0, order=len(topics))
        topic.weight += 1.0 if mention.role == "place" else 0.5
        topic.said_division |= mention.said == "division"
        topic.said_city |= mention.said == "city"
        by_first[mention.first] = mention
    for topic in topics.values():
        topic.weight = 1.0 + math.log(max(topic.weight, 0.5))
    order = {key: i for i, key in enumerate(topics)}
    for mention in by_first.values():
        follower = by_first.get(mention.last + 1)
        if follower is None or page.gap(mention.last).strip(" ") not in (",", "(", ""):
            follower = container(page, mention, by_first)
        if follower is not None and follower.key != mention.key and contains(follower, mention):
            topics[mention.key].within.add(order[follower.key])
    return topics


def _votes(mentions: Iterable[Mention]) -> dict[str, float]:
    votes: dict[str, float] = {}
    for mention in mentions:
        if mention.demonym is not None and mention.demonym.country:
            votes[mention.demonym.country] = votes.get(mention.demonym.country, 0.0) + 1.0
    return votes


def _place(mention: Mention, topic: Topic | None) -> Place:
    if mention.demonym is not None:
        return _demonym_place(mention, mention.demonym)
    if topic is None or not topic.entries:
        return Place(
            start=mention.start,
            end=mention.end,
            text=mention.text,
            name=mention.text,
            confidence=0.3,
            why="no gazetteer knows this name",
        )
    sure = 1.0 / (1.0 + math.exp(-mention.score / 2.0))
    return replace(
        topic.place or _place_of(topic),
        start=mention.start,
        end=mention.end,
        text=mention.text,
        role=mention.role,
        confidence=round(topic.probabilities[0] * sure, 3),
    )


def _place_of(topic: Topic) -> Place:
    """What all mentions of a topic have in common."""
    entry = topic.entries[0]
    topic.place = Place(
        start=0,
        end=0,
        text="",
        name=entry.name,
        kind=entry.kind,
        geoname_id=entry.geoname_id or None,
        country=entry.country or None,
        admin1=entry.admin1 or None,
        admin2=entry.admin2 or None,
        latitude=round(entry.latitude, 5),
        longitude=round(entry.longitude, 5),
        precision=PRECISION[entry.kind],
        why=_why(topic),
        alternatives=_alternatives(topic),
    )
    return topic.place


def _demonym_place(mention: Mention, entry: Entry) -> Place:
    return Place(
        start=mention.start,
        end=mention.end,
        text=mention.text,
        name=entry.name,
        kind=entry.kind,
        geoname_id=entry.geoname_id or None,
        country=entry.country or None,
        latitude=round(entry.latitude, 5),
        longitude=round(entry.longitude, 5),
        precision=PRECISION[entry.kind],
        confidence=DEMONYM_CONFIDENCE,
        why=f"people or adjective of {entry.name}",
        role="demonym",
    )


def _why(topic: Topic) -> str:
    if len(topic.entries) == 1:
        return "only one place is called so"
    first = max(range(len(topic.priors)), key=topic.priors.__getitem__)
    if topic.within:
        return f"best of {len(topic.entries)}: the text says what it lies in"
    if first == 0:
        return f"best known of {len(topic.entries)} places called so"
    return f"best of {len(topic.entries)}: fits the other places of the text"


def _alternatives(topic: Topic) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            name=e.name,
            country=e.country or None,
            admin1=e.admin1 or None,
            geoname_id=e.geoname_id or None,
            latitude=round(e.latitude, 5),
            longitude=round(e.longitude, 5),
            score=round(p, 3),
        )
        for e, p in list(zip(topic.entries, topic.probabilities, strict=True))[1 : 1 + MAX_ALTERNATIVES]
    )
