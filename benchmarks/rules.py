"""Cost of rules: per document with 10, 100, 1,000 and 10,000 rules, and replay of many documents.

    python -m benchmarks.rules                  the table of costs
    python -m benchmarks.rules --replay 100000  and so many documents from a log through 100 rules

Rules and documents are drawn with a fixed seed. A rule has 30 keywords (a third are phrases; from the rarer
nine tenths of the vocabulary, as keywords are); seven of ten rules are bound to provinces and circles, two to
a country with event types or a toll, one to keywords alone. A document has about 330 words, distributed as
in natural text (Zipf), eight resolved places and four events. Times are CPU time, to hold on a busy
machine; the cost of the stage includes reading the record. Ratios are to 10 rules in the same run. A replay
is measured by the clock too: one process reads an embedded log in a temporary folder.
"""

from __future__ import annotations

import argparse
import gc
import math
import multiprocessing
import random
import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from alerts.replay import Asked, replay_enriched
from alerts.rules import RuleSet, compile_rules
from config.models.regions import Region
from config.models.root import Config
from config.models.rules import Rule
from processors.messages import (
    ENRICHED,
    Actor,
    Casualties,
    DateRange,
    EnrichedDocument,
    Event,
    Place,
    Sentence,
    Span,
)
from processors.taxonomy import EVENT_TYPES
from streams.codec import decode, encode
from streams.embedded import EmbeddedBroker
from streams.records import OutputRecord
from streams.state import open_state
from streams.topics import create_topics

