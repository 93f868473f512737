"""Sitemap indexes: the newest sitemaps are read, and people are told what is left out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from config.models.settings import IntakeSettings
from ingest.feeds.model import SitemapPlace
from ingest.preview import preview
from ingest.sitemaps import choose, oldest_useful
from tests.support.web import Page, Web

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
OLDEST = NOW - timedelta(days=7)


def place(name: str, days: float | None = None, host: str = "e.org") -> SitemapPlace:
    changed = None if days is None else NOW - timedelta(days=days)
    return SitemapPlace(f"https://{host}/{name}.xml", changed)


def test_the_newest_are_read_and_the_rest_is_counted() -> None:
    places = [place(f"{n}", n / 10) for n in range(9, -1, -1)]
    choice = choose(places, "e.org", OLDEST, most=3)
    assert choice.read == tuple(f"https://e.org/{n}.xml" for n in range(3))
    assert choice.note() == "7 of 10 sitemaps left out (7 beyond the newest 3)"


def test_old_ones_and_those_of_other_hosts_are_left_out_and_said() -> None:
    choice = choose([place("a", 1), place("b", 8), place("c", 1, "other.org")], "e.org", OLDEST)
    assert choice.read == ("https://e.org/a.xml",)
    assert choice.note() == "2 of 3 sitemaps left out (1 too old, 1 on another host)"


def test_undated_ones_come_after_dated_ones_in_their_order() -> None:
    choice = choose([place("x"), place("a", 2), place("y"), place("b", 1)], "e.org", OLDEST)
    assert [url[-5] for url in choice.read] == ["b", "a", "x", "y"]
    assert choice.note() == ""


def test_any_age_can_be_asked_for() -> None:
    assert oldest_useful(NOW, timedelta(days=100_000)) < NOW


def index(web: Web, now: datetime, count: int) -> None:
    rows = ""
    for n in range(count):
        changed = (now - timedelta(hours=n)).isoformat()
        rows += f"<sitemap><loc>{web.url(f'/{n}.xml')}</loc><lastmod>{changed}</lastmod></sitemap>"
        entry = f"<url><loc>{web.url(f'/article-{n}')}</loc><lastmod>{changed}</lastmod></url>"
        web.pages[f"/{n}.xml"] = Page(f"<urlset>{entry}</urlset>")
    web.pages["/feed"] = Page(f"<sitemapindex>{rows}</sitemapindex>")


def test_an_index_is_polled_like_a_feed(
    web: Web, intake: Callable[..., Any], make_feed: Callable[..., Any]
) -> None:
    tocsin = intake(make_feed(type="sitemap", fetch_pages=False), host_spacing="0s")
    index(web, datetime.fromtimestamp(tocsin.now[0], UTC), 12)
    web.pages["/3.xml"] = Page("gone", 404)
    counts = tocsin.poll()
    assert counts.entries == 9
    reason = tocsin.feed().reason
    assert "2 of 12 sitemaps left out (2 beyond the newest 10); 1 could not be read" in reason


def test_an_index_without_dates_is_followed_although_it_stays_the_same(
    web: Web, intake: Callable[..., Any], make_feed: Callable[..., Any]
) -> None:
    tocsin = intake(make_feed(type="sitemap", fetch_pages=False), host_spacing="0s")
    web.pages["/feed"] = Page(
        f"<sitemapindex><sitemap><loc>{web.url('/s')}</loc></sitemap></sitemapindex>", etag='"same"'
    )
    web.pages["/s"] = Page(f"<urlset><url><loc>{web.url('/a')}</loc></url></urlset>")
    assert tocsin.poll().entries == 1
    web.pages["/s"] = Page(f"<urlset><url><loc>{web.url('/b')}</loc></url></urlset>")
    assert tocsin.poll(seconds=7200).entries == 1


def test_a_test_of_an_index_shows_entries_and_what_is_left_out(
    web: Web, make_feed: Callable[..., Any]
) -> None:
    index(web, datetime.now(UTC), 11)
    settings = IntakeSettings(allow_addresses=("127.0.0.0/8",), host_spacing="0s", robots=False)
    seen = preview(make_feed(type="sitemap", fetch_pages=False), settings)
    assert len(seen.entries) == 10
    assert "1 of 11 sitemaps left out (1 beyond the newest 10)" in seen.warnings
