"""Outputs and offsets in one transaction: exactly once on the embedded log."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from streams.broker import Offsets
from streams.embedded import rows
from streams.embedded.consumer import EmbeddedConsumer
from streams.embedded.producer import EmbeddedProducer
from streams.records import OutputRecord


class EmbeddedSession:
    """See streams.broker.Session."""

    atomic = True

    def __init__(
        self, consumer: EmbeddedConsumer, producer: EmbeddedProducer, clock: Callable[[], int]
    ) -> None:
        self.consumer = consumer
        self._producer = producer
        self._clock = clock
        self._keyless = rows.Keyless()

    def checkpoint(self, outputs: Sequence[OutputRecord], offsets: Offsets) -> None:
        """Append the outputs and store the offsets, both or neither."""
        if not outputs and not offsets:
            return
        with self.consumer.transaction() as connection:
            self.consumer.commit_in(connection, offsets)
            if outputs:
                rows.append(connection, outputs, self._clock(), self._keyless)
        self._producer.retain()

    def flush_outputs(self, outputs: Sequence[OutputRecord]) -> None:
        """Append the outputs, committing no offsets."""
        for output in outputs:
            self._producer.send(output)
        self._producer.flush()

    def close(self) -> None:
        """Leave the group and release everything. Idempotent."""
        self.consumer.close()
        self._producer.close()
