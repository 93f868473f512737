"""One pipeline for all tests of the package; its gazetteer index is built once on this machine."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from processors import offline
from processors.messages import EnrichedDocument
from processors.pipeline import Pipeline

Enrich = Callable[..., EnrichedDocument]


@pytest.fixture(scope="session")
def pipeline() -> Pipeline:
    return Pipeline.default()


@pytest.fixture(scope="session")
def enrich(pipeline: Pipeline) -> Enrich:
    """enrich(text, title=…, published=…, …) gives the enriched document."""

    def _enrich(text: str, published: str | None = "2026-03-04T12:00:00Z", **more: str) -> EnrichedDocument:
        return pipeline.enrich(
            offline.document(offline.InputLine(id="1", text=text, published=published, **more))
        )

    return _enrich
