"""What polling a feed would bring: entries, dates, one article, and what looks wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from config.errors import FetchError
from config.models.feeds import Feed, FeedDefaults
from config.models.settings import IntakeSettings
from ingest.client import Client, with_client
from ingest.compose import compose
from ingest.extract.model import PageText
from ingest.feeds.model import ParsedFeed
from ingest.fetch import Request, Response
from ingest.identity import IdentifiedEntry, identify
from ingest.messages import Article, Document, EntryFacts, HttpFacts
from ingest.policy import FeedPolicy, feed_policy
from ingest.sandbox import SandboxFailure
from ingest.schedule import freshness, span
from ingest.sitemaps import choose, follow, oldest_useful
from ingest.text import one_line
from ingest.urls import host_of


@dataclass(frozen=True, slots=True)
class EntryPreview:
    """One entry as it would be read."""

    title: str
    url: str
    published: datetime | None  # UTC, as stated
    has_content: bool  # the feed carries more than a teaser


@dataclass(frozen=True, slots=True)
class FeedPreview:
    """The whole of it."""

    url: str  # after redirects
    status: int
    title: str
    parser: str
    entries: tuple[EntryPreview, ...]
    article: Document | None  # of the newest entry
    warnings: tuple[str, ...]  # one line each
    seconds: float  # that fetching took


def preview(feed: Feed, settings: IntakeSettings, defaults: FeedDefaults | None = None) -> FeedPreview:
    """Fetch a feed and the page of its newest entry once; stores nothing.

    Raises FetchError or ParseError where the feed itself cannot be read.
    """
    policy = feed_policy(feed, defaults or FeedDefaults(), settings)
    return with_client(settings, lambda client: _preview(client, policy))


async def _preview(client: Client, policy: FeedPolicy) -> FeedPreview:
    settings = client.settings
    request = Request(
        policy.url,
        settings.max_feed_bytes,
        settings.timeout.total_seconds(),
        private_headers=policy.private_headers,
        proxy=policy.proxy,
        verify_tls=policy.verify_tls,
    )
    response = await client.fetcher.get(request)
    if response.status != 200:
        raise FetchError(f"{policy.url}: the server answered {response.status}")
    feed = await client.parse(response, policy.kind)
    now = datetime.now(UTC)
    if feed.sitemaps:
        feed = await _followed(client, policy, feed, now)
    items = identify(policy.id, feed.entries, feed.link or response.url)
    newest = max(
        items,
        key=lambda i: i.entry.published or i.entry.updated or datetime.min.replace(tzinfo=UTC),
        default=None,
    )
    article, trouble = await _article(client, policy, newest, now) if newest is not None else (None, [])
    return FeedPreview(
        url=response.url,
        status=response.status,
        title=feed.title,
        parser=feed.parser,
        entries=tuple(_entry(item) for item in items),
        article=article,
        warnings=tuple(warnings(feed, response, items, policy, now) + trouble),
        seconds=response.seconds,
    )


async def _followed(client: Client, policy: FeedPolicy, index: ParsedFeed, now: datetime) -> ParsedFeed:
    """A sitemap index with the entries of its newest sitemaps."""

    async def read(place: str) -> Sequence[EntryFacts]:
        return (await client.parse(await client.get(place), policy.kind)).entries

    choice = choose(index.sitemaps, host_of(policy.url), oldest_useful(now, client.settings.max_age))
    entries, note = await follow(choice, read, client.settings.host_spacing.total_seconds())
    return msgspec.structs.replace(index, entries=tuple(entries), warnings=(note,) if note else ())


async def _article(
    client: Client, policy: FeedPolicy, item: IdentifiedEntry, now: datetime
) -> tuple[Document, list[str]]:
    page: PageText | None = None
    failure = http = None
    if item.url and policy.fetch_pages:
        page, failure, http = await _page(client, policy, item.url)
    article = Article(
        id=item.article_id,
        revision=item.revision,
        url=item.url,
        feed=policy.facts,
        entry=item.entry,
        http=http,
        seen=now,
        fetched=now,
    )
    document = compose(article, page, failure)
    notes = [f"article {item.url}: {document.extraction.note}"] if document.extraction.note else []
    return document, notes


async def _page(
    client: Client, policy: FeedPolicy, url: str
) -> tuple[PageText | None, str | None, HttpFacts | None]:
    if policy.robots and (refused := await client.robots_refusal(url)) is not None:
        return None, refused, None
    try:
        response = await client.get(url)
        http = HttpFacts(status=response.status, content_type=response.headers.get("content-type"))
        if response.status != 200:
            return None, f"the server answered {response.status}", http
        return await client.extract(response.body, response.url, http.content_type or ""), None, http
    except (FetchError, SandboxFailure) as error:
        return None, str(error), None


def _entry(item: IdentifiedEntry) -> EntryPreview:
    stated = item.entry.published or item.entry.updated
    return EntryPreview(item.entry.title, item.url, stated, len(item.entry.content) > 1000)


def warnings(
    feed: ParsedFeed, response: Response, items: list[IdentifiedEntry], policy: FeedPolicy, now: datetime
) -> list[str]:
    """What looks wrong with a feed, one line each. Pure."""
    found = list(feed.warnings)
    dates = [d for item in items if (d := item.entry.published or item.entry.updated) is not None]
    permanent = [hop for hop in response.hops if hop.status in (301, 308)]
    if permanent and response.url != policy.url:
        found.append(f"moved for good to {response.url}: put that address into feeds.yaml")
    if not items:
        found.append("the feed has no entries")
    missing = len(items) - len(dates)
    if missing:
        found.append(f"{missing} of {len(items)} entries have no date: the time of the first sight is used")
    if dates and max(dates) < now - timedelta(days=30):
        found.append(f"nothing new for {span((now - max(dates)).total_seconds())}")
    ahead = sum(date > now + timedelta(minutes=10) for date in dates)
    if ahead:
        found.append(f"{ahead} entries are dated in the future")
    if items and not any(item.url for item in items):
        found.append("no entry has a link: only the feed's own text can be used")
    elsewhere = {host_of(item.url) for item in items if item.url} - {
        host_of(response.url),
        host_of(feed.link or ""),
    }
    if len(elsewhere) > 5:
        found.append(f"entries lead to {len(elsewhere)} different sites: is this an aggregator?")
    wait = freshness(dict(response.headers), now.timestamp()) or feed.ttl
    if wait and wait > policy.every:
        found.append(f"the server asks for {span(wait)} between polls, you ask every {span(policy.every)}")
    if not (response.headers.get("etag") or response.headers.get("last-modified")):
        found.append("the server sends neither ETag nor Last-Modified: every poll transfers the whole feed")
    return [one_line(text) for text in found]
