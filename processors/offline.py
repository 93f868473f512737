"""Enrichment without feeds: input lines to documents, for ``tocsin enrich``, ``explain`` and import."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b

import msgspec

from config.errors import MalformedRecord
from ingest.messages import Document, Extraction

UNKNOWN = datetime(1, 1, 1, tzinfo=UTC)  # ``effective`` of a document that nobody dated


class InputLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of input."""

    id: str | int
    text: str | None = None
    title: str | None = None
    published: str | None = None  # ISO date or time
    language: str | None = None
    url: str | None = None
    source_country: str | None = None
    date: str | None = None  # the same as published, for corpora that call it so
    publisher: str | None = None
    feed: str | None = None
    tags: tuple[str, ...] = ()


_decoder = msgspec.json.Decoder(InputLine)


def read_line(line: str | bytes, number: int = 1) -> Document:
    """The document of one input line. Raises MalformedRecord naming the line."""
    try:
        entry = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedRecord(
            f'line {number}: {error}; expected {{"id": …, "text": …, "title"?, "published"?, …}}'
        ) from error
    return document(entry, number)


def document(entry: InputLine, number: int = 1) -> Document:
    """The entry as a document; the title becomes the first line of the text unless it is that already."""
    published = _time(entry.published or entry.date, number)
    title = " ".join((entry.title or "").split())
    body = entry.text or ""
    text = body if not title or body.startswith(title) else f"{title}\n{body}"
    return Document(
        id=str(entry.id),
        revision="",
        url=entry.url or "",
        title=title,
        text=text,
        language=entry.language,
        published=published,
        effective=published or UNKNOWN,
        publisher=entry.publisher,
        feed=entry.feed,
        source_country=entry.source_country,
        tags=entry.tags,
        content_hash=blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest(),
        extraction=Extraction(method="given", quality=1.0),
    )


def _time(value: str | None, number: int) -> datetime | None:
    if not value:
        return None
    try:
        when = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError as error:
        raise MalformedRecord(f"line {number}: published {value!r} is no ISO date or time") from error
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
