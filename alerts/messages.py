"""What travels in the topic ``alerts``: a rule, an incident, the evidence, and what changed."""

from __future__ import annotations

from datetime import datetime

import msgspec

from processors.messages import Actor, Casualties, DateRange

ALERTS = "alerts"


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One article that supports the alert."""

    document: str  # article id
    revision: str = ""
    url: str | None = None
    title: str
    publisher: str | None = None
    published: datetime | None = None
    language: str | None = None
    story: str | None = None  # copies of one text share it
    sentence: str = ""  # the sentence that matched
    highlights: tuple[tuple[int, int], ...] = ()  # offsets into ``sentence``
    matched: tuple[str, ...] = ()  # what held, in words: 'event raid', 'region idlib: Atme', 'keyword "raid"'


class AlertPlace(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where, as far as is known."""

    name: str
    country: str | None = None
    admin1: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    precision: str = "unknown"
    geoname_id: int | None = None
    region: str | None = None  # region id that the rule matched


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One material change since the last notification."""

    kind: str  # casualties | confirmed | denied | place | status | escalated
    text: str  # for people: 'killed: 13 (was 9)'


class Alert(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One incident under one rule, at one point of its history."""

    schema_version: int = 1
    id: str  # hash of rule and incident: stays through all updates
    revision: int = 1  # 1 for the first, +1 for every material change
    rule: str
    rule_name: str | None = None
    kind: str = "match"  # match | frequency | spike | new | silence | operator
    severity: str = "info"  # info | low | medium | high | critical
    incident: str
    reason: str = "new"  # why this revision exists: new, or the kinds of the changes
    headline: str  # one line for people
    event_type: str | None = None
    status: str = "current"
    regions: tuple[str, ...] = ()
    place: AlertPlace | None = None
    date: DateRange | None = None
    casualties: tuple[Casualties, ...] = ()
    actors: tuple[Actor, ...] = ()
    publishers: int = 1  # independent ones
    corroborated: bool = False
    confidence: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    changes: tuple[Change, ...] = ()
    labels: dict[str, str] = {}
    occurred: datetime | None = None  # event time that windows run on
    created: datetime
    updated: datetime
    backfill: str | None = None  # replay id: made by a replay, not by the live stream
