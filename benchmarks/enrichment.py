"""Enrichment on public corpora and its speed, each beside a baseline measured in the same run.

    python benchmarks/enrichment.py [--corpora DIR --scorer FILE] [--only eventtype,discourse,muc,geo,speed]

DIR holds ``eventtype/ discourse/ muc/ geo/`` as JSON lines; FILE is the scorer that reads them (its last line
of output is JSON). Without them only the speed is measured, on the golden articles. Times are CPU seconds of
this process, so that other work on the machine counts less.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks import enrichment_baselines as baselines  # noqa: E402
from benchmarks import golden  # noqa: E402
from ingest.messages import Document  # noqa: E402
from processors import model, offline  # noqa: E402
from processors.demand import Demand  # noqa: E402
from processors.events import newsness, reading  # noqa: E402
from processors.pipeline import Options, Pipeline  # noqa: E402

if TYPE_CHECKING:
    from spacy.language import Language

Row = tuple[str, float, float, float]  # what, ours, baseline, target


def rows_of(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


class Scorer:
    """Runs the scoring program on predictions."""

    def __init__(self, program: Path) -> None:
        self.program = program

    def __call__(self, task: str, gold: Path, found: Iterable[dict[str, Any]], *extra: str) -> dict[str, Any]:
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
            for entry in found:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            file.flush()
            command = [sys.executable, str(self.program), task, str(gold), file.name, *extra]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        result: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
        return result


def documents(rows: Iterable[dict[str, Any]]) -> Iterator[Document]:
    for row in rows:
        yield offline.document(
            offline.InputLine(
                id=row["id"],
                title=row.get("title"),
                text=row["text"],
                published=row.get("published") or row.get("date"),
            )
        )


def enriched(pipeline: Pipeline, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(document) for document in pipeline.enrich_many(documents(rows))]


def eventtype(pipeline: Pipeline, corpora: Path, score: Scorer) -> list[Row]:
    gold = corpora / "eventtype" / "case21-dev.jsonl"
    rows = rows_of(gold)
    ours = score("eventtype", gold, enriched(pipeline, rows), "--map", str(HERE / "case21_map.json"))
    plain = score(
        "eventtype", gold, ({"id": row["id"], "label": baselines.event_label(row["text"])} for row in rows)
    )
    names = {"weighted_f1": 0.72, "macro_f1": 0.0, "accuracy": 0.0}
    return [(f"event type: {name}", ours[name], plain[name], target) for name, target in names.items()]


def sentence_statuses(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The pipeline's judgement of every sentence, event or not."""
    for row in rows:
        body = " ".join(sentence["text"] for sentence in row["sentences"])
        title = row["title"]
        text = f"{title}\n{body}" if title else body
        read = reading.read(text, len(title), "en", date.fromisoformat(row["published"][:10]))
        found = []
        for sentence in read.sentences:
            if not sentence.title:
                value, _ = newsness.sentence_score(read, sentence)
                status = "current" if value >= 0.5 else "background"
                found.append({"start": sentence.start, "end": sentence.end, "status": status, "score": value})
        yield {"id": row["id"], "text": text, "sentences": found}


def discourse(_: Pipeline, corpora: Path, score: Scorer) -> list[Row]:
    gold = corpora / "discourse" / "newsdiscourse-dev.jsonl"
    rows = rows_of(gold)
    ours = score("discourse", gold, sentence_statuses(rows))
    plain = score(
        "discourse", gold, ({"id": row["id"], "sentences": baselines.first_sentences(row)} for row in rows)
    )
    names = {"accuracy": 0.82, "macro_f1": 0.0, "auc": 0.90}
    return [(f"current or past: {name}", ours[name], plain[name], target) for name, target in names.items()]


