"""Golden articles and sentences: the shares that docs/enrichment.md claims hold, language by language."""

from __future__ import annotations

import pytest

from benchmarks import golden, golden_sentences
from processors.pipeline import Pipeline


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline.default()


def test_there_are_enough_golden_articles() -> None:
    articles = golden.load()
    assert len(articles) >= 60
    assert all(300 <= len(article["text"].split()) <= 800 for article in articles)


def test_golden_articles(pipeline: Pipeline) -> None:
    articles = golden.load()
    tally = golden.score(articles, pipeline.enrich_many(golden.as_document(article) for article in articles))
    assert tally.share("all") >= 0.80, "\n".join(tally.misses)
    assert tally.past_share >= 0.95, "\n".join(tally.misses)


def test_at_least_thirty_sentences_in_each_of_eleven_languages() -> None:
    assert len(golden_sentences.languages()) == 11
    assert all(len(golden_sentences.load(language)) >= 30 for language in golden_sentences.languages())


@pytest.mark.parametrize("language", golden_sentences.languages())
def test_golden_sentences(pipeline: Pipeline, language: str) -> None:
    sentences = golden_sentences.load(language)
    documents = pipeline.enrich_many(
        golden_sentences.as_document(gold["text"], language, number) for number, gold in enumerate(sentences)
    )
    problems = {
        gold["text"]: found
        for gold, document in zip(sentences, documents, strict=True)
        if (found := golden_sentences.wrong(gold, document))
    }
    assert len(problems) <= 0.1 * len(sentences), problems
