"""What people ask of intake: find a site's feeds, try one, exchange lists, see how feeds are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import FetchError, ParseError
from config.models.feeds import Feed
from config.models.settings import IntakeSettings
from ingest.discover import discover, page_candidates
from ingest.opml import read_opml, write_opml
from ingest.overview import feed_overview
from ingest.preview import preview
from tests.support.newsroom import article_html, item, rss
from tests.support.web import Page, Web, redirect

SETTINGS = IntakeSettings(allow_addresses=("127.0.0.0/8",))


def test_feeds_are_found_where_the_page_announces_them_and_in_usual_places(web: Web) -> None:
    head = (
        "<link rel='alternate' type='application/rss+xml' title='All' href='/all.rss'>"
        "<a href='/rss/sport.xml'>S</a>"
    )
    web.pages["/"] = Page(article_html("Home", head=head))
    web.pages["/all.rss"] = Page(rss([item(1, web.url("/a"))], title="All news"))
    web.pages["/rss/sport.xml"] = Page(rss([item(2, web.url("/b"))], title="Sport"))
    web.pages["/feed"] = Page(rss([item(1, web.url("/a")), item(3, web.url("/c"))], title="Usual"))
    found = discover(web.url("/"), SETTINGS)
    assert [(f.title, f.how) for f in found] == [
        ("All news", "link element"), ("Sport", "link on the page"), ("Usual", "usual place")]  # fmt: skip
    assert found[0].entries == 1


def test_a_feeds_own_address_is_found_as_itself(web: Web) -> None:
    web.pages["/x"] = Page(rss([item(1, web.url("/a"))], title="It"))
    (found,) = discover(web.url("/x"), SETTINGS)
    assert (found.title, found.how) == ("It", "the address itself")


def test_news_sitemaps_are_found_in_robots_txt(web: Web) -> None:
    web.pages["/"] = Page("<html><body>Nothing</body></html>")
    web.pages["/robots.txt"] = Page(f"Sitemap: {web.url('/maps/news.xml')}", content_type="text/plain")
    web.pages["/maps/news.xml"] = Page(
        f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{web.url('/a')}</loc></url></urlset>"
    )
    (found,) = discover(web.url("/"), SETTINGS)
    assert (found.kind, found.how) == ("sitemap", "robots.txt")


def test_a_site_that_does_not_answer_is_an_error() -> None:
    with pytest.raises(FetchError):
        discover("http://127.0.0.1:1/", SETTINGS)


@given(st.text(max_size=300))
def test_any_page_gives_only_web_addresses(html: str) -> None:
    page = f"<a href='{html}'> <link rel=alternate type=application/rss+xml href=\"{html}\">"
    for candidate in page_candidates(page, "https://example.org/news"):
        assert candidate.url.startswith(("http://", "https://"))


def test_a_preview_shows_entries_one_article_and_what_looks_wrong(web: Web) -> None:
    now = datetime.now(UTC)
    web.pages["/old"] = redirect(web.url("/feed"), 301)
    web.pages["/feed"] = Page(rss([item(n, web.url(f"/a{n}"), now=now) for n in range(2)]
                                  + [item(9, web.url("/a9"), age=timedelta(hours=-5), now=now)]))  # fmt: skip
    web.pages["/a9"] = Page(article_html("Article 9"))
    shown = preview(Feed(id="courier", url=web.url("/old")), SETTINGS)
    assert (shown.title, len(shown.entries), shown.parser) == ("The Varda Courier", 3, "fast")
    assert shown.article is not None
    assert shown.article.text.startswith("Article 9\nThe district office")
    text = "\n".join(shown.warnings)
    assert "moved for good" in text
    assert "1 entries are dated in the future" in text
    assert "neither ETag nor Last-Modified" in text


def test_a_preview_of_a_page_says_that_it_is_no_feed(web: Web) -> None:
    web.pages["/"] = Page(article_html("Home"))
    with pytest.raises(ParseError, match="HTML page"):
        preview(Feed(id="courier", url=web.url("/")), SETTINGS)


def test_opml_folders_become_tags_and_ids_are_made_and_kept_apart() -> None:
    text = """<opml version="1.0"><body>
      <outline text="Syria"><outline text="North">
        <outline type="rss" text="Énab Baladi" xmlUrl="https://a.example/feed" category="/press"/></outline>
        <outline text="Énab Baladi" xmlUrl="https://b.example/feed"/></outline>
      <outline text="again" xmlUrl="https://a.example/feed"/><outline text="bad" xmlUrl="ftp://x/"/>
    </body></opml>"""
    one, two = read_opml(text.encode(), taken={"enab-baladi"})
    assert (one.id, one.tags, one.title) == ("enab-baladi-2", ("Syria", "North", "press"), "Énab Baladi")
    assert (two.id, two.tags) == ("enab-baladi-3", ("Syria",))


def test_what_is_no_opml_is_refused() -> None:
    with pytest.raises(ParseError, match="no OPML"):
        read_opml(b"<html/>")


names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)


@given(
    st.lists(
        st.tuples(names, st.lists(names.filter(lambda n: "," not in n and n.strip(" /")), max_size=2)),
        max_size=5,
    )
)
def test_opml_written_is_read_back(feeds: list[tuple[str, list[str]]]) -> None:
    written = [
        Feed(id=f"f{n}", url=f"https://example.org/{n}", title=name, tags=tags)
        for n, (name, tags) in enumerate(feeds)
    ]
    read = read_opml(write_opml(written).encode())
    assert sorted(feed.url for feed in read) == sorted(feed.url for feed in written)


def test_opml_cannot_reach_files_or_blow_up() -> None:
    bomb = b"""<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">
    <!ENTITY a "aaaaaaaaaa">
    <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
    <opml><body><outline text="&b;&x;" xmlUrl="https://e.example/"/>
    </body></opml>"""
    for feed in read_opml(bomb):
        assert len(feed.title or "") <= 100
        assert "root:" not in (feed.title or "")


def test_the_overview_tells_when_why_and_how(
    web: Web, intake: Callable[..., Any], make_feed: Callable[..., Any]
) -> None:
    tocsin = intake(
        make_feed(), make_feed(id="broken", url=web.url("/no")), make_feed(id="off", enabled=False)
    )
    moment = datetime.fromtimestamp(tocsin.now[0], UTC)
    web.pages["/feed"] = Page(rss([item(1, web.url("/a"), now=moment)]))
    assert [s.health for s in feed_overview(tocsin.engine, tocsin.config)] == ["new", "new", "disabled"]
    tocsin.poll()
    well, broken, off = feed_overview(tocsin.engine, tocsin.config)
    assert (well.health, well.polls, well.entries, well.title) == ("ok", 1, 1, "The Varda Courier")
    assert well.why == "first poll done"
    assert well.next_poll is not None
    assert well.next_poll > moment
    assert (broken.last_error, broken.failures, broken.unhealthy) == ("the server answered 404", 1, True)
    assert "backing off" in broken.why
    assert off.health == "disabled"
