"""Writing to Kafka outside of any transaction."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from kafka import KafkaProducer
from kafka import errors as kafka_errors

from config.errors import LogError
from streams.kafka.clients import Clients, drop_producer
from streams.kafka.errors import explain, translated
from streams.records import OutputRecord


class KafkaLogProducer:
    """See streams.broker.Producer. Idempotent: a retry after a cut connection writes nothing twice."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._producer: KafkaProducer | None = None
        self._futures: list[Any] = []

    def send(self, record: OutputRecord) -> None:
        """Hand a record over; DeliveryFailed at once where it is too large."""
        with translated(self._clients.where):
            if self._producer is None:
                self._producer = self._clients.producer()
            try:
                self._futures.append(hand_over(self._producer, record))
            except kafka_errors.KafkaTimeoutError:
                self._drop()
                raise

    def flush(self, timeout: float = 30.0) -> None:
        """Wait for every acknowledgement."""
        futures, self._futures = self._futures, []
        if self._producer is None or not futures:
            return
        try:
            with translated(self._clients.where):
                self._producer.flush(timeout)
            verify(self._clients.where, futures)
        except LogError:
            self._drop()
            raise

    def close(self) -> None:
        """Release the connections; what was not flushed may be lost."""
        self._drop()

    def _drop(self) -> None:
        producer, self._producer, self._futures = self._producer, None, []
        if producer is not None:
            drop_producer(producer)


def hand_over(producer: KafkaProducer, record: OutputRecord) -> Any:
    """Send through the client; the future tells of the acknowledgement."""
    return producer.send(
        record.topic,
        value=record.value,
        key=record.key,
        headers=list(record.headers),
        partition=record.partition,
    )


def verify(where: str, futures: list[Any]) -> None:
    """Raise for the first record that was not acknowledged."""
    for future in futures:
        error = None if future.succeeded() else future.exception
        if not future.succeeded():
            with suppress(AttributeError):
                error = error or future.exception
            raise explain(where, error or kafka_errors.KafkaTimeoutError("no acknowledgement"))
