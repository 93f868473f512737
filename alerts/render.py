"""What a message says, apart from how it looks: plain values that every channel lays out its own way.

Text from articles is hostile until shown otherwise: every string here is one line without control
characters and of bounded length; links are http or https. Escaping for HTML, mrkdwn or a terminal stays
with the channel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from alerts.channels.base import Item, Message
from alerts.messages import Alert, AlertPlace, Evidence
from alerts.render_map import width_km
from alerts.render_title import one_line
from alerts.routing_labels import severity_rank
from processors import taxonomy
from processors.messages import Casualties
from processors.places.admin import find_admin1

_SENTENCE = 600
_SOURCES = 6


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the sentence."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Source:
    """One article."""

    publisher: str
    title: str
    url: str | None
    published: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """One alert as told."""

    alert_id: str
    revision: int
    severity: str
    kicker: str  # why this message comes: 'New', 'Update: killed: 13 (was 9)', 'Reminder: ...'
    headline: str
    sentence: tuple[Segment, ...]
    sentence_source: str
    rule: str
    facts: tuple[tuple[str, str], ...]  # label and value: what, where, when, tolls, ...
    matched: tuple[str, ...]  # what held, in words
    sources: tuple[Source, ...]
    more_sources: int
    acknowledge_url: str | None
    place: AlertPlace | None
    map_km: int  # how wide a map of the place is
    backfill: bool

    @property
    def why(self) -> str:
        """One line: the rule and what held."""
        return f"rule “{self.rule}”" + (f": {'; '.join(self.matched)}" if self.matched else "")


def cards_of(message: Message, at_most: int | None = None) -> tuple[Card, ...]:
    """The alerts of a message, the gravest first."""
    items = sorted(message.items, key=lambda item: -severity_rank(item.severity))
    return tuple(card_of(item) for item in items[:at_most])


def card_of(item: Item) -> Card:
    """One alert as told."""
    alert = item.alert
    shown = _telling(alert, newest=bool(item.changes))
    return Card(
        alert_id=alert.id,
        revision=alert.revision,
        severity=one_line(item.severity, 20),
        kicker=kicker_of(item),
        headline=one_line(alert.headline),
        sentence=segments(shown) if shown else (),
        sentence_source=one_line(shown.publisher or "", 80) if shown else "",
        rule=one_line(alert.rule_name or alert.rule, 120),
        facts=tuple(_facts(alert)),
        matched=_matched(alert),
        sources=sources_of(alert),
        more_sources=max(0, len(_distinct(alert.evidence)) - _SOURCES),
        acknowledge_url=item.acknowledge_url,
        place=alert.place,
        map_km=width_km(alert.place) if alert.place else 0,
        backfill=alert.backfill is not None,
    )


def kicker_of(item: Item) -> str:
    """Why this message comes, in words."""
    said = "; ".join(one_line(change.text, 160) for change in item.changes)
    if item.kind == "reminder":
        text = "Reminder: nobody has acknowledged yet"
    elif item.kind == "escalation":
        text = "Escalation: nobody has acknowledged yet"
    elif item.first:
        text = "New"
    else:
        return f"Update: {said or one_line(item.alert.reason, 160)}"
    return f"{text} ({said})" if said else text


def segments(evidence: Evidence) -> tuple[Segment, ...]:
    """The sentence cut at the highlights; long ones are cut around the first."""
    text = evidence.sentence
    marks = _merged(evidence.highlights, len(text))
    start, end = _window(len(text), marks)
    pieces: list[Segment] = [Segment("…", marked=False)] if start else []
    position = start
    for left, right in marks:
        if right <= start or left >= end:
            continue
        pieces.append(Segment(text[position:left], marked=False))
        pieces.append(Segment(text[max(left, start) : min(right, end)], marked=True))
        position = min(right, end)
    pieces.append(Segment(text[position:end] + ("…" if end < len(text) else ""), marked=False))
    return tuple(Segment(clean, piece.marked) for piece in pieces if (clean := _clean_piece(piece.text)))


def plain(parts: Iterable[Segment], mark: str = "") -> str:
    """The sentence as text, the marked parts between ``mark``."""
    return "".join(f"{mark}{part.text}{mark}" if part.marked else part.text for part in parts)


def safe_url(url: str | None) -> str | None:
    """The address where it is plain http or https without user name and control characters, else None."""
    if not url or len(url) > 2000 or any(char <= " " or char in '<>"\\^`{|}\x7f' for char in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc and "@" not in parts.netloc else None


def sources_of(alert: Alert) -> tuple[Source, ...]:
    """The articles, one for each publisher and story, at most six."""
    return tuple(
        Source(
            publisher=one_line(item.publisher or "unknown publisher", 80),
            title=one_line(item.title, 160),
            url=safe_url(item.url),
            published=f"{item.published:%Y-%m-%d %H:%M} UTC" if item.published else None,
        )
        for item in _distinct(alert.evidence)[:_SOURCES]
    )


def place_line(place: AlertPlace | None) -> str | None:
    """'Atme, Idlib, SY (36.300, 36.690; precision: city)'."""
    if place is None:
        return None
    admin1 = find_admin1(place.admin1) if place.admin1 else None
    parts = (place.name, admin1.name if admin1 else place.admin1, place.country)
    named = ", ".join(dict.fromkeys(part for part in parts if part))
    if place.latitude is None or place.longitude is None:
        return one_line(named)
    at = f"{place.latitude:.3f}, {place.longitude:.3f}"
    return one_line(f"{named} ({at}; precision: {place.precision})")


def tolls(casualties: Sequence[Casualties]) -> tuple[tuple[str, str], ...]:
    """Every toll with who gave it, side by side: ('Killed', '13 (X) · 9 (Y)')."""
    by_kind: dict[str, list[str]] = {}
    for toll in casualties:
        if not toll.subset:
            said = _number(toll) + (f" {toll.category}" if toll.category != "all" else "")
            by_kind.setdefault(toll.kind, []).append(said + (f" ({toll.source})" if toll.source else ""))
    kinds = sorted(by_kind, key=lambda kind: (kind != "killed", kind != "injured", kind))
    return tuple(
        (one_line(kind, 30).capitalize(), one_line(" · ".join(dict.fromkeys(by_kind[kind])), 300))
        for kind in kinds
    )


def _number(toll: Casualties) -> str:
    if toll.max is None:
        return f"at least {toll.min}"
    return str(toll.min) if toll.min == toll.max else f"{toll.min} to {toll.max}"


def _facts(alert: Alert) -> Iterable[tuple[str, str]]:
    event = taxonomy.display_name(alert.event_type) if alert.event_type else None
    if event:
        yield "What", one_line(event if alert.status == "current" else f"{event} ({alert.status})", 120)
    place = place_line(alert.place)
    if place:
        yield "Where", place
    if alert.date:
        yield "When", _when(alert.date.start, alert.date.end)
    yield from tolls(alert.casualties)
    if alert.actors:
        yield "Who", _actors(alert)
    if alert.publishers:
        word = "independent publisher" if alert.publishers == 1 else "independent publishers"
        yield "Reported by", f"{alert.publishers} {word}"


def _actors(alert: Alert) -> str:
    agents = [actor.name for actor in alert.actors if actor.role != "patient"][:4]
    patients = [actor.name for actor in alert.actors if actor.role == "patient"][:4]
    against = f"against {', '.join(patients)}" if patients else ""
    return one_line(" ".join(part for part in (", ".join(agents), against) if part), 240)


def _when(start: str, end: str) -> str:
    return one_line(start if start == end else f"{start} to {end}", 40)


def _matched(alert: Alert) -> tuple[str, ...]:
    shown = _telling(alert)
    return tuple(one_line(text, 120) for text in dict.fromkeys(shown.matched)) if shown else ()


def _telling(alert: Alert, *, newest: bool = False) -> Evidence | None:
    """The evidence that shows best why the rule fired: the first (or last) with a marked sentence."""
    evidence = alert.evidence[::-1] if newest else alert.evidence
    marked = [item for item in evidence if item.sentence and item.highlights]
    with_sentence = [item for item in evidence if item.sentence]
    return next(iter([*marked, *with_sentence, *evidence]), None)


def _distinct(evidence: Sequence[Evidence]) -> list[Evidence]:
    found: dict[tuple[str | None, str | None], Evidence] = {}
    for item in evidence:
        found.setdefault((item.publisher or item.document, item.story or item.document), item)
    return list(found.values())


def _merged(marks: Iterable[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for left, right in sorted((max(0, a), min(length, b)) for a, b in marks):
        if left >= right:
            continue
        if merged and left <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], right))
        else:
            merged.append((left, right))
    return merged


def _window(length: int, marks: list[tuple[int, int]]) -> tuple[int, int]:
    if length <= _SENTENCE:
        return 0, length
    first = marks[0][0] if marks else 0
    start = max(0, min(first - _SENTENCE // 3, length - _SENTENCE))
    return start, start + _SENTENCE


def _clean_piece(text: str) -> str:
    """Like one_line, but keeps the blanks at both ends."""
    middle = one_line(text, _SENTENCE + 2)
    left = " " if text[:1].isspace() and middle else ""
    right = " " if text[-1:].isspace() and middle else ""
    return f"{left}{middle}{right}" if middle else (" " if text else "")
