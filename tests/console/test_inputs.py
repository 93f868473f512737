"""What people hand over: archives, times, matchers, OPML."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import UsageError
from config.models.feeds import Feed
from console.archive import Bad, file_id, read_archive, read_line
from console.commands.alerts import parse_matchers
from console.feed_file import feed_line, feeds_file, fresh_id
from console.times import later, moment
from ingest.identity import article_id
from ingest.messages import Document, EntryFacts

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


def line(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def good(**fields: object) -> Document:
    found = read_line(line(**fields), 1, NOW)
    assert isinstance(found, Document)
    return found


def test_a_line_becomes_the_document_that_intake_would_have_made() -> None:
    url = "https://example.org/news/1?utm_source=x"
    document = good(title="Raid", text="Soldiers raided.", url=url, published="2026-03-01T10:00:00+02:00")
    assert document.text == "Raid\nSoldiers raided."
    assert document.id == article_id("any", document.url, EntryFacts(link=url))
    assert document.published == document.effective == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert document.extraction.method == "given"


def test_a_title_that_opens_the_text_is_not_repeated() -> None:
    assert good(title="Raid", text="Raid\nSoldiers raided.").text == "Raid\nSoldiers raided."


def test_without_an_address_the_text_names_the_article() -> None:
    assert good(text="a").id == good(text="a").id != good(text="b").id
    assert good(id="own", text="a").id == "own"


def test_a_date_in_the_future_is_not_believed() -> None:
    assert good(text="a", published="2030-01-01").effective == NOW


@pytest.mark.parametrize(
    "raw",
    [
        b"no json",
        b"[]",
        b"7",
        b'{"text": ""}',
        b'{"text": 7}',
        b'{"text": "a", "published": "soon"}',
        b"\xff\xfe",
    ],
)
def test_a_line_that_is_no_article_says_why(raw: bytes) -> None:
    found = read_line(raw, 3, NOW)
    assert isinstance(found, Bad)
    assert found.number == 3
    assert found.why
    assert "\n" not in found.why


@given(st.binary(max_size=300))
def test_no_line_breaks_the_import(raw: bytes) -> None:
    assert isinstance(read_line(raw, 1, NOW), Document | Bad)


@given(st.text(max_size=200), st.text(max_size=50))
def test_any_text_is_taken_or_refused(text: str, title: str) -> None:
    found = read_line(json.dumps({"text": text, "title": title}).encode(), 1, NOW)
    assert isinstance(found, Document | Bad)


def test_an_archive_is_read_line_by_line_and_has_a_name_of_its_content() -> None:
    data = line(text="a") + b"\n\n" + b"no json\n" + line(text="b")
    found = list(read_archive(io.BytesIO(data), NOW))  # type: ignore[arg-type]
    assert [type(item).__name__ for _, item in found] == ["Document", "NoneType", "Bad", "Document"]
    assert found[-1][0] == len(data)
    handle = io.BytesIO(data)
    assert file_id(handle) == file_id(io.BytesIO(data)) != file_id(io.BytesIO(b"other"))  # type: ignore[arg-type]
    assert handle.tell() == 0


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-08-01", datetime(2026, 8, 1, tzinfo=UTC)),
        ("2026-08-01T10:00Z", datetime(2026, 8, 1, 10, tzinfo=UTC)),
        ("2026-08-01T10:00", datetime(2026, 8, 1, 10, tzinfo=UTC)),
        ("30d", NOW - timedelta(days=30)),
        (" 6h ", NOW - timedelta(hours=6)),
    ],
)
def test_moments(text: str, wanted: datetime) -> None:
    assert moment(text, NOW) == wanted


@pytest.mark.parametrize("text", ["yesterday", "", "2026-13-01", "31/12/2026"])
def test_what_is_no_moment_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="2026-09-01"):
        moment(text, NOW)


def test_a_silence_counts_forwards() -> None:
    assert later("4h", NOW) == NOW + timedelta(hours=4)
    assert later("2026-10-01", NOW) == datetime(2026, 10, 1, tzinfo=UTC)


def test_matchers_gather_their_values() -> None:
    assert parse_matchers(["region=idlib", "region=aleppo", "severity=!low", "rule=/a=b/"]) == {
        "region": ["idlib", "aleppo"],
        "severity": ["!low"],
        "rule": ["/a=b/"],
    }
    for wrong in ("region", "=idlib", "region="):
        with pytest.raises(UsageError):
            parse_matchers([wrong])


def test_ids_are_made_of_titles_and_never_twice() -> None:
    taken: set[str] = set()
    assert fresh_id("Enab Baladi – عنب", "https://e.org", taken) == "enab-baladi"
    assert fresh_id("Enab Baladi", "https://e.org", taken) == "enab-baladi-2"
    assert fresh_id("عنب بلدي", "https://www.example.org/feed", taken) == "example-org"
    assert fresh_id("", "", taken) == "feed"


def test_a_feeds_file_is_read_back_by_the_loader(tmp_path: Path) -> None:
    from console.loading import load_config

    feeds = [
        Feed(
            id="one",
            url="https://example.org/feed?a=1&b=2",
            title='He said: "no" # not a comment',
            tags=("a b",),
        ),
        Feed(id="two", url="https://example.org/x", type="sitemap"),
    ]
    (tmp_path / "feeds.yaml").write_text(feeds_file(feeds), encoding="utf-8")
    assert [
        (feed.id, feed.url, feed.title, feed.tags, feed.type) for feed in load_config(tmp_path).feeds.feeds
    ] == [(feed.id, feed.url, feed.title, feed.tags, feed.type) for feed in feeds]
    assert feed_line({"id": "x", "url": "https://e.org/"}).startswith("  - {id: x,")
