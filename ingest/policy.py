"""What the configuration says about one feed, defaults resolved. Durations in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.models.feeds import Feed, FeedDefaults
from config.models.root import Config
from config.models.settings import IntakeSettings
from ingest.messages import FeedFacts

SLOWEST = (
    4.0  # adaptive polling and server hints stretch ``every`` at most this far, unless max_interval says more
)
FASTEST = 0.25


@dataclass(frozen=True, slots=True)
class FeedPolicy:
    """One feed as the poller treats it."""

    facts: FeedFacts
    every: float
    minimum: float
    maximum: float
    cron: str | None
    adaptive: bool
    stale_after: float | None
    kind: str = "feed"  # feed | sitemap
    fetch_pages: bool = True
    robots: bool = True
    private_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    proxy: str | None = field(default=None, repr=False)
    verify_tls: bool = True

    @property
    def id(self) -> str:
        """The feed's id."""
        return self.facts.id

    @property
    def url(self) -> str:
        """The configured address."""
        return self.facts.url


def policies(config: Config) -> dict[str, FeedPolicy]:
    """The enabled feeds by id."""
    return {
        feed.id: feed_policy(feed, config.feeds.defaults, config.settings.intake)
        for feed in config.feeds.feeds
        if feed.enabled
    }


def feed_policy(feed: Feed, defaults: FeedDefaults, intake: IntakeSettings) -> FeedPolicy:
    """Resolve one feed's settings: its own, else the file's defaults, else the intake's."""
    floor, ceiling = intake.min_interval.total_seconds(), intake.max_interval.total_seconds()
    every = min(max((feed.every or defaults.every).total_seconds(), floor), max(ceiling, floor))
    minimum = feed.min_interval.total_seconds() if feed.min_interval else every * FASTEST
    maximum = feed.max_interval.total_seconds() if feed.max_interval else min(every * SLOWEST, ceiling)
    minimum = min(max(minimum, floor), every)
    stale = feed.stale_after or defaults.stale_after
    return FeedPolicy(
        facts=FeedFacts(
            id=feed.id,
            url=feed.url,
            publisher=feed.publisher,
            country=feed.country or defaults.country,
            language=feed.language or defaults.language,
            tags=feed.tags or defaults.tags,
        ),
        every=every,
        minimum=minimum,
        maximum=max(maximum, every),
        cron=feed.cron or (defaults.cron if feed.every is None else None),
        adaptive=_first(feed.adaptive, defaults.adaptive),
        stale_after=stale.total_seconds() if stale else None,
        kind=feed.type,
        fetch_pages=_first(feed.fetch_pages, defaults.fetch_pages, intake.fetch_pages),
        robots=_first(feed.robots, defaults.robots, intake.robots),
        private_headers=_private_headers(feed),
        proxy=feed.proxy.get_secret_value() if feed.proxy else None,
        verify_tls=feed.verify_tls,
    )


def _private_headers(feed: Feed) -> dict[str, str]:
    headers = {name: value.get_secret_value() for name, value in feed.headers.items()}
    if feed.cookie is not None:
        headers["Cookie"] = feed.cookie.get_secret_value()
    if feed.basic_auth is not None:
        import base64

        pair = f"{feed.basic_auth.username}:{feed.basic_auth.password.get_secret_value()}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode("utf-8")).decode("ascii")
    return headers


def _first(*values: bool | None) -> bool:
    return next((value for value in values if value is not None), True)
