"""Kafka when the network is bad, the broker is away, or the settings are wrong."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from config.errors import LogUnavailable, UsageError
from config.models.root import Config
from config.models.settings import Settings
from streams.kafka import KafkaBroker
from streams.lag import group_lag
from streams.open import open_broker
from streams.records import OutputRecord, TopicSpec
from streams.topics import create_topics
from tests.streams.contract import fresh, read_all
from tests.streams.test_worker import wait_for
from tests.support.kafka import TestBroker, free_port
from tests.support.proxy import CuttingProxy

pytestmark = pytest.mark.kafka


@pytest.fixture
def proxy() -> Iterator[CuttingProxy]:
    with closing(CuttingProxy()) as proxy:
        yield proxy


def test_cut_connections_lose_nothing_and_write_nothing_twice(kafka: TestBroker, proxy: CuttingProxy) -> None:
    topic = fresh("cut")
    with closing(KafkaBroker(kafka.bootstrap)) as straight:
        straight.ensure_topics([TopicSpec(topic, 1)])
        proxy.cut_after = 60_000
        shaky = KafkaBroker(kafka.bootstrap, settings={"proxy_url": proxy.url, "batch_size": 4000})
        with closing(shaky), closing(shaky.producer()) as producer:
            for number in range(600):
                producer.send(OutputRecord(topic, b"k", b"%d " % number + os.urandom(1000)))
                if number % 20 == 19:
                    producer.flush(60)
        assert proxy.cuts > 5
        numbers = [int(record.value.split()[0]) for record in read_all(straight, topic, 600)]
        assert numbers == list(range(600))


def test_a_broker_that_is_down_at_the_start_is_unavailable_in_one_line() -> None:
    port = free_port()
    broker = KafkaBroker(f"127.0.0.1:{port}", settings={"bootstrap_timeout_ms": 1000})
    for use in (
        broker.topics,
        lambda: broker.ensure_topics([TopicSpec("t")]),
        lambda: broker.consumer("g", ["t"]).poll(0.1),
        lambda: broker.producer().send(OutputRecord("t", b"k", b"v")),
        lambda: broker.session("g", ["t"]).flush_outputs([OutputRecord("t", b"k", b"v")]),
    ):
        with pytest.raises(LogUnavailable) as caught:
            use()
        assert f"127.0.0.1:{port}" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_worker_waits_for_a_broker_that_goes_away_and_comes_back(
    kafka: TestBroker,
    proxy: CuttingProxy,
    tmp_path: Path,
    start: Callable[..., Any],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kafka.needs_real("a member that vanishes leaves its group stuck there")
    monkeypatch.setattr("streams.kafka.consumer._HEALTH_SECONDS", 0.5)
    monkeypatch.setattr("streams.kafka.consumer._HEALTH_TIMEOUT_MS", 1000)
    prefix = fresh("away") + "."
    log = f"kafka://{kafka.bootstrap}"
    straight_config = Config(folder=tmp_path, settings=Settings(log=log, prefix=prefix, partitions=2))
    short: dict[str, Any] = {"bootstrap_timeout_ms": 1500, "request_timeout_ms": 4000}
    short |= {"proxy_url": proxy.url, "session_timeout_ms": 6000, "delivery_timeout_ms": 5000}
    shaky_config = straight_config.model_copy(
        update={"settings": straight_config.settings.model_copy(update={"kafka": short})}
    )
    straight, shaky = open_broker(straight_config), open_broker(shaky_config)
    create_topics(straight, straight_config)
    stage = UpperCase(straight_config)

    def feed(first: int) -> None:
        with closing(straight.producer()) as producer:
            for number in range(first, first + 50):
                producer.send(OutputRecord(prefix + "articles", b"k%d" % number, b"v%d" % number))
            producer.flush()

    def idle() -> bool:
        return all(row.lag == 0 for row in group_lag(straight, prefix + "relay", [prefix + "articles"]))

    proxy.take_down()  # away before the start
    with caplog.at_level(logging.INFO, "streams.worker"), closing(straight), closing(shaky):
        running = start(stage, shaky, shaky_config)
        feed(0)
        wait_for(lambda: running.worker.counts.recoveries >= 1)
        proxy.bring_up()
        wait_for(idle)
        proxy.take_down()  # away later
        feed(50)
        before = running.worker.counts.recoveries
        wait_for(lambda: running.worker.counts.recoveries > before)
        proxy.bring_up()
        wait_for(idle)
        running.end()
        values = [record.value for record in read_all(straight, prefix + "documents", 100)]
    assert set(values) == {b"V%d" % number for number in range(100)}
    assert len(values) == 100
    lines = [line.getMessage() for line in caplog.records if line.name == "streams.worker"]
    assert 2 <= sum("kafka at" in line for line in lines) <= 8
    assert any("working again" in line for line in lines)


class UpperCase:
    name = "relay"
    inputs = ("articles",)

    def __init__(self, config: Config) -> None:
        self.output = config.topic("documents")

    def process(self, record: Any) -> list[OutputRecord]:
        return [OutputRecord(self.output, record.key, record.value.upper())]

    def close(self) -> None:
        pass


def test_a_stop_is_obeyed_while_the_broker_is_away(
    tmp_path: Path, start: Callable[..., Any], config: Config
) -> None:
    broker = KafkaBroker(f"127.0.0.1:{free_port()}", settings={"bootstrap_timeout_ms": 300})
    running = start(UpperCase(config), broker, config)
    wait_for(lambda: running.worker.counts.recoveries >= 2)
    running.end()
    assert isinstance(running.stop, threading.Event)


def test_unknown_client_settings_are_refused_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match=r"session_timeout_m .*session_timeout_ms"):
        KafkaBroker("127.0.0.1:1", settings={"session_timeout_m ": 1})
