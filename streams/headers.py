"""Names of the record headers that Tocsin sets."""

from __future__ import annotations

from streams.records import Headers

REPLAY_ID = "tocsin-replay-id"  # set on what a replay writes, carried downstream by every stage

DLQ = "tocsin-dlq-"
DLQ_TOPIC = DLQ + "topic"
DLQ_PARTITION = DLQ + "partition"
DLQ_OFFSET = DLQ + "offset"
DLQ_STAGE = DLQ + "stage"
DLQ_EXCEPTION = DLQ + "exception"
DLQ_MESSAGE = DLQ + "message"
DLQ_STACK = DLQ + "stack"
DLQ_REVIVED = DLQ + "revived"  # on a dead letter that was written back: which one it was


def without_dlq(headers: Headers) -> Headers:
    """The headers that the record had before it became a dead letter."""
    return tuple((name, value) for name, value in headers if not name.startswith(DLQ))


def with_replay_id(headers: Headers, replay_id: bytes) -> Headers:
    """The headers with this replay id in place of any other."""
    return (*((name, value) for name, value in headers if name != REPLAY_ID), (REPLAY_ID, replay_id))
