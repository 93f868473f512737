"""Places in a text: recognition, resolution, confidence, and the reasons, as messages."""

from __future__ import annotations

import calendar
import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.messages import Candidate, Place
from processors.places import cues, evidence
from processors.places.adjectives import adjective_of, adjective_votes
from processors.places.contradiction import contradicted, part_of
from processors.places.gazetteer import Gazetteer
from processors.places.page import Page, Span
from processors.places.recognize import Mention, container, contains, possessor, recognize
from processors.places.records import PRECISION, Entry, Hit
from processors.places.resolve import DEFAULT, Topic, Weights, resolve
from processors.places.unknown import agreed, lead_of, lead_town, part_of_town, place_unknown, subject_of

if TYPE_CHECKING:
    from spacy.tokens import Doc

MAX_MENTIONS = 20_000  # a text with more names is a list, not news; the rest is left out, with a mark
MAX_ALTERNATIVES = 4
SMALL = 30_000  # inhabitants
DEMONYM_CONFIDENCE = 0.9
_SETTLED = frozenset({"city", "admin1", "admin2", "site", "country"})
_DAYS = frozenset({*calendar.day_name, *calendar.month_name})  # some of them are towns somewhere


class PlaceFinder:
    """Finds and resolves the places of a document. Pure: the same text gives the same places."""

    def __init__(self, gazetteer: Gazetteer, weights: Weights = DEFAULT) -> None:
        self.gazetteer = gazetteer
        self.weights = weights

    def is_settled(self, name: str) -> bool:
        """Whether a town, district, province or country is called ``name``."""
        return (
            any(
                hit.entry.kind in _SETTLED and (hit.entry.population or hit.entry.priority)
                for hit in self.gazetteer.lookup(name)
            )
            and name not in _DAYS
        )

    def find(self, source: Doc | str, *, source_country: str | None = None) -> tuple[Place, ...]:
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
        return self.find_all(text, spans, source_country=source_country)[0]

    def find_all(
        self, text: str, spans: Sequence[Span] | None, *, source_country: str | None = None
    ) -> tuple[tuple[Place, ...], int]:
        """As find_in; also how many names there are, of which the first MAX_MENTIONS are taken."""
        page, mentions = recognize(text, spans, self.gazetteer)
        named = len(mentions)
        mentions = mentions[:MAX_MENTIONS]
        adjectives = adjective_votes(text)
        if adjectives:
            _narrow(page, mentions)
        containers = _containers(page, mentions)
        _split_senses(mentions, containers)
        topics = _topics(mentions, containers)
        votes = _votes(mentions)
        for country, vote in adjectives.items():
            votes[country] = votes.get(country, 0.0) + vote
        home = source_country or _headlined(page, mentions)
        resolve(list(topics.values()), votes, home, self.weights)
        _drop_far_romanizations(mentions, topics, {*votes, source_country})
        _move(mentions, contradicted(page, mentions, topics), containers)
        places = [_demonym_place(m, m.demonym) for m in mentions if m.demonym is not None]
        places += [_known_place(m, topics[m.sense or m.key]) for m in mentions if m.hits]
        places += self._unknown(page, mentions, containers, topics)
        return tuple(sorted(places, key=lambda p: p.start)), named

    def _unknown(
        self,
        page: Page,
        mentions: Sequence[Mention],
        containers: Mapping[int, Mention],
        topics: Mapping[str, Topic],
    ) -> list[Place]:
        """Places that no gazetteer knows, with the region that the text gives them."""
        strange = [m for m in mentions if not m.hits and m.demonym is None]
        if not strange:
            return []
        known = [m for m in mentions if m.hits and not _beyond(page, m)]
        around = [(m, topics[m.sense or m.key].entries[0]) for m in known]
        near = [(m, entry) for m, entry in around if not spoken_at(page, m)]
        near = near if any(entry.country for _, entry in near) else around
        starts = [m.start for m, _ in near]
        subject, lead = subject_of(around, self.gazetteer), lead_of(page.text, near, self.gazetteer)
        town = lead_town(page.text, near)
        found = []
        for mention in strange:
            outer = containers.get(mention.first)
            entry = topics[outer.sense or outer.key].entries[0] if outer is not None and outer.hits else None
            if (
                entry is not None
                and outer is not None
                and entry.kind == "city"
                and part_of(page, mention, outer)
            ):
                found.append(part_of_town(mention, entry))
                continue
            if entry is None and town is not None and page.key(mention.last + 1) in cues.QUARTERS:
                found.append(part_of_town(mention, town))
                continue
            first, last = _paragraph(page.text, mention)
            beside = near[bisect_left(starts, first) : bisect_left(starts, last)]
            found.append(place_unknown(mention, beside, entry, subject, self.gazetteer, lead=lead))
        return agreed(found)