def muc(pipeline: Pipeline, corpora: Path, score: Scorer) -> list[Row]:
    gold = corpora / "muc" / "tst4-dev.jsonl"
    rows = rows_of(gold)
    ours = score("muc", gold, enriched(pipeline, rows), "--map", str(HERE / "muc_map.json"))
    plain = score(
        "muc", gold, ({"id": row["id"], "events": baselines.muc_events(row["text"])} for row in rows)
    )
    found: list[Row] = [("MUC: incident type F1", ours["type_micro"]["f1"], plain["type_micro"]["f1"], 0.75)]
    for level, target in (("country", 0.85), ("province", 0.6), ("city", 0.6)):
        found.append((f"MUC: {level} F1", ours["places"][level]["f1"], plain["places"][level]["f1"], target))
    found.append(("MUC: deaths F1", ours["killed"]["f1"], plain["killed"]["f1"], 0.6))
    return found


def geo(pipeline: Pipeline, corpora: Path, score: Scorer) -> list[Row]:
    nlp, populous = model.load(), baselines.Populous()
    found: list[Row] = []
    for name, file, targets in (
        ("TR-News", "trnews.jsonl", (0.83, 0.88, 0.72)),
        ("LGL", "lgl.jsonl", (0.75, 0.82, 0.62)),
    ):
        gold = corpora / "geo" / file
        rows = rows_of(gold)
        ours = score("geo", gold, map(placed, enriched(pipeline, rows)))
        plain = score(
            "geo",
            gold,
            ({"id": row["id"], "places": list(populous.places(nlp(row["text"])))} for row in rows),
        )
        keys = (("recognition", "f1"), ("acc161", None), ("e2e161", "f1"))
        for (key, inner), target in zip(keys, targets, strict=True):
            mine = ours[key][inner] if inner else ours[key]
            other = plain[key][inner] if inner else plain[key]
            found.append((f"{name}: {key}", mine, other, target))
    return found


def placed(document: dict[str, Any]) -> dict[str, Any]:
    """Only places with coordinates; the corpora count demonyms and places in names of bodies too."""
    places = [p for p in document.get("places", []) if "latitude" in p]
    return {"id": document["id"], "text": document["text"], "places": places}


def texts_of_500_words() -> list[str]:
    words = " ".join(article["title"] + ".\n" + article["text"] for article in golden.load()).split(" ")
    return [" ".join(words[start : start + 500]) for start in range(0, len(words) - 500, 500)]


def as_documents(texts: Iterable[str]) -> list[Document]:
    return [
        offline.document(offline.InputLine(id=str(n), text=text, published="2026-03-04"))
        for n, text in enumerate(texts)
    ]


def seconds(action: Callable[[], Any], rounds: int = 3) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        action()
        best = min(best, time.process_time() - start)
    return best


def speed(_: Pipeline, __: Path | None, ___: Scorer | None) -> list[Row]:
    """Documents a second on one core, beside spaCy's tokenizer (tier 1) and its senter and NER (tier 2)."""
    import spacy

    batch, calm = as_documents(texts_of_500_words()), as_documents(calm_texts())
    first = Pipeline(Options(demand=Demand(everything=False)))
    full = Pipeline(Options())
    bare, loaded = senter_and_names(), senter_and_names(vectors=True)
    blank = spacy.blank("en")
    list(first.enrich_many(batch[:2])), list(full.enrich_many(batch[:2]))
    gc.freeze()  # as a worker does when the model is loaded
    tokenizer = len(batch) / seconds(lambda: [blank(document.text) for document in batch])
    found: list[Row] = []
    for what, some in (("dense with events", batch), ("nothing happened", calm)):
        rate = len(some) / seconds(lambda chosen=some: list(first.enrich_many(chosen)))
        found.append((f"tier 1: documents/s, {what}", rate, tokenizer, 300))
    some = batch[:16]
    ours = len(some) / seconds(lambda: list(full.enrich_many(some)), rounds=2)
    for what, nlp in (("senter and NER alone", bare), ("the same as spaCy loads it", loaded)):
        plain = len(some) / seconds(lambda chosen=nlp: [chosen(d.text) for d in some], rounds=2)
        found.append((f"tier 2: documents/s, {what}", ours, plain, 0.85 * plain))
    return [*found, *long_texts(first, blank), *start_up()]