SEED = 20261122
VOCABULARY = 40_000
WORDS = 330  # of a document
KEYWORDS = 30  # of a rule
PLACES = 8  # of a document
POOL = 400  # different documents that a replay is made of
START = datetime(2026, 1, 1, tzinfo=UTC)
_SYLLABLES = [a + b for a in "bcdfghjklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "is", "on")]
_COUNTRIES = [a + b for a in "ABCDEFGHIJ" for b in "KLMNOPQRST"]


class World:
    """The made-up words, places and documents; the same for the same seed."""

    def __init__(self, seed: int = SEED) -> None:
        self._random = random.Random(seed)
        self.words = self._make_words()
        self._cumulative = self._zipf(len(self.words))
        self.types = sorted(EVENT_TYPES)

    def rules(self, count: int) -> tuple[Rule, ...]:
        """``count`` rules of the three kinds."""
        return tuple(Rule.model_validate(self._rule(number)) for number in range(count))

    def regions(self) -> tuple[Region, ...]:
        """400 regions: provinces, some circles, some countries."""
        found = [{"id": f"p{n}", "admin1": [f"{_COUNTRIES[n % 100]}-{n // 100}"]} for n in range(300)]
        found += [
            {"id": f"c{n}", "within": {"lat": n - 40.0, "lon": n * 3 - 150.0, "radius_km": 60}}
            for n in range(80)
        ]
        found += [{"id": f"n{n}", "countries": [_COUNTRIES[n]]} for n in range(20)]
        return tuple(Region.model_validate(region) for region in found)

    def document(self, number: int) -> EnrichedDocument:
        """One enriched document."""
        rng = random.Random(SEED * 1_000_003 + number)
        words = rng.choices(self.words, cum_weights=self._cumulative, k=WORDS)
        sentences, text = _lay_out(words)
        places = tuple(_place(rng, text, sentences) for _ in range(PLACES))
        published = START + timedelta(minutes=number)
        return EnrichedDocument(
            id=f"d{number}",
            revision="1",
            title=text.split("\n", 1)[0],
            text=text,
            language="en",
            published=published,
            effective=published,
            publisher=f"Publisher {number % 50}",
            places=places,
            events=tuple(self._event(rng, text, sentences, published) for _ in range(4)),
            sentences=tuple(Sentence(start=start, end=end) for start, end in sentences),
            story=f"s{number // 2}",
            pipeline="benchmark",
        )

    def _make_words(self) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < VOCABULARY:
            found["".join(self._random.choices(_SYLLABLES, k=self._random.randint(2, 4)))] = None
        return list(found)

    def _zipf(self, count: int) -> list[float]:
        total, found = 0.0, []
        for rank in range(1, count + 1):
            total += 1 / (rank + 2.7)
            found.append(total)
        return found

    def _keyword(self) -> str:
        """From the rarer nine tenths, as keywords are; a third are phrases of two words."""
        rank = int(math.exp(self._random.uniform(math.log(VOCABULARY / 10), math.log(VOCABULARY))))
        word = self.words[min(rank, VOCABULARY - 1)]
        return f"{word} {self._random.choice(self.words)}" if self._random.random() < 1 / 3 else word

    def _rule(self, number: int) -> dict[str, object]:
        keywords = [self._keyword() for _ in range(KEYWORDS)]
        kind = number % 10
        when: dict[str, object] = {"keywords": keywords}
        if kind < 7:
            when["regions"] = [f"p{self._random.randrange(300)}", f"c{self._random.randrange(80)}"]
        elif kind < 9:
            when["regions"] = [f"n{self._random.randrange(20)}"]
            when["any"] = [{"events": self._random.sample(self.types, 2)}, {"min_killed": 5}]
        else:  # keywords alone: phrases, as people learn to write after the first day of false alarms
            when["keywords"] = [f"{self._keyword()} {self._keyword()}" for _ in range(KEYWORDS)]
        return {"id": f"r{number}", "when": when}

    def _event(
        self, rng: random.Random, text: str, sentences: tuple[tuple[int, int], ...], published: datetime
    ) -> Event:
        start, end = rng.choice(sentences)
        word = text[start:end].split(maxsplit=1)[0]
        day = published.date().isoformat()
        return Event(
            type=rng.choice(self.types),
            trigger=Span(start=start, end=start + len(word), text=word),
            status=rng.choices(("current", "background", "planned"), (6, 3, 1))[0],
            places=(rng.randrange(PLACES),),
            date=DateRange(start=day, end=day, text="today"),
            actors=(Actor(name=f"Group {rng.randrange(200)}", role="agent"),),
            casualties=(Casualties(kind="killed", min=rng.randrange(12), max=12),),
            confidence=0.8,
            sentence=(start, end),
        )


def _lay_out(words: list[str]) -> tuple[tuple[tuple[int, int], ...], str]:
    sentences, text = [], ""
    for first in range(0, len(words), 22):
        sentence = " ".join(words[first : first + 22]).capitalize() + "."
        sentences.append((len(text), len(text) + len(sentence)))
        text += sentence + ("\n" if first == 0 else " ")
    return tuple(sentences), text


def _place(rng: random.Random, text: str, sentences: tuple[tuple[int, int], ...]) -> Place:
    start, _ = rng.choice(sentences)
    number = int(rng.paretovariate(0.7)) % 300
    return Place(
        start=start,
        end=start + 4,
        text=text[start : start + 4],
        name=f"Place {number}-{rng.randrange(30)}",
        kind="city",
        country=_COUNTRIES[number % 100],
        admin1=f"{_COUNTRIES[number % 100]}-{number // 100}",
        latitude=rng.uniform(-60, 60),
        longitude=rng.uniform(-170, 170),
        precision="city",
        confidence=0.8,
    )


def config_of(world: World, rules: int) -> Config:
    return Config(folder=Path(), regions=world.regions(), rules=world.rules(rules))


def seconds_per_document(rules: RuleSet, documents: list[EnrichedDocument], repeats: int = 3) -> float:
    """CPU time, best of ``repeats`` rounds, after one that warms the caches."""
    now = START + timedelta(days=1)
    best = math.inf
    for _ in range(repeats + 1):
        begun = time.process_time()
        for doc in documents:
            rules.evaluate(doc, now)
        best = min(best, (time.process_time() - begun) / len(documents))
    return best


def seconds_of_reading(documents: list[EnrichedDocument]) -> float:
    """CPU time of decoding one record, best of three rounds."""
    values = [encode(doc) for doc in documents]
    best = math.inf
    for _ in range(3):
        begun = time.process_time()
        for value in values:
            decode(value, EnrichedDocument)
        best = min(best, (time.process_time() - begun) / len(values))
    return best


def costs(console: Console, documents: int) -> None:
    world = World()
    docs = [world.document(number) for number in range(documents)]
    reading = seconds_of_reading(docs)
    console.print(f"reading a record (JSON to document): {reading * 1e6:.0f} µs")
    heads = "rules,keywords,compile s,evaluate µs,docs/s/core,ratio,with reading µs,ratio,matches/doc"
    table = Table(*heads.split(","))
    baseline = None
    for count in (10, 100, 1000, 10_000):
        config = config_of(World(), count)
        begun = time.process_time()
        rules = compile_rules(config)
        compiled = time.process_time() - begun
        gc.collect()
        gc.freeze()
        each = seconds_per_document(rules, docs)
        gc.unfreeze()
        baseline = baseline or each
        whole, first = each + reading, baseline + reading
        matches = sum(len(rules.evaluate(doc, START)) for doc in docs) / len(docs)
        table.add_row(
            f"{count:,}",
            f"{count * KEYWORDS:,}",
            f"{compiled:.1f}",
            f"{each * 1e6:.0f}",
            f"{1 / each:,.0f}",
            f"{each / baseline:.2f}",
            f"{whole * 1e6:.0f}",
            f"{whole / first:.2f}",
            f"{matches:.2f}",
        )
    console.print(table)


def _write(broker: EmbeddedBroker, topic: str, documents: int) -> None:
    """Put the documents into the log, as the enricher would have."""
    world = World()
    pool = [encode(world.document(number)) for number in range(POOL)]
    producer = broker.producer()
    for number, value in enumerate(_again(pool, documents)):
        producer.send(OutputRecord(topic, f"d{number}".encode(), value))
        if number % 1000 == 999:
            producer.flush()
    producer.flush()


def _replay(folder: Path, documents: int, execute: bool, answer: Connection) -> None:
    """Replay in a process of its own: (documents, alerts, wall seconds, CPU seconds, [MB at each fifth])."""
    config = config_of(World(), 100)
    broker, engine = EmbeddedBroker(folder / "log.db"), open_state(f"sqlite:///{folder / 'state.db'}")
    memory: list[float] = []

    def progress(done: int, _whole: int) -> None:
        while len(memory) < 5 and done >= documents * (len(memory) + 1) // 5:
            memory.append(_resident_mb())

    asked = Asked("executed" if execute else "dry", execute=execute)
    rules = compile_rules(config)
    begun, used = time.perf_counter(), time.process_time()
    found = replay_enriched(broker, config, rules, engine, asked, progress=progress)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - used
    answer.send((found.documents, sum(found.new.values()), seconds, cpu, memory))


def _again(pool: list[bytes], count: int) -> Iterator[bytes]:
    """Encoded documents without end from a pool, each with its own id, story and time."""
    for number in range(count):
        value = pool[number % len(pool)]
        value = value.replace(f'"id":"d{number % len(pool)}"'.encode(), f'"id":"d{number}"'.encode(), 1)
        value = value.replace(b'"story":"s', f'"story":"s{number}-'.encode(), 1)
        at = (START + timedelta(minutes=number)).isoformat().replace("+00:00", "Z").encode()
        before = (START + timedelta(minutes=number % len(pool))).isoformat().replace("+00:00", "Z").encode()
        day = (START + timedelta(minutes=number)).date().isoformat()
        yield value.replace(before, at).replace(f'"{START.date()}"'.encode(), f'"{day}"'.encode())


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def replay(console: Console, documents: int) -> None:
    """``tocsin replay enriched`` over an embedded log, as a dry run and writing alerts."""
    table = Table("replay", "documents", "alerts", "docs/s", "docs/s of CPU", "MB at each fifth")
    with TemporaryDirectory() as folder:
        begun = time.perf_counter()
        broker = EmbeddedBroker(Path(folder) / "log.db")
        config = config_of(World(), 100)
        create_topics(broker, config)
        _write(broker, config.topic(ENRICHED), documents)
        broker.close()
        console.print(f"written to an embedded log in {time.perf_counter() - begun:.0f} s")
        for execute in (False, True):
            mine, theirs = multiprocessing.Pipe(duplex=False)
            process = multiprocessing.get_context("spawn").Process(
                target=_replay, args=(Path(folder), documents, execute, theirs)
            )
            process.start()
            count, alerts, seconds, cpu, memory = mine.recv()
            process.join()
            table.add_row(
                "executed" if execute else "dry run",
                f"{count:,}",
                f"{alerts:,}",
                f"{count / seconds:,.0f}",
                f"{count / cpu:,.0f}",
                " ".join(f"{value:.0f}" for value in memory),
            )
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--replay", type=int, default=0, metavar="N")
    parser.add_argument("--only-replay", action="store_true")
    options = parser.parse_args()
    console = Console(width=130)
    if not options.only_replay:
        costs(console, options.documents)
    if options.replay:
        replay(console, options.replay)


if __name__ == "__main__":
    main()