def _headlined(page: Page, mentions: Sequence[Mention]) -> str | None:
    """The country with which a headline opens: 'Pérou: ...', 'ليبيا.. ...'."""
    for mention in mentions:
        if mention.first == 0 and page.gap(mention.last).startswith((":", " :", "..", " -", " –")):
            return next((h.entry.country for h in mention.hits if h.entry.kind == "country"), None)
    return None


def _beyond(page: Page, mention: Mention) -> bool:
    """Whether a country lies on the other side: "near the border with X", "bordering X"."""
    before = page.key(mention.first - 1), page.key(mention.first - 2)
    return before[0] == "bordering" or before in (("with", "border"), ("with", "frontier"))


def spoken_at(page: Page, mention: Mention) -> bool:
    """Whether somebody only speaks or writes there ("said in X"): no neighbour of anything."""
    if page.key(mention.first - 1) in ("in", "from") and page.key(mention.first - 2) in cues.SPEAKING:
        return True
    return evidence.written_at(page, mention.first, mention.last)


def _paragraph(text: str, mention: Mention) -> tuple[int, int]:
    """Where the mention's line begins and ends."""
    last = text.find("\n", mention.end)
    return text.rfind("\n", 0, mention.start) + 1, last if last >= 0 else len(text)


def _containers(page: Page, mentions: Iterable[Mention]) -> dict[int, Mention]:
    """For mentions (by their first word) what "X, Y", "X in Y" or "Y's X" puts them in."""
    by_first = {m.first: m for m in mentions if m.role != "demonym"}
    by_last = {m.last: m for m in by_first.values()}
    found = {}
    for mention in by_first.values():
        outer = container(page, mention, by_first) or possessor(page, mention, by_last)
        if outer is not None and outer.key != mention.key and (not mention.hits or contains(outer, mention)):
            found[mention.first] = outer
    return found


def _split_senses(mentions: Sequence[Mention], containers: Mapping[int, Mention]) -> None:
    """One sense per document, except where the text itself says "X, Y" and "X, Z"."""
    stated: dict[str, set[str]] = {}
    for mention in mentions:
        outer = containers.get(mention.first)
        if outer is not None and mention.hits:
            stated.setdefault(mention.key, set()).add(outer.key)
    for mention in mentions:
        outer = containers.get(mention.first)
        if outer is not None and len(stated.get(mention.key, ())) > 1:
            mention.sense = f"{mention.key}, {outer.key}"


def _topics(mentions: Iterable[Mention], containers: Mapping[int, Mention]) -> dict[str, Topic]:
    """Mentions of one name together, with the names that the text puts around them."""
    topics: dict[str, Topic] = {}
    known = [m for m in mentions if m.hits]
    for mention in known:
        topic = topics.get(mention.sense or mention.key)
        if topic is None:
            topic = topics[mention.sense or mention.key] = Topic(
                mention.key, mention.hits, 0.0, order=len(topics)
            )
        topic.weight += 1.0 if mention.role == "place" else 0.5
        topic.said_division |= mention.said == "division"
        topic.said_city |= mention.said == "city"
    for topic in topics.values():
        topic.weight = 1.0 + math.log(max(topic.weight, 0.5))
    order = {key: i for i, key in enumerate(topics)}
    for mention in known:
        outer = containers.get(mention.first)
        if outer is not None and outer.hits:
            topics[mention.sense or mention.key].within.add(order[outer.sense or outer.key])
    return topics


