"""Writing records of a topic again, marked with a replay's id."""

from __future__ import annotations

from collections.abc import Sequence

from streams.broker import Broker
from streams.headers import REPLAY_ID
from streams.records import Record
from streams.replay import replayed

_OURS = b"replay-"  # what replays wrote is not replayed again; imported articles are


class Rewriter:
    """The ``handle`` of a replay of articles or documents; counts only, unless ``write``."""

    def __init__(self, broker: Broker, topic: str, replay_id: str, *, write: bool) -> None:
        self._topic = topic
        self._replay_id = replay_id
        self._producer = broker.producer() if write else None
        self.count = 0

    def handle(self, records: Sequence[Record]) -> None:
        """Write a batch; returns once it is in the log."""
        chosen = [record for record in records if not (record.header(REPLAY_ID) or b"").startswith(_OURS)]
        if self._producer is not None:
            for record in chosen:
                self._producer.send(replayed(record, self._topic, self._replay_id))
            self._producer.flush()
        self.count += len(chosen)

    def close(self) -> None:
        """Release the producer."""
        if self._producer is not None:
            self._producer.close()
