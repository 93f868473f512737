"""Records a second of the log, against the bare library underneath.

    python -m benchmarks.log [--records 10000] [--bytes 5000] [--rounds 7]

The embedded log is compared with bare ``sqlite3`` (same settings, same rows, executemany), Kafka (where
KAFKA_BOOTSTRAP_SERVERS is set) with bare kafka-python clients (same settings). Rounds alternate between the
two; shown are medians. Overhead is the extra processor time of a record as a share of the baseline's: a busy
machine disturbs it less than the clock.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from streams.broker import Broker
from streams.embedded import EmbeddedBroker
from streams.records import OutputRecord, TopicPartition, TopicSpec

PARTITIONS = 4
FLUSH = 500  # records a transaction, or a wait for acknowledgements


@dataclass(frozen=True, slots=True)
class Load:
    """What is written."""

    records: int
    size: int  # bytes of a value

    def outputs(self, topic: str) -> Iterator[OutputRecord]:
        """Records like the pipeline's: a hashed key, one header, a value that hardly compresses."""
        noise = os.urandom(self.size * 2)
        for number in range(self.records):
            start = number * 7919 % self.size
            key = f"{number * 2654435761 % 2**32:032x}".encode()
            yield OutputRecord(topic, key, noise[start : start + self.size], (("origin", b"benchmark"),))


@dataclass(frozen=True, slots=True)
class Sample:
    """One run."""

    rate: float  # records a second
    cost: float  # processor seconds a record, all threads of this process


@dataclass(frozen=True, slots=True)
class Result:
    """One comparison."""

    name: str
    baseline: str
    rounds: list[tuple[Sample, Sample]]  # ours and bare

    @property
    def rates(self) -> tuple[float, float]:
        """Records a second, through the port and of the baseline."""
        return median(ours.rate for ours, _ in self.rounds), median(bare.rate for _, bare in self.rounds)

    @property
    def ratio(self) -> float:
        """Rate of ours to rate of the baseline."""
        return median(ours.rate / bare.rate for ours, bare in self.rounds)

    @property
    def overhead(self) -> float:
        """Extra processor time a record takes, as a share of the baseline's."""
        return median(ours.cost / bare.cost for ours, bare in self.rounds) - 1


def in_turn(
    rounds: int, ours: Callable[[], Sample], bare: Callable[[], Sample]
) -> list[tuple[Sample, Sample]]:
    """Both, each round, after a warm-up."""
    ours(), bare()
    return [(ours(), bare()) for _ in range(rounds)]


def sample(count: int, work: Callable[[], None]) -> Sample:
    """Run and measure."""
    started, busy = time.perf_counter(), time.process_time()
    work()
    return Sample(count / (time.perf_counter() - started), (time.process_time() - busy) / count)


# the embedded log


def embedded(load: Load, rounds: int, folder: Path) -> list[Result]:
    """Append and read."""
    fresh = (folder / f"{name}.db" for name in (uuid.uuid4().hex for _ in range(1000)))
    append = in_turn(
        rounds, lambda: append_embedded(load, next(fresh)), lambda: append_sqlite(load, next(fresh))
    )
    ours, bare = next(fresh), next(fresh)
    append_embedded(load, ours)
    append_sqlite(load, bare)
    read = in_turn(rounds, lambda: read_log(load, EmbeddedBroker(ours)), lambda: read_sqlite(load, bare))
    relay = in_turn(rounds, lambda: relay_embedded(load, ours), lambda: relay_sqlite(load, bare))
    return [
        Result("embedded: append", "sqlite3 executemany", append),
        Result("embedded: read", "sqlite3 select", read),
        Result("embedded: read, write, checkpoint", "sqlite3 select, executemany, update", relay),
    ]


def append_embedded(load: Load, path: Path) -> Sample:
    broker = EmbeddedBroker(path)
    broker.ensure_topics([TopicSpec("t", PARTITIONS)])
    return sample(load.records, lambda: produce(broker, load))


def produce(broker: Broker, load: Load) -> None:
    """Through the port, with a flush every FLUSH records."""
    with closing(broker.producer()) as producer:
        for number, output in enumerate(load.outputs("t")):
            producer.send(output)
            if number % FLUSH == FLUSH - 1:
                producer.flush()
        producer.flush()


def read_log(load: Load, broker: Broker) -> Sample:
    def work() -> None:
        seen = 0
        with closing(broker.consumer(None, ["t"])) as consumer:
            while seen < load.records:
                seen += len(consumer.poll(1, FLUSH))

    return sample(load.records, work)


def relay_embedded(load: Load, path: Path) -> Sample:
    """What a stage does, less its work: session, poll, outputs and offsets in one transaction."""
    broker = EmbeddedBroker(path)
    broker.ensure_topics([TopicSpec("out", PARTITIONS)])

    def work() -> None:
        seen = 0
        with closing(broker.session(uuid.uuid4().hex, ["t"])) as session:
            while seen < load.records:
                records = session.consumer.poll(1, FLUSH)
                outputs = [OutputRecord("out", r.key, r.value, r.headers) for r in records]
                session.checkpoint(outputs, {r.place: r.offset + 1 for r in records})
                seen += len(records)

    return sample(load.records, work)


