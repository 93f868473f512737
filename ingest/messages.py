"""What travels in the topics ``articles`` and ``documents``.

Times are aware and in UTC. Ids are deterministic, so that doing a step twice changes nothing.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

ARTICLES = "articles"
DOCUMENTS = "documents"


class FeedFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The feed an entry came from, as configured."""

    id: str
    url: str
    publisher: str | None = None  # masthead as a reader knows it
    country: str | None = None  # ISO 3166-1 alpha-2 home country of the feed
    language: str | None = None  # ISO 639-1, when configured
    tags: tuple[str, ...] = ()


class EntryFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One feed entry as the feed states it."""

    guid: str | None = None
    link: str | None = None  # absolute
    title: str = ""
    summary: str = ""  # HTML or text as in the feed
    content: str = ""  # full content (HTML), where the feed carries it
    authors: tuple[str, ...] = ()
    published: datetime | None = None  # as stated, not clamped
    updated: datetime | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None


class HttpFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How fetching the article's page went."""

    status: int | None = None  # None: no answer
    content_type: str | None = None  # with charset parameter, as sent
    etag: str | None = None
    last_modified: str | None = None
    error: str | None = None  # why there is no body, one line
    size: int = 0  # bytes after decompression
    seconds: float = 0.0


class Article(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One revision of one article: the entry and the raw page."""

    schema_version: int = 1
    id: str  # hash of the canonical URL, or of feed and guid where there is no URL
    revision: str  # hash of the entry's content; a changed entry is a new revision
    url: str  # canonical form of the entry's link ("" where it has none)
    final_url: str | None = None  # after redirects
    feed: FeedFacts
    entry: EntryFacts
    http: HttpFacts | None = None  # None: the page was not asked for
    body: str | None = None  # raw page bytes, zstd then base64
    seen: datetime  # when the poller first saw this revision in the feed
    fetched: datetime  # when the page was fetched


class Extraction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the text was won, and how far to trust it."""

    method: str  # fast | thorough | feed-content | feed-summary | title-only | given
    quality: float  # 0..1
    flags: tuple[str, ...] = ()  # paywall, cookie-wall, consent, error-page, pdf, page-failed, truncated, ...
    note: str | None = None  # one line for people, e.g. why the page was not used


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An article's text and facts. ``text`` begins with the title as its first line."""

    schema_version: int = 1
    id: str  # article id
    revision: str
    url: str
    canonical_url: str | None = None
    title: str
    text: str
    language: str | None = None  # ISO 639-1
    authors: tuple[str, ...] = ()
    section: str | None = None
    published: datetime | None = None  # as stated by page or feed
    modified: datetime | None = None
    fetched: datetime | None = None
    effective: datetime  # published where believable, else fetched: the time that windows run on
    publisher: str | None = None
    feed: str | None = None  # feed id
    source_country: str | None = None  # ISO 3166-1 alpha-2 home country of the feed
    tags: tuple[str, ...] = ()
    content_hash: str  # of the normalised text
    extraction: Extraction