def senter_and_names(*, vectors: bool = False) -> Language:
    """The model's components for sentences and names; ``vectors``: and the one that they do not need."""
    nlp = model.load()
    for name in ("senter", "tok2vec") if vectors else ("senter",):
        if name in nlp.disabled:
            nlp.enable_pipe(name)
    return nlp


def long_texts(pipeline: Pipeline, blank: Language) -> list[Row]:
    """Seconds for texts that are too long, beside the tokenizer's."""
    words = " ".join(texts_of_500_words() * 25).split(" ")[:200_000]
    towns = (f"{name}, " for _ in range(50_000) for name in ("Idlib", "Kharkiv", "Goma", "Port-au-Prince"))
    found: list[Row] = []
    for what, text in (
        ("a text of 200,000 words", " ".join(words)),
        ("a text of 50,000 place names", "".join(islice(towns, 50_000))),
    ):
        (document,) = as_documents([text])
        ours = seconds(lambda chosen=document: list(pipeline.enrich_many([chosen])), 1)
        plain = seconds(lambda chosen=text[:900_000]: blank(chosen), 1)
        found.append((f"{what}: seconds", ours, plain, 5))
    return found


def start_up() -> list[Row]:
    """CPU seconds until a new process has enriched its first document, beside loading the model alone."""
    imports = "from processors.pipeline import Demand, Options, Pipeline"
    with tempfile.TemporaryDirectory() as compiled:  # byte code, which pip leaves beside what it installs

        def new_process(imports: str, action: str) -> float:
            return min(in_new_process(imports, action, compiled) for _ in range(3))

        first = new_process(imports, "Pipeline(Options(demand=Demand(everything=False))).enrich(document)")
        full = new_process(imports, "Pipeline(Options()).enrich(document)")
        plain = new_process("import spacy; from processors import model", "model.load()('A raid in Idlib.')")
    return [
        ("start-up, tier 1: seconds", first, plain, 3),
        ("start-up, with the model: seconds", full, plain, 3),
    ]


def in_new_process(imports: str, action: str, compiled: str) -> float:
    program = f"""
import time; {imports}
from processors import offline
document = offline.document(offline.InputLine(id='1', text='A raid in Idlib killed three.'))
{action}; print(time.process_time())
"""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        cwd=HERE.parent,
        env=environment | {"PYTHONPYCACHEPREFIX": compiled},
    )
    return float(done.stdout)


def calm_texts() -> list[str]:
    """Texts of 500 words in which nothing violent happens, made from the golden articles' other sentences."""
    read_all = [reading.read(text, 0, "en", None) for text in texts_of_500_words()]
    calm = " ".join(
        read.text[s.start : s.end]
        for read in read_all
        for s in read.sentences
        if not any(hit.event_types() for hit in read.hits_in(s))
    ).split(" ")
    return [" ".join(calm[start : start + 500]) for start in range(0, len(calm) - 500, 500)]


PARTS = {"eventtype": eventtype, "discourse": discourse, "muc": muc, "geo": geo, "speed": speed}


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--corpora", type=Path)
    arguments.add_argument("--scorer", type=Path)
    arguments.add_argument("--only", default=",".join(PARTS))
    options = arguments.parse_args()
    wanted = options.only.split(",")
    if options.corpora is None or options.scorer is None:
        wanted = [name for name in wanted if name == "speed"]
    pipeline = Pipeline.default()
    print(f"pipeline {pipeline.version}, model {model.version()}\n")
    print(f"{'':46} {'tocsin':>9} {'baseline':>9} {'ratio':>6} {'target':>7}")
    for name in wanted:
        scorer = Scorer(options.scorer) if options.scorer else None
        for what, ours, plain, target in PARTS[name](pipeline, options.corpora, scorer):  # type: ignore[operator]
            ratio = f"{ours / plain:6.2f}" if plain else "     -"
            goal = f"{target:7.2f}" if target else "      -"
            print(f"{what:46} {ours:9.3f} {plain:9.3f} {ratio} {goal}", flush=True)


if __name__ == "__main__":
    main()
