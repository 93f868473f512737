"""kill -9 on real worker processes: every record arrives exactly once, on both logs."""

from __future__ import annotations

import random
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from config.models.root import Config
from streams import headers
from streams.broker import Broker
from streams.lag import group_lag
from streams.open import open_broker
from streams.records import OutputRecord
from streams.suspects import DEATHS
from streams.topics import create_topics
from tests.streams.contract import read_all
from tests.support.kafka import TestBroker
from tests.support.relay_worker import config_for

pytestmark = pytest.mark.slow

RECORDS = 300


class System:
    """A log, and worker processes on it."""

    def __init__(self, folder: Path, log: str) -> None:
        self.folder, self.log = folder, log
        self.prefix = f"crash-{uuid.uuid4().hex[:8]}."
        self.config: Config = config_for(folder, log, self.prefix)
        self.broker: Broker = open_broker(self.config)
        create_topics(self.broker, self.config)
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self, die_at: str = "") -> subprocess.Popen[bytes]:
        arguments = [str(self.folder), self.log, self.prefix, die_at]
        worker = subprocess.Popen([sys.executable, "-m", "tests.support.relay_worker", *arguments])
        self.workers.append(worker)
        return worker

    def feed(self) -> set[bytes]:
        with closing(self.broker.producer()) as producer:
            for number in range(RECORDS):
                producer.send(OutputRecord(self.config.topic("articles"), b"k%d" % number, b"v%d" % number))
            producer.flush()
        return {b"v%d" % number for number in range(RECORDS)}

    def done(self) -> bool:
        lags = group_lag(self.broker, self.config.topic("relay"), [self.config.topic("articles")])
        return all(row.lag == 0 for row in lags)

    def outputs(self) -> Counter[bytes]:
        records = read_all(self.broker, self.config.topic("documents"), RECORDS)
        return Counter(record.value for record in records)

    def wait(self) -> None:
        deadline = time.monotonic() + 150
        while not self.done():
            assert time.monotonic() < deadline, "the records never got through"
            time.sleep(0.2)


@contextmanager
def system(folder: Path, log: str) -> Iterator[System]:
    built = System(folder, log)
    try:
        yield built
    finally:
        for worker in built.workers:
            worker.terminate()
        for worker in built.workers:
            worker.wait(60)
        built.broker.close()


@pytest.mark.parametrize(
    "die_at", ["process:1", "process:77", "written:1", "written:5", "checkpointed:1", "checkpointed:4"]
)
def test_embedded_a_worker_that_dies_at_a_bad_moment(tmp_path: Path, die_at: str) -> None:
    with system(tmp_path, "embedded") as running:
        expected = running.feed()
        assert running.start(die_at).wait(60) == -9
        running.start()
        running.wait()
        assert running.outputs() == Counter(expected)


def test_embedded_workers_killed_at_random(tmp_path: Path) -> None:
    chance = random.Random(3)
    with system(tmp_path, "embedded") as running:
        expected = running.feed()
        workers = [running.start(), running.start()]
        for _ in range(6):
            time.sleep(chance.uniform(0.3, 0.9))
            victim = workers.pop(0)
            victim.kill()
            victim.wait()
            workers.append(running.start())
        running.wait()
        assert running.outputs() == Counter(expected)


def test_a_record_that_kills_every_process_becomes_a_dead_letter(tmp_path: Path) -> None:
    with system(tmp_path, "embedded") as running:
        expected = running.feed()
        for _ in range(DEATHS):
            assert running.start("value:v123").wait(60) == -9
        running.start("value:v123")
        running.wait()
        assert running.outputs() == Counter(expected - {b"v123"})
        (letter,) = read_all(running.broker, running.config.topic("articles.dlq"), 1)
        assert letter.value == b"v123"
        assert letter.header(headers.DLQ_MESSAGE) == b"3 processes died while working on this record"


@pytest.mark.kafka
def test_kafka_workers_killed_at_random(tmp_path: Path, kafka: TestBroker) -> None:
    kafka.needs_real("a member killed with -9 leaves its group stuck there")
    chance = random.Random(5)
    with system(tmp_path, f"kafka://{kafka.bootstrap}") as running:
        expected = running.feed()
        workers = [running.start(), running.start()]
        for _ in range(3):
            time.sleep(chance.uniform(2.0, 4.0))
            victim = workers.pop(0)
            victim.kill()
            victim.wait()
            workers.append(running.start())
        running.wait()
        assert running.outputs() == Counter(expected)


@pytest.mark.kafka
@pytest.mark.parametrize("die_at", ["process:30", "checkpointed:1"])
def test_kafka_a_worker_that_dies_at_a_bad_moment(tmp_path: Path, kafka: TestBroker, die_at: str) -> None:
    kafka.needs_real("a member killed with -9 leaves its group stuck there")
    with system(tmp_path, f"kafka://{kafka.bootstrap}") as running:
        expected = running.feed()
        assert running.start(die_at).wait(60) == -9
        running.start()
        running.wait()
        assert running.outputs() == Counter(expected)
