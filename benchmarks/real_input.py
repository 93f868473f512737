"""Real feeds and real pages through the running system: what goes in and out of every stage.

    python -m benchmarks.real_input --corpora DIR [--seconds 900] [--limit 200]
    python -m benchmarks.real_input --feeds DIR --pages DIR

``--feeds``: a folder of feed files; ``--pages``: a folder of HTML files, plain or gzipped. ``--corpora``: a
folder with checkouts of kagisearch/fastfeedparser and scrapinghub/article-extraction-benchmark, named
OWNER+NAME or NAME, whose benchmark_data and html are taken. Both are served from loopback; each entry's
link leads to one of the
pages, always the same. Nothing leaves the machine.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import re
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from benchmarks.pipeline import Memory, report_memory
from console.scan import count
from ingest.messages import Article, Document
from ingest.tables import feed_state
from processors.messages import EnrichedDocument
from streams.codec import decode
from streams.open import open_broker, state_url
from streams.state import open_state, reading
from tests.support.system import Publishers, System

STAGES = (("extractor", "articles"), ("enricher", "documents"), ("alerter", "enriched"))
_QUIET = 15.0  # seconds without anything new before it counts as finished
_LINK = re.compile(
    rb"(<link[^>]*>\s*(?:<!\[CDATA\[)?\s*)(https?://[^<\s\]]+)|(<link[^>]*href=[\"'])(https?://[^\"']+)"
    rb"|(\"(?:url|external_url)\"\s*:\s*\")(https?://[^\"]+)"
)
screen = Console(width=110)


class Mirror(Publishers):
    """Feeds and pages from files, under the paths that :class:`Publishers` uses."""

    def __init__(self, feeds: list[Path], pages: list[Path]) -> None:
        super().__init__(len(feeds))
        self._feeds = feeds
        self._pages = pages

    def answer(self, path: str) -> tuple[str, bytes]:
        """A feed with its links turned to this server, or the page that belongs to a link."""
        if path.endswith("/feed.xml"):
            file = self._feeds[int(path.split("/")[1].removeprefix("feed-"))]
            return "application/xml", _LINK.sub(self._turned, read(file))
        if path.startswith("/page/"):
            number = int(hashlib.sha1(path.encode()).hexdigest(), 16) % len(self._pages)
            return "text/html", read(self._pages[number])
        return "text/plain", b""

    def _turned(self, match: re.Match[bytes]) -> bytes:
        before = match.group(1) or match.group(3) or match.group(5)
        url = match.group(2) or match.group(4) or match.group(6)
        name = hashlib.sha1(url).hexdigest()[:20]
        return before + f"{self.base}/page/{name}.html".encode()


def read(path: Path) -> bytes:
    """A file's bytes, unpacked where its name ends in .gz."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def files_of(folder: Path, limit: int) -> list[Path]:
    """The files of a folder in order of their names, hidden ones left out."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not found:
        raise SystemExit(f"{folder}: no files")
    return found[:limit]


def within(corpora: Path | None, name: str, folder: str) -> Path | None:
    """A folder of a checkout under ``corpora``; None where it is not there."""
    checkouts = [] if corpora is None else [path for path in corpora.iterdir() if path.name.endswith(name)]
    return next((path / folder for path in checkouts if (path / folder).is_dir()), None)


def counts_of(system: System) -> dict[str, int]:
    """Records in each topic."""
    config = system.config
    broker = open_broker(config)
    try:
        names = ("articles", "documents", "enriched", "alerts")
        return {
            name: count(broker, config.topic(name)) for short in names for name in (short, f"{short}.dlq")
        }
    finally:
        broker.close()


def wait_until_quiet(system: System, feeds: int, memory: Memory, seconds: float) -> float:
    """Seconds until every feed was asked and nothing moved any more."""
    begun = changed = time.monotonic()
    last: object = None
    while time.monotonic() - begun < seconds:
        time.sleep(2)
        memory.look(system)
        polled = sum(1 for row in feed_rows(system) if row.polls)
        state = (polled, counts_of(system))
        if state != last:
            last, changed = state, time.monotonic()
        if polled >= feeds and time.monotonic() - changed > _QUIET:
            return changed - begun
    return time.monotonic() - begun


def feed_rows(system: System) -> list[sa.Row[tuple[object, ...]]]:
    """What is known of each feed."""
    engine = open_state(state_url(system.config))
    try:
        with reading(engine) as connection:
            return list(connection.execute(sa.select(feed_state)))
    finally:
        engine.dispose()


def report(system: System, feeds: int, seconds: float, memory: Memory) -> None:
    """The tables."""
    rows = feed_rows(system)
    counts = counts_of(system)
    articles = [decode(value, Article) for value in system.values("articles")]
    documents = [decode(value, Document) for value in system.values("documents")]
    enriched = [decode(value, EnrichedDocument) for value in system.values("enriched")]
    entries = sum(row.entries_total for row in rows)
    table = Table(title=f"{feeds} feeds, {seconds:.0f} s until nothing moved", title_justify="left")
    for column in ("stage", "in", "out", "dead letters"):
        table.add_column(column, justify="left" if column == "stage" else "right")
    read_well = sum(row.failures == 0 and row.polls > 0 for row in rows)
    table.add_row("poller: feeds → read", str(feeds), str(read_well), "")
    table.add_row("poller: entries → articles", str(entries), str(counts["articles"]), "")
    outputs = {"extractor": "documents", "enricher": "enriched", "alerter": "alerts"}
    for stage, topic in STAGES:
        dead = counts[f"{topic}.dlq"]
        table.add_row(stage, str(counts[topic]), str(counts[outputs[stage]]), str(dead))
    screen.print(table)
    listing("feeds that could not be read", Counter(reason(row) for row in rows if row.failures))
    fetched = Counter(
        "fetched" if item.http and not item.http.error else (item.http.error if item.http else "no link")
        for item in articles
    )
    listing("pages", fetched)
    listing("text won by", Counter(item.extraction.method for item in documents))
    listing("flags of extraction", Counter(flag for item in documents for flag in item.extraction.flags))
    listing("languages", Counter(item.language or "unknown" for item in enriched))
    listing("events", Counter(f"{event.type} ({event.status})" for item in enriched for event in item.events))
    listing(
        "distinct articles enriched",
        Counter({"by id and revision": len({(i.id, i.revision) for i in enriched})}),
    )
    report_memory(memory.most)


def reason(row: sa.Row[tuple[object, ...]]) -> str:
    """Why a feed failed, without its address."""
    return re.sub(r"https?://\S+", "…", str(row.last_error or row.health_reason))[:90]


def listing(title: str, numbers: Counter[str], top: int = 12) -> None:
    """The most frequent values."""
    if not numbers:
        return
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, number in numbers.most_common(top):
        table.add_row(name, str(number))
    screen.print(table)


def main() -> None:
    """Serve, run, wait, report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", type=Path)
    parser.add_argument("--feeds", type=Path)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--seconds", type=float, default=900)
    parser.add_argument("--limit", type=int, default=200, help="feeds")
    options = parser.parse_args()
    feeds = options.feeds or within(options.corpora, "fastfeedparser", "benchmark_data")
    pages = options.pages or within(options.corpora, "article-extraction-benchmark", "html")
    if feeds is None or pages is None:
        screen.print("not run: --corpora DIR, or --feeds DIR and --pages DIR, name real feeds and pages")
        return
    mirror = Mirror(files_of(feeds, options.limit), files_of(pages, 100_000))
    memory = Memory()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        system = stack.enter_context(
            System(folder / "system", publishers=mirror, intake="max_age: 36500d", every="1h")
        )
        system.start()
        seconds = wait_until_quiet(system, mirror.count, memory, options.seconds)
        report(system, mirror.count, seconds, memory)


if __name__ == "__main__":
    main()
