"""One page or one line as a document, for ``extract``, ``enrich`` and ``explain``."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from config.errors import ExtractionError, FetchFailed, MalformedRecord, UsageError
from config.models.settings import IntakeSettings
from ingest.messages import Article, Document, EntryFacts, FeedFacts, HttpFacts
from ingest.text import one_line, short_hash
from ingest.urls import canonical_url, identity_of, is_web_url

_HTML = (".html", ".htm", ".xhtml")
_LINES = (".jsonl", ".json", ".ndjson")


def read_document(target: str, settings: IntakeSettings) -> Document:
    """The document behind a web address, an HTML file, a text file (title first), or a JSON line.

    Raises UsageError, FetchError or ExtractionError.
    """
    if is_web_url(target):
        return extract(fetch(target, settings), settings)
    path = Path(target)
    raw = _read_file(path)
    if path.suffix.lower() in _HTML or raw.lstrip()[:1] == b"<":
        return extract(_page_article(path.absolute().as_uri(), raw, None), settings)
    if path.suffix.lower() in _LINES:
        return line_document(raw.split(b"\n", 1)[0] if path.suffix != ".json" else raw)
    return text_document(raw.decode("utf-8", "replace"))


def line_document(raw: bytes, number: int = 1) -> Document:
    """The document of one JSON line; raises UsageError."""
    from processors.offline import read_line

    try:
        return read_line(raw, number)
    except MalformedRecord as error:
        raise UsageError(str(error)) from error


def text_document(text: str) -> Document:
    """Plain text, its first line being the title, as published now."""
    from processors.offline import InputLine, document

    title, _, body = text.strip().partition("\n")
    if not title:
        raise UsageError("the text is empty")
    now = datetime.now(UTC).isoformat()
    return document(InputLine(id=short_hash(text), title=title, text=body.strip(), published=now))


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error


def fetch(url: str, settings: IntakeSettings) -> Article:
    """Fetch one page under the poller's limits; raises FetchError. robots.txt is not asked."""
    return asyncio.run(_fetch(url, settings))


async def _fetch(url: str, settings: IntakeSettings) -> Article:
    from ingest.address import AllowList
    from ingest.agent import user_agent
    from ingest.fetch import Fetcher, Request

    fetcher = Fetcher(
        user_agent=user_agent(settings),
        allow=AllowList.parse(settings.allow_addresses),
        proxy=settings.proxy.get_secret_value() if settings.proxy else None,
    )
    async with fetcher:
        response = await fetcher.get(
            Request(url, max_bytes=settings.max_page_bytes, timeout=settings.timeout.total_seconds())
        )
    if response.status != 200:
        raise FetchFailed(f"{url}: the server answered {response.status}")
    return _page_article(response.url, response.body, response.headers.get("content-type"), asked=url)


def _page_article(url: str, body: bytes, content_type: str | None, asked: str | None = None) -> Article:
    from ingest.body import pack_body

    now = datetime.now(UTC)
    canonical = canonical_url(asked or url) or url
    host = urlsplit(url).hostname or "file"
    return Article(
        id=short_hash("url", identity_of(canonical)),
        revision=short_hash(body.decode("utf-8", "replace"))[:16],
        url=canonical,
        final_url=url,
        feed=FeedFacts(id="command-line", url=f"https://{host}/"),
        entry=EntryFacts(link=url),
        http=HttpFacts(status=200, content_type=content_type, size=len(body)),
        body=pack_body(body),
        seen=now,
        fetched=now,
    )


def extract(article: Article, settings: IntakeSettings) -> Document:
    """What the extractor makes of it; raises ExtractionError where there is no text."""
    from ingest.extractor import PageReader

    reader = PageReader(settings.extract_timeout.total_seconds(), settings.parse_memory_mb, workers=1)
    try:
        document = reader.read(article)
    finally:
        reader.close()
    if not document.text.strip():
        why = document.extraction.note or "no article text in the page"
        raise ExtractionError(f"{article.final_url or article.url}: {one_line(why)}")
    return document
