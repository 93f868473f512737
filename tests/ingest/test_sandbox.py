"""Work on foreign bytes happens in processes that can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from config.errors import ParseError
from ingest.sandbox import Sandbox, SandboxFailure, Worker

HERE = "tests.ingest.sandbox_tasks"


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    worker = Worker((HERE,), memory_mb=256)
    yield worker
    worker.kill()


def test_bytes_go_in_and_out(worker: Worker) -> None:
    assert worker.call(f"{HERE}:double", b"ab" * 100_000, 10.0) == b"ab" * 200_000


def test_a_task_that_takes_too_long_is_killed_and_the_next_one_served(worker: Worker) -> None:
    worker.start()
    before = worker.pid
    with pytest.raises(SandboxFailure, match=r"gave up after 0.3 s") as failure:
        worker.call(f"{HERE}:forever", b"", 0.3)
    assert failure.value.kind == "timeout"
    assert before is not None
    assert not psutil.pid_exists(before)
    assert worker.call(f"{HERE}:double", b"x", 20.0) == b"xx"


def test_a_task_that_takes_too_much_memory_fails_alone(worker: Worker) -> None:
    with pytest.raises(SandboxFailure) as failure:
        worker.call(f"{HERE}:greedy", b"", 20.0)
    assert failure.value.kind in {"error", "crash"}
    assert worker.call(f"{HERE}:double", b"x", 20.0) == b"xx"


def test_a_task_that_dies_is_told_and_the_next_one_served(worker: Worker) -> None:
    with pytest.raises(SandboxFailure) as failure:
        worker.call(f"{HERE}:dies", b"", 20.0)
    assert failure.value.kind == "crash"
    assert worker.call(f"{HERE}:double", b"x", 20.0) == b"xx"


def test_an_exception_becomes_one_line(worker: Worker) -> None:
    with pytest.raises(SandboxFailure) as failure:
        worker.call(f"{HERE}:raises", b"", 20.0)
    assert str(failure.value) == "ValueError: two lines"
    with pytest.raises(SandboxFailure, match=r"^no feed at all$"):
        worker.call(f"{HERE}:refuses", b"", 20.0)


def test_what_a_library_prints_does_not_break_the_protocol(worker: Worker) -> None:
    assert worker.call(f"{HERE}:talkative", b"x", 20.0) == b"fine"


def test_many_threads_share_the_workers() -> None:
    with Sandbox(2, 256, (HERE,)) as sandbox, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: sandbox.call(f"{HERE}:double", b"%d" % n, 20.0), range(40)))
    assert answers == [b"%d%d" % (n, n) for n in range(40)]


def test_closing_kills_the_processes() -> None:
    sandbox = Sandbox(1, 256, (HERE,))
    sandbox.warm_up()
    pids = [worker.pid for worker in sandbox._workers if worker.pid]
    assert pids
    sandbox.close()
    sandbox.close()
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_a_worker_ends_when_its_parent_is_killed() -> None:
    code = f"""
import os, sys
from ingest.sandbox import Worker
worker = Worker(({HERE!r},), 256)
worker.call({HERE + ":double"!r}, b"x", 20.0)
print(worker.pid, flush=True)
sys.stdin.read()
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    psutil.wait_procs([child], timeout=20)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_tasks_are_ours(worker: Worker) -> None:
    assert issubclass(ParseError, Exception)
    with pytest.raises(SandboxFailure, match=r"AttributeError"):
        worker.call(f"{HERE}:absent", b"", 20.0)
