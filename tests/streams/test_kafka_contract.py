"""The contract over Kafka, with transactions and without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from streams.kafka import KafkaBroker
from tests.streams.contract import BrokerContract
from tests.support.kafka import TestBroker

pytestmark = pytest.mark.kafka


class TestKafka(BrokerContract):
    @pytest.fixture
    def broker(self, kafka: TestBroker) -> Iterator[KafkaBroker]:
        with closing(KafkaBroker(kafka.bootstrap)) as broker:
            yield broker


class TestKafkaWithoutTransactions(BrokerContract):
    @pytest.fixture
    def broker(self, kafka: TestBroker) -> Iterator[KafkaBroker]:
        with closing(KafkaBroker(kafka.bootstrap, settings={"transactions": False})) as broker:
            yield broker
