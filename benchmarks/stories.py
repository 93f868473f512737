"""Recognising copies of one text: recall, false positives, speed with many stored signatures.

    python benchmarks/stories.py --corpora DIR [--stored 1000000]

Copies are made from real article texts of scrapinghub/article-extraction-benchmark and flairNLP/fundus under
DIR (of at least 150 words). False positives are looked for among all pairs of different articles, and among
the 24 pairs in benchmarks/data/same_event.txt: one event told by two hands, written for this project,
everything in them made up. The baseline in the same run is MinHash LSH (rensa, 128 permutations, threshold
.3) with exact shingle containment of at least .5. Speeds are CPU seconds of one process.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import psutil
import rensa
import sqlalchemy as sa

from ingest.messages import Document, Extraction
from processors.stories import StoryStore
from processors.stories_sketch import KEYS, SKETCH, containment, sketch, threshold
from processors.tables import story_member, story_sketch
from streams.state import open_state

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
BOILERPLATE = (
    "Sign up for our newsletter and never miss a story again. You can cancel at any time with one click. "
    "Read also what our readers think about this subject and join the conversation below. "
    "The editors thank all who support independent journalism with a subscription. "
)


def texts(root: Path) -> list[str]:
    spec = importlib.util.spec_from_file_location("extraction", Path(__file__).with_name("extraction.py"))
    assert spec is not None
    assert spec.loader is not None
    corpora = importlib.util.module_from_spec(spec)
    sys.modules["extraction"] = corpora
    spec.loader.exec_module(corpora)
    found = []
    for name, read in (
        ("article-extraction-benchmark", corpora.article_benchmark),
        ("fundus", corpora.fundus),
    ):
        folder = corpora.find(root, name)
        if folder is not None:
            found += [sample.text for sample in read(folder)]
    return list(dict.fromkeys(text for text in found if len(text.split()) >= 150))


def same_event_pairs() -> list[tuple[str, str]]:
    data = (Path(__file__).parent / "data" / "same_event.txt").read_text(encoding="utf-8")
    pairs = [event.split("\n||\n") for event in data.split("\n==\n")]
    return [(one.strip(), other.strip()) for one, other in pairs]


# --- edits ----------------------------------------------------------------------------------------


def with_boilerplate(text: str, _rng: random.Random) -> str:
    return f"{BOILERPLATE}\n{text}\n{BOILERPLATE}"


def cut(share: float) -> Callable[[str, random.Random], str]:
    def edit(text: str, _rng: random.Random) -> str:
        words = text.split()
        return " ".join(words[: int(len(words) * share)])

    return edit


def words_changed(text: str, rng: random.Random) -> str:
    words = text.split()
    return " ".join(f"x{rng.randrange(10**6)}" if rng.random() < 0.15 else word for word in words)


def sentences_dropped(text: str, rng: random.Random) -> str:
    sentences = text.replace("\n", " ").split(". ")
    return ". ".join(s for s in sentences if rng.random() >= 0.25)


EDITS: dict[str, Callable[[str, random.Random], str]] = {
    "boilerplate added": with_boilerplate,
    "cut to 60 %": cut(0.6),
    "cut to 30 %": cut(0.3),
    "15 % of words changed": words_changed,
    "25 % of sentences dropped": sentences_dropped,
}


# --- the two methods ------------------------------------------------------------------------------


def document(name: str, body: str) -> Document:
    return Document(
        id=name,
        revision="1",
        url=f"https://{name}.example/{name}",
        title="A title",
        text=f"A title\n{body}",
        effective=NOW,
        content_hash=name,
        extraction=Extraction(method="given", quality=1.0),
    )


class Baseline:
    """MinHash LSH for candidates, exact containment for certainty; all in memory."""

    def __init__(self) -> None:
        self._index = rensa.RMinHashLSH(threshold=0.3, num_perm=128, num_bands=32)
        self._sets: list[set[str]] = []

    def assign(self, body: str) -> int:
        words = body.casefold().split()
        shingles = {" ".join(words[n : n + 3]) for n in range(max(1, len(words) - 2))}
        signature = rensa.RMinHash(num_perm=128, seed=7)
        signature.update(list(shingles))
        best, found = 0.5, -1
        for other in self._index.query(signature):
            share = len(shingles & self._sets[other]) / min(len(shingles), len(self._sets[other]))
            if share >= best:
                best, found = share, other
        if found < 0:
            found = len(self._sets)
            self._index.insert(found, signature)
            self._sets.append(shingles)
        return found


def recall(originals: Sequence[str], folder: Path) -> None:
    print(f"\nRecall on edited copies of {len(originals)} articles")
    print(f"  {'':<28}{'tocsin':>8}{'baseline':>10}")
    for number, (name, edit) in enumerate(EDITS.items()):
        rng = random.Random(number)
        copies = [edit(text, rng) for text in originals]
        engine = open_state(f"sqlite:///{folder / f'recall{number}.db'}")
        store, base = StoryStore(engine), Baseline()
        store.assign_many([document(f"o{n}", text) for n, text in enumerate(originals)])
        wanted = [base.assign(text) for text in originals]
        found = store.assign_many([document(f"c{n}", text) for n, text in enumerate(copies)])
        mine = sum(f.story == f"o{n}" for n, f in enumerate(found)) / len(copies)
        theirs = sum(base.assign(text) == wanted[n] for n, text in enumerate(copies)) / len(copies)
        print(f"  {name:<28}{mine:>8.3f}{theirs:>10.3f}", flush=True)
        engine.dispose()


def false_positives(originals: Sequence[str]) -> None:
    hard = same_event_pairs()
    bodies = [*originals, *itertools.chain.from_iterable(hard)]
    sketches = [sketch(text).hashes for text in bodies]
    wrong = []
    for a, b in itertools.combinations(range(len(bodies)), 2):
        share = containment(sketches[a], sketches[b])
        if share >= threshold(sketches[a], sketches[b]):
            wrong.append((share, bodies[a][:60], bodies[b][:60]))
    pairs = len(bodies) * (len(bodies) - 1) // 2
    shares = [containment(sketch(one).hashes, sketch(other).hashes) for one, other in hard]
    print(f"\nFalse positives: {len(wrong)} in {pairs:,} pairs of different articles")
    for share, one, other in wrong:
        print(f"  {share:.2f}: {one!r} / {other!r}")
    print(f"  {len(hard)} pairs about one event: highest containment {max(shares):.3f}")


# --- speed ----------------------------------------------------------------------------------------


def fill(engine: sa.Engine, count: int) -> None:
    """Signatures as of 400-word articles with nothing in common."""
    rng = np.random.default_rng(1)
    raw = engine.raw_connection()
    cursor = raw.cursor()
    cursor.execute("PRAGMA synchronous = OFF")
    added = time.time()
    columns = ["article_id", "revision", "story", "title", "effective", "added", "how", "similarity"]
    columns += ["key_hashes", "url_hash", "body_hash"]
    marks = ", ".join("?" * len(columns))
    member = f"INSERT INTO {story_member.name} ({', '.join(columns)}) VALUES ({marks})"
    place = f"INSERT INTO {story_sketch.name} (seq, sketch) VALUES (?, ?)"
    for start in range(0, count, 10_000):
        size = min(10_000, count - start)
        hashes = np.sort(rng.integers(0, 2**32, (size, 400), dtype=np.uint32), axis=1)[:, :SKETCH]
        rows: list[Any] = []
        for n, row in enumerate(hashes, start):
            name = f"s{n}"
            facts = (NOW.timestamp(), added, "first", 1.0, row[:KEYS].tobytes())
            rows.append((name, "1", name, "t", *facts, f"{n:032x}", f"{n:032d}"))
        cursor.executemany(member, rows)
        cursor.executemany(place, [(n + 1, row.tobytes()) for n, row in enumerate(hashes, start)])
        raw.commit()
    raw.close()


def speed(originals: Sequence[str], folder: Path, stored: int, documents: int) -> None:
    engine = open_state(f"sqlite:///{folder / 'speed.db'}")
    started = time.monotonic()
    fill(engine, stored)
    print(f"\nSpeed with {stored:,} stored signatures (written in {time.monotonic() - started:.0f} s)")
    store = StoryStore(engine)
    process = psutil.Process()
    before, cpu, wall = process.memory_info().rss, time.process_time(), time.monotonic()
    store.assign(document("warm", "A first article that loads the index of everything stored so far."))
    grown = (process.memory_info().rss - before) / 2**20
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    print(f"  index loaded in {wall:.1f} s ({cpu:.1f} CPU-s), {grown:.0f} MB")
    rng = random.Random(3)
    fresh = []
    for n in range(documents):
        words = originals[n % len(originals)].split()[:400]
        rng.shuffle(words)
        fresh.append(document(f"d{n}", " ".join(words)))
    cpu, wall = time.process_time(), time.monotonic()
    for start in range(0, documents, 100):
        store.assign_many(fresh[start : start + 100])
    spent, took = time.process_time() - cpu, time.monotonic() - wall
    base = Baseline()
    cpu = time.process_time()
    for one in fresh[:1000]:
        base.assign(one.text)
    theirs = min(1000, documents) / (time.process_time() - cpu)
    mine = documents / spent
    clock = documents / took
    print(f"  tocsin, batches of 100: {mine:8.0f} documents per CPU-second ({clock:.0f}/s by the clock)")
    print(f"  baseline, empty store:  {theirs:8.0f} documents per CPU-second; ratio {mine / theirs:.1f}x")
    engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--stored", type=int, default=1_000_000)
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--part", choices=["recall", "pairs", "speed"], help="only this part")
    arguments = parser.parse_args()
    originals = texts(arguments.corpora)
    with tempfile.TemporaryDirectory() as folder:
        if arguments.part in (None, "recall"):
            recall(originals, Path(folder))
        if arguments.part in (None, "pairs"):
            false_positives(originals)
        if arguments.part in (None, "speed"):
            speed(originals, Path(folder), arguments.stored, arguments.documents)


if __name__ == "__main__":
    main()
