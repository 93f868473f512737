"""Records that a stage could not process: ``<topic>.dlq`` holds them as they were, the reason in headers."""

from __future__ import annotations

import traceback

from msgspec.structs import replace

from streams import headers
from streams.records import OutputRecord, Record
from streams.topics import DLQ_SUFFIX

_MESSAGE_LIMIT = 1000  # characters
_STACK_LIMIT = 8000  # characters, the end is kept


def dead_letter(record: Record, stage: str, error: BaseException) -> OutputRecord:
    """The record for the dead-letter topic: same key, same bytes, and why."""
    stack = "".join(traceback.format_exception(error))
    why = {
        headers.DLQ_TOPIC: record.topic,
        headers.DLQ_PARTITION: str(record.partition),
        headers.DLQ_OFFSET: str(record.offset),
        headers.DLQ_STAGE: stage,
        headers.DLQ_EXCEPTION: type(error).__name__,
        headers.DLQ_MESSAGE: str(error)[:_MESSAGE_LIMIT],
        headers.DLQ_STACK: stack[-_STACK_LIMIT:],
    }
    encoded = tuple((name, value.encode("utf-8", "replace")) for name, value in why.items())
    return OutputRecord(
        record.topic + DLQ_SUFFIX, record.key, record.value, headers.without_dlq(record.headers) + encoded
    )


def revive(letter: Record) -> OutputRecord:
    """The dead letter as a record for the topic it came from, marked so that no de-duplication drops it."""
    topic = letter.header(headers.DLQ_TOPIC)
    name = letter.topic.removesuffix(DLQ_SUFFIX) if topic is None else topic.decode()
    mark = f"{letter.topic}:{letter.partition}:{letter.offset}".encode()
    kept = headers.without_dlq(letter.headers)
    return OutputRecord(name, letter.key, letter.value, (*kept, (headers.DLQ_REVIVED, mark)))


def carry(record: Record, output: OutputRecord) -> OutputRecord:
    """The output with its input's replay id, where the input has one and the output has not."""
    replay_id = record.header(headers.REPLAY_ID)
    if replay_id is None or any(name == headers.REPLAY_ID for name, _ in output.headers):
        return output
    return replace(output, headers=headers.with_replay_id(output.headers, replay_id))
