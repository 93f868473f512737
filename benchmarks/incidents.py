"""How well reports are joined to incidents: B³ precision, recall and F1, and alerts per incident and rule.

    python -m benchmarks.incidents            the figures
    python -m benchmarks.incidents --errors   and every wrong join and split

The weights of the joining were set on data/incidents.jsonl; data/incidents_held_out.jsonl was written later
and is told apart: docs/incidents.md says what it was used for. All reports were written for this project:
agency style, ten languages, near-twins included (the same town the next day; the next town on the same day).
They pass through the real enrichment and the real rules; baselines in the same run join by place and day
alone, and by wording alone.
B³: Bagga and Baldwin (1998).
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from alerts.ids import digest
from alerts.keyword_tokens import words
from alerts.raising import Raiser
from alerts.rules import compile_rules
from alerts.stores import MemoryStore
from config.models.root import Config
from config.models.rules import Rule
from ingest.messages import Document, Extraction
from processors.messages import EnrichedDocument
from processors.pipeline import Pipeline

DATA = Path(__file__).parent / "data" / "incidents.jsonl"
HELD_OUT = Path(__file__).parent / "data" / "incidents_held_out.jsonl"


def read(path: Path = DATA) -> list[dict[str, Any]]:
    """The reports in order of publication."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def document(report: Mapping[str, Any]) -> Document:
    text = f"{report['title']}\n{report['text']}"
    published = datetime.fromisoformat(report["published"])
    return Document(
        id=report["id"],
        revision="1",
        url=f"https://example.org/{report['id']}",
        title=report["title"],
        text=text,
        language=report["language"],
        published=published,
        effective=published,
        publisher=report["publisher"],
        content_hash=digest(text),
        extraction=Extraction(method="given", quality=1.0),
    )


def b_cubed(gold: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> tuple[float, float, float]:
    """(precision, recall, F1) over the items of ``gold``; an item not in ``found`` stands alone."""
    clusters: dict[Hashable, set[str]] = defaultdict(set)
    classes: dict[Hashable, set[str]] = defaultdict(set)
    for item in gold:
        clusters[found.get(item, ("alone", item))].add(item)
        classes[gold[item]].add(item)
    precision = recall = 0.0
    for item in gold:
        cluster, class_ = clusters[found.get(item, ("alone", item))], classes[gold[item]]
        shared = len(cluster & class_)
        precision += shared / len(cluster)
        recall += shared / len(class_)
    precision, recall = precision / len(gold), recall / len(gold)
    return precision, recall, 2 * precision * recall / (precision + recall)


def joined(docs: Iterable[EnrichedDocument]) -> tuple[dict[str, str], dict[str, Counter[str]]]:
    """(incident of each report, alerts by the report that caused them) under one rule for everything."""
    rule = Rule.model_validate({"id": "everything", "when": {"events": ["any"]}, "backfill_age": "30d"})
    rules = compile_rules(Config(folder=Path(), rules=(rule,)))
    store = MemoryStore()
    raiser = Raiser(rules, store)
    found: dict[str, str] = {}
    alerts: dict[str, Counter[str]] = defaultdict(Counter)
    for doc in docs:
        now = doc.effective
        assert now is not None
        for raised in raiser.document(doc, rules.evaluate(doc, now), now):
            alerts[doc.id][raised.alert.id] += raised.alert.revision == 1
        for incident in store.incidents():
            for source in incident.sources:
                if source.document == doc.id:
                    found.setdefault(doc.id, incident.id)
    return found, alerts


def by_place_and_day(docs: Iterable[EnrichedDocument]) -> dict[str, Hashable]:
    """Baseline: the first event's first place and the day of publication."""
    found: dict[str, Hashable] = {}
    for doc in docs:
        place = next((doc.places[n].name for event in doc.events for n in event.places), None)
        found[doc.id] = (place, doc.published.date() if doc.published else None)
    return found


def by_wording(docs: Iterable[EnrichedDocument], alike: float = 0.4) -> dict[str, Hashable]:
    """Baseline: joins the first earlier text that shares this share of its words."""
    seen: list[tuple[frozenset[str], str]] = []
    found: dict[str, Hashable] = {}
    for doc in docs:
        mine = frozenset(word.casefold() for word in words(doc.text) if len(word) > 3)
        near = next(
            (id_ for theirs, id_ in seen if len(mine & theirs) >= alike * min(len(mine), len(theirs), 99)),
            doc.id,
        )
        found[doc.id] = near
        seen.append((mine, near))
    return found


def exactly_one(reports: list[dict[str, Any]], alerts: Mapping[str, Counter[str]]) -> float:
    """Share of incidents for which the rule raised exactly one alert."""
    first: dict[str, int] = Counter()
    for report in reports:
        first[report["incident"]] += sum(alerts.get(report["id"], Counter()).values())
    return sum(count == 1 for count in first.values()) / len(first)


def show_errors(console: Console, reports: list[dict[str, Any]], found: Mapping[str, str]) -> None:
    members: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for report in reports:
        members[found.get(report["id"], f"none {report['id']}")].append(report)
    spread = Counter(gold for group in members.values() for gold in {r["incident"] for r in group})
    for incident, group in members.items():
        golds = {report["incident"] for report in group}
        if len(golds) > 1 or any(spread[gold] > 1 for gold in golds):
            console.print(f"[bold]{incident}[/bold] {'WRONG JOIN' if len(golds) > 1 else 'split'}")
            for report in group:
                console.print(
                    f"    {report['incident']} {report['id']} {report['language']} {report['title']}"
                )


def measure(
    console: Console, pipeline: Pipeline, reports: list[dict[str, Any]], name: str, *, errors: bool
) -> None:
    """Print the figures of one set of reports."""
    docs = [
        msgspec.structs.replace(doc, story=digest("story", doc.text))
        for doc in pipeline.enrich_many(document(report) for report in reports)
    ]
    gold: dict[str, Hashable] = {report["id"]: report["incident"] for report in reports}
    found, alerts = joined(docs)
    table = Table("way of joining", "B³ precision", "recall", "F1", "exactly one alert")
    for way, clusters, one in (
        ("place and day (baseline)", by_place_and_day(docs), ""),
        ("wording (baseline)", by_wording(docs), ""),
        ("Tocsin", found, f"{exactly_one(reports, alerts):.1%}"),
    ):
        table.add_row(way, *(f"{value:.3f}" for value in b_cubed(gold, clusters)), one)
    console.print(f"{name}: {len(reports)} reports of {len(set(gold.values()))} incidents")
    console.print(table)
    if errors:
        show_errors(console, reports, found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--errors", action="store_true")
    options = parser.parse_args()
    console = Console(width=130)
    pipeline = Pipeline.default()
    for name, path in (("as tuned", DATA), ("held out", HELD_OUT)):
        measure(console, pipeline, read(path), name, errors=options.errors)


if __name__ == "__main__":
    main()
