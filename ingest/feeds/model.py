"""A parsed feed."""

from __future__ import annotations

from datetime import datetime

import msgspec

from ingest.identity import IdentifiedEntry
from ingest.messages import EntryFacts


class SitemapPlace(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sitemap that an index names."""

    url: str
    changed: datetime | None = None  # lastmod, UTC


class ParsedFeed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fetch of a feed, whatever its format. Links are absolute."""

    title: str = ""
    link: str | None = None  # of the site
    language: str | None = None
    ttl: float | None = None  # seconds between polls that the feed asks for
    hub: str | None = None  # WebSub hub
    self_url: str | None = None
    sitemaps: tuple[SitemapPlace, ...] = ()  # of a sitemap index
    entries: tuple[EntryFacts, ...] = ()
    parser: str = ""  # fast | feedparser | json | sitemap
    warnings: tuple[str, ...] = ()  # one line each, for people


class ParseTask(msgspec.Struct, frozen=True, kw_only=True):
    """What the parsing process is asked."""

    body: bytes
    url: str
    content_type: str = ""
    kind: str = "feed"  # feed | sitemap
    feed_id: str | None = None  # given: the entries come back identified


class ParsedItems(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer: the feed, and its entries with their names where a feed id was given (then not twice)."""

    feed: ParsedFeed
    items: tuple[IdentifiedEntry, ...] = ()
