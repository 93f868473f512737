"""Which entry is which: keys within a feed, article ids across feeds, revisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.messages import EntryFacts
from ingest.text import normal_form, plain_text, short_hash
from ingest.urls import canonical_url, identity_of_canonical


@dataclass(frozen=True, slots=True)
class IdentifiedEntry:
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
    counts: dict[str, int] = {}
    for entry in entries:
        counts[_name(entry)] = counts.get(_name(entry), 0) + 1
    seen: set[str] = set()
    urls = [canonical_url(entry.link or "", feed_url) for entry in entries]
    links: dict[str, int] = {}
    for url in urls:
        links[url] = links.get(url, 0) + 1
    found: list[IdentifiedEntry] = []
    for entry, url in zip(entries, urls, strict=True):
        name = _name(entry)
        key = short_hash(name) if counts[name] == 1 else short_hash(name, entry.link or "", _content(entry))
        if key in seen:
            continue
        seen.add(key)
        shared_link = links[url] > 1 and bool(entry.guid)
        found.append(
            IdentifiedEntry(key, article_id(feed_id, url, entry, shared_link), revision_of(entry), url, entry)
        )
    return found


def article_id(feed_id: str, url: str, entry: EntryFacts, shared_link: bool = False) -> str:
    """Hash of the canonical URL; of feed and guid (or content) where there is none, or entries share it.

    A home page as link (path "/" and no query) names no article either.
    """
    identity = identity_of_canonical(url)
    if identity and not shared_link and ("/" in identity or "?" in identity):
        return short_hash("url", identity)
    return short_hash("entry", feed_id, _name(entry), identity)


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
