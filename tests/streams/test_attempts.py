"""After a death while a batch was prepared, the next process goes record by record."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from streams.attempts import Attempts
from streams.limits import Counts, Limits
from streams.records import OutputRecord, Record, TopicPartition
from streams.suspects import Suspects


class Stage:
    name = "s"
    inputs = ("t",)

    def __init__(self) -> None:
        self.prepared = 0

    def prepare(self, records: Sequence[Record]) -> None:
        self.prepared += 1

    def process(self, record: Record) -> Sequence[OutputRecord]:
        return [OutputRecord("out", record.key, record.value)]

    def close(self) -> None:
        pass


def test_a_batch_that_killed_is_not_prepared_again_but_the_next_one_is(tmp_path: Path) -> None:
    batch = [Record("t", 0, offset, 0, b"k", b"v") for offset in range(3)]
    Suspects(tmp_path).batch([TopicPartition("t", 0)])  # and the process died
    stage = Stage()
    attempts = Attempts(stage, Limits(), Counts(), Suspects(tmp_path))
    attempts.prepare(batch)
    assert stage.prepared == 0
    for record in batch:
        assert attempts.process(record, threading.Event()) == [OutputRecord("out", b"k", b"v")]
    attempts.prepare(batch)
    assert stage.prepared == 1
