"""The stage ``enricher``: documents in, enriched documents out, each with its story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import msgspec

from config.models.root import Config
from ingest.messages import DOCUMENTS, Document
from processors.messages import ENRICHED
from processors.pipeline import Pipeline
from streams.broker import Broker
from streams.codec import decode, encode
from streams.records import OutputRecord, Record

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from streams.worker import Worker


class Stories(Protocol):
    """Who knows which documents are copies of one text."""

    def assign(self, document: Document) -> str:
        """The story id of the document; the same document always gets the same."""


@dataclass
class EnricherStage:
    """Decodes, enriches, names the story, encodes."""

    config: Config
    pipeline: Pipeline
    stories: Stories
    name: str = "enricher"
    inputs: tuple[str, ...] = (DOCUMENTS,)

    def process(self, record: Record) -> Sequence[OutputRecord]:
        """One enriched document for one document."""
        document = decode(record.value, Document)
        enriched = self.pipeline.enrich(document)
        story = self.stories.assign(document)
        value = encode(msgspec.structs.replace(enriched, story=story))
        return [OutputRecord(self.config.topic(ENRICHED), record.key, value)]

    def close(self) -> None:
        """Nothing is held open: the gazetteer is a mapped file."""


def build(config: Config, broker: Broker, engine: Engine) -> Worker:
    """The enricher as a worker; loads nothing heavy before it runs its first document but the gazetteer."""
    from processors.stories import StoryStore
    from streams.worker import Worker

    stories = StoryStore(engine, config.settings.processors.story_window)
    return Worker(EnricherStage(config, Pipeline(config), stories), broker, config)
