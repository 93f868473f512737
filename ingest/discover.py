"""From a site's address to its feeds."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin, urlsplit

from config.errors import FetchError, ParseError
from config.models.settings import IntakeSettings
from ingest.client import Client, with_client
from ingest.extract.charset import decode_page
from ingest.feeds.model import ParsedFeed
from ingest.fetch import Response
from ingest.text import one_line
from ingest.urls import canonical_url, site_of

MAX_CANDIDATES = 40
_USUAL = (
    "/feed",
    "/feed/",
    "/rss",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/index.xml",
    "/feeds/posts/default",
    "/?feed=rss2",
    "/feed.json",
    "/news-sitemap.xml",
    "/sitemap-news.xml",
)
_TYPES = re.compile(r"application/(rss|atom|rdf|feed)\+(xml|json)|application/json|text/xml", re.IGNORECASE)
_TAG = re.compile(r"<(link|a)\s([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_LOOKS_LIKE_FEED = re.compile(r"(^|[/._?=-])(rss|atom|feeds?|rdf|xml)([/._?&=-]|$)", re.IGNORECASE)
_SITEMAP = re.compile(r"^\s*sitemap:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that exists and could be read."""

    url: str
    title: str
    kind: str  # feed | sitemap, as feeds.yaml's type
    entries: int
    newest: str | None  # ISO date of the newest entry
    how: (
        str  # where it was found: the address itself, link element, link on the page, usual place, robots.txt
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address worth a try."""

    url: str
    how: str
    kind: str = "feed"


def discover(url: str, settings: IntakeSettings) -> list[FoundFeed]:
    """The feeds of a site or page, the announced ones first. Raises FetchError where it cannot be read."""
    address = url if "://" in url else f"https://{url}"
    return with_client(settings, lambda client: _discover(client, address))


async def _discover(client: Client, url: str) -> list[FoundFeed]:
    response = await client.get(url)
    itself = await _try(client, Candidate(url, "the address itself"), response)
    if itself is not None:
        return [itself]
    html = decode_page(response.body, response.headers.get("content-type", ""))
    candidates = [
        *page_candidates(html, response.url),
        *usual_places(response.url),
        *await _of_robots(client, response.url),
    ]
    chosen = _unique(candidates)[:MAX_CANDIDATES]
    slots = asyncio.Semaphore(4)

    async def look(candidate: Candidate) -> FoundFeed | None:
        async with slots:
            return await _try(client, candidate)

    found = [feed for feed in await asyncio.gather(*map(look, chosen)) if feed is not None]
    return _without_twins(found)


def page_candidates(html: str, url: str) -> list[Candidate]:
    """Addresses that a page announces as feeds, then those that look like one. Pure."""
    announced, linked = [], []
    for match in _TAG.finditer(html[:2_000_000]):
        attributes = {
            k.lower(): unescape(a or b or c or "") for k, a, b, c in _ATTRIBUTE.findall(match.group(2))
        }
        target = canonical_url(attributes.get("href", ""), url)
        if not target:
            continue
        if match.group(1).lower() == "link":
            if "alternate" in attributes.get("rel", "").lower() and _TYPES.search(attributes.get("type", "")):
                announced.append(Candidate(target, "link element"))
        elif _LOOKS_LIKE_FEED.search(urlsplit(target).path) and site_of(target) == site_of(url):
            linked.append(Candidate(target, "link on the page"))
    return announced + linked


def usual_places(url: str) -> list[Candidate]:
    """Where content management systems put their feeds."""
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}"
    return [
        Candidate(urljoin(root, path), "usual place", "sitemap" if "sitemap" in path else "feed")
        for path in _USUAL
    ]


async def _of_robots(client: Client, url: str) -> list[Candidate]:
    parts = urlsplit(url)
    try:
        response = await client.get(f"{parts.scheme}://{parts.netloc}/robots.txt", max_bytes=500_000)
    except FetchError:
        return []
    places = _SITEMAP.findall(response.body.decode("utf-8", "replace")) if response.status == 200 else []
    return [Candidate(place, "robots.txt", "sitemap") for place in places if "news" in place.lower()]


async def _try(client: Client, candidate: Candidate, response: Response | None = None) -> FoundFeed | None:
    try:
        response = response or await client.get(candidate.url, max_bytes=client.settings.max_feed_bytes)
        if response.status != 200:
            return None
        feed = await client.parse(response, candidate.kind)
    except (FetchError, ParseError):
        return None
    if not feed.entries and not feed.title:
        return None
    return _found(candidate, response, feed)


def _found(candidate: Candidate, response: Response, feed: ParsedFeed) -> FoundFeed:
    dates = [d for entry in feed.entries if (d := entry.published or entry.updated) is not None]
    kind = "sitemap" if feed.parser == "sitemap" else "feed"
    newest = max(dates).isoformat() if dates else None
    title = one_line(feed.title) or candidate.url
    return FoundFeed(response.url, title, kind, len(feed.entries), newest, candidate.how)


def _unique(candidates: Iterable[Candidate]) -> list[Candidate]:
    seen: dict[str, Candidate] = {}
    for candidate in candidates:
        seen.setdefault(candidate.url, candidate)
    return list(seen.values())


def _without_twins(feeds: list[FoundFeed]) -> list[FoundFeed]:
    """Several addresses often lead to one feed; the best announced one stays."""
    kept: dict[tuple[str, int, str | None], FoundFeed] = {}
    urls: set[str] = set()
    for feed in feeds:
        if feed.url not in urls:
            urls.add(feed.url)
            kept.setdefault((feed.title, feed.entries, feed.newest), feed)
    return list(kept.values())
