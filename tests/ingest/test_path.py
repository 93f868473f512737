"""From a feed on a real server to documents: what arrives, once, and after a restart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.body import unpack_body
from tests.support.newsroom import PARAGRAPHS, article_html, item, rss
from tests.support.web import Page, Seen, Web

FEED = "application/rss+xml"


def publish(web: Web, now: float, count: int = 3, **changes: Any) -> None:
    moment = datetime.fromtimestamp(now, UTC)
    items = [item(n, web.url(f"/a{n}"), now=moment, **changes) for n in range(count)]
    web.pages["/feed"] = Page(rss(items), content_type=FEED, etag='"one"')
    for n in range(count):
        web.pages[f"/a{n}"] = Page(article_html(f"Article {n}"))


def test_entries_become_articles_with_their_pages(web: Web, intake: Callable[..., Any]) -> None:
    tocsin = intake()
    publish(web, tocsin.now[0])
    assert tocsin.poll().articles == 3
    articles = sorted(tocsin.articles(), key=lambda a: a.url)
    assert [a.url for a in articles] == [web.url(f"/a{n}") for n in range(3)]
    assert PARAGRAPHS[0] in unpack_body(articles[0].body).decode()
    assert articles[0].feed.publisher == "Varda Courier"
    assert articles[0].http.status == 200
    assert articles[0].entry.published == datetime.fromtimestamp(tocsin.now[0], UTC).replace(
        microsecond=0
    ) - timedelta(minutes=5)


def test_articles_become_documents_with_title_text_and_dates(web: Web, intake: Callable[..., Any]) -> None:
    tocsin = intake()
    publish(web, tocsin.now[0], 1)
    tocsin.poll()
    (document,) = tocsin.documents(1)
    lines = document.text.splitlines()
    assert lines[0] == document.title == "Article 0"
    assert lines[1:] == list(PARAGRAPHS)
    assert document.language == "en"
    assert document.extraction.method in {"fast", "thorough"}
    assert document.extraction.quality > 0.5
    assert document.effective == document.published


def test_a_second_poll_asks_conditionally_and_brings_nothing(web: Web, intake: Callable[..., Any]) -> None:
    tocsin = intake()
    publish(web, tocsin.now[0])
    tocsin.poll()
    counts = tocsin.poll(seconds=7200)
    assert (counts.polls, counts.unmodified, counts.articles) == (1, 1, 0)
    assert web.seen[-1].headers["if-none-match"] == '"one"'
    assert len(tocsin.articles()) == 3


def test_the_same_body_without_validators_counts_as_unmodified(web: Web, intake: Callable[..., Any]) -> None:
    tocsin = intake()
    web.pages["/feed"] = Page(rss([item(1, web.url("/a"), now=datetime.fromtimestamp(tocsin.now[0], UTC))]))
    web.pages["/a"] = Page(article_html("One"))
    tocsin.poll()
    assert tocsin.poll(seconds=7200).unmodified == 1


def test_a_changed_entry_is_a_new_revision_and_markup_is_none(web: Web, intake: Callable[..., Any]) -> None:
    tocsin = intake()
    now = tocsin.now[0]
    publish(web, now, 1, summary="Nine people were hurt.")
    tocsin.poll()
    web.pages["/feed"] = Page(rss([item(0, web.url("/a0"), now=datetime.fromtimestamp(now, UTC),
                                        summary="<p>Nine people   were hurt.</p>")]))  # fmt: skip
    tocsin.poll(seconds=7200)
    assert len(tocsin.articles()) == 1
    web.pages["/feed"] = Page(rss([item(0, web.url("/a0"), now=datetime.fromtimestamp(now, UTC),
                                        summary="Thirteen people were hurt.")]))  # fmt: skip
    tocsin.poll(seconds=7200)
    first, second = tocsin.articles()
    assert first.id == second.id
    assert first.revision != second.revision


def test_revisions_are_bounded_per_day(web: Web, intake: Callable[..., Any]) -> None:
    tocsin = intake(revisions_per_day=2)
    start = datetime.fromtimestamp(tocsin.now[0], UTC)
    web.pages["/a0"] = Page(article_html("Ticker"))
    for number in range(6):
        text = f"Count is {number}."
        web.pages["/feed"] = Page(rss([item(0, web.url("/a0"), now=start, summary=text)]))
        tocsin.poll(seconds=2400)
    assert len(tocsin.articles()) == 1 + 2


def test_a_page_that_did_not_change_makes_no_new_record(web: Web, intake: Callable[..., Any]) -> None:
    tocsin = intake()
    now = datetime.fromtimestamp(tocsin.now[0], UTC)
    web.pages["/a0"] = Page(article_html("One"), etag='"page"')
    web.pages["/feed"] = Page(rss([item(0, web.url("/a0"), now=now)]))
    tocsin.poll()
    web.pages["/feed"] = Page(rss([item(0, web.url("/a0"), now=now, summary="Another teaser.")]))
    tocsin.poll(seconds=7200)
    assert web.count("/a0") == 2
    assert web.seen[-1].headers["if-none-match"] == '"page"'
    assert len(tocsin.articles()) == 1


def test_the_same_article_in_two_feeds_is_one_article(
    web: Web, intake: Callable[..., Any], make_feed: Callable[..., Any]
) -> None:
    tocsin = intake(make_feed(), make_feed(id="world", url=web.url("/world")))
    publish(web, tocsin.now[0])
    moment = datetime.fromtimestamp(tocsin.now[0], UTC)
    other = [
        item(100 + n, web.url(f"/a{n}?utm_source=rss"), now=moment, title=f"Other {n}") for n in range(3)
    ]
    web.pages["/world"] = Page(rss(other))
    tocsin.poll()
    tocsin.poll(seconds=7200)
    assert len({a.id for a in tocsin.articles()}) == 3


def test_old_entries_are_recorded_but_not_processed(web: Web, intake: Callable[..., Any]) -> None:
    tocsin = intake()
    publish(web, tocsin.now[0], 2, age=timedelta(days=30))
    assert tocsin.poll().articles == 0
    assert tocsin.feed().entries_total == 2


def test_a_crash_before_the_commit_repeats_the_record_and_the_extractor_drops_it(
    web: Web, intake: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.store import Store

    tocsin = intake()
    publish(web, tocsin.now[0], 1)
    original = Store.apply

    def dies(self: Store, changes: Any) -> None:
        if any(change.done for change in changes):
            raise KeyboardInterrupt
        original(self, changes)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "apply", dies)
        with pytest.raises(KeyboardInterrupt):
            tocsin.poll()
    tocsin.poll(seconds=300)
    assert len(tocsin.articles()) == 2
    assert len({(a.id, a.revision) for a in tocsin.articles()}) == 1
    assert len(tocsin.documents(1)) == 1


def test_the_feeds_own_text_is_used_where_pages_are_not_wanted(
    web: Web, intake: Callable[..., Any], make_feed: Callable[..., Any]
) -> None:
    tocsin = intake(make_feed(fetch_pages=False))
    publish(web, tocsin.now[0], 1, summary="<p>Only <b>this</b> is known.</p>")
    tocsin.poll()
    assert web.count("/a0") == 0
    (document,) = tocsin.documents(1)
    assert document.text == "Article 0\nOnly this is known."
    assert document.extraction.method == "feed-summary"


def test_private_headers_go_to_the_feeds_own_host_only(
    web: Web, intake: Callable[..., Any], make_feed: Callable[..., Any]
) -> None:
    auth = {"username": "desk", "password": "s3cret"}
    tocsin = intake(make_feed(basic_auth=auth, cookie="session=1", headers={"X-Key": "k"}))
    with Web() as elsewhere:
        elsewhere.pages["/page"] = Page(article_html("Elsewhere"))
        moment = datetime.fromtimestamp(tocsin.now[0], UTC)
        web.pages["/feed"] = Page(rss([item(1, elsewhere.url("/page"), now=moment)]))
        tocsin.poll()
        asked = web.seen[0].headers
        assert asked["authorization"].startswith("Basic ")
        assert (asked["cookie"], asked["x-key"]) == ("session=1", "k")
        assert not any("authorization" in s.headers or "cookie" in s.headers for s in elsewhere.seen)


def test_robots_txt_is_obeyed_for_pages_and_the_feed_text_used(web: Web, intake: Callable[..., Any]) -> None:
    tocsin = intake()
    publish(web, tocsin.now[0], 1)
    web.pages["/robots.txt"] = Page("User-agent: Tocsin\nDisallow: /a", content_type="text/plain")
    tocsin.poll()
    assert web.count("/a0") == 0
    (document,) = tocsin.documents(1)
    assert "page-failed" in document.extraction.flags
    assert "robots.txt" in document.extraction.note


def test_who_we_are_stands_in_the_user_agent(web: Web, intake: Callable[..., Any]) -> None:
    tocsin = intake(contact="https://example.org/about-us")
    publish(web, tocsin.now[0], 1)
    tocsin.poll()
    assert all(
        "Tocsin/" in s.headers["user-agent"] and "example.org" in s.headers["user-agent"] for s in web.seen
    )


def test_an_entry_lost_to_a_failing_page_is_tried_again_then_told_from_the_feed(
    web: Web, intake: Callable[..., Any]
) -> None:
    tocsin = intake()
    publish(web, tocsin.now[0], 1)
    asked: list[Seen] = []

    def failing(seen: Seen) -> Page:
        asked.append(seen)
        return Page("busy", 503)

    web.pages["/a0"] = failing
    tocsin.poll()
    assert tocsin.articles() == []
    tocsin.poll(seconds=30)
    tocsin.poll(seconds=130)
    (article,) = tocsin.articles()
    assert len(asked) == 3
    assert article.http.error == "the server answered 503"
