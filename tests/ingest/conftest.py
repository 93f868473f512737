"""What intake's tests share: a web server, a configuration on a temporary folder, the log read back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from config.models.feeds import Feed, FeedsFile
from config.models.root import Config
from config.models.settings import IntakeSettings, Settings
from ingest import extractor
from ingest.messages import ARTICLES, DOCUMENTS, Article, Document
from ingest.poll import PARSE_MODULES
from ingest.poller import Counts, Poller
from ingest.sandbox import Sandbox
from streams.broker import Broker
from streams.codec import decode
from streams.open import open_broker, state_url
from streams.records import TopicPartition
from streams.state import open_state
from tests.support.web import Web

LOOPBACK = ("127.0.0.0/8",)


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        yield server


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One parsing process for all tests: starting one takes half a second."""
    with Sandbox(1, 1024, PARSE_MODULES) as shared:
        yield shared


@dataclass
class Intake:
    """A poller and an extractor on an embedded log, driven by the test's clock."""

    config: Config
    broker: Broker
    engine: Engine
    sandbox: Sandbox
    now: list[float] = field(default_factory=lambda: [1_760_000_000.0])

    def poll(self, seconds: float = 0.0, **changes: Any) -> Counts:
        """Let ``seconds`` pass, then poll what is due, once."""
        self.now[0] += seconds
        poller = Poller(
            self.config, self.broker, self.engine, clock=lambda: self.now[0], sandbox=self.sandbox, **changes
        )
        try:
            return poller.run_once()
        finally:
            poller.close()

    def articles(self) -> list[Article]:
        """Everything in ``articles``."""
        return [decode(value, Article) for value in self._values(ARTICLES)]

    def documents(self, count: int) -> list[Document]:
        """Run the extractor until ``documents`` holds ``count`` records."""
        stage = extractor.build(self.config, self.broker, self.engine)
        stop = threading.Event()
        thread = threading.Thread(target=stage.run, args=(stop,))
        thread.start()
        try:
            for _ in range(600):
                values = self._values(DOCUMENTS)
                if len(values) >= count:
                    break
                stop.wait(0.05)
        finally:
            stop.set()
            thread.join()
            stage.close()
        return [decode(value, Document) for value in self._values(DOCUMENTS)]

    def feed(self, name: str = "courier") -> Any:
        """The feed's row in the state database."""
        import sqlalchemy as sa

        from ingest.tables import feed_state

        with self.engine.begin() as connection:
            return connection.execute(sa.select(feed_state).where(feed_state.c.id == name)).one()

    def with_feeds(self, *feeds: Feed, **intake: Any) -> Intake:
        """The same state and log under another configuration."""
        settings = self.config.settings
        values = {**settings.intake.model_dump(), **intake}
        changed = settings.model_copy(update={"intake": IntakeSettings(**values)})
        config = self.config.model_copy(update={"feeds": FeedsFile(feeds=feeds), "settings": changed})
        return Intake(config, self.broker, self.engine, self.sandbox, self.now)

    def _values(self, topic: str) -> list[bytes]:
        places = [TopicPartition(self.config.topic(topic), n) for n in range(self.config.settings.partitions)]
        left = self.broker.end_offsets(places)
        reader = self.broker.consumer(None)
        reader.assign(places)
        values: list[bytes] = []
        while len(values) < sum(left.values()):
            values += [record.value for record in reader.poll(1.0)]
        reader.close()
        return values


@contextmanager
def opened(folder: Path, sandbox: Sandbox, *feeds: Feed, **intake: Any) -> Iterator[Intake]:
    limits: dict[str, Any] = {"allow_addresses": LOOPBACK, "host_spacing": "0", "min_interval": "1s"}
    config = Config(
        folder=folder / "config",
        settings=Settings(partitions=2, intake=IntakeSettings(**{**limits, **intake})),
        feeds=FeedsFile(feeds=feeds),
    )
    broker, engine = open_broker(config), open_state(state_url(config))
    try:
        yield Intake(config, broker, engine, sandbox)
    finally:
        broker.close()
        engine.dispose()


@pytest.fixture
def intake(tmp_path: Path, web: Web, sandbox: Sandbox) -> Iterator[Callable[..., Intake]]:
    """``intake()`` has one feed 'courier' at /feed; keyword arguments change its intake settings."""
    stack: list[Any] = []

    def make(*feeds: Feed, **settings: Any) -> Intake:
        manager = opened(tmp_path, sandbox, *(feeds or (courier(web),)), **settings)
        stack.append(manager)
        return manager.__enter__()

    yield make
    for manager in stack:
        manager.__exit__(None, None, None)


def courier(web: Web, **changes: Any) -> Feed:
    values: dict[str, Any] = {
        "id": "courier",
        "url": web.url("/feed"),
        "every": "10m",
        "publisher": "Varda Courier",
    }
    return Feed(**{**values, **changes})


@pytest.fixture
def make_feed(web: Web) -> Callable[..., Feed]:
    """``make_feed(every="5m")``: the feed 'courier' with other settings."""
    return lambda **changes: courier(web, **changes)
