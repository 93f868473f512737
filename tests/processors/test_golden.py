"""The golden sentences and articles: what enrichment must keep getting right."""

from __future__ import annotations

from typing import Any

import pytest
from ruamel.yaml import YAML

from benchmarks import golden, golden_sentences
from processors import offline
from processors.messages import EnrichedDocument, Event
from processors.pipeline import Pipeline

SENTENCES = golden.ARTICLES.parent / "sentences"


def english() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = YAML(typ="safe").load(SENTENCES / "en.yaml")
    return loaded


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("row", english(), ids=lambda row: row["text"][:40])
def test_golden_sentences(row: dict[str, Any], pipeline: Pipeline) -> None:
    line = offline.InputLine(id="1", text=row["text"], published="2026-03-04T12:00:00Z")
    document = pipeline.enrich(offline.document(line))
    types, statuses = listed(row.get("type")), listed(row.get("status", "current"))
    types += ["labour-strike"] if "protest" in types else []
    found = [event for event in document.events if event.type in types and event.status in statuses]
    if None in types:
        assert found or not [event for event in document.events if event.status == "current"]
        return
    assert found, [(event.type, event.status) for event in document.events]
    _check(row, found[0], document)


def _check(row: dict[str, Any], event: Event, document: EnrichedDocument) -> None:
    if "country" in row:
        assert document.places[event.places[0]].country == row["country"]
    if "date" in row:
        assert event.date is not None
        assert event.date.start <= str(row["date"]) <= event.date.end
    for kind in ("killed", "injured", "detained"):
        if kind in row:
            low, high = row[kind] if isinstance(row[kind], list) else (row[kind], row[kind])
            tolls = [(c.min, c.max) for c in event.casualties if c.kind == kind and not c.subset]
            assert (low, high) in tolls


def test_golden_articles(pipeline: Pipeline) -> None:
    articles = golden.load()
    documents = list(pipeline.enrich_many([golden.as_document(article) for article in articles]))
    tally = golden.score(articles, documents)
    misses = "\n".join(tally.misses)
    assert tally.past_share >= 0.95, misses
    assert min(tally.share(aspect) for aspect in golden.ASPECTS) >= 0.90, misses
    assert tally.share("all") >= 0.84, misses


def test_wordings(pipeline: Pipeline) -> None:
    rows = golden_sentences.wordings()
    documents = pipeline.enrich_many(
        golden_sentences.as_document(row["text"], "en", number) for number, row in enumerate(rows)
    )
    problems = [golden_sentences.wrong(row, document) for row, document in zip(rows, documents, strict=True)]
    missed = "\n".join(f"{row['text']}: {found}" for row, found in zip(rows, problems, strict=True) if found)
    assert sum(not found for found in problems) / len(rows) >= 0.94, missed
