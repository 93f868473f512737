"""Old articles from a JSONL file into the log: one document a line, as if intake had read them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader

import msgspec

from config.models.root import Config
from ingest.dates import effective_date
from ingest.messages import DOCUMENTS, Document, Extraction
from ingest.text import clean, content_hash, one_line, short_hash
from ingest.urls import canonical_url, identity_of
from streams.broker import Broker
from streams.codec import encode
from streams.headers import REPLAY_ID
from streams.records import OutputRecord

_BATCH = 500


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the file. Only ``text`` or ``title`` is needed."""

    id: str | None = None
    title: str = ""
    text: str = ""
    published: str | None = None  # ISO 8601
    language: str | None = None
    url: str | None = None
    publisher: str | None = None
    source_country: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that is no article."""

    number: int
    why: str


def read_line(raw: bytes, number: int, now: datetime) -> Document | Bad:
    """The document of one line (1-based ``number``), or why there is none. Pure."""
    try:
        line = msgspec.json.decode(raw, type=Line)
        published = _moment(line.published)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        return Bad(number, one_line(str(error)))
    title, body = one_line(clean(line.title)), clean(line.text)
    if not (title or body.strip()):
        return Bad(number, "neither title nor text")
    text = body if not title or body.partition("\n")[0].strip() == title else f"{title}\n{body}"
    url = canonical_url(line.url) if line.url else ""
    return Document(
        id=line.id or _identity(url, text),
        revision=content_hash(text)[:16],
        url=url,
        title=title or one_line(body.strip().partition("\n")[0])[:200],
        text=text,
        language=line.language,
        authors=line.authors,
        published=published,
        fetched=now,
        effective=effective_date(published, now),
        publisher=line.publisher,
        source_country=line.source_country,
        tags=line.tags,
        content_hash=content_hash(text),
        extraction=Extraction(method="given", quality=1.0),
    )


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _identity(url: str, text: str) -> str:
    """The id that intake would give an article with this URL; without one, of its text."""
    return short_hash("url", identity_of(url)) if url else short_hash("text", text)


def read_archive(lines: BufferedReader, now: datetime) -> Iterator[tuple[int, Document | Bad | None]]:
    """Bytes read so far, and the document or the problem of each line that is not empty."""
    done = 0
    for number, raw in enumerate(lines, 1):
        done += len(raw)
        yield done, read_line(raw, number, now) if raw.strip() else None


def file_id(lines: BufferedReader) -> str:
    """Same file, same id: importing it twice changes nothing. Leaves the file at its beginning."""
    digest = hashlib.file_digest(lines, "sha256").hexdigest()
    lines.seek(0)
    return f"import-{digest[:16]}"


class Importer:
    """Writes documents to the log, in batches; each is marked with ``replay_id`` unless that is None."""

    def __init__(self, broker: Broker, config: Config, replay_id: str | None) -> None:
        self._topic = config.topic(DOCUMENTS)
        self._headers = ((REPLAY_ID, replay_id.encode()),) if replay_id else ()
        self._producer = broker.producer()
        self._held = 0
        self.written = 0

    def add(self, document: Document) -> None:
        """Hand one document over; certain after :meth:`finish`."""
        key = document.id.encode("ascii", "replace")
        self._producer.send(OutputRecord(self._topic, key, encode(document), self._headers))
        self._held += 1
        if self._held >= _BATCH:
            self.finish()

    def finish(self) -> None:
        """Return once everything handed over is in the log."""
        self._producer.flush()
        self.written += self._held
        self._held = 0

    def close(self) -> None:
        """Release the producer."""
        self._producer.close()
