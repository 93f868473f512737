"""Enriched documents for tests, built from marked text.

``[[Atme|city SY SY-ID 36.31 36.69]]`` marks a place: precision, country, admin-1, latitude, longitude (``-``
for none) and, where it differs, its name. ``{{raid|raid current}}`` marks a trigger: type and status,
then any of ``killed=13 injured=2-4 by=HTS against=civilians on=2022-02-03 confidence=.5`` and ``@0 @2``, the
numbers of its places (default: those of its sentence; a single ``@``: none). A first line that ends in a line
break is the title.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from processors.messages import Actor, Casualties, DateRange, EnrichedDocument, Event, Place, Sentence, Span
from processors.text.sentences import split

_MARK = re.compile(
    r"\[\[(?P<place>[^|\]]+)\|(?P<facts>[^\]]+)\]\]|\{\{(?P<trigger>[^|}]+)\|(?P<event>[^}]+)\}\}"
)
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)

ATME = "city SY SY-ID 36.31 36.69"
IDLIB_CITY = "city SY SY-ID 35.93 36.63"
IDLIB = "admin1 SY SY-ID 35.8 36.7"
PARIS = "city FR FR-IDF 48.85 2.35"
ALEPPO = "city SY SY-HL 36.2 37.16"
SYRIA = "country SY - 35 38"


def enriched(marked: str, **fields: Any) -> EnrichedDocument:
    """The document that ``marked`` describes. ``fields`` replace any field of EnrichedDocument."""
    text, places, raw_events = _strip(marked)
    sentences = tuple(Sentence(start=s.start, end=s.end) for s in split(text, max(text.find("\n"), 0)))
    events = tuple(_event(span, facts, places, sentences) for span, facts in raw_events)
    published = fields.pop("published", NOON)
    defaults: dict[str, Any] = {
        "id": fields.get("id", f"doc-{abs(hash(marked)) % 10**8}"),
        "title": text.split("\n", 1)[0],
        "text": text,
        "language": "en",
        "published": published,
        "effective": published,
        "places": tuple(places),
        "events": events,
        "sentences": sentences,
    }
    return EnrichedDocument(**{**defaults, **fields})


def _strip(marked: str) -> tuple[str, list[Place], list[tuple[Span, str]]]:
    text = ""
    places: list[Place] = []
    events: list[tuple[Span, str]] = []
    last = 0
    for match in _MARK.finditer(marked):
        text += marked[last : match.start()]
        last = match.end()
        word = match["place"] or match["trigger"]
        start, end = len(text), len(text) + len(word)
        text += word
        if match["place"]:
            places.append(_place(word, start, end, match["facts"]))
        else:
            events.append((Span(start=start, end=end, text=word), match["event"]))
    return text + marked[last:], places, events


def _place(word: str, start: int, end: int, facts: str) -> Place:
    precision, country, admin1, lat, lon, *name = facts.split()
    return Place(
        start=start,
        end=end,
        text=word,
        name=" ".join(name) or word,
        kind=precision,
        country=None if country == "-" else country,
        admin1=None if admin1 == "-" else admin1,
        latitude=None if lat == "-" else float(lat),
        longitude=None if lon == "-" else float(lon),
        precision=precision,
        confidence=0.9,
    )


def _event(span: Span, facts: str, places: list[Place], sentences: tuple[Sentence, ...]) -> Event:
    kind, status, *rest = facts.split()
    sentence = next(((s.start, s.end) for s in sentences if s.start <= span.start < s.end), (0, 0))
    here = tuple(n for n, place in enumerate(places) if sentence[0] <= place.start < sentence[1])
    named = tuple(int(item[1:]) for item in rest if item.startswith("@") and item != "@")
    values = dict(item.split("=", 1) for item in rest if "=" in item)
    day = values.get("on")
    return Event(
        type=kind,
        trigger=span,
        status=status,
        places=() if "@" in rest else named or here,
        sentence=sentence,
        date=DateRange(start=day, end=day, text=day) if day else None,
        actors=_actors(values),
        casualties=_casualties(values),
        confidence=float(values.get("confidence", "0.9")),
    )


def _actors(values: dict[str, str]) -> tuple[Actor, ...]:
    roles = (("by", "agent"), ("against", "patient"))
    return tuple(Actor(name=values[key].replace("_", " "), role=role) for key, role in roles if key in values)


def _casualties(values: dict[str, str]) -> tuple[Casualties, ...]:
    found = []
    for kind in ("killed", "injured"):
        if kind in values:
            least, _, most = values[kind].partition("-")
            found.append(Casualties(kind=kind, min=int(least), max=int(most or least)))
    return tuple(found)
