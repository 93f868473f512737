"""Current or past, sentence by sentence, on the project's own labelled reports and on NewsDiscourse.

    python benchmarks/newsness.py [--corpora DIR] [--fit]

Prints accuracy and the area under the ROC curve with all cues, and without each of them in turn. ``--fit``
also fits the weights on the own reports, leaving out a tenth of the reports at a time, and scores these
weights on both: what fitting would bring. The own reports are in tests/data/newsness.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks import golden  # noqa: E402
from processors.events import newsness, reading, signs  # noqa: E402
from processors.events.reading import Reading  # noqa: E402
from processors.text.sentences import Sentence  # noqa: E402

LABELLED = HERE.parent / "tests" / "data" / "newsness"
LETTERS = {"M": True, "C": True, "P": False, "H": False}
ROLES = {"main_event": True, "consequence": True, "previous_event": False, "history": False}
Sample = tuple[Reading, Sentence, bool]  # a sentence, and whether it tells what is current
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Report:
    """A report as the labellers saw it."""

    title: str
    published: date
    sentences: list[tuple[str, bool | None]]  # text, whether current; None: not scored


def own() -> Iterator[Report]:
    """The project's reports of tests/data/newsness."""
    for path in sorted(LABELLED.glob("0*.yaml")):
        for entry in YAML(typ="safe").load(path):
            lines = entry["text"].splitlines()
            yield Report(
                entry["title"],
                entry["published"],
                [(line[2:], LETTERS.get(line[0])) for line in lines],
            )


def golden_samples() -> Iterator[Sample]:
    """The golden articles that have letters."""
    letters = dict(YAML(typ="safe").load(LABELLED / "golden.yaml"))
    for article in golden.load():
        if marks := letters.pop(article["id"], None):
            text = f"{article['title']}\n{article['text'].strip()}"
            read = reading.read(text, len(article["title"]), "en", article["published"].date())
            body = [sentence for sentence in read.sentences if not sentence.title]
            for sentence, mark in zip(body, marks, strict=True):
                if mark in LETTERS:
                    yield read, sentence, LETTERS[mark]


def news_discourse(corpora: Path) -> Iterator[Report]:
    """The development part of NewsDiscourse: to be scored on, not to be fitted."""
    with (corpora / "discourse" / "newsdiscourse-dev.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            found = [(entry["text"], ROLES.get(entry["role"])) for entry in row["sentences"]]
            yield Report(row["title"], date.fromisoformat(row["published"][:10]), found)


def samples(reports: Iterable[Report]) -> list[Sample]:
    """Every labelled sentence with the sentence of the reading that covers most of it."""
    found: list[Sample] = []
    for report in reports:
        body = " ".join(text for text, _ in report.sentences)
        title = f"{report.title}\n" if report.title else ""
        read = reading.read(title + body, len(report.title), "en", report.published)
        start = len(title)
        for text, current in report.sentences:
            end = start + len(text)
            if current is not None:
                found.append((read, _covering(read, start, end), current))
            start = end + 1
    return found


def _covering(read: Reading, start: int, end: int) -> Sentence:
    return max(read.sentences, key=lambda s: min(end, s.end) - max(start, s.start))


def measure(values: Array, current: Array) -> tuple[float, float]:
    """Accuracy at zero and the area under the ROC curve, ties counting a half."""
    accuracy = float(((values >= 0) == current).mean())
    order = np.argsort(values, kind="stable")
    ranks = np.empty(len(values))
    ranks[order] = np.arange(1, len(values) + 1)
    for value in np.unique(values):
        same = values == value
        ranks[same] = ranks[same].mean()
    positive = int(current.sum())
    above = ranks[current].sum() - positive * (positive + 1) / 2
    return accuracy, float(above / (positive * (len(values) - positive)))


def scores(chosen: Iterable[Sample]) -> Array:
    """Our score of each sentence, as a sum of weights."""
    found = []
    for read, sentence, _ in chosen:
        found.append(newsness.logit(newsness.sentence_score(read, sentence)[0]))
    return np.array(found)


def _name(why: str) -> str:
    return "dated" if why.startswith("dated") else why


def without(cue: str, chosen: list[Sample]) -> Array:
    """The scores with one cue left out."""

    def kept(found: Callable[[Reading, Sentence], list[signs.Part]]) -> Any:
        return lambda read, sentence: [part for part in found(read, sentence) if _name(part[1]) != cue]

    place, telling, around = newsness.of_place, newsness.of_telling, newsness.AROUND
    newsness.of_place, newsness.of_telling = kept(place), kept(telling)  # type: ignore[misc]
    newsness.AROUND = () if cue == "neighbours" else around  # type: ignore[misc,assignment]
    for read, _, _ in chosen:
        read.scores = None
    try:
        return scores(chosen)
    finally:
        newsness.of_place, newsness.of_telling = place, telling  # type: ignore[misc]
        newsness.AROUND = around  # type: ignore[misc]
        for read, _, _ in chosen:
            read.scores = None


def features(chosen: list[Sample], names: list[str]) -> Array:
    """Per sentence the weight that each cue has in it, the neighbours, and a constant."""
    table = np.zeros((len(chosen), len(names) + 2))
    for row, (read, sentence, _) in enumerate(chosen):
        parts = signs.of_place(read, sentence) + signs.of_telling(read, sentence)
        for weight, why in parts:
            if _name(why) in names:
                table[row, names.index(_name(why))] += weight
        told = newsness.logit(newsness.sentence_score(read, sentence)[0])
        table[row, -2] = told + signs.WEAK - sum(weight for weight, _ in parts)
        table[row, -1] = 1.0
    return table


def fit(table: Array, current: Array, strength: float = 3.0) -> Array:
    """Logistic regression with an L2 penalty, by Newton's method."""
    weights = np.zeros(table.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-table @ weights))
        slope = table.T @ (chance - current) + strength * weights
        curve = (table * (chance * (1 - chance))[:, None]).T @ table + strength * np.eye(len(weights))
        weights -= np.linalg.solve(curve, slope)
    return weights


