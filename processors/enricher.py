"""The stage ``enricher``: documents in, enriched documents out, each with its story."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import msgspec

from config.errors import MalformedRecord
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

    def assign_many(self, documents: Sequence[Document]) -> Sequence[Assigned]:
        """The stories of these documents, in order; the same document always gets the same."""


class Assigned(Protocol):
    """One answer."""

    @property
    def story(self) -> str:
        """The story id."""


@dataclass
class EnricherStage:
    """Decodes, enriches, names the story, encodes. Stories are looked up for a whole batch at once."""

    config: Config
    pipeline: Pipeline
    stories: Stories
    name: str = "enricher"
    inputs: tuple[str, ...] = (DOCUMENTS,)
    _known: dict[tuple[str, str], str] = field(default_factory=dict)

    def prepare(self, records: Sequence[Record]) -> None:
        """Assign the stories of the batch; what cannot be read is left for ``process`` to refuse."""
        documents = []
        for record in records:
            with suppress(MalformedRecord):
                documents.append(decode(record.value, Document))
        self._known = {
            (document.id, document.revision): assigned.story
            for document, assigned in zip(documents, self.stories.assign_many(documents), strict=True)
        }

    def process(self, record: Record) -> Sequence[OutputRecord]:
        """One enriched document for one document."""
        document = decode(record.value, Document)
        enriched = self.pipeline.enrich(document)
        story = self._known.pop((document.id, document.revision), None)
        if story is None:
            story = self.stories.assign_many([document])[0].story
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
