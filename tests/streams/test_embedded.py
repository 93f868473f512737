"""What is special about the embedded log: time, retention, leases, and a disk that misbehaves."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing, suppress
from pathlib import Path

import pytest

from config.errors import Fenced, LogError, LogFull, LogUnavailable
from streams.embedded import EmbeddedBroker
from streams.embedded import file as log_file
from streams.records import OutputRecord, TopicPartition, TopicSpec
from tests.streams.contract import next_offsets, read, read_all, until, write

PLACE = TopicPartition("t", 0)


class Clock:
    def __init__(self, now: int = 1_000_000) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def broker(tmp_path: Path, clock: Clock) -> EmbeddedBroker:
    broker = EmbeddedBroker(tmp_path / "log.db", clock=clock)
    broker.ensure_topics([TopicSpec("t", 1, retention_ms=10_000)])
    return broker


# time and retention


def test_append_time_stands_still_while_the_clock_goes_back(broker: EmbeddedBroker, clock: Clock) -> None:
    for step in (0, -5000, 3):
        clock.now += step
        write(broker, "t", 1)
    assert [record.timestamp for record in read_all(broker, "t", 3)] == [1_000_000] * 3


def test_retention_deletes_a_prefix_and_offsets_go_on(broker: EmbeddedBroker, clock: Clock) -> None:
    write(broker, "t", 3)
    clock.now += 6000
    write(broker, "t", 2)
    clock.now += 5000
    assert broker.expire() == 3
    assert broker.beginning_offsets([PLACE]) == {PLACE: 3}
    assert broker.end_offsets([PLACE]) == {PLACE: 5}
    assert [record.offset for record in read_all(broker, "t", 2)] == [3, 4]
    clock.now += 60_000
    assert broker.expire() == 2
    write(broker, "t", 1)
    assert [record.offset for record in read_all(broker, "t", 1)] == [5]


def test_a_producer_applies_retention_by_itself(broker: EmbeddedBroker, clock: Clock) -> None:
    with closing(broker.producer()) as producer:
        producer.send(OutputRecord("t", b"k", b"old"))
        producer.flush()
        clock.now += 100_000
        producer.send(OutputRecord("t", b"k", b"new"))
        producer.flush()
    assert broker.beginning_offsets([PLACE]) == {PLACE: 1}


def test_a_committed_offset_whose_record_expired_means_the_oldest_kept(
    broker: EmbeddedBroker, clock: Clock
) -> None:
    write(broker, "t", 2)
    with closing(broker.consumer("g", ["t"])) as consumer:
        consumer.commit({record.place: 1 for record in read(consumer, 2)})
    clock.now += 20_000
    write(broker, "t", 1, start=2)
    broker.expire()
    with closing(broker.consumer("g", ["t"])) as consumer:
        assert [record.value for record in read(consumer, 1)] == [b"v2"]


def test_offsets_for_times_after_retention(broker: EmbeddedBroker, clock: Clock) -> None:
    for number in range(20):
        clock.now = 1_000_000 + number * 1000
        write(broker, "t", 1, start=number)
    clock.now = 1_025_000
    broker.expire()
    assert broker.offsets_for_times({PLACE: 0}) == {PLACE: 15}
    assert broker.offsets_for_times({PLACE: 1_016_500}) == {PLACE: 17}


# members


def test_a_member_whose_lease_ran_out_is_replaced_and_fenced(tmp_path: Path) -> None:
    clock = Clock()
    broker = EmbeddedBroker(tmp_path / "log.db", clock=clock, lease_ms=60_000)
    broker.ensure_topics([TopicSpec("t", 2)])
    write(broker, "t", 10)
    lost: list[TopicPartition] = []
    with closing(broker.session("g", ["t"], on_lost=lost.extend)) as zombie:
        records = read(zombie.consumer, 10)
        clock.now += 61_000
        with closing(broker.consumer("g", ["t"])) as heir:
            until(lambda: len(heir.assignment()) == 2, heir)
            with pytest.raises(Fenced):
                zombie.checkpoint([OutputRecord("t", b"k", b"stale")], next_offsets(records))
            assert len(read_all(broker, "t", 10)) == 10
            clock.now += 1
            until(lambda: set(lost) == {TopicPartition("t", 0), TopicPartition("t", 1)}, zombie.consumer)


def test_a_busy_member_keeps_its_lease(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path / "log.db", lease_ms=500)
    broker.ensure_topics([TopicSpec("t", 2)])
    with closing(broker.consumer("g", ["t"])) as busy:
        until(lambda: len(busy.assignment()) == 2, busy)
        with closing(broker.consumer("g", ["t"])) as other:
            for _ in range(8):
                other.poll(0.2)
        until(lambda: len(busy.assignment()) == 2, busy)
        busy.commit({TopicPartition("t", 0): 0})


MEMBER = textwrap.dedent("""
    import sys, time
    from pathlib import Path
    from streams.embedded import EmbeddedBroker
    consumer = EmbeddedBroker(Path(sys.argv[1])).consumer("g", ["t"])
    while not consumer.assignment():
        consumer.poll(0.1)
    print("joined", flush=True)
    time.sleep(600)
