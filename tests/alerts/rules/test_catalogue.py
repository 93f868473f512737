"""The catalogue: rules against articles, through the real enrichment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from alerts.ids import digest
from alerts.rules import RuleSet
from ingest.messages import Document, Extraction
from processors.messages import EnrichedDocument
from processors.pipeline import Pipeline
from tests.support.rules import rule_set

CATALOGUE: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("catalogue.yaml"))
PUBLISHED: datetime = CATALOGUE["published"]
Enrich = Callable[[str, str | None], EnrichedDocument]


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    found = [{"id": name, **rule} for name, rule in CATALOGUE["rules"].items()]
    return rule_set(*found, regions=tuple(CATALOGUE["regions"]))


@pytest.fixture(scope="module")
def enrich() -> Enrich:
    pipeline = Pipeline.default()
    known: dict[str, EnrichedDocument] = {}

    def one(text: str, language: str | None) -> EnrichedDocument:
        if text not in known:
            known[text] = pipeline.enrich(_document(text, language))
        return known[text]

    return one


def _document(text: str, language: str | None) -> Document:
    return Document(
        id=digest(text),
        revision="1",
        url="https://example.org/",
        title=text.split("\n", 1)[0],
        text=text,
        language=language,
        published=PUBLISHED,
        effective=PUBLISHED,
        content_hash=digest(text),
        extraction=Extraction(method="given", quality=1.0),
    )


def _name(case: dict[str, Any]) -> str:
    return f"{case['rule']}-{'fires' if case['fires'] else 'silent'}-{case['about']}".replace(" ", "-")


def test_there_are_enough_cases() -> None:
    assert len(CATALOGUE["cases"]) >= 80
    languages = {case.get("language", "en") for case in CATALOGUE["cases"]}
    assert len(languages) >= 6
    assert {case["rule"] for case in CATALOGUE["cases"]} == set(CATALOGUE["rules"])


@pytest.mark.parametrize("case", CATALOGUE["cases"], ids=_name)
def test_case(case: dict[str, Any], rules: RuleSet, enrich: Enrich) -> None:
    doc = enrich(case["text"], case.get("language"))
    fired = {match.rule for match in rules.evaluate(doc, PUBLISHED)}
    (told,) = [outcome for outcome in rules.explain(doc) if outcome.rule == case["rule"]]
    events = [(event.type, event.status, [doc.places[n].name for n in event.places]) for event in doc.events]
    assert (case["rule"] in fired) == case["fires"], f"{told.why_not or told.units[:1]}\n{events}"
    assert told.matched == case["fires"]