def bare_sqlite(path: Path) -> sqlite3.Connection:
    """A bare connection with the settings of the embedded log."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA page_size = 16384")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -8000")
    for table in ("record", "out"):
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {table}"
            " (id INTEGER PRIMARY KEY, timestamp INTEGER, key BLOB, headers BLOB, value BLOB)"
        )
    connection.execute("CREATE TABLE IF NOT EXISTS place (id INTEGER PRIMARY KEY, next INTEGER)")
    return connection


def append_sqlite(load: Load, path: Path) -> Sample:
    def work() -> None:
        with closing(bare_sqlite(path)) as connection:
            batch = []
            for number, output in enumerate(load.outputs("t")):
                batch.append((number, time.time_ns(), output.key, b"", output.value))
                if len(batch) == FLUSH:
                    insert(connection, "record", batch)
                    batch = []
            insert(connection, "record", batch)

    return sample(load.records, work)


def insert(
    connection: sqlite3.Connection, table: str, rows: list[tuple[int, int, bytes | None, bytes, bytes]]
) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?, ?, ?)", rows)
    connection.execute("INSERT OR REPLACE INTO place VALUES (1, ?)", (len(rows),))
    connection.execute("COMMIT")


def read_sqlite(load: Load, path: Path) -> Sample:
    def work() -> None:
        with closing(bare_sqlite(path)) as connection:
            for start in range(0, load.records, FLUSH):
                select(connection, start)

    return sample(load.records, work)


def select(connection: sqlite3.Connection, start: int) -> list[tuple[int, int, bytes, bytes, bytes]]:
    query = "SELECT * FROM record WHERE id >= ? ORDER BY id LIMIT ?"
    return connection.execute(query, (start, FLUSH)).fetchall()


def relay_sqlite(load: Load, path: Path) -> Sample:
    def work() -> None:
        with closing(bare_sqlite(path)) as connection:
            connection.execute("DELETE FROM out")
            for start in range(0, load.records, FLUSH):
                insert(connection, "out", select(connection, start))

    return sample(load.records, work)


# Kafka


def kafka(load: Load, rounds: int, bootstrap: str) -> list[Result]:
    """Produce and consume."""
    from streams.kafka import KafkaBroker

    with closing(KafkaBroker(bootstrap)) as broker:
        produced = in_turn(
            rounds, lambda: produce_kafka(load, broker), lambda: produce_bare(load, broker, bootstrap)
        )
        topic = new_topic(broker)
        produce_to(broker, topic, load)
        consumed = in_turn(
            rounds,
            lambda: consume_kafka(load, broker, topic),
            lambda: consume_bare(load, bootstrap, topic),
        )
    return [
        Result("kafka: produce", "kafka-python produce", produced),
        Result("kafka: consume", "kafka-python consume", consumed),
    ]


def new_topic(broker: Broker) -> str:
    topic = f"benchmark-{uuid.uuid4().hex}"
    broker.ensure_topics([TopicSpec(topic, PARTITIONS, retention_ms=3_600_000)])
    return topic


def produce_to(broker: Broker, topic: str, load: Load) -> None:
    with closing(broker.producer()) as producer:
        for number, output in enumerate(load.outputs(topic)):
            producer.send(output)
            if number % FLUSH == FLUSH - 1:
                producer.flush()
        producer.flush()


def produce_kafka(load: Load, broker: Broker) -> Sample:
    topic = new_topic(broker)
    return sample(load.records, lambda: produce_to(broker, topic, load))


def produce_bare(load: Load, broker: Broker, bootstrap: str) -> Sample:
    from streams.kafka.clients import Clients

    topic = new_topic(broker)

    def work() -> None:
        producer = Clients(bootstrap, {}).producer()
        for number, output in enumerate(load.outputs(topic)):
            producer.send(topic, value=output.value, key=output.key, headers=list(output.headers))
            if number % FLUSH == FLUSH - 1:
                producer.flush()
        producer.flush()
        producer.close()

    return sample(load.records, work)


def consume_kafka(load: Load, broker: Broker, topic: str) -> Sample:
    def work() -> None:
        seen = 0
        with closing(broker.consumer(None)) as consumer:
            consumer.assign([TopicPartition(topic, number) for number in range(PARTITIONS)])
            while seen < load.records:
                seen += len(consumer.poll(1, FLUSH))

    return sample(load.records, work)


def consume_bare(load: Load, bootstrap: str, topic: str) -> Sample:
    from kafka import TopicPartition as KafkaPartition

    from streams.kafka.clients import Clients

    def work() -> None:
        seen = 0
        consumer = Clients(bootstrap, {}).consumer(None)
        consumer.assign([KafkaPartition(topic, number) for number in range(PARTITIONS)])
        while seen < load.records:
            polled = consumer.poll(timeout_ms=1000, max_records=FLUSH)
            seen += sum(len(records) for records in polled.values())
        consumer.close(autocommit=False)

    return sample(load.records, work)


# the table


def measure(load: Load, rounds: int) -> list[Result]:
    """Everything that can be measured here. For other benchmarks to import."""
    with tempfile.TemporaryDirectory() as folder:
        results = embedded(load, rounds, Path(folder))
    bootstrap = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    return results + (kafka(load, rounds, bootstrap) if bootstrap else [])


def table(results: list[Result]) -> Table:
    """Rates and ratios."""
    shown = Table(title="The log")
    for name in ("", "records/s", "baseline", "records/s", "ratio", "CPU overhead"):
        shown.add_column(name, justify="left" if name in ("", "baseline") else "right")
    for result in results:
        shown.add_row(
            result.name,
            f"{result.rates[0]:,.0f}",
            result.baseline,
            f"{result.rates[1]:,.0f}",
            f"{result.ratio:.2f}",
            f"{result.overhead:+.0%}",
        )
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(description="Records a second of the log.")
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--bytes", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    results = measure(Load(arguments.records, arguments.bytes), arguments.rounds)
    Console().print(table(results))
    if not os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        print("Kafka was not measured: KAFKA_BOOTSTRAP_SERVERS is not set (scripts/kafka up)")


if __name__ == "__main__":
    main()
