"""What extraction is asked and what it answers."""

from __future__ import annotations

from datetime import datetime

import msgspec


class ExtractTask(msgspec.Struct, frozen=True, kw_only=True):
    """One page."""

    body: bytes
    url: str
    content_type: str = ""  # as sent, with charset


class PageMetadata(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the page says about itself, outside its text."""

    title: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    modified: datetime | None = None
    section: str | None = None
    language: str | None = None  # ISO 639-1
    publisher: str | None = None
    canonical_url: str | None = None
    description: str = ""
    kind: str | None = None  # schema.org type of the main item: NewsArticle, VideoObject, ...
    paywalled: bool = False  # isAccessibleForFree is false
    tags: tuple[str, ...] = ()


class PageText(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The article in a page."""

    metadata: PageMetadata
    text: str = ""  # one paragraph a line, without the title
    method: str = ""  # fast | thorough; "" where nothing was found
    quality: float = 0.0  # 0..1
    flags: tuple[str, ...] = ()  # paywall, cookie-wall, consent, error-page, challenge, short, ...
    note: str | None = None  # one line for people
    links: float = 0.0  # share of the page's text inside links
