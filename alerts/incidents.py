"""Incidents: real-world events, as far as reports of them have been joined."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from alerts.ids import digest
from alerts.messages import AlertPlace
from alerts.reports import Day, Report
from alerts.sources import independent
from processors.messages import Actor, Casualties, DateRange
from processors.taxonomy import specificity

PRECISION = {"unknown": 0, "country": 1, "admin1": 2, "admin2": 3, "city": 4, "point": 5}
_REPORTS_KEPT = 200
_WORDS_KEPT = 400


class Source(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is remembered of one report."""

    document: str
    key: str
    source: str
    effective: datetime
    publisher: str | None = None
    story: str | None = None
    language: str | None = None
    status: str = "current"
    casualties: tuple[Casualties, ...] = ()


class Incident(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event in the world."""

    id: str
    type: str
    types: tuple[str, ...] = ()  # every type that reports gave it
    status: str = "current"
    place: AlertPlace | None = None
    day: Day
    first: datetime  # event time of the earliest article
    last: datetime  # of the latest
    actors: tuple[Actor, ...] = ()
    killed: tuple[int, int | None] | None = None
    injured: tuple[int, int | None] | None = None
    names: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    wording: dict[str, frozenset[str]] = {}  # content words by language
    sources: tuple[Source, ...] = ()
    confidence: float = 0.0

    @property
    def publishers(self) -> int:
        """How many independent publishers report it."""
        return independent(self.sources)

    @property
    def stories(self) -> frozenset[str]:
        """Clusters of copies that report it."""
        return frozenset(source.story for source in self.sources if source.story)

    def dates(self) -> DateRange:
        """When, for messages."""
        return DateRange(start=self.day.start.isoformat(), end=self.day.end.isoformat())


def open_incident(report: Report) -> Incident:
    """A new incident from its first report. Its id depends on that report alone."""
    empty = Incident(
        id=digest("incident", report.key),
        type=report.type,
        day=report.day,
        first=report.effective,
        last=report.effective,
        status=report.status,
    )
    return absorb(empty, report)


def absorb(incident: Incident, report: Report) -> Incident:
    """The incident with what one more report (or a new revision of one) says."""
    rest = [source for source in incident.sources if source.key != report.key]
    mine = Source(
        document=report.document,
        key=report.key,
        source=report.source,
        effective=report.effective,
        publisher=report.publisher,
        story=report.story,
        language=report.language,
        status=report.status,
        casualties=report.casualties,
    )
    sources = (*rest, mine)[-_REPORTS_KEPT:]
    return msgspec.structs.replace(
        incident,
        type=_better_type(incident.type, report.type),
        types=tuple(sorted({*incident.types, report.type})),
        status=_status(sources),
        place=better_place(incident.place, report.place),
        day=_better_day(incident.day, report.day),
        first=min(incident.first, report.effective),
        last=max(incident.last, report.effective),
        actors=_actors(incident.actors, report.actors),
        killed=_highest(incident.killed, report.killed),
        injured=_highest(incident.injured, report.injured),
        names=incident.names | report.names,
        numbers=incident.numbers | report.numbers,
        wording=_wording(incident.wording, report),
        sources=sources,
        confidence=max(incident.confidence, report.confidence),
    )


def better_place(known: AlertPlace | None, told: AlertPlace | None) -> AlertPlace | None:
    """The more precise of two compatible places; the known one of equals."""
    if known is None or told is None:
        return known or told
    return told if PRECISION.get(told.precision, 0) > PRECISION.get(known.precision, 0) else known


def side_by_side(incident: Incident) -> tuple[Casualties, ...]:
    """Every toll with who said it: the newest word of each source, conflicting ones next to each other."""
    latest: dict[tuple[str, str, str, bool], Casualties] = {}
    for source in sorted(incident.sources, key=lambda source: source.effective):
        for item in source.casualties:
            said_by = item.source or source.publisher or source.source
            key = (said_by, item.kind, item.category, item.subset)
            latest[key] = msgspec.structs.replace(item, source=said_by, start=None, end=None)
    return tuple(latest.values())


def _better_type(known: str, told: str) -> str:
    if known == "mention":
        return told
    if told == "mention":
        return known
    return told if specificity(told) > specificity(known) else known


def _better_day(known: Day, told: Day) -> Day:
    if told.stated and not known.stated:
        return told
    if known.stated and not told.stated:
        return known
    start, end = max(known.start, told.start), min(known.end, told.end)
    if start <= end:
        return Day(start, end, known.stated)
    return known if not known.stated else Day(*_hull(known, told), True)


def _hull(known: Day, told: Day) -> tuple[date, date]:
    return min(known.start, told.start), max(known.end, told.end)


def _status(sources: tuple[Source, ...]) -> str:
    """Denied only while every latest word is a denial; current as soon as anybody says so."""
    said = {source.status for source in sources}
    for status in ("current", "background", "denied", "planned"):
        if status in said:
            return status
    return "hypothetical"


def _actors(known: tuple[Actor, ...], told: tuple[Actor, ...]) -> tuple[Actor, ...]:
    found = {(actor.name, actor.role): actor for actor in known}
    for actor in told:
        found.setdefault((actor.name, actor.role), actor)
    return tuple(found.values())[:20]


def _highest(
    known: tuple[int, int | None] | None, told: tuple[int, int | None] | None
) -> tuple[int, int | None] | None:
    if known is None or told is None:
        return known or told
    return told if told[0] > known[0] else known


def _wording(known: dict[str, frozenset[str]], report: Report) -> dict[str, frozenset[str]]:
    language = report.language or ""
    words = known.get(language, frozenset())
    if len(words) < _WORDS_KEPT:
        words |= report.wording
    return {**known, language: words}
