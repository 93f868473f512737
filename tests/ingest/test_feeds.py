"""Feeds as bytes to feeds as values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.errors import ParseError
from ingest.feeds.fast import Unsuited, parse_fast
from ingest.feeds.hints import read_hints
from ingest.feeds.model import SitemapPlace
from ingest.feeds.parse import parse_feed
from ingest.feeds.thorough import parse_thorough
from tests.support.newsroom import item, rss

URL = "https://courier.example/feed.xml"
MOMENT = datetime(2026, 9, 1, 12, tzinfo=UTC)

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" {base}>
<title>Courier</title><link href="https://courier.example/"/><link rel="self" href="{self}"/>
<link rel="hub" href="https://hub.example/"/><id>urn:courier</id><updated>2026-09-01T12:00:00Z</updated>
<entry><title type="html">A &lt;b&gt;bridge&lt;/b&gt; &amp;amp; a road</title><id>urn:1</id>
<link rel="enclosure" href="https://courier.example/1.mp3"/><link href="{link}"/>
<author><name>J. Doe</name></author>
<published>2026-09-01T12:00:00Z</published><updated>2026-09-01T13:00:00Z</updated>
<summary>Short</summary><content type="html">&lt;p&gt;Long&lt;/p&gt;</content><category term="roads"/>
</entry></feed>"""
RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://courier.example/"><title>Courier</title>
<link>https://courier.example/</link></channel>
<item rdf:about="https://courier.example/1"><title>A bridge &amp; a road</title>
<link>https://courier.example/1</link><description>Short</description>
<dc:date>2026-09-01T12:00:00Z</dc:date><dc:creator>J. Doe</dc:creator></item></rdf:RDF>"""
RSS091 = """<rss version="0.91"><channel><title>Courier</title><link>https://courier.example/</link><item>
<title>A bridge &amp; a road</title><link>https://courier.example/1</link><description>Short</description></item>
</channel></rss>"""
JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "Courier",
"feed_url": "https://courier.example/f", "items": [{"id": 1, "url": "/1", "title": "A bridge &amp; a road",
"content_html": "<p>Long</p>", "summary": "Short", "date_published": "2026-09-01T12:00:00Z",
"authors": [{"name": "J. Doe"}], "tags": ["roads"]}, "rubbish", {}]}"""
SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://courier.example/1</loc>
<news:news><news:publication><news:name>Courier</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2026-09-01T12:00:00Z</news:publication_date>
<news:title>A bridge &amp; a road</news:title><news:keywords>roads, rivers</news:keywords></news:news></url>
</urlset>"""
FORMATS = {
    "atom": ATOM.format(base="", self=URL, link="https://courier.example/1"),
    "rdf": RDF,
    "rss-0.91": RSS091,
    "json": JSON,
    "news-sitemap": SITEMAP,
}


def atom(link: str = "https://courier.example/1", base: str = "", own: str = URL) -> bytes:
    return ATOM.replace("{base}", base).replace("{self}", own).replace("{link}", link).encode()


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_article(name: str) -> None:
    kind = "sitemap" if "sitemap" in name else "feed"
    (entry,) = [e for e in parse_feed(FORMATS[name].encode(), URL, kind=kind).entries if e.title]
    assert (entry.title, entry.link) == ("A bridge & a road", "https://courier.example/1")
    if name != "rss-0.91":
        assert entry.published == MOMENT


def test_atom_keeps_content_authors_tags_and_both_dates() -> None:
    (entry,) = parse_feed(atom(), URL).entries
    assert (entry.guid, entry.summary, entry.content) == ("urn:1", "Short", "<p>Long</p>")
    assert (entry.authors, entry.tags) == (("J. Doe",), ("roads",))
    assert entry.updated == datetime(2026, 9, 1, 13, tzinfo=UTC)


def test_hub_self_and_ttl_are_found() -> None:
    feed = parse_feed(atom(), URL)
    assert (feed.hub, feed.self_url, feed.link) == ("https://hub.example/", URL, "https://courier.example/")
    extra = "<ttl>90</ttl>"
    assert parse_feed(rss([item(1, "https://e.org/1")], extra=extra).encode(), URL).ttl == 5400.0
    hourly = (
        b"<rss><channel><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"
    )
    assert read_hints(hourly).ttl == 1800.0
    assert read_hints(b"<item><ttl>5</ttl>").ttl is None


@pytest.mark.parametrize(
    ("body", "link"),
    [
        (rss([item(1, "/a/1")]).encode(), "http://example.org/a/1"),
        (atom("1"), "https://courier.example/1"),
        (atom("1", base='xml:base="https://other.example/x/"'), "https://other.example/x/1"),
    ],
)
def test_relative_links_become_absolute(body: bytes, link: str) -> None:
    assert parse_feed(body, URL).entries[0].link == link


def test_a_sitemap_index_names_its_sitemaps() -> None:
    body = b"<sitemapindex><sitemap><loc>https://e.org/1.xml</loc></sitemap></sitemapindex>"
    assert parse_feed(body, URL, kind="sitemap").sitemaps == (SitemapPlace("https://e.org/1.xml"),)


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1251", "utf-16"])
def test_charsets_are_read(encoding: str) -> None:
    title = "Мост через реку" if encoding == "windows-1251" else "Brücke über den Fluß"
    text = rss([item(1, "https://e.org/1", title=title)]).replace(
        'encoding="utf-8"', f'encoding="{encoding}"'
    )
    assert parse_feed(text.encode(encoding), URL).entries[0].title == title


def test_valid_utf8_stays_so_whatever_is_declared() -> None:
    text = rss([item(1, "https://e.org/1", title="Brücke")]).replace(
        'encoding="utf-8"', 'encoding="iso-8859-1"'
    )
    assert parse_feed(text.encode(), URL).entries[0].title == "Brücke"


def test_billion_laughs_and_files_stay_outside() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 10}">' for n in range(10))
    body = f"""<?xml version="1.0"?><!DOCTYPE rss [{laughs}<!ENTITY x SYSTEM "file:///etc/passwd">]>
    <rss version="2.0"><channel><item><title>&l9;&x;</title><link>https://e.org/1</link></item></channel></rss>"""
    try:
        feed = parse_feed(body.encode(), URL)
    except ParseError:
        return
    assert all(len(e.title) < 10_000 and "root:" not in e.title for e in feed.entries)


