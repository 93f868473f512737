"""The contract over Kafka, with transactions and without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import ClassVar

import pytest

from streams.kafka import KafkaBroker
from tests.streams.contract import BrokerContract
from tests.support.kafka import TestBroker

pytestmark = pytest.mark.kafka


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


class TestKafkaWithoutTransactions(TestKafka):
    settings: ClassVar[dict[str, bool | int]] = {"transactions": False}
