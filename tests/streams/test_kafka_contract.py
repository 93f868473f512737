"""The contract over Kafka, with transactions and without."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from typing import ClassVar

import pytest

from streams.kafka import KafkaBroker
from tests.streams.contract import PARTITIONS, WAIT, BrokerContract, fresh
from tests.support.kafka import TestBroker

pytestmark = pytest.mark.kafka

GAPS = {
    "test_headers_survive_in_order_with_duplicates": "it keeps one header of each name only",
    "test_a_zombie_is_fenced_and_writes_nothing": "it accepts offsets of a generation that has passed",
}


class TestKafka(BrokerContract):
    settings: ClassVar[dict[str, bool | int]] = {}

    @pytest.fixture
    def broker(self, kafka: TestBroker) -> Iterator[KafkaBroker]:
        with closing(KafkaBroker(kafka.bootstrap, settings=self.settings)) as broker:
            yield broker

    @pytest.fixture
    def zombie_broker(self, kafka: TestBroker) -> Iterator[KafkaBroker]:
        short = {"max_poll_interval_ms": 6000, "session_timeout_ms": 6000, "heartbeat_interval_ms": 500}
        with closing(KafkaBroker(kafka.bootstrap, settings={**self.settings, **short})) as broker:
            yield broker

    @pytest.fixture(autouse=True)
    def gaps_of_noida(self, request: pytest.FixtureRequest, kafka: TestBroker) -> None:
        """What the stand-in cannot do; everything runs where KAFKA_BOOTSTRAP_SERVERS names a real broker."""
        gap = GAPS.get(request.node.originalname)
        if gap is not None:
            kafka.needs_real(gap)

    def test_a_join_that_ends_between_two_polls_counts(self, broker: KafkaBroker, topic: str) -> None:
        with closing(broker.consumer(fresh("g"), [topic])) as consumer:
            deadline = time.monotonic() + WAIT
            while not consumer.assignment() and time.monotonic() < deadline:
                consumer.poll(0.001)  # far shorter than a join
                time.sleep(0.05)
            assert len(consumer.assignment()) == PARTITIONS
            assert consumer.membership().generation_id == 1


class TestKafkaWithoutTransactions(TestKafka):
    settings: ClassVar[dict[str, bool | int]] = {"transactions": False}
