"""The values that travel through the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

Headers = tuple[tuple[str, bytes], ...]

MAX_RECORD_BYTES = 20_000_000  # of a value; every adapter refuses more with DeliveryFailed


class TopicPartition(NamedTuple):
    """One partition of one topic (full name, prefix included)."""

    topic: str
    partition: int


class Record(msgspec.Struct, frozen=True, gc=False):
    """A record as read from the log."""

    topic: str  # full name, prefix included
    partition: int
    offset: int
    timestamp: int  # append time, milliseconds since the epoch; never the article's date
    key: bytes | None
    value: bytes
    headers: Headers = ()

    @property
    def place(self) -> TopicPartition:
        """The partition this record came from."""
        return TopicPartition(self.topic, self.partition)

    def header(self, name: str) -> bytes | None:
        """The last header called ``name``, or None."""
        found = None
        for key, value in self.headers:
            if key == name:
                found = value
        return found


class OutputRecord(msgspec.Struct, frozen=True, gc=False):
    """A record to be written."""

    topic: str  # full name, prefix included
    key: bytes | None
    value: bytes
    headers: Headers = ()
    partition: int | None = None  # None: chosen by the key's hash


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as it should exist."""

    name: str  # full name, prefix included
    partitions: int = 4
    retention_ms: int | None = None  # None: keep for ever
    config: dict[str, str] = field(default_factory=dict)  # further broker settings
