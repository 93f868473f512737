"""URLs, identities, dates, addresses, texts: pure functions that strangers' strings go through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.address import AllowList, literal_address, refusal
from ingest.dates import effective_date, parse_date
from ingest.identity import identify, revision_of
from ingest.messages import EntryFacts
from ingest.text import clean, normal_form, one_line, plain_text
from ingest.urls import canonical_url, host_of, identity_of, site_of
from tests.support.wire import check_wire

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://Example.ORG:80/A?b=1#top", "http://example.org/A?b=1"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org/a/../b/./c", "https://example.org/b/c"),
        ("https://example.org/../../a/..", "https://example.org/"),
        ("https://example.org//a//b", "https://example.org/a//b"),
        ("https://e.org/?utm_source=x&id=7&fbclid=y&at_medium=RSS", "https://e.org/?id=7"),
        ("https://user:pw@example.org:8443/", "https://example.org:8443/"),
        ("https://bücher.example/ä?q=ü", "https://xn--bcher-kva.example/%C3%A4?q=%C3%BC"),
        ("https://e.org/%7euser/%2fx", "https://e.org/~user/%2Fx"),
        (" https://e.org/a\nb ", "https://e.org/ab"),
        ("https://e.org/a;b=1?c;d", "https://e.org/a;b=1?c;d"),
        ("mailto:a@e.org", ""),
        ("javascript:alert(1)", ""),
        ("https://[::1", ""),
        ("https://e.org:99999/", ""),
        ("//e.org/x", ""),
        ("", ""),
    ],
)
def test_urls_have_one_form(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


def test_relative_links_are_resolved() -> None:
    assert canonical_url("../b?x", "https://e.org/a/c/") == "https://e.org/a/b?x"


urls = st.one_of(
    st.text(max_size=80),
    st.builds(
        "https://{}/{}?{}#{}".format,
        st.text(max_size=10),
        st.text(max_size=20),
        st.text(max_size=20),
        st.text(),
    ),
    st.builds("http://e.org/{}".format, st.text("./%2eéE?&=ab\\", max_size=30)),
)


@given(urls)
@example("https://e.org/%2e%2e/%2E")
def test_the_canonical_form_is_stable(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once
    assert once == "" or once.startswith(("http://", "https://"))
    assert once.isascii()


@given(urls, urls)
def test_any_string_has_an_identity_and_a_host(url: str, base: str) -> None:
    identity_of(url), host_of(url), site_of(url), canonical_url(url, base)


@given(urls)
@example("http://e.org/\udcff ")
@example("http://e.org\\@[::1]/")
def test_what_goes_over_the_wire_is_printable_ascii(url: str) -> None:
    check_wire(url)


def test_what_leads_to_one_article_has_one_identity() -> None:
    same = [
        "http://www.e.org/a/",
        "https://e.org/a",
        "https://e.org/a?utm_medium=rss#x",
        "https://E.org:443/a",
    ]
    assert len({identity_of(url) for url in same}) == 1
    assert identity_of("https://e.org/a?id=1") != identity_of("https://e.org/a?id=2")


def entry(**facts: str) -> EntryFacts:
    return EntryFacts(**{"title": "T", **facts})  # type: ignore[arg-type]


def test_a_guid_names_an_entry_even_when_its_link_changes() -> None:
    one, two = (identify("f", [entry(guid="g", link=f"https://e.org/{n}")], "")[0] for n in "ab")
    assert one.key == two.key
    assert one.article_id != two.article_id


def test_repeated_guids_are_told_apart_by_link_and_content() -> None:
    found = identify("f", [entry(guid="g", link=f"https://e.org/{n}") for n in "abc"], "")
    assert len({item.key for item in found}) == 3
    twice = identify("f", [entry(guid="g", link="https://e.org/a")] * 2, "")
    assert len(twice) == 1


def test_the_same_url_in_two_feeds_is_one_article_and_no_url_is_two() -> None:
    a, b = (identify(feed, [entry(guid="1", link="https://e.org/x")], "")[0] for feed in ("a", "b"))
    assert a.article_id == b.article_id
    a, b = (identify(feed, [entry(guid="1")], "")[0] for feed in ("a", "b"))
    assert a.article_id != b.article_id


def test_an_entry_without_a_link_does_not_get_the_feeds() -> None:
    assert identify("f", [entry(guid="1")], "https://e.org/feed")[0].url == ""


def test_entries_that_share_a_link_are_articles_of_their_own() -> None:
    found = identify("f", [entry(guid=n, link="https://e.org/live") for n in "ab"], "")
    assert found[0].article_id != found[1].article_id


def test_markup_and_spacing_are_no_revision_words_are() -> None:
    base = revision_of(entry(summary="<p>Nine  hurt</p>"))
    assert revision_of(entry(summary="Nine hurt")) == base
    assert revision_of(entry(summary="Ten hurt")) != base
    assert revision_of(entry(title="t", summary="Nine hurt")) == base


texts = st.text(max_size=60)
entries = st.builds(
    EntryFacts, guid=st.none() | texts, link=st.none() | urls, title=texts, summary=texts, content=texts
)


@given(st.lists(entries, max_size=8))
def test_any_entries_get_different_keys_in_order(given_entries: list[EntryFacts]) -> None:
    found = identify("f", given_entries, "https://e.org/feed")
    assert len({item.key for item in found}) == len(found) <= len(given_entries)
    assert found == identify("f", given_entries, "https://e.org/feed")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Tue, 01 Sep 2026 12:00:00 GMT", NOW),
        ("Tue, 01 Sep 2026 14:00:00 +0200", NOW),
        ("2026-09-01T12:00:00Z", NOW),
        ("2026-09-01T12:00:00.123456789Z", NOW),
        ("2026-09-01 12:00:00", NOW),
        ("2026-09-01", datetime(2026, 9, 1, tzinfo=UTC)),
        ("Tue, 1 Sep 26 08:00 EDT", NOW),
        ("", None),
        ("yesterday", None),
        ("9" * 500, None),
    ],
)
def test_dates_are_read(text: str, moment: datetime | None) -> None:
    assert parse_date(text) == moment


@given(st.text(max_size=120) | st.text("0123456789-:+TZ ,.GMTJanFeb", max_size=40))
@example("0000-00-00T00:00:00Z")
@example("Mon, 99 Jan 9999 99:99:99 +9999")
@example("9999-12-31T23:59:59-14:00")
@example("0001-01-01T00:00:00+14:00")
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = parse_date(text)
    assert found is None or found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("published", "effective"),
    [
        (NOW - timedelta(days=2), NOW - timedelta(days=2)),
        (NOW + timedelta(minutes=5), NOW),
        (NOW + timedelta(days=2), NOW),
        (datetime(1970, 1, 1, tzinfo=UTC), NOW),
        (datetime(1, 1, 1, tzinfo=UTC), NOW),
        (None, NOW),
    ],
)
def test_windows_run_on_a_believable_date(published: datetime | None, effective: datetime) -> None:
    assert effective_date(published, NOW) == effective


PUBLIC = [
    "8.8.8.8",
    "93.184.216.34",
    "2606:2800:220:1::1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_reached(address: str) -> None:
    assert refusal(address) is None


SPECIAL = (
    "0.0.0.0 10.1.2.3 100.64.0.1 127.9.9.9 169.254.169.254 172.31.0.1 192.0.0.8 192.0.2.1 192.88.99.1 "
    "192.168.0.1 198.18.0.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 "
    "::ffff:10.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 2001:db8::1 2001:10::1 "
    "2001:0:a9fe:a9fe::1 2002:7f00:1::1 3fff::1 5f00::1 fc00::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 nonsense"
)


@pytest.mark.parametrize("address", SPECIAL.split())
def test_private_and_special_addresses_may_not(address: str) -> None:
    assert refusal(address) is not None


@given(st.ip_addresses(v=4))
def test_an_inner_private_address_is_seen_through_every_wrapping(inner: IPv4Address) -> None:
    number = int(inner)
    wrapped = [
        IPv6Address((0xFFFF << 32) | number),
        IPv6Address((0x64FF9B << 96) | number),
        IPv6Address((0x2002 << 112) | (number << 80)),
        IPv6Address((0x20010000 << 96) | (0x08080808 << 64) | (number ^ 0xFFFFFFFF)),
    ]
    for address in wrapped:
        assert (refusal(address) is None) == (refusal(inner) is None)
        assert refusal(address, AllowList.parse([f"{inner}/32"])) is None or refusal(inner) is None


@given(st.text(max_size=40) | st.text("0123456789abcdefx.:[]%", max_size=40))
def test_any_host_is_an_address_or_none(host: str) -> None:
    found = literal_address(host)
    assert found is None or refusal(found) is None or "address" in str(refusal(found))


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "017700000001", "127.1", "0177.0.0.1", "0x7f.0.0.1"]
)
def test_odd_notations_of_loopback_are_read(host: str) -> None:
    assert literal_address(host) == IPv4Address("127.0.0.1")


@given(st.text(max_size=200) | st.text("<>&;/abcscriptpbr !-\n\t", max_size=200))
def test_any_markup_becomes_text(markup: str) -> None:
    for function in (one_line, plain_text, clean, normal_form):
        function(markup).encode("utf-8")
    assert "\n" not in one_line(markup)


def test_titles_and_summaries_read_as_people_read_them() -> None:
    assert one_line("A <b>bold</b>\n claim &amp; more\u00ad") == "A bold claim & more"
    assert one_line("Sales < 5 and > 3") == "Sales < 5 and > 3"
    assert plain_text("<p>One<br>two</p><script>x()</script><div>Three &eacute;</div>") == "One\ntwo\nThree é"