def test_deep_nesting_is_refused_before_the_slow_parser_sees_it() -> None:
    with pytest.raises(ParseError, match="nested"):
        parse_feed(b"<rss><channel><item><title>" + b"<a>" * 200_000, URL)


PIECES = (
    "<rss> <channel> <item> </item> <title> </title> <link> </link> <![CDATA[ ]]> &amp; &#0; &#x110000; "
    "&eacute; <!-- --> <?xml~version='1.0'?> <feed~xmlns='http://www.w3.org/2005/Atom'> <entry> <id> "
    '<pubDate> xml:base=\' \x00 \ud7ff https://e.org/ <!DOCTYPE~x~[ <guid~isPermaLink= { "items": [ urlset '
    "<content:encoded>"
)
MIXED = st.lists(st.sampled_from([p.replace("~", " ") for p in PIECES.split(" ")]), max_size=40).map("".join)


@settings(max_examples=150)
@given(st.binary(max_size=300) | MIXED.map(lambda text: text.encode("utf-8", "replace")))
@example(b"<rss><channel><item><guid isPermaLink=></guid></item></channel></rss>")
def test_any_bytes_are_a_feed_or_a_parse_error(body: bytes) -> None:
    for kind in ("feed", "sitemap"):
        try:
            feed = parse_feed(body, URL, kind=kind)
        except ParseError:
            continue
        for entry in feed.entries:
            (entry.title + entry.summary + entry.content + (entry.link or "")).encode("utf-8")


# not Latin-1: feedparser "repairs" what looks like UTF-8 read as Latin-1
words = st.text("abcXYZ 0189.,;:!?()[]\"'<>&/%#=+-_مدينةМост橋梁", max_size=30)


@settings(max_examples=60)
@given(st.lists(st.tuples(words, words), min_size=1, max_size=4))
def test_fast_and_thorough_agree_where_the_fast_one_dares(facts: list[tuple[str, str]]) -> None:
    items = [
        item(n, f"https://e.org/{n}", title=title, summary=text) for n, (title, text) in enumerate(facts)
    ]
    body = rss(items).encode()
    try:
        fast: Any = parse_fast(body, URL)
    except Unsuited:
        return
    thorough = parse_thorough(body, URL)
    shown = [(e.guid, e.link, e.title, e.published) for e in fast.entries]
    assert shown == [(e.guid, e.link, e.title, e.published) for e in thorough.entries]