def _drop_far_romanizations(
    mentions: Iterable[Mention], topics: Mapping[str, Topic], countries: set[str | None]
) -> None:
    """A small place found only under another of its names is believed where the text names its country."""
    doubtful = {key for key, topic in topics.items() if all(map(_by_another_name, topic.hits))}
    spoken_of = countries | {t.entries[0].country for key, t in topics.items() if key not in doubtful}
    for mention in mentions:
        key = mention.sense or mention.key
        country = topics[key].entries[0].country if key in doubtful else ""
        if key in doubtful and country not in spoken_of and not _native(mention, country):
            mention.hits = []


# Countries that write their own names in a script other than Latin, by its first code point.
_CYRILLIC = ("RU", "UA", "BY", "BG", "RS", "MK", "ME", "BA", "KZ", "KG", "TJ", "MN", "UZ")
_ARABIC = (
    "SY",
    "IQ",
    "LB",
    "JO",
    "PS",
    "SA",
    "YE",
    "OM",
    "AE",
    "QA",
    "BH",
    "KW",
    "EG",
    "SD",
    "LY",
    "TN",
    "DZ",
)
_NATIVE = (
    ("\u0400", "\u052f", frozenset(_CYRILLIC)),
    ("\u0590", "\u05ff", frozenset(("IL", "PS"))),
    ("\u0600", "\u06ff", frozenset((*_ARABIC, "MA", "MR", "SO", "DJ", "TD", "IR", "AF", "PK"))),
)


def _native(mention: Mention, country: str) -> bool:
    """Whether a name stands as its own country writes it: then no other name of it is the first."""
    return any(first <= mention.key[:1] <= last and country in homes for first, last, homes in _NATIVE)


def _by_another_name(hit: Hit) -> bool:
    """Found by its sound, or a small town by a name that is not its first: Bansko as 'Banjska'."""
    small = hit.entry.kind == "city" and not hit.entry.priority and hit.entry.population < SMALL
    return hit.loose or (small and not hit.primary)


def _move(
    mentions: Iterable[Mention], contradictions: Mapping[str, Mention], containers: dict[int, Mention]
) -> None:
    """Names that the text puts where the gazetteer has none of them: unknown there, throughout the text."""
    for mention in mentions:
        outer = contradictions.get(mention.sense or mention.key)
        if outer is not None and mention.hits:
            mention.hits = []
            containers[mention.first] = outer


def _narrow(page: Page, mentions: Iterable[Mention]) -> None:
    """An adjective beside a name says its country: "طرابلس اللبنانية", "в ливанском Триполи"."""
    for mention in mentions:
        if len(mention.hits) < 2 or "a" <= mention.key[:1] <= "z":
            continue
        cyrillic = mention.key[:1] < "\u0530"
        beside = mention.first - 1 if cyrillic else mention.last + 1
        if page.gap(mention.first - 1 if cyrillic else mention.last) != " ":
            continue
        said = adjective_of(page.words[beside])
        mention.hits = [hit for hit in mention.hits if hit.entry.country in said] or mention.hits


def _votes(mentions: Iterable[Mention]) -> dict[str, float]:
    votes: dict[str, float] = {}
    for mention in mentions:
        if mention.demonym is not None and mention.demonym.country:
            votes[mention.demonym.country] = votes.get(mention.demonym.country, 0.0) + 1.0
    return votes


def _known_place(mention: Mention, topic: Topic) -> Place:
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
    count = len(topic.entries)
    if count == 1:
        return "only one place is called so"
    if topic.within:
        return f"best of {count}: the text says what it lies in"
    if topic.priors[0] == max(topic.priors):
        return f"best known of {count} places called so"
    return f"best of {count}: fits the other places of the text"


def _alternatives(topic: Topic) -> tuple[Candidate, ...]:
    ranked = list(zip(topic.entries, topic.probabilities, strict=True))
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
        for e, p in ranked[1 : 1 + MAX_ALTERNATIVES]
    )
