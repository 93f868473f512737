"""Extraction of article text: accuracy and speed against default trafilatura, in the same run.

    python benchmarks/extraction.py --corpora DIR

DIR holds checkouts of scrapinghub/article-extraction-benchmark (181 pages, judged with its own evaluate.py)
and flairNLP/fundus (fixture pages of 181 publishers with what they should give), in folders named OWNER+NAME
or NAME. Fundus's pages are judged with the same evaluator. Speeds are CPU seconds of one process, text only
for the baseline and text with all metadata for us; "text alone" is our cascade without metadata and quality.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import trafilatura
from trafilatura.utils import load_html

from config.errors import ExtractionError
from ingest.extract.cascade import _cascade, _lighten, extract_page
from ingest.extract.charset import decode_page
from ingest.extract.model import PageMetadata, PageText
from ingest.extract.quality import link_texts
from ingest.text import clean, normal_form


@dataclass(frozen=True)
class Sample:
    name: str
    body: bytes
    url: str
    text: str
    title: str = ""
    published: datetime | None = None


def find(root: Path, name: str) -> Path | None:
    for folder in (*root.glob(f"*+{name}"), root / name):
        if folder.is_dir():
            return folder
    print(f"not found under {root}: {name}; left out")
    return None


def evaluator(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("evaluate", folder / "evaluate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def article_benchmark(folder: Path) -> list[Sample]:
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    found = []
    for name, facts in truth.items():
        page = folder / "html" / f"{name}.html.gz"
        if page.exists():
            body = gzip.decompress(page.read_bytes())
            found.append(Sample(name, body, facts.get("url") or "", facts.get("articleBody") or ""))
    print(f"article-extraction-benchmark: {len(found)} of {len(truth)} pages present")
    return found


def fundus(folder: Path) -> list[Sample]:
    found = []
    data = folder / "tests" / "resources" / "parser" / "test_data"
    for expected in sorted(data.glob("*/*.json")):
        versions = json.loads(expected.read_text(encoding="utf-8"))
        info = json.loads((expected.parent / "meta.info").read_text(encoding="utf-8"))
        pages = sorted(expected.parent.glob(f"{expected.stem}_[0-9]*.html.gz"))
        if len(pages) != len(versions):
            print(f"  {expected.stem}: {len(pages)} pages, {len(versions)} versions; left out")
            continue
        for page, (_, facts) in zip(pages, sorted(versions.items()), strict=True):
            found.append(
                Sample(
                    f"{expected.parent.name}/{page.name.removesuffix('.html.gz')}",
                    gzip.decompress(page.read_bytes()),
                    info.get(page.name, {}).get("url", ""),
                    body_text(facts["body"]),
                    facts.get("title") or "",
                    moment(facts.get("publishing_date")),
                )
            )
    print(f"Fundus: {len(found)} pages of {len({s.name.partition('_')[0] for s in found})} publishers")
    return found


def body_text(body: dict[str, Any]) -> str:
    parts = list(body.get("summary") or [])
    for section in body.get("sections") or []:
        parts += [*(section.get("headline") or []), *(section.get("paragraphs") or [])]
    return "\n".join(parts)


def moment(value: str | None) -> datetime | None:
    if not value:
        return None
    found = datetime.fromisoformat(value)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def ours(sample: Sample) -> PageText:
    try:
        return extract_page(sample.body, sample.url)
    except ExtractionError:
        return PageText(metadata=PageMetadata())


def text_alone(sample: Sample) -> str:
    tree = load_html(clean(decode_page(sample.body)))
    if tree is None:
        return ""
    _lighten(tree)
    return _cascade(tree, sample.url, link_texts(tree))[0]


def baseline(sample: Sample) -> str:
    return trafilatura.extract(sample.body, url=sample.url or None, include_comments=False) or ""


def baseline_with_metadata(sample: Sample) -> Any:
    return trafilatura.bare_extraction(
        sample.body, url=sample.url or None, include_comments=False, with_metadata=True
    )


def f1_of(judge: ModuleType, samples: list[Sample], texts: list[str]) -> tuple[float, float, float]:
    scores = [judge.string_shingle_matching(true=s.text, pred=t) for s, t in zip(samples, texts, strict=True)]
    metrics = judge.metrics_from_tp_fp_fns(scores)
    return metrics["f1"], metrics["precision"], metrics["recall"]


def single_f1(judge: ModuleType, sample: Sample, text: str) -> float:
    tp, fp, fn = judge.string_shingle_matching(true=sample.text, pred=text)
    return 2 * tp / (2 * tp + fp + fn) if tp else float(fp == fn == 0)


def table(judge: ModuleType, samples: list[Sample], rounds: int) -> tuple[list[PageText], list[str]]:
    runs: dict[str, Callable[[Sample], Any]] = {
        "trafilatura, default (baseline)": baseline,
        "trafilatura, default with metadata": baseline_with_metadata,
        "tocsin, text alone": text_alone,
        "tocsin, text, metadata, quality": ours,
    }
    best: dict[str, float] = {}
    results: dict[str, list[Any]] = {}
    for _ in range(rounds):
        spent = dict.fromkeys(runs, 0.0)
        results = {name: [] for name in runs}
        for sample in samples:  # in turn, so that whatever else the machine does falls on all alike
            for name, function in runs.items():
                started = time.process_time()
                results[name].append(function(sample))
                spent[name] += time.process_time() - started
        best = {name: min(seconds, best.get(name, seconds)) for name, seconds in spent.items()}
    print(f"  {'':<36} {'F1':>6} {'prec.':>6} {'recall':>6} {'pages/s':>8} {'ratio':>6}")
    for name, found in results.items():
        texts = [t if isinstance(t, str) else getattr(t, "text", None) or "" for t in found]
        f1, precision, recall = f1_of(judge, samples, texts)
        ratio = best["trafilatura, default (baseline)"] / best[name]
        speed = len(samples) / best[name]
        print(f"  {name:<36} {f1:6.3f} {precision:6.3f} {recall:6.3f} {speed:8.1f} {ratio:5.2f}x")
    return results["tocsin, text, metadata, quality"], results["trafilatura, default (baseline)"]


def facts_report(samples: list[Sample], pages: list[PageText]) -> None:
    titles = [(s, p) for s, p in zip(samples, pages, strict=True) if s.title]
    right = [_alike(s.title, p.metadata.title) for s, p in titles]
    exact = [normal_form(s.title) == normal_form(p.metadata.title) for s, p in titles]
    dated = [(s, p) for s, p in zip(samples, pages, strict=True) if s.published]
    same_day = [
        p.metadata.published is not None and _near(p.metadata.published, s.published) for s, p in dated
    ]
    print(f"  title, same words in order: {sum(exact)} of {len(exact)} ({sum(exact) / len(exact):.1%})")
    print(f"  title, word F1 at least .8: {sum(right)} of {len(right)} ({sum(right) / len(right):.1%})")
    print(f"  date within a day: {sum(same_day)} of {len(same_day)} ({sum(same_day) / len(same_day):.1%})")
    for (s, p), good in zip(titles, right, strict=True):
        if not good:
            print(f"    title {s.name}: {p.metadata.title[:60]!r} / {s.title[:60]!r}")
    for (s, p), good in zip(dated, same_day, strict=True):
        if not good:
            print(f"    date {s.name}: {p.metadata.published} / {s.published}")


def _alike(one: str, other: str) -> bool:
    a, b = set(normal_form(one).split()), set(normal_form(other).split())
    return 2 * len(a & b) >= 0.8 * (len(a) + len(b))


def _near(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and abs((one - other).total_seconds()) <= 86400


def failures(judge: ModuleType, samples: list[Sample], pages: list[PageText], base: list[str]) -> None:
    for sample, page, text in zip(samples, pages, base, strict=True):
        mine, theirs = single_f1(judge, sample, page.text), single_f1(judge, sample, text)
        if mine < 0.5 or mine < theirs - 0.3:
            mark = "WORSE" if mine < 0.5 <= theirs else ""
            ours = f"{mine:.2f} ({page.method}, {page.flags})"
            print(f"    F1 {sample.name}: {ours}, baseline {theirs:.2f} {mark}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    folder = find(arguments.corpora, "article-extraction-benchmark")
    if folder is None:
        sys.exit("its evaluate.py judges both corpora, so nothing can be measured")
    judge = evaluator(folder)
    samples = article_benchmark(folder)
    pages, base = table(judge, samples, arguments.rounds)
    failures(judge, samples, pages, base)
    folder = find(arguments.corpora, "fundus")
    if folder is not None:
        samples = fundus(folder)
        pages, base = table(judge, samples, arguments.rounds)
        facts_report(samples, pages)
        failures(judge, samples, pages, base)


if __name__ == "__main__":
    main()
