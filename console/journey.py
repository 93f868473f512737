"""One article's way through the stages: what each made of it, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from sqlalchemy import Engine, or_, select

from alerts.messages import Alert
from config.errors import MalformedRecord, UsageError
from config.models.root import Config
from console.alert_store import Told, about_document, told
from ingest.messages import ARTICLES, DOCUMENTS, Article, Document
from ingest.tables import article as articles_table
from ingest.urls import canonical_url
from processors.messages import ENRICHED, EnrichedDocument
from streams.broker import Broker
from streams.codec import decode
from streams.records import Record
from streams.scan import records_with_key
from streams.state import reading
from streams.topics import DLQ_SUFFIX

T = TypeVar("T", bound=msgspec.Struct)

# The append times of the three topics differ from "first seen" by the fetch at least; clocks of several
# machines by a little.
_SLACK_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened."""

    at: datetime
    stage: str
    what: str
    topic: str | None = None  # short name, with partition and offset where it is a record


@dataclass(slots=True)
class Journey:
    """Everything known about one article."""

    id: str
    url: str | None
    steps: list[Step] = field(default_factory=list)
    story: str | None = None
    alerts: list[Alert] = field(default_factory=list)
    told: dict[str, list[Told]] = field(default_factory=dict)  # by alert id
    enriched: EnrichedDocument | None = None  # the last revision


def find_article(engine: Engine, wanted: str) -> tuple[str, str | None, float | None]:
    """Id, URL and first-seen time (epoch seconds) of the article with this URL or id (or its beginning).

    An id that intake never saw (an imported one) comes back as it is. Raises UsageError for an unknown URL.
    """
    table = articles_table.c
    is_url = wanted.startswith(("http://", "https://"))
    condition = (
        or_(table.url == canonical_url(wanted), table.url == wanted)
        if is_url
        else table.id.startswith(wanted, autoescape=True)
    )
    with reading(engine) as connection:
        rows = connection.execute(
            select(table.id, table.url, table.first_seen).where(condition).limit(3)
        ).all()
    if len(rows) > 1 and not is_url:
        raise UsageError(f"several articles begin with {wanted}; give more of the id")
    if rows:
        return rows[0].id, rows[0].url, rows[0].first_seen
    if is_url:
        raise UsageError(f"no article with the URL {wanted} was seen")
    return wanted, None, None


def trace(broker: Broker, engine: Engine, config: Config, wanted: str) -> Journey:
    """The journey of the article with this URL or id; raises UsageError where nothing is known of it."""
    article_id, url, first_seen = find_article(engine, wanted)
    journey = Journey(article_id, url)
    since = None if first_seen is None else int(first_seen * 1000) - _SLACK_MS
    key = article_id.encode()
    for topic, reader in ((ARTICLES, _fetched), (DOCUMENTS, _extracted), (ENRICHED, _enriched)):
        for record in records_with_key(broker, config.topic(topic), key, since):
            journey.steps += reader(record, journey)
        for record in records_with_key(broker, config.topic(topic) + DLQ_SUFFIX, key, since):
            journey.steps.append(_dead(record, topic))
    with reading(engine) as connection:
        start = None if since is None else datetime.fromtimestamp(since / 1000, UTC)
        journey.alerts = about_document(connection, article_id, start)
        for alert in {alert.id: alert for alert in journey.alerts}.values():
            journey.told[alert.id] = told(connection, alert.id)
    journey.steps += [step for alert in journey.alerts for step in _alerted(alert, journey)]
    if not journey.steps:
        raise UsageError(f"nothing is known of {wanted}: not in the log, or no longer")
    journey.steps.sort(key=lambda step: step.at)
    return journey


def _time(record: Record) -> datetime:
    return datetime.fromtimestamp(record.timestamp / 1000, UTC)


def _place(record: Record, topic: str) -> str:
    return f"{topic}[{record.partition}]@{record.offset}"


def _fetched(record: Record, journey: Journey) -> Iterator[Step]:
    article = _read(record, Article)
    if article is None:
        return
    journey.url = journey.url or article.url
    where = _place(record, ARTICLES)
    if article.entry.published is not None:
        yield Step(article.entry.published, "publisher", f"published, says the feed {article.feed.id}")
    yield Step(article.seen, "poller", f"seen in {article.feed.id}, revision {article.revision}")
    yield Step(_time(record), "poller", _http_words(article), where)


def _http_words(article: Article) -> str:
    facts = article.http
    if facts is None:
        return "page not asked for; the feed's own text goes on"
    if facts.error:
        return f"page not fetched: {facts.error}"
    return f"page fetched: {facts.status}, {facts.size:,} bytes in {facts.seconds:.2f} s"


def _extracted(record: Record, journey: Journey) -> Iterator[Step]:
    document = _read(record, Document)
    if document is None:
        return
    journey.url = journey.url or document.url
    how = document.extraction
    words = f"{len(document.text.split())} words by {how.method}, quality {how.quality:.2f}"
    flags = f", {', '.join(how.flags)}" if how.flags else ""
    note = f" ({how.note})" if how.note else ""
    yield Step(_time(record), "extractor", words + flags + note, _place(record, DOCUMENTS))


def _enriched(record: Record, journey: Journey) -> Iterator[Step]:
    document = _read(record, EnrichedDocument)
    if document is None:
        return
    journey.enriched = document
    journey.story = document.story or journey.story
    events = ", ".join(f"{event.type} ({event.status})" for event in document.events) or "no event"
    words = f"{events}; {len(document.places)} places; pipeline {document.pipeline}"
    yield Step(_time(record), "enricher", words, _place(record, ENRICHED))


def _dead(record: Record, topic: str) -> Step:
    from streams import headers

    stage = (record.header(headers.DLQ_STAGE) or b"").decode("utf-8", "replace")
    why = (record.header(headers.DLQ_MESSAGE) or b"").decode("utf-8", "replace")
    return Step(_time(record), stage, f"became a dead letter: {why}", _place(record, f"{topic}.dlq"))


def _alerted(alert: Alert, journey: Journey) -> Iterator[Step]:
    backfill = ", backfill" if alert.backfill else ""
    words = f"{alert.rule}: {alert.headline} [{alert.reason}, revision {alert.revision}{backfill}]"
    yield Step(alert.updated, "alerter", words)
    for item in journey.told.get(alert.id, ()):
        if item.revision == alert.revision:
            why = item.error if item.state != "sent" and item.error else item.why
            yield Step(item.finished or item.created, "notifier", f"{item.target}: {item.state} ({why})")


def _read(record: Record, kind: type[T]) -> T | None:
    """The message; None for bytes that are none (they are a dead letter by now)."""
    try:
        return decode(record.value, kind)
    except MalformedRecord:
        return None