def fitted(ours: list[Sample], theirs: list[Sample], names: list[str]) -> Iterator[tuple[str, Array, Array]]:
    """What weights fitted on the own reports reach on them (left out in tenths) and elsewhere."""
    table, current = features(ours, names), np.array([now for *_, now in ours])
    documents = {id(read): number for number, read in enumerate({id(r): r for r, *_ in ours}.values())}
    tenth = np.array([documents[id(read)] % 10 for read, *_ in ours])
    values = np.zeros(len(ours))
    for part in range(10):
        held = tenth == part
        values[held] = table[held] @ fit(table[~held], current[~held])
    yield "own reports, left out", values, current
    if theirs:
        there = features(theirs, names) @ fit(table, current)
        yield "NewsDiscourse", there, np.array([now for *_, now in theirs])


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--corpora", type=Path)
    arguments.add_argument("--fit", action="store_true")
    options = arguments.parse_args()
    sets = {"own": samples(own()), "golden": list(golden_samples())}
    if options.corpora:
        sets["NewsDiscourse"] = samples(news_discourse(options.corpora))
    gold = {name: np.array([now for *_, now in chosen]) for name, chosen in sets.items()}
    print(f"{'':46}" + "".join(f"{name:>16}" for name in sets))
    _row("everything", [measure(scores(chosen), gold[name]) for name, chosen in sets.items()])
    whys = {_name(why) for r, s, _ in sets["own"] for _, why in signs.of_place(r, s) + signs.of_telling(r, s)}
    for cue in [*sorted(whys), "neighbours"]:
        _row(f"without: {cue}", [measure(without(cue, chosen), gold[name]) for name, chosen in sets.items()])
    if options.fit:
        for what, values, current in fitted(sets["own"], sets.get("NewsDiscourse", []), sorted(whys)):
            _row(f"fitted: {what}", [measure(values, current)])


def _row(what: str, measured: Iterable[tuple[float, float]]) -> None:
    print(f"{what:46}" + "".join(f"{accuracy:9.3f} {area:.4f}" for accuracy, area in measured), flush=True)


if __name__ == "__main__":
    main()
