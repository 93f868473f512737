"""A consumer and a producer that checkpoint together, in a Kafka transaction where that is wanted."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import suppress

from kafka import KafkaProducer
from kafka import errors as kafka_errors

from config.errors import LogUnavailable
from streams.broker import Offsets
from streams.kafka.clients import Clients, drop_producer
from streams.kafka.consumer import KafkaLogConsumer, to_kafka
from streams.kafka.errors import translated
from streams.kafka.producer import KafkaLogProducer, hand_over
from streams.records import MAX_RECORD_BYTES, OutputRecord

_TRANSACTION_SECONDS = 20.0


class PlainSession:
    """Outputs verified, then offsets: a crash in between repeats outputs."""

    atomic = False

    def __init__(self, clients: Clients, consumer: KafkaLogConsumer) -> None:
        self.consumer = consumer
        self._producer = KafkaLogProducer(clients)

    def checkpoint(self, outputs: Sequence[OutputRecord], offsets: Offsets) -> None:
        """Write the outputs, verify every delivery, then commit the offsets."""
        self.flush_outputs(outputs)
        if offsets:
            self.consumer.commit(offsets)

    def flush_outputs(self, outputs: Sequence[OutputRecord]) -> None:
        """Write the outputs and verify every delivery."""
        for output in outputs:
            self._producer.send(output)
        self._producer.flush()

    def close(self) -> None:
        """Leave the group and release everything. Idempotent."""
        self.consumer.close()
        self._producer.close()


class TransactionalSession:
    """Outputs and offsets become visible together, or not at all.

    The transactional id is new for each session; a zombie is fenced by its group generation, which goes along
    with the offsets (KIP-447), not by the id.
    """

    atomic = True

    def __init__(self, clients: Clients, group: str, consumer: KafkaLogConsumer) -> None:
        self.consumer = consumer
        self._clients = clients
        self._id = f"{group}-{uuid.uuid4().hex}"
        self._producer: KafkaProducer | None = None

    def checkpoint(self, outputs: Sequence[OutputRecord], offsets: Offsets) -> None:
        """One transaction; a checkpoint without outputs is a plain commit."""
        if not outputs:
            if offsets:
                self.consumer.commit(offsets)
            return
        self._transact(outputs, offsets)

    def flush_outputs(self, outputs: Sequence[OutputRecord]) -> None:
        """Write the outputs in one transaction, committing no offsets."""
        if outputs:
            self._transact(outputs, {})

    def close(self) -> None:
        """Leave the group and release everything. Idempotent."""
        self.consumer.close()
        self._drop()

    def _transact(self, outputs: Sequence[OutputRecord], offsets: Offsets) -> None:
        with translated(self._clients.where):
            self.consumer.require_owned(offsets)
            _refuse_large(outputs)
            producer = self._begin()
            try:
                for output in outputs:
                    hand_over(producer, output)
                if offsets:
                    producer.send_offsets_to_transaction(to_kafka(offsets), self.consumer.membership())
                self._commit(producer)
            except BaseException:
                self._abort(producer)
                raise

    def _begin(self) -> KafkaProducer:
        if self._producer is None:
            self._producer = self._clients.producer(self._id)
            self._producer.init_transactions()
        self._producer.begin_transaction()
        return self._producer

    def _commit(self, producer: KafkaProducer) -> None:
        """Commit within a bound: commit_transaction() would wait for a stopped broker without end."""
        result = producer._transaction_manager.begin_commit()
        producer._sender.wakeup()
        if not result.wait(timeout_ms=_TRANSACTION_SECONDS * 1000):
            raise LogUnavailable(f"kafka at {self._clients.where} did not answer a commit in time")

    def _abort(self, producer: KafkaProducer) -> None:
        """Abort if that is quick; a producer in doubt is thrown away and its transaction times out."""
        with suppress(kafka_errors.KafkaError, AssertionError):
            result = producer._transaction_manager.begin_abort()
            producer._sender.wakeup()
            if result.wait(timeout_ms=2000):
                return
        self._drop()

    def _drop(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            drop_producer(producer)


def _refuse_large(outputs: Sequence[OutputRecord]) -> None:
    for output in outputs:
        if len(output.value) > MAX_RECORD_BYTES:
            raise kafka_errors.MessageSizeTooLargeError(f"{len(output.value)} bytes for {output.topic}")
