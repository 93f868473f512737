"""Parsing of real and odd feeds: speed, and agreement with feedparser entry by entry.

    python benchmarks/feeds.py --corpora DIR

DIR holds checkouts of kagisearch/fastfeedparser (benchmark_data: 200 real feeds) and kurtmckee/feedparser
(tests), in folders named OWNER+NAME or NAME. Whatever is missing is said and left out. Speeds are CPU seconds
of one process; the baseline is feedparser in the same run. Titles are compared as plain text (tags and
entities resolved, white space collapsed), links as absolute addresses, dates to the second.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import feedparser

from config.errors import ParseError
from ingest.dates import from_fields
from ingest.feeds.model import ParsedFeed
from ingest.feeds.parse import parse_feed
from ingest.messages import EntryFacts
from ingest.text import one_line

URL = "https://feeds.example.org/news/feed.xml"


@dataclass
class Agreement:
    entries: int = 0
    equal: int = 0
    lost: int = 0
    differs: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def count(self, name: str, ours: EntryFacts | None, theirs: Any, fields: tuple[str, ...]) -> bool:
        self.entries += 1
        if ours is None:
            self.lost += 1
            self._note(name, "lost", None, theirs.get("title"))
            return False
        wanted = facts(theirs)
        wrong = [f for f in fields if _ours(ours)[f] != wanted[f]]
        self.equal += not wrong
        for one in wrong:
            self.differs[one] += 1
            self._note(name, one, _ours(ours)[one], wanted[one])
        return not wrong

    def _note(self, name: str, what: str, ours: Any, theirs: Any) -> None:
        self.examples.append(f"  {name}: {what}: {str(ours)[:70]!r} / feedparser {str(theirs)[:70]!r}")


def facts(raw: Any) -> dict[str, Any]:
    date = dict.get(raw, "published_parsed") or dict.get(raw, "updated_parsed")
    try:
        moment = from_fields(date) if date else None
    except ValueError:
        moment = None
    return {
        "title": one_line(raw.get("title") or ""),
        "link": (raw.get("link") or "").strip() or None,
        "id": (raw.get("id") or "").strip() or None,
        "date": moment,
    }


def _ours(entry: EntryFacts) -> dict[str, Any]:
    return {
        "title": entry.title,
        "link": entry.link,
        "id": entry.guid,
        "date": entry.published or entry.updated,
    }


def parse_ours(body: bytes) -> ParsedFeed | None:
    try:
        return parse_feed(body, URL)
    except ParseError:
        return None


def parse_theirs(body: bytes, **options: bool) -> Any:
    return feedparser.parse(BytesIO(body), response_headers={"content-location": URL}, **options)


def timed(function: Any, bodies: dict[str, bytes]) -> tuple[dict[str, Any], float]:
    started = time.process_time()
    found = {name: function(body) for name, body in bodies.items()}
    return found, time.process_time() - started


def find(root: Path, name: str) -> Path | None:
    for folder in (*root.glob(f"*+{name}"), root / name):
        if folder.is_dir():
            return folder
    print(f"not found under {root}: {name}; left out")
    return None


def real_feeds(root: Path, rounds: int) -> None:
    folder = find(root, "fastfeedparser")
    if folder is None:
        return
    bodies = {f.name: f.read_bytes() for f in sorted((folder / "benchmark_data").iterdir())}
    best = float("inf")
    for _ in range(rounds):
        ours, seconds = timed(parse_ours, bodies)
        best = min(best, seconds)
    quick, quick_seconds = timed(
        lambda b: parse_theirs(b, sanitize_html=False, resolve_relative_uris=False), bodies
    )
    sample = dict(list(bodies.items())[::10])
    _, default_seconds = timed(parse_theirs, sample)
    print(f"\nReal feeds: {len(bodies)}, {sum(map(len, bodies.values())) / 1e6:.0f} MB")
    base = len(bodies) / quick_seconds
    rows = [
        ("tocsin", len(bodies) / best),
        ("feedparser, no sanitising, no resolving (baseline)", base),
        (f"feedparser, default (on {len(sample)} of them)", len(sample) / default_seconds),
    ]
    for name, speed in rows:
        print(f"  {name:<52} {speed:8.1f} feeds/s  {speed / base:6.1f}x")
    agreement = Agreement()
    more = 0
    for name, theirs in quick.items():
        entries = ours[name].entries if ours[name] else ()
        more += max(0, len(entries) - len(theirs.entries))
        compare(agreement, name, entries, theirs.entries, ("title", "link", "date"))
    parsers = Counter(p.parser if p else "refused" for p in ours.values())
    print(f"  parsers used: {dict(parsers)}; entries that only we find: {more}")
    report(agreement)


def compare(
    agreement: Agreement, name: str, ours: tuple[EntryFacts, ...], theirs: list[Any], fields: tuple[str, ...]
) -> bool:
    good = True
    for number, raw in enumerate(theirs):
        good &= agreement.count(name, ours[number] if number < len(ours) else None, raw, fields)
    return good


def odd_feeds(root: Path) -> None:
    folder = find(root, "feedparser")
    if folder is None:
        return
    files = sorted(
        f
        for kind in ("wellformed", "illformed", "encoding")
        for f in (folder / "tests" / kind).rglob("*.xml")
    )
    agreement, good, parsers = Agreement(), 0, Counter[str]()
    for file in files:
        body = file.read_bytes()
        ours, theirs = parse_ours(body), parse_theirs(body)
        parsers[ours.parser if ours else "refused"] += 1
        entries = ours.entries if ours else ()
        name = f"{file.parent.name}/{file.name}"
        good += compare(agreement, name, entries, theirs.entries, ("title", "link", "id", "date"))
    print(f"\nfeedparser's own test files: {len(files)}; parsers used: {dict(parsers)}")
    print(f"  files where title, link, id and date of every entry agree: {good} ({good / len(files):.2%})")
    report(agreement)


def report(agreement: Agreement) -> None:
    share = agreement.equal / max(1, agreement.entries)
    print(f"  entries {agreement.entries}, equal {agreement.equal} ({share:.2%}), lost {agreement.lost}")
    print(f"  differences: {dict(agreement.differs)}")
    print("\n".join(agreement.examples[:60]))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3, help="of our parser; the best one counts")
    arguments = parser.parse_args()
    real_feeds(arguments.corpora, arguments.rounds)
    odd_feeds(arguments.corpora)


if __name__ == "__main__":
    main()
