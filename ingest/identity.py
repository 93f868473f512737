"""Which entry is which: keys within a feed, article ids across feeds, revisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from ingest.messages import EntryFacts
from ingest.text import normal_form, plain_text, short_hash
from ingest.urls import canonical_url, identity_of_canonical


class IdentifiedEntry(msgspec.Struct, frozen=True):
    """An entry with its names."""

    key: str  # within the feed
    article_id: str  # across feeds
    revision: str  # of the entry's content
    url: str  # canonical; "" where the entry has no link
    entry: EntryFacts


def identify(feed_id: str, entries: Sequence[EntryFacts], feed_url: str) -> list[IdentifiedEntry]:
    """Name every entry of one fetch of a feed, in the feed's order.

    Key: guid, else link, else hash of title and content. A guid that several entries of the
    feed carry tells nothing, so there the link (or the content) joins the key. The very same entry twice is
    kept once.
    """
    names = [_name(entry) for entry in entries]
    counts = Counter(names)
    seen: set[str] = set()
    urls = [canonical_url(entry.link or "", feed_url) for entry in entries]
    links = Counter(urls)
    found: list[IdentifiedEntry] = []
    for entry, url, name in zip(entries, urls, names, strict=True):
        key = short_hash(name) if counts[name] == 1 else short_hash(name, entry.link or "", _content(entry))
        if key in seen:
            continue
        seen.add(key)
        shared_link = links[url] > 1 and bool(entry.guid)
        found.append(
            IdentifiedEntry(
                key, _article_id(feed_id, url, name, shared=shared_link), revision_of(entry), url, entry
            )
        )
    return found


def article_id(feed_id: str, url: str, entry: EntryFacts) -> str:
    """The id of the article that an entry with canonical address ``url`` leads to."""
    return _article_id(feed_id, url, _name(entry), shared=False)


def _article_id(feed_id: str, url: str, name: str, *, shared: bool) -> str:
    """Hash of the canonical URL; of feed and guid (or content) where there is none, or entries share it.

    A home page as link (path "/" and no query) names no article either.
    """
    identity = identity_of_canonical(url)
    if identity and not shared and ("/" in identity or "?" in identity):
        return short_hash("url", identity)
    return short_hash("entry", feed_id, name, identity)


def revision_of(entry: EntryFacts) -> str:
    """Hash of what a reader sees: changed markup, dates or counters are no revision."""
    return short_hash(normal_form(plain_text(entry.title)), _content(entry))[:16]


def _name(entry: EntryFacts) -> str:
    if entry.guid and entry.guid.strip():
        return "guid:" + entry.guid.strip()
    if entry.link and entry.link.strip():
        return "link:" + entry.link.strip()
    return "text:" + short_hash(entry.title, _content(entry))


def _content(entry: EntryFacts) -> str:
    return normal_form(plain_text(entry.content or entry.summary))
