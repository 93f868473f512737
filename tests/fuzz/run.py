"""Coverage-guided fuzzing of what strangers' bytes go through first.

    pip install atheris                    # not among the dependencies: its wheels lag behind Python
    python tests/fuzz/run.py feeds|urls|dates [CORPUS_DIR ...] [-max_total_time=120]

Everything after the target is handed to libFuzzer. A crash, an input that takes longer than ten seconds or
needs more than 2 GB is a finding: libFuzzer writes it to a file, which belongs into tests/ingest as a case.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import atheris

with atheris.instrument_imports(include=["ingest", "fastfeedparser", "feedparser"]):
    from config.errors import ParseError
    from ingest.dates import parse_date
    from ingest.feeds.parse import parse_feed
    from ingest.identity import identify
    from ingest.urls import canonical_url, host_of, identity_of
    from tests.support.wire import check_wire

URL = "https://courier.example/feed"
KINDS = ("feed", "feed", "feed", "sitemap")
TYPES = ("", "application/rss+xml; charset=utf-8", "text/xml; charset=koi8-r", "application/feed+json")
LIMITS = ("-timeout=10", "-rss_limit_mb=2048", "-max_len=65536")


def feeds(data: bytes) -> None:
    """Any bytes are a feed or a ParseError, and what is a feed can be named."""
    if len(data) < 2:
        return
    kind, content_type = KINDS[data[0] % len(KINDS)], TYPES[data[1] % len(TYPES)]
    try:
        feed = parse_feed(data[2:], URL, content_type, kind)
    except ParseError:
        return
    named = identify("courier", feed.entries, feed.link or URL)
    assert len({item.key for item in named}) == len(named)
    for item in named:
        assert item.url == canonical_url(item.url)


def urls(data: bytes) -> None:
    """Any string has a canonical form, once and for all, and goes out as printable ASCII or not at all."""
    url = data.decode("utf-8", "surrogateescape")
    once = canonical_url(url, URL)
    assert canonical_url(once) == once
    assert once.isascii()
    host_of(url), identity_of(url)
    check_wire(url)


def dates(data: bytes) -> None:
    """Any string is a moment in UTC or None."""
    moment = parse_date(data.decode("utf-8", "replace"))
    assert moment is None or moment.utcoffset() is not None


TARGETS: dict[str, Callable[[bytes], None]] = {"feeds": feeds, "urls": urls, "dates": dates}


def main() -> None:
    """Run the named target until it fails or the time is up."""
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"{__doc__}\ntargets: {', '.join(TARGETS)}")
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup([sys.argv[0], *LIMITS, *sys.argv[1:]], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
