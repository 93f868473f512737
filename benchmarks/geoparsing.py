"""Places: recognition, resolution and both together, beside a baseline and without each component in turn.

    python benchmarks/geoparsing.py --corpora DIR --scorer FILE [--model NAME] [--ablations] [--index FILE]

DIR holds ``geo/trnews.jsonl`` and ``geo/lgl.jsonl``; FILE is the program that scores them. The baseline is
the same statistical model with the country of each name, else its most populous place. Without a corpus only
the speed is measured, on the golden articles. Times are CPU seconds of this process.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import msgspec

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks import enrichment_baselines as baselines  # noqa: E402
from benchmarks import golden  # noqa: E402
from benchmarks.enrichment import Scorer, rows_of  # noqa: E402
from processors import model, tier2  # noqa: E402
from processors.places import evidence, recognize, resolve  # noqa: E402
from processors.places.gazetteer import Gazetteer, open_gazetteer  # noqa: E402
from processors.places.page import Span  # noqa: E402
from processors.places.resolve import DEFAULT, Weights  # noqa: E402
from processors.places.resolver import PlaceFinder  # noqa: E402

CORPORA = {"TR-News": "trnews.jsonl", "LGL": "lgl.jsonl"}
TARGETS = {"TR-News": (0.83, 0.88, 0.72), "LGL": (0.75, 0.82, 0.62)}
Spans = dict[str, list[Span]]


def nothing(*_: object, **__: object) -> Any:
    return ()


def no_context(*_: object) -> tuple[float, str]:
    return 0.0, ""


def no_follower(*_: object) -> tuple[float, str, bool]:
    return 0.0, "", False


WEIGHTS: dict[str, Weights] = {
    "fame alone": replace(DEFAULT, near=0.0, same_admin1=0.0, same_country=0.0, containment=0.0, demonym=0.0),
    "without nearness": replace(DEFAULT, near=0.0),
    "without the same admin-1": replace(DEFAULT, same_admin1=0.0),
    "without the same country": replace(DEFAULT, same_country=0.0),
    "without 'X, Y'": replace(DEFAULT, containment=0.0),
    "without votes of demonyms": replace(DEFAULT, demonym=0.0),
    "without usual senses": replace(DEFAULT, usual=0.0),
}
PATCHES: dict[str, list[tuple[object, str, object]]] = {
    "without the seat before its division": [(resolve, "_prefer_seat", nothing)],
    "without words around the name": [(evidence, "before", no_context), (evidence, "after", no_follower)],
    "without other uses in the document": [(recognize, "SUPPORT", 0.0)],
    "without persons of the document": [(recognize, "PERSON_ELSEWHERE", 0.0)],
    "without names that no gazetteer has": [(recognize, "_unknown", nothing)],
    "without demonyms": [(recognize, "demonyms", lambda *_: [])],
}


@contextmanager
def patched(changes: list[tuple[object, str, object]]) -> Iterator[None]:
    with ExitStack() as stack:
        for target, name, value in changes:
            stack.enter_context(mock.patch.object(target, name, value))
        yield


def named(corpora: Path, wanted: str | None) -> dict[str, Spans]:
    """What the model finds in each document; done once."""
    nlp = model.load(wanted)
    found = {}
    for name, file in CORPORA.items():
        rows = rows_of(corpora / "geo" / file)
        found[name] = {
            r["id"]: [(n.start, n.end, n.label) for n in tier2.names(nlp, r["text"])] for r in rows
        }
    return found


def predictions(
    finder: PlaceFinder, rows: list[dict[str, Any]], spans: Spans | None
) -> Iterator[dict[str, Any]]:
    for row in rows:
        places = finder.find_in(row["text"], None if spans is None else spans[row["id"]])
        yield {"id": row["id"], "text": row["text"], "places": msgspec.to_builtins(places)}


def populous(wanted: str | None, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    nlp, resolver = model.load(wanted), baselines.Populous()
    for row in rows:
        yield {"id": row["id"], "places": list(resolver.places(nlp(row["text"])))}


def figures(result: dict[str, Any]) -> tuple[float, float, float]:
    return result["recognition"]["f1"], result["acc161"], result["e2e161"]["f1"]


class Table:
    """Prints one line a variant: recognition F1, accuracy@161 km, end-to-end F1 on each corpus."""

    def __init__(self, corpora: Path, scorer: Path) -> None:
        self.gold = {name: corpora / "geo" / file for name, file in CORPORA.items()}
        self.rows = {name: rows_of(path) for name, path in self.gold.items()}
        self.score = Scorer(scorer)
        self.base: dict[str, tuple[float, float, float]] = {}

    def head(self) -> None:
        print(f"{'':38}" + "".join(f"{name:>32}" for name in CORPORA))
        print(
            f"{'':38}" + "".join(f"{'rec. F1':>10}{'acc@161':>8}{'e2e F1':>7}{'ratio':>7}" for _ in CORPORA)
        )

    def line(
        self, what: str, predict: Callable[[str, list[dict[str, Any]]], Iterator[dict[str, Any]]]
    ) -> None:
        cells = ""
        for name, rows in self.rows.items():
            values = figures(self.score("geo", self.gold[name], predict(name, rows)))
            base = self.base.setdefault(name, values)
            cells += f"{values[0]:10.3f}{values[1]:8.3f}{values[2]:7.3f}{values[2] / base[2]:7.2f}"
        print(f"{what:38}{cells}", flush=True)

    def targets(self) -> None:
        cells = "".join(f"{a:10.3f}{b:8.3f}{c:7.3f}{'':7}" for a, b, c in TARGETS.values())
        print(f"{'target':38}{cells}")


def quality(options: argparse.Namespace, gazetteer: Gazetteer) -> None:
    """The table of quality."""
    table = Table(options.corpora, options.scorer)
    spans = named(options.corpora, options.model)
    finder = PlaceFinder(gazetteer)
    table.head()
    table.line("baseline: model, most populous place", lambda _, rows: populous(options.model, rows))
    table.line("tier 1 (no model)", lambda _, rows: predictions(finder, rows, None))
    table.line("tier 2", lambda name, rows: predictions(finder, rows, spans[name]))
    table.targets()
    if options.ablations:
        ablations(table, gazetteer, spans)


def ablations(table: Table, gazetteer: Gazetteer, spans: dict[str, Spans]) -> None:
    for what, weights in WEIGHTS.items():
        other = PlaceFinder(gazetteer, weights)
        table.line(what, lambda name, rows, f=other: predictions(f, rows, spans[name]))  # type: ignore[misc]
    finder = PlaceFinder(gazetteer)
    for what, changes in PATCHES.items():
        with patched(changes):
            table.line(what, lambda name, rows: predictions(finder, rows, spans[name]))


def speed(gazetteer: Gazetteer, wanted: str | None) -> None:
    """CPU time of 500 words, beside the bare model on the same text."""
    nlp, finder = model.load(wanted), PlaceFinder(gazetteer)
    articles = [f"{article['title']}.\n{article['text']}" for article in golden.load()]
    words = sum(len(text.split()) for text in articles)
    tagged = [[(n.start, n.end, n.label) for n in tier2.names(nlp, text)] for text in articles]

    def cost(action: Callable[[], object]) -> float:
        times = []
        for _ in range(3):
            start = time.process_time()
            action()
            times.append(time.process_time() - start)
        return min(times) / words * 500_000

    bare = cost(lambda: [nlp(text) for text in articles])
    first = cost(lambda: [finder.find(text) for text in articles])
    second = cost(lambda: [finder.find_in(t, s) for t, s in zip(articles, tagged, strict=True)])
    print(f"\n{'CPU ms per 500 words':38}{'ms':>8}{'share of the bare model':>26}")
    for what, value in (("bare model (names)", bare), ("places, tier 1", first), ("places, tier 2", second)):
        print(f"{what:38}{value:8.2f}{value / bare:26.2f}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--corpora", type=Path)
    parser.add_argument("--scorer", type=Path)
    parser.add_argument("--model", help="spaCy model; default: the best one installed")
    parser.add_argument("--index", type=Path, help="gazetteer index; default: the user's")
    parser.add_argument("--ablations", action="store_true")
    options = parser.parse_args()
    start = time.perf_counter()
    gazetteer = open_gazetteer(options.index)
    print(f"gazetteer: {len(gazetteer):,} places, opened in {time.perf_counter() - start:.3f} s\n")
    if options.corpora and options.scorer:
        quality(options, gazetteer)
    speed(gazetteer, options.model)


if __name__ == "__main__":
    main()
