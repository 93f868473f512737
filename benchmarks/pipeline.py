"""The whole path: what each part adds to its bare library, how soon news become mail, what memory it takes.

    python -m benchmarks.pipeline [--only log,extraction,enrichment,latency] [--articles 60] [--documents 200]

Baselines, measured in the same run: bare sqlite3 and kafka-python for the log, trafilatura's own extraction
for pages, spaCy's own pipeline (senter and NER) for enrichment. Overhead is the extra time of an item, as a
share of the baseline's. Latency and memory are those of ``tocsin run`` on the embedded log with one feed
polled each second.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psutil
from rich.console import Console
from rich.table import Table

from console.demo.articles import load_articles, load_sources
from console.demo.site import Site
from tests.support.system import News, System

ROUNDS = 3
LIMITS_MB = {"enricher": 700}
LIMIT_MB = 250
screen = Console(width=110)


def best_rate(work: Callable[[], int]) -> float:
    """Items a second, the best of a few rounds."""
    rates = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        items = work()
        rates.append(items / (time.perf_counter() - begun))
    return max(rates)


def compare(name: str, unit: str, ours: float, baseline: str, bare: float) -> None:
    """A table of two lines."""
    table = Table(title=name, title_justify="left")
    for column in ("what", unit, "ratio to baseline", "overhead"):
        table.add_column(column, justify="left" if column == "what" else "right")
    table.add_row(f"{baseline} (baseline)", f"{bare:,.1f}", "1.00", "")
    table.add_row("Tocsin", f"{ours:,.1f}", f"{ours / bare:.2f}", f"{(bare / ours - 1) * 100:+.1f} %")
    screen.print(table)


def extraction(pages: int) -> None:
    """ExtractorStage's reading of a page against bare trafilatura, each in one process."""
    import trafilatura

    from ingest.extract.cascade import extract_page
    from streams.codec import encode

    articles = load_articles()
    start = datetime.now(UTC)
    site = Site(load_sources(), articles, start)
    site.base, site.latest = "http://127.0.0.1", True
    bodies = [(site.answer(f"/{item.source}/{item.id}.html") or ("", ""))[1].encode() for item in articles]
    load = [bodies[number % len(bodies)] for number in range(pages)]

    def ours() -> int:
        for body in load:
            encode(extract_page(body, "http://127.0.0.1/x", "text/html; charset=utf-8"))
        return len(load)

    def bare() -> int:
        for body in load:
            trafilatura.bare_extraction(body, url="http://127.0.0.1/x", with_metadata=True)
        return len(load)

    ours(), bare()
    compare("extraction", "pages/s", best_rate(ours), "trafilatura.bare_extraction", best_rate(bare))


def enrichment(documents: int) -> None:
    """EnricherStage on every document, model and stories included, against the same model alone."""
    from config.models.root import Config
    from ingest.messages import DOCUMENTS
    from processors import model
    from processors.enricher import EnricherStage
    from processors.offline import InputLine, document
    from processors.pipeline import Options, Pipeline
    from processors.stories import StoryStore
    from streams.codec import encode
    from streams.records import Record
    from streams.state import open_state

    start = datetime.now(UTC)
    english = [item for item in load_articles() if item.language == "en"]
    texts = ["\n".join([item.title, *item.paragraphs(start)]) for item in english]
    load = [texts[number % len(texts)] for number in range(documents)]
    nlp = model.load(None)
    rounds = iter(range(1000))

    def bare() -> int:
        for text in load:
            nlp(text)
        return len(load)

    with tempfile.TemporaryDirectory() as folder:
        engine = open_state(f"sqlite:///{folder}/state.db")
        stage = EnricherStage(Config(folder=Path(folder)), Pipeline(Options()), StoryStore(engine))

        def ours() -> int:
            turn = next(rounds)
            lines = [InputLine(id=f"{turn}-{n}", text=text, language="en") for n, text in enumerate(load)]
            records = [
                Record(DOCUMENTS, 0, n, 0, b"k", encode(document(line))) for n, line in enumerate(lines)
            ]
            for first in range(0, len(records), 100):
                stage.prepare(records[first : first + 100])
                for record in records[first : first + 100]:
                    stage.process(record)
            return len(records)

        ours(), bare()
        compare(
            "enrichment, model on every document",
            "documents/s",
            best_rate(ours),
            "spaCy alone",
            best_rate(bare),
        )
        engine.dispose()


