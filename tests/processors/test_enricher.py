"""The stage, alone and in a worker on the embedded log with the story store on SQLite."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.errors import MalformedRecord
from config.models.root import Config
from ingest.messages import DOCUMENTS, Document
from processors import enricher, offline
from processors.enricher import EnricherStage
from processors.messages import ENRICHED, EnrichedDocument
from processors.pipeline import Pipeline
from streams.codec import decode, encode
from streams.open import open_broker, state_url
from streams.records import OutputRecord, Record
from streams.state import open_state
from streams.topics import create_topics

TEXT = "A drone strike killed two people near Kharkiv on Tuesday, the governor said."


@dataclass
class Answer:
    story: str


class Numbered:
    """Names stories by the document's id and counts the calls."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    def assign_many(self, documents: Sequence[Document]) -> list[Answer]:
        self.calls.append(len(documents))
        return [Answer("story-" + document.id) for document in documents]


def document(number: int) -> Document:
    return offline.document(offline.InputLine(id=str(number), text=TEXT, published="2026-03-04"))


def record(value: bytes, offset: int = 0) -> Record:
    return Record(topic="tocsin.documents", partition=0, offset=offset, timestamp=0, key=b"k", value=value)


@pytest.fixture
def stage(pipeline: Pipeline, tmp_path: Path) -> EnricherStage:
    return EnricherStage(Config(folder=tmp_path), pipeline, Numbered())


def test_one_document_gives_one_enriched_document(stage: EnricherStage) -> None:
    (output,) = stage.process(record(encode(document(1))))
    found = decode(output.value, EnrichedDocument)
    assert (output.topic, output.key) == ("tocsin.enriched", b"k")
    assert found.story == "story-1"
    assert [event.type for event in found.events] == ["drone-strike"]


def test_stories_of_a_batch_are_asked_for_at_once(stage: EnricherStage) -> None:
    records = [record(encode(document(number)), number) for number in range(3)]
    stage.prepare(records)
    stories = [decode(out.value, EnrichedDocument).story for r in records for out in stage.process(r)]
    assert stories == ["story-0", "story-1", "story-2"]
    assert isinstance(stage.stories, Numbered)
    assert stage.stories.calls == [3]


def test_a_record_that_is_no_document_fails_alone(stage: EnricherStage) -> None:
    good, bad = record(encode(document(1))), record(b"not json", 1)
    stage.prepare([bad, good])
    with pytest.raises(MalformedRecord):
        stage.process(bad)
    assert len(stage.process(good)) == 1


def test_the_worker_enriches_what_the_log_holds(tmp_path: Path) -> None:
    config = Config(folder=tmp_path / "config")
    broker, engine = open_broker(config), open_state(state_url(config))
    create_topics(broker, config)
    producer = broker.producer()
    for number in range(3):
        producer.send(OutputRecord(config.topic(DOCUMENTS), str(number).encode(), encode(document(number))))
    producer.send(OutputRecord(config.topic(DOCUMENTS), b"bad", b"not json"))
    producer.flush()
    worker, stop = enricher.build(config, broker, engine), threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    reader = broker.consumer("reader", [config.topic(ENRICHED)])
    found: list[EnrichedDocument] = []
    for _ in range(200):
        found += [decode(r.value, EnrichedDocument) for r in reader.poll(0.5)]
        if len(found) >= 3:
            break
    stop.set()
    thread.join(timeout=60)
    worker.close()
    assert sorted(item.id for item in found) == ["0", "1", "2"]
    assert all(item.story for item in found)
    assert sum(broker.end_offsets(_partitions(broker, config)).values()) == 1


def _partitions(broker, config):  # type: ignore[no-untyped-def]
    from streams.records import TopicPartition

    name = config.topic(DOCUMENTS) + ".dlq"
    return [TopicPartition(name, number) for number in range(broker.topics()[name])]