""")


def test_a_killed_member_is_replaced_without_waiting_for_its_lease(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path / "log.db", lease_ms=3_600_000)
    broker.ensure_topics([TopicSpec("t", 2)])
    process = subprocess.Popen(
        [sys.executable, "-c", MEMBER, str(broker.path)], stdout=subprocess.PIPE, cwd=Path.cwd()
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"joined\n"
    process.kill()
    with closing(broker.consumer("g", ["t"])) as heir:
        until(lambda: len(heir.assignment()) == 2, heir)
    process.wait()
    process.stdout.close()


# the disk


def test_a_full_disk_is_reported_and_the_log_goes_on_when_there_is_room(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    EmbeddedBroker(path).ensure_topics([TopicSpec("t", 1)])
    small = EmbeddedBroker(path, max_pages=40)

    def fill() -> None:
        for _ in range(100):
            with closing(small.producer()) as producer:
                producer.send(OutputRecord("t", b"k", bytes(100_000)))
                producer.flush()

    with pytest.raises(LogFull, match="disk is full"):
        fill()
    roomy = EmbeddedBroker(path)
    end = roomy.end_offsets([PLACE])[PLACE]
    assert len(read_all(roomy, "t", end)) == end
    write(roomy, "t", 1)
    assert roomy.end_offsets([PLACE]) == {PLACE: end + 1}


FILL = textwrap.dedent("""
    import resource, sys
    from pathlib import Path
    from config.errors import LogFull
    from streams.embedded import EmbeddedBroker
    from streams.records import OutputRecord
    producer = EmbeddedBroker(Path(sys.argv[1])).producer()
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
    done = 0
    try:
        while True:
            producer.send(OutputRecord("t", b"k", bytes(50_000)))
            producer.flush()
            done += 1
    except LogFull as error:
        print(done)
        print(error)
""")


def test_a_file_size_limit_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path / "log.db")
    broker.ensure_topics([TopicSpec("t", 1)])
    run = subprocess.run(
        [sys.executable, "-c", FILL, str(broker.path)], capture_output=True, text=True, check=True
    )
    done, message = run.stdout.splitlines()
    assert "log.db" in message
    assert broker.end_offsets([PLACE]) == {PLACE: int(done)}
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 1_000_000
    write(broker, "t", 1)


READ_ONLY = textwrap.dedent("""
    import os, sys
    from pathlib import Path
    from config.errors import LogError
    from streams.embedded import EmbeddedBroker
    from streams.records import OutputRecord
    if os.getuid() == 0:
        os.setgid(65534); os.setuid(65534)
    try:
        producer = EmbeddedBroker(Path(sys.argv[1])).producer()
        producer.send(OutputRecord("t", b"k", b"v"))
        producer.flush()
    except LogError as error:
        print(type(error).__name__, error)