def log_rates() -> None:
    """See benchmarks.log."""
    subprocess.run([sys.executable, "-m", "benchmarks.log", "--records", "5000", "--rounds", "2"], check=True)


class Memory:
    """The most that each stage held, its child processes included: proportional set size, in MB."""

    def __init__(self) -> None:
        self.most: dict[str, float] = {}

    def look(self, system: System) -> None:
        """Take one look."""
        for stage, process in system.stages().items():
            with suppress(psutil.Error):
                family = [process, *process.children(recursive=True)]
                held = sum(member.memory_full_info().pss for member in family) / 1e6
                self.most[stage] = max(self.most.get(stage, 0.0), held)


def latency(articles: int) -> None:
    """From 'entry appears in the feed' and from the poll that saw it, to 'mail accepted'; and memory."""
    from ingest.messages import Article
    from streams.codec import decode
    from tests.support.articles import TOWNS, quiet, strike

    appeared: dict[str, float] = {}
    arrived: dict[str, float] = {}
    memory = Memory()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        system = stack.enter_context(System(folder / "system"))
        system.start()
        system.publishers.publish(strike(0, "Kyiv"))  # loads the model, which waits for its first event
        system.wait(lambda: bool(system.mail.messages), 180, "the first alert, so that all is warm")
        read = len(system.mail.messages)
        for number, town in enumerate(TOWNS[:articles], 1):
            news: News = strike(number, town)
            appeared[news.title] = time.time()
            system.publishers.publish(news, *(quiet(number * 100 + extra) for extra in range(4)))
            until = time.monotonic() + 60
            while news.title not in arrived and time.monotonic() < until:
                time.sleep(0.02)
                for mail in system.mail.messages[read:]:
                    read += 1
                    text = str(mail.get_body(("plain",)))
                    arrived.update({title: time.time() for title in appeared if title in text})
            memory.look(system)
        seen = {
            item.entry.title: item.seen.timestamp()
            for item in (decode(value, Article) for value in system.values("articles"))
        }
    report_latency(
        [when - appeared[title] for title, when in arrived.items()],
        [when - seen[title] for title, when in arrived.items() if title in seen],
        len(appeared),
    )
    report_memory(memory.most)


def report_latency(whole: list[float], after_poll: list[float], sent: int) -> None:
    """p50 and p95 in seconds; the target is 3 s after the poll on an idle machine."""
    table = Table(title=f"latency, {len(whole)} of {sent} alerts arrived", title_justify="left")
    for column in ("from", "to", "p50 s", "p95 s"):
        table.add_column(column, justify="right" if column.endswith("s") else "left")
    for name, values in (("entry appears", whole), ("poll (target: p95 under 3 s)", after_poll)):
        if values:
            table.add_row(
                name, "mail accepted", f"{statistics.median(values):.2f}", f"{quantile(values, 0.95):.2f}"
            )
    screen.print(table)


def quantile(values: list[float], share: float) -> float:
    """The value below which ``share`` of them lie (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def report_memory(most: dict[str, float]) -> None:
    """Against the limits."""
    table = Table(title="memory with child processes, highest seen (PSS)", title_justify="left")
    for column in ("process", "MB", "limit MB"):
        table.add_column(column, justify="left" if column == "process" else "right")
    for stage, held in most.items():
        table.add_row(stage, f"{held:.0f}", str(LIMITS_MB.get(stage, LIMIT_MB)))
    screen.print(table)


def main() -> None:
    """Run the chosen parts."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="log,extraction,enrichment,latency")
    parser.add_argument("--articles", type=int, default=20, help="alerts whose latency is measured")
    parser.add_argument("--documents", type=int, default=200, help="pages and documents of the rates")
    options = parser.parse_args()
    parts: dict[str, Callable[[], None]] = {
        "log": log_rates,
        "extraction": lambda: extraction(options.documents),
        "enrichment": lambda: enrichment(options.documents),
        "latency": lambda: latency(options.articles),
    }
    for name in options.only.split(","):
        parts[name]()


if __name__ == "__main__":
    main()
