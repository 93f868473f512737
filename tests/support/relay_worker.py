"""A worker process for crash tests: relays articles to documents until it is told to stop, or killed.

python -m tests.support.relay_worker FOLDER LOG PREFIX [DIE_AT]

DIE_AT is ``value:V``, ``process:N``, ``written:N`` or ``checkpointed:N``: kill -9 by its own hand whenever it
works on the record V, at the N-th record, after the outputs of the N-th checkpoint were written but before
they were committed, or right after it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from config.models.root import Config
from config.models.settings import Settings
from streams.embedded import rows
from streams.open import open_broker
from streams.records import OutputRecord, Record
from streams.worker import Limits, Worker

QUICK_KAFKA: dict[str, str | int | float | bool] = {
    "session_timeout_ms": 6000,
    "heartbeat_interval_ms": 500,
    "transaction_timeout_ms": 3000,
}


def config_for(folder: Path, log: str, prefix: str) -> Config:
    return Config(
        folder=folder / "config",
        settings=Settings(log=log, prefix=prefix, partitions=2, kafka=QUICK_KAFKA),
    )


class Countdown:
    def __init__(self, wanted: str, die_at: str) -> None:
        point, _, number = die_at.partition(":")
        self.left = int(number) if point == wanted else 0

    def step(self) -> None:
        if self.left:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class Relay:
    name = "relay"
    inputs = ("articles",)

    def __init__(self, config: Config, die_at: str) -> None:
        self.output = config.topic("documents")
        self.countdown = Countdown("process", die_at)
        point, _, value = die_at.partition(":")
        self.deadly = value.encode() if point == "value" else None

    def process(self, record: Record) -> Sequence[OutputRecord]:
        if record.value == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        self.countdown.step()
        time.sleep(0.002)  # so that there is something to interrupt
        return [OutputRecord(self.output, record.key, record.value)]

    def close(self) -> None:
        pass


def then_count_down(function: Callable[..., Any], countdown: Countdown) -> Callable[..., Any]:
    def wrapped(*args: Any) -> Any:
        result = function(*args)
        countdown.step()
        return result

    return wrapped


def main(folder: str, log: str, prefix: str, die_at: str = "") -> None:
    config = config_for(Path(folder), log, prefix)
    worker = Worker(
        Relay(config, die_at), open_broker(config), config, limits=Limits(checkpoint_seconds=0.05)
    )
    rows.append = then_count_down(rows.append, Countdown("written", die_at))
    worker._checkpoint = then_count_down(  # type: ignore[method-assign]
        worker._checkpoint, Countdown("checkpointed", die_at)
    )
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker.run(stop)
    worker.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
