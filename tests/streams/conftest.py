"""A small pipeline for the tests of the worker loop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from config.models.root import Config
from config.models.settings import Settings
from streams.broker import Broker
from streams.embedded import EmbeddedBroker
from streams.records import OutputRecord, Record
from streams.topics import create_topics
from streams.worker import Limits, Worker

QUICK = Limits(retry_seconds=0.001)


class Relay:
    """A stage: articles → documents, upper-cased; what it does otherwise is set by the test."""

    name = "relay"
    inputs = ("articles",)

    def __init__(self, config: Config) -> None:
        self.output = config.topic("documents")
        self.seen: list[bytes] = []
        self.trouble: Callable[[Record], None] = lambda record: None
        self.closed = 0

    def process(self, record: Record) -> Sequence[OutputRecord]:
        self.seen.append(record.value)
        self.trouble(record)
        return [OutputRecord(self.output, record.key, record.value.upper())]

    def close(self) -> None:
        self.closed += 1


class Running:
    """A worker in a thread."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.stop = threading.Event()
        self.thread = threading.Thread(target=worker.run, args=(self.stop,), daemon=True)
        self.thread.start()

    def end(self) -> None:
        self.stop.set()
        self.thread.join(60)
        assert not self.thread.is_alive()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(folder=tmp_path / "config", settings=Settings(prefix="t.", partitions=2))


@pytest.fixture
def broker(tmp_path: Path, config: Config) -> EmbeddedBroker:
    broker = EmbeddedBroker(tmp_path / "log.db")
    create_topics(broker, config)
    return broker


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    running: list[Running] = []

    def begin(stage: object, broker: Broker, config: Config, limits: Limits = QUICK) -> Running:
        running.append(Running(Worker(stage, broker, config, limits=limits)))  # type: ignore[arg-type]
        return running[-1]

    yield begin
    for one in running:
        one.end()


@pytest.fixture
def relay(config: Config) -> Relay:
    return Relay(config)