""")


def test_a_read_only_file_is_reported_as_such(tmp_path: Path) -> None:
    parent = Path("/tmp") if os.getuid() == 0 else tmp_path  # as root, pytest's folders are private
    folder = parent / f"tocsin-ro-{os.getpid()}"
    folder.mkdir()
    try:
        broker = EmbeddedBroker(folder / "log.db")
        broker.ensure_topics([TopicSpec("t", 1)])
        for path in folder.iterdir():
            path.chmod(0o444)
        folder.chmod(0o555)
        run = subprocess.run(
            [sys.executable, "-c", READ_ONLY, str(broker.path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.stdout.startswith("LogFull"), run.stdout + run.stderr
        assert "read-only" in run.stdout
        assert len(run.stdout.splitlines()) == 1
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_file_that_is_no_log_is_refused_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    path.write_bytes(b"not a database at all " * 5000)
    with pytest.raises(LogUnavailable, match="damaged"):
        EmbeddedBroker(path).topics()


def test_a_log_of_a_newer_version_is_refused(tmp_path: Path, broker: EmbeddedBroker) -> None:
    with closing(sqlite3.connect(broker.path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(LogUnavailable, match="newer"):
        broker.topics()


def test_a_file_locked_by_another_is_unavailable(
    broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_file, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(broker.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogUnavailable, match="locked"):
            write(broker, "t", 1)
        other.execute("ROLLBACK")
    write(broker, "t", 1)


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LogUnavailable, match="cannot open"):
        EmbeddedBroker(tmp_path / "file" / "log.db").topics()


@pytest.mark.parametrize("seed", range(6))
def test_a_cut_or_garbled_write_ahead_log_leaves_a_clean_prefix(tmp_path: Path, seed: int) -> None:
    """As after a crash of the machine: what is left opens, has no gap, and can be written to."""
    chance = random.Random(seed)
    broker = EmbeddedBroker(tmp_path / "log.db")
    broker.ensure_topics([TopicSpec("t", 1)])
    with closing(broker.producer()) as producer:
        for number in range(60):
            producer.send(OutputRecord("t", b"k", b"%d" % number + bytes(chance.randrange(30_000))))
            producer.flush()
        copy = tmp_path / "copy"
        copy.mkdir()
        for name in ("log.db", "log.db-wal"):
            shutil.copy(tmp_path / name, copy / name)
    wal = copy / "log.db-wal"
    data = bytearray(wal.read_bytes())
    cut = chance.randrange(len(data) // 4, len(data))
    if seed % 2:
        data[cut:] = chance.randbytes(len(data) - cut)
    else:
        del data[cut:]
    wal.write_bytes(data)
    survivor = EmbeddedBroker(copy / "log.db")
    end = survivor.end_offsets([PLACE])[PLACE]
    records = read_all(survivor, "t", end)
    assert [record.offset for record in records] == list(range(end))
    assert [int(record.value.rstrip(b"\x00")) for record in records] == list(range(end))
    write(survivor, "t", 3)
    with closing(sqlite3.connect(copy / "log.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


WRITER = textwrap.dedent("""
    import sys
    from pathlib import Path
    from streams.embedded import EmbeddedBroker
    from streams.records import OutputRecord
    name = sys.argv[2]
    producer = EmbeddedBroker(Path(sys.argv[1])).producer()
    number = 0
    while True:
        for _ in range(3):
            producer.send(OutputRecord("t", name.encode(), b"%s %d" % (name.encode(), number)))
            number += 1
        producer.flush()
        print(number, flush=True)
""")


def test_killed_writers_lose_no_acknowledged_record(tmp_path: Path) -> None:
    chance = random.Random(7)
    broker = EmbeddedBroker(tmp_path / "log.db")
    broker.ensure_topics([TopicSpec("t", 2)])
    acknowledged: dict[str, int] = {}
    for attempt in range(3):
        names = [f"w{attempt}-{place}" for place in range(2)]
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, str(broker.path), name], stdout=subprocess.PIPE)
            for name in names
        ]
        for writer in writers:
            assert writer.stdout is not None
            writer.stdout.readline()
        with suppress(subprocess.TimeoutExpired):
            writers[0].wait(chance.uniform(0.05, 0.3))
        for name, writer in zip(names, writers, strict=True):
            writer.send_signal(signal.SIGKILL)
            output, _ = writer.communicate()
            acknowledged[name] = int((output.split(b"\n")[:-1] or [b"3"])[-1])
    total = sum(broker.end_offsets([TopicPartition("t", 0), TopicPartition("t", 1)]).values())
    seen: dict[str, list[int]] = {}
    for record in read_all(broker, "t", total):
        name, number = record.value.decode().split()
        seen.setdefault(name, []).append(int(number))
    for name, count in acknowledged.items():
        assert seen[name] == list(range(len(seen[name])))
        assert len(seen[name]) >= count
        assert len(seen[name]) % 3 == 0  # a flush is all or nothing


def test_an_unknown_topic_is_named(broker: EmbeddedBroker) -> None:
    with pytest.raises(LogError, match="nowhere"):
        write(broker, "nowhere", 1)
    with pytest.raises(LogError, match=r"nowhere\[0\]"):
        broker.end_offsets([TopicPartition("nowhere", 0)])


def test_a_log_that_is_replaced_is_opened_anew(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path / "log.db")
    broker.ensure_topics([TopicSpec("t", 1)])
    with closing(broker.producer()) as producer, closing(broker.consumer("g", ["t"])) as consumer:
        producer.send(OutputRecord("t", b"k", b"old"))
        producer.flush()
        assert len(read(consumer, 1)) == 1
        for path in tmp_path.glob("log.db*"):
            path.unlink()
        broker.ensure_topics([TopicSpec("t", 1)])
        producer.send(OutputRecord("t", b"k", b"lost"))
        with pytest.raises(LogUnavailable, match="replaced"):
            producer.flush()
        producer.send(OutputRecord("t", b"k", b"new"))
        producer.flush()
        with pytest.raises(LogUnavailable, match="replaced"):
            consumer.poll(5)
    assert [record.value for record in read_all(broker, "t", 1)] == [b"new"]
