"""What each part of reading events brings: golden articles and public corpora without each part in turn.

    python benchmarks/ablations.py [--corpora DIR --scorer FILE] [--tier1]

DIR and FILE are those of benchmarks/enrichment.py; without them only the golden articles are scored. The
statistical model runs on every document (``--tier1``: on none). The first row is the baseline of all others.
Parts of finding places are in benchmarks/geoparsing.py.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks import golden  # noqa: E402
from benchmarks.enrichment import Scorer, eventtype, muc  # noqa: E402
from processors import pipeline as pipelines  # noqa: E402
from processors import tier2  # noqa: E402
from processors.demand import EVERYTHING, Demand  # noqa: E402
from processors.entities import Named  # noqa: E402
from processors.events import (  # noqa: E402
    courts,
    domain,
    groups,
    memories,
    modality,
    recalled,
    recognise,
    status,
    victims,
    where,
)
from processors.pipeline import Options, Pipeline  # noqa: E402
from processors.text import lexicon  # noqa: E402

Patch = tuple[object, str, object]
_sense = lexicon.Lexicon.sense


def nothing(*_: object, **__: object) -> None:
    return None


def no_modality(*_: object) -> modality.Modality:
    return modality.Modality(None, None)


def without_frames(self: lexicon.Lexicon, concepts: tuple[str, ...]) -> lexicon.Sense:
    return _sense(self, concepts)._replace(frames=())


PARTS: dict[str, list[Patch]] = {
    "everything": [],
    "without mentions that lean on earlier ones": [(memories, "inherit", nothing)],
    "without looking back as a whole": [(memories, "_retold", nothing)],
    "without courts": [(courts, "tried", nothing), (courts, "about_a_trial", nothing)],
    "without comparisons": [(recalled, "reason", nothing)],
    "without times of the main clause": [(status, "_elsewhere", nothing)],
    "without the domain of the document": [(domain, "keep", lambda _, found: list(found))],
    "without modality": [(modality, "judge", no_modality), (modality, "generic", nothing)],
    "without dates in status": [(status, "_by_date", nothing)],
    "without cue weights": [(status, "sentence_score", lambda *_: (0.9, "not weighed"))],
    "without telling reports apart": [(status, "_dates_report", nothing)],
    "without summing of groups": [(groups, "summed", lambda _, found: list(found))],
    "without victims given by name": [(victims, "after", nothing), (victims, "before", nothing)],
    "without fallback places": [(where, "fallback", lambda *_: ())],
    "without the place told later": [(recognise, "_detailed", lambda _, event, __: event)],
    "without frames (plain trigger words)": [(lexicon.Lexicon, "sense", without_frames)],
}


class Names:
    """What the model finds in a text; asked once for all rows of the table."""

    def __init__(self) -> None:
        self._known: dict[str, list[Named]] = {}

    def __call__(self, nlp: Any, text: str) -> list[Named]:
        if text not in self._known:
            self._known[text] = tier2.names(nlp, text)
        return self._known[text]


def on_golden(pipeline: Pipeline) -> list[float]:
    """Shares of type, date, deaths and all aspects right, and of the past left past."""
    articles = golden.load()
    tally = golden.score(articles, list(pipeline.enrich_many(map(golden.as_document, articles))))
    return [*(tally.share(aspect) for aspect in ("type", "date", "deaths", "all")), tally.past_share]


def on_corpora(pipeline: Pipeline, corpora: Path, scorer: Scorer) -> list[float]:
    """CASE weighted F1; MUC incident type, country and deaths F1."""
    types, incidents = eventtype(pipeline, corpora, scorer), muc(pipeline, corpora, scorer)
    return [types[0][1], incidents[0][1], incidents[1][1], incidents[-1][1]]


def table(pipeline: Pipeline, score: Callable[[Pipeline], Sequence[float]]) -> None:
    """Print one row a part."""
    for name, patches in PARTS.items():
        with ExitStack() as stack:
            for target, attribute, value in patches:
                stack.enter_context(mock.patch.object(target, attribute, value))
            figures = score(pipeline)
        print(f"| {name} | " + " | ".join(f"{figure:.3f}" for figure in figures) + " |", flush=True)


def main() -> None:
    """Print the table as the documentation shows it."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--corpora", type=Path)
    arguments.add_argument("--scorer", type=Path)
    arguments.add_argument("--tier1", action="store_true")
    options = arguments.parse_args()
    demand = Demand(everything=False) if options.tier1 else EVERYTHING
    pipeline = Pipeline(Options(demand=demand))
    heads = ["type", "date", "deaths", "all", "past"]
    score: Callable[[Pipeline], Sequence[float]] = on_golden
    if options.corpora and options.scorer:
        heads += ["CASE", "MUC type", "MUC country", "MUC deaths"]
        scorer = Scorer(options.scorer)

        def score(pipeline: Pipeline) -> Sequence[float]:
            return [*on_golden(pipeline), *on_corpora(pipeline, options.corpora, scorer)]

    print("| | " + " | ".join(heads) + " |\n|" + " --- |" * (len(heads) + 1))
    with mock.patch.object(pipelines, "_names", Names()):
        table(pipeline, score)


if __name__ == "__main__":
    main()
