"""Pages to text: walls and errors recognised, facts read, the same page giving the same output."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import ExtractionError
from ingest.compose import compose
from ingest.extract.cascade import extract_page
from ingest.extract.charset import decode_page
from ingest.extract.title import best_title
from ingest.messages import Article, EntryFacts, FeedFacts
from ingest.text import normal_form
from tests.support.newsroom import PARAGRAPHS, article_html

URL = "https://courier.example/news/bridge"
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
JSON_LD = """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
{"@type": "WebPage"}, {"@type": "NewsArticle", "headline": "Bridge opens again",
"datePublished": "2026-08-31T10:00:00+02:00", "dateModified": "2026-08-31T12:00:00+02:00",
"author": [{"@type": "Person", "name": "J. Doe"}, {"@id": "#p2"}], "publisher": {"name": "The Varda Courier"},
"articleSection": "Region", "inLanguage": "en-GB", "isAccessibleForFree": FREE, "keywords": "bridge, flood"},
{"@id": "#p2", "@type": "Person", "name": "A. Roe"}]}</script>"""


def page(html: str) -> Any:
    return extract_page(html.encode(), URL)


def test_an_article_is_read_in_full() -> None:
    found = page(article_html("Bridge opens again"))
    assert found.text.splitlines()[-len(PARAGRAPHS) :] == list(PARAGRAPHS)
    assert found.flags == ()
    assert found.quality > 0.6


def test_facts_come_from_json_ld() -> None:
    head = JSON_LD.replace("FREE", "true") + "<link rel='canonical' href='/news/bridge?utm_source=x'>"
    facts = page(article_html("Bridge opens again", head=head)).metadata
    assert facts.title == "Bridge opens again"
    assert facts.published == datetime(2026, 8, 31, 8, tzinfo=UTC)
    assert facts.modified == datetime(2026, 8, 31, 10, tzinfo=UTC)
    assert facts.authors == ("J. Doe", "A. Roe")
    assert (facts.publisher, facts.section, facts.language) == ("The Varda Courier", "Region", "en")
    assert facts.canonical_url == URL
    assert facts.tags == ("bridge", "flood")


def test_facts_come_from_meta_tags_too() -> None:
    head = (
        "<meta property='og:title' content='Bridge opens again'>"
        "<meta property='article:published_time' content='2026-08-31T08:00:00Z'>"
        "<meta name='author' content='By J. Doe and A. Roe'><meta property='og:site_name' content='Courier'>"
    )
    facts = page(article_html("Bridge opens again", head=head)).metadata
    assert facts.published == datetime(2026, 8, 31, 8, tzinfo=UTC)
    assert facts.authors == ("J. Doe", "A. Roe")
    assert facts.publisher == "Courier"


def test_a_canonical_home_page_is_no_address_of_an_article() -> None:
    head = "<link rel='canonical' href='https://courier.example/'>"
    assert page(article_html("Bridge", head=head)).metadata.canonical_url is None


def wall(title: str, text: str) -> str:
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("html", "flag"),
    [
        (wall("Just a moment...", "Checking your browser before you can go on to the site."), "challenge"),
        (wall("Access denied", "Unusual traffic from your network. Ray ID: 123"), "challenge"),
        (wall("404 - page not found", "The page you were looking for is not here any more."), "error-page"),
        (wall("Seite nicht gefunden", "Diese Seite gibt es leider nicht mehr."), "error-page"),
        (wall("Before you continue", "We and our partners store data. Choose what you agree to."), "consent"),
        (wall("The Courier", "This website uses cookies. Accept all cookies."), "cookie-wall"),
        ("<html><body><noscript>You need to enable JavaScript.</noscript></body></html>", "needs-javascript"),
    ],
)  # fmt: skip
def test_what_is_no_article_is_marked_and_its_text_not_used(html: str, flag: str) -> None:
    found = page(html)
    assert flag in found.flags
    assert found.text == ""
    assert found.quality == 0.0
    assert found.note


@pytest.mark.parametrize(
    "offer",
    ["Subscribe to continue reading this article.", "Already a subscriber? Sign in.",
     "To keep reading, please register for a free account.", "This article is for subscribers only.",
     "Cet article est réservé aux abonnés. Il vous reste 70 % à lire."],
)  # fmt: skip
def test_paywalls_are_marked_and_the_teaser_kept(offer: str) -> None:
    found = page(article_html("Bridge opens again", (*PARAGRAPHS[:2], offer)))
    assert "paywall" in found.flags
    assert PARAGRAPHS[0] in found.text
    assert found.quality < 0.5


def test_a_page_that_says_it_is_not_free_is_a_paywall_when_short() -> None:
    found = page(article_html("Bridge", PARAGRAPHS[:2], head=JSON_LD.replace("FREE", "false")))
    assert "paywall" in found.flags


def test_articles_that_mention_cookies_subscribers_or_errors_are_articles() -> None:
    extra = (
        "The council said that its website uses cookies and that the 404 page would be mended.",
        "The newspaper gained a thousand subscribers, its publisher said at the yearly meeting.",
    )
    found = page(article_html("The page not found scandal of the town hall", PARAGRAPHS + extra))
    assert found.flags == ()
    assert extra[0] in found.text


def test_the_same_page_gives_the_same_output_whatever_came_before() -> None:
    html = article_html("Bridge opens again")
    first = page(html)
    for other in ("One", "Two", "Bridge opens again"):
        page(article_html(other, PARAGRAPHS[1:]))
    assert page(html) == first


def test_a_huge_table_ends_within_the_limit() -> None:
    from ingest.extractor import PageReader
    from ingest.sandbox import SandboxFailure

    rows = "<tr>" + "<td>12.5</td>" * 40 + "</tr>"
    html = f"<html><body><table>{rows * 1400}</table></body></html>".encode()
    assert 700_000 < len(html) < 800_000
    reader = PageReader(timeout=2.0, memory_mb=512, workers=1)
    kind = ""
    try:
        kind = reader.read_page(html, URL).method
    except SandboxFailure as failure:
        kind = failure.kind
    finally:
        reader.close()
    assert kind in {"", "fast", "thorough", "timeout"}


@pytest.mark.parametrize("body", [b"", b"   ", b"\x00\x00", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_page_is_an_error(body: bytes) -> None:
    with pytest.raises(ExtractionError):
        extract_page(body, URL)


@settings(max_examples=60)
@given(st.binary(max_size=400) | st.text("<>/=\"' adivphtmlscripbody&;\x00é", max_size=400).map(str.encode))
def test_any_bytes_are_a_page_or_an_extraction_error(body: bytes) -> None:
    try:
        found = extract_page(body, URL)
    except ExtractionError:
        return
    assert 0.0 <= found.quality <= 1.0
    found.text.encode("utf-8")


@pytest.mark.parametrize(
    ("body", "header", "text"),
    [
        ("Brücke".encode(), "text/html; charset=iso-8859-1", "Brücke"),
        ("Brücke".encode("latin-1"), "text/html; charset=ISO-8859-1", "Brücke"),
        ("“quoted”".encode("cp1252"), "text/html; charset=iso-8859-1", "“quoted”"),
        (b'<meta charset="windows-1251">' + "Мост".encode("cp1251"), "", '<meta charset="windows-1251">Мост'),
        ("\ufeffBrücke".encode(), "", "Brücke"),
        (b"caf\xe9", "text/html; charset=no-such-thing", None),
    ],
)
def test_pages_are_decoded_as_browsers_do(body: bytes, header: str, text: str | None) -> None:
    assert text is None or decode_page(body, header) == text


def test_the_title_that_most_agree_on_wins_without_the_sites_name() -> None:
    assert best_title(["Bridge opens", "Bridge opens again", "Bridge opens again"]) == "Bridge opens again"
    assert (
        best_title(["", "The bridge opens again | The Courier", "The bridge opens again"])
        == "The bridge opens again"
    )
    assert best_title([]) == ""


@pytest.mark.parametrize(
    ("stated", "owners", "title"),
    [
        (["Ferry : All crossings cancelled", "Ferry: All crossings cancelled - Varda.net"], (), 1),
        (["Ferry: All crossings cancelled - Travel ㅣ Varda Daily"], ("Varda Daily", "Travel"), 1),
        (["Ferry: All crossings cancelled - for now"], ("Varda Daily", None), 0),
        (["Who — the Courier?"], ("the Courier",), 0),
    ],
)
def test_the_name_of_the_site_is_no_part_of_the_title(
    stated: list[str], owners: tuple[str | None, ...], title: int
) -> None:
    cut = normal_form("Ferry: All crossings cancelled") if title else normal_form(stated[0])
    assert normal_form(best_title(stated, owners)) == cut


def article(**facts: str) -> Article:
    return Article(
        id="a", revision="r", url=URL, feed=FeedFacts(id="f", url="https://courier.example/feed"),
        entry=EntryFacts(title="Bridge", **facts), seen=NOW, fetched=NOW,
    )  # fmt: skip


def test_a_wall_gives_way_to_the_feeds_own_text() -> None:
    found = page(wall("Just a moment...", "Checking your browser."))
    document = compose(article(content="<p>" + "</p><p>".join(PARAGRAPHS) + "</p>"), found)
    assert document.extraction.method == "feed-content"
    assert document.text == "Bridge\n" + "\n".join(PARAGRAPHS)
    assert {"challenge", "page-unusable"} <= set(document.extraction.flags)
    assert document.publisher == "courier.example"


def test_a_feed_that_carries_more_than_the_page_is_believed() -> None:
    found = page(article_html("Bridge", PARAGRAPHS[:1]))
    document = compose(article(content="<p>" + "</p><p>".join(PARAGRAPHS) + "</p>"), found)
    assert document.extraction.method == "feed-content"


def test_without_any_text_the_title_remains() -> None:
    document = compose(article(), None, "the server answered 403")
    assert (document.text, document.extraction.method) == ("Bridge", "title-only")
    assert document.extraction.note == "the server answered 403"
