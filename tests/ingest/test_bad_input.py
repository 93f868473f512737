"""Feeds and pages that are not what they should be, through the poller and the extractor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.newsroom import article_html, item, rss
from tests.support.web import Page, Web, drip, redirect

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n"


def one_item(tocsin: Any, web: Web, **changes: Any) -> str:
    return item(1, web.url("/a"), now=datetime.fromtimestamp(tocsin.now[0], UTC), **changes)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (article_html("Home"), "HTML page"),
        ("", "empty"),
        ("   \n\x00 ", "empty"),
        ("Dear reader, nothing here", "no feed"),
        ('{"version": "https://jsonfeed.org/version/1.1"}', "no JSON Feed"),
        ("{" * 5000, "JSON"),
        ("<rss><channel>" + "<a>" * 200_000, "nested"),
    ],
)
def test_what_is_no_feed_is_told_and_tried_again(
    web: Web, intake: Callable[..., Any], body: str, words: str
) -> None:
    tocsin = intake()
    web.pages["/feed"] = Page(body)
    tocsin.poll()
    row = tocsin.feed()
    assert words in row.last_error
    assert "\n" not in row.last_error
    assert (row.failures, row.etag) == (1, None)
    assert row.next_poll > tocsin.now[0]
    web.pages["/feed"] = Page(rss([one_item(tocsin, web)]))
    web.pages["/a"] = Page(article_html("One"))
    assert tocsin.poll(seconds=7200).articles == 1
    assert tocsin.feed().failures == 0


def test_a_truncated_feed_gives_what_is_there(web: Web, intake: Callable[..., Any]) -> None:
    tocsin = intake()
    whole = rss([one_item(tocsin, web), one_item(tocsin, web).replace("item-1", "item-2")])
    web.pages["/feed"] = Page(whole[: whole.rindex("<item>") + 20])
    web.pages["/a"] = Page(article_html("One"))
    assert tocsin.poll().articles == 1


def test_a_feed_of_20_mb_is_refused(web: Web, intake: Callable[..., Any]) -> None:
    tocsin = intake()
    web.pages["/feed"] = Page(rss([one_item(tocsin, web)]) + " " * 20_000_000)
    tocsin.poll()
    assert "the cap is 5,000,000" in tocsin.feed().last_error


def test_a_slow_feed_is_given_up_and_holds_up_no_other(
    web: Web, intake: Callable[..., Any], make_feed: Callable[..., Any]
) -> None:
    tocsin = intake(make_feed(id="slow", url=web.url("/slow")), make_feed(), timeout="1s")
    web.raw["/slow"] = drip(OK, b"<rss>", 0.5)
    web.pages["/feed"] = Page(rss([one_item(tocsin, web)]))
    web.pages["/a"] = Page(article_html("One"))
    counts = tocsin.poll()
    assert (counts.polls, counts.articles) == (2, 1)
    assert "within 1 s" in tocsin.feed("slow").last_error


def test_a_gone_feed_is_muted_and_the_operator_told_once(web: Web, intake: Callable[..., Any]) -> None:
    from ingest.health import acknowledge_transition, pending_transitions

    tocsin = intake()
    web.pages["/feed"] = Page("gone", 410)
    tocsin.poll()
    row = tocsin.feed()
    assert row.gone
    assert "410" in row.reason
    assert row.next_poll - tocsin.now[0] > 6 * 86400
    assert tocsin.poll(seconds=3 * 86400).polls == 0
    tocsin.poll(seconds=5 * 86400)
    (told,) = pending_transitions(tocsin.engine)
    assert (told.feed_id, told.kind) == ("courier", "gone")
    acknowledge_transition(tocsin.engine, told.id)
    web.pages["/feed"] = Page(rss([one_item(tocsin, web)]))
    tocsin.poll(seconds=8 * 86400)
    assert [t.kind for t in pending_transitions(tocsin.engine)] == ["recovered"]
    assert not tocsin.feed().gone


def test_a_redirect_loop_is_a_failure_with_backoff(web: Web, intake: Callable[..., Any]) -> None:
    tocsin = intake()
    web.pages["/feed"] = redirect("/feed2")
    web.pages["/feed2"] = redirect("/feed")
    waits = []
    for _ in range(4):
        tocsin.poll(seconds=0 if not waits else waits[-1] + 1)
        waits.append(tocsin.feed().next_poll - tocsin.now[0])
    assert "more than 5 redirects" in tocsin.feed().last_error
    assert waits[0] < waits[1] < waits[2] < waits[3]


def test_permanent_redirects_are_kept_after_three_polls_and_temporary_ones_never(
    web: Web, intake: Callable[..., Any]
) -> None:
    tocsin = intake()
    web.pages["/new"] = Page(rss([one_item(tocsin, web)]))
    web.pages["/feed"] = redirect("/new", 302)
    for _ in range(4):
        tocsin.poll(seconds=7200)
    assert tocsin.feed().url == web.url("/feed")
    web.pages["/feed"] = redirect("/new", 301)
    addresses = []
    for _ in range(3):
        tocsin.poll(seconds=7200)
        addresses.append(tocsin.feed().url)
    assert addresses == [web.url("/feed"), web.url("/feed"), web.url("/new")]
    asked = web.count("/feed")
    tocsin.poll(seconds=7200)
    assert web.count("/feed") == asked


@pytest.mark.parametrize("status", [429, 503, 403])
def test_retry_after_is_obeyed_for_the_whole_host(
    web: Web, intake: Callable[..., Any], make_feed: Callable[..., Any], status: int
) -> None:
    tocsin = intake(make_feed())
    web.pages["/feed"] = Page("slow down", status, headers={"Retry-After": "7200"})
    tocsin.poll()
    assert tocsin.feed().next_poll - tocsin.now[0] >= 7200
    other = tocsin.with_feeds(make_feed(), make_feed(id="other", url=web.url("/other")))
    other.poll(seconds=60)
    assert web.count("/other") == 0
    assert "takes a break" in other.feed("other").reason
    other.poll(seconds=7200)
    assert web.count("/other") == 1


def test_a_server_error_keeps_the_validators(web: Web, intake: Callable[..., Any]) -> None:
    tocsin = intake()
    web.pages["/feed"] = Page(rss([one_item(tocsin, web)]), etag='"v1"')
    tocsin.poll()
    web.pages["/feed"] = Page("oops", 500)
    tocsin.poll(seconds=7200)
    assert tocsin.feed().etag == '"v1"'


PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40


@pytest.mark.parametrize(
    ("page", "flag", "words"),
    [
        (Page(PDF, content_type="application/pdf"), "pdf", "application/pdf"),
        (Page(PDF, content_type="text/html"), "page-failed", "no web page"),
        (Page(b"x" * 10_000_000), "page-failed", "the cap is"),
        (Page(b""), "page-failed", "empty"),
        (Page("forbidden", 403), "page-failed", "answered 403"),
        (Page("gone", 404), "page-failed", "answered 404"),
        (Page(b"\x00" * 5000), "page-failed", "no web page"),
        (redirect("http://169.254.169.254/"), "page-failed", "private or special"),
    ],
)
def test_a_bad_page_leaves_the_feeds_own_text_marked_as_such(
    web: Web, intake: Callable[..., Any], page: Page, flag: str, words: str
) -> None:
    tocsin = intake()
    web.pages["/feed"] = Page(rss([one_item(tocsin, web, summary="What the feed says.")]))
    web.pages["/a"] = page
    assert tocsin.poll().articles == 1
    (document,) = tocsin.documents(1)
    assert document.text == "Article 1\nWhat the feed says."
    assert document.extraction.method == "feed-summary"
    assert flag in document.extraction.flags
    assert words in document.extraction.note
    assert document.extraction.quality <= 0.3


def test_broken_bytes_in_feed_and_page_do_not_reach_the_document(
    web: Web, intake: Callable[..., Any]
) -> None:
    tocsin = intake()
    feed = rss([one_item(tocsin, web, title="Nul\x00 and \x0b bell")]).encode()
    web.pages["/feed"] = Page(feed.replace(b"A short", b"A sh\xff\xfeort"))
    web.pages["/a"] = Page(
        article_html("Nul").encode().replace(b"district office", b"district\x00 off\xedice")
    )
    tocsin.poll()
    (document,) = tocsin.documents(1)
    assert document.title == "Nul and bell"
    assert "\x00" not in document.text
    document.text.encode("utf-8")


def test_a_failing_feed_is_told_once_and_its_recovery_too(web: Web, intake: Callable[..., Any]) -> None:
    from ingest.health import pending_transitions

    tocsin = intake()
    web.pages["/feed"] = Page("oops", 500)
    for _ in range(5):
        tocsin.poll(seconds=30_000)
    (told,) = pending_transitions(tocsin.engine)
    assert (told.kind, told.feed_id, told.url) == ("failing", "courier", web.url("/feed"))
    assert "answered 500" in told.reason
    web.pages["/feed"] = Page(rss([one_item(tocsin, web)]))
    tocsin.poll(seconds=30_000)
    assert [t.kind for t in pending_transitions(tocsin.engine)] == ["failing", "recovered"]


def test_a_silent_feed_is_told_after_stale_after(
    web: Web, intake: Callable[..., Any], make_feed: Callable[..., Any]
) -> None:
    from ingest.health import pending_transitions

    tocsin = intake(make_feed(stale_after="12h"))
    web.pages["/feed"] = Page(rss([one_item(tocsin, web)]), etag='"same"')
    tocsin.poll()
    tocsin.poll(seconds=11 * 3600)
    assert pending_transitions(tocsin.engine) == []
    tocsin.poll(seconds=2 * 3600)
    (told,) = pending_transitions(tocsin.engine)
    assert told.kind == "stale"
    assert "nothing new for 13 h" in told.reason
