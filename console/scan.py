"""Whole topics, read freely."""

from __future__ import annotations

from collections.abc import Iterator

from streams.broker import Broker
from streams.records import Record
from streams.scan import batches, partitions_of, span


def scan(broker: Broker, topic: str) -> Iterator[Record]:
    """Every record that a topic (full name) keeps now; none where it does not exist."""
    for records, _ in batches(broker, span(broker, partitions_of(broker, topic))):
        yield from records


def count(broker: Broker, topic: str) -> int:
    """Records that a topic (full name) keeps; on Kafka, markers of transactions count, too."""
    return span(broker, partitions_of(broker, topic)).size
