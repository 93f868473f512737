"""CPU work on foreign bytes, in processes that can be killed: limited in time and memory.

A worker is this interpreter running ``ingest.sandbox_child`` with a pipe to each side; a plain program
rather than ``multiprocessing``, so that it can be started from any process and thread and never imports the
caller's main module.
"""

from __future__ import annotations

import contextlib
import os
import queue
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import TracebackType

import msgspec

from config.errors import TocsinError

TASKS_PER_WORKER = 5000  # then a fresh process, in case a library leaks
MAX_ANSWER = 256 * 1024 * 1024
_LENGTH = struct.Struct(">I")
_STARTUP_SECONDS = 60.0


class SandboxFailure(TocsinError):
    """A task did not succeed. ``kind`` is timeout, crash (memory, native code) or error (it raised)."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


class Call(msgspec.Struct, frozen=True):
    """A task as it goes to the child."""

    task: str  # module:function, bytes to bytes
    payload: bytes
    timeout: float


class Answer(msgspec.Struct, frozen=True):
    """What the child says."""

    result: bytes = b""
    error: str | None = None


class Worker:
    """One child process, started when first needed. One caller at a time."""

    def __init__(self, preload: Sequence[str], memory_mb: int) -> None:
        self._arguments = [sys.executable, "-m", "ingest.sandbox_child", str(memory_mb), *preload]
        self._process: subprocess.Popen[bytes] | None = None
        self._done = 0

    def call(self, task: str, payload: bytes, timeout: float) -> bytes:
        """Run ``task`` within ``timeout`` seconds; raises SandboxFailure."""
        process = self._running()
        frame = msgspec.msgpack.encode(Call(task, payload, timeout))
        try:
            _write(process, _LENGTH.pack(len(frame)) + frame, time.monotonic() + timeout)
            answer = msgspec.msgpack.decode(_read_frame(process, time.monotonic() + timeout), type=Answer)
        except TimeoutError as error:
            self.kill()
            raise SandboxFailure("timeout", f"gave up after {timeout:g} s") from error
        except (OSError, EOFError, msgspec.DecodeError) as error:
            code = self.kill()
            raise SandboxFailure("crash", f"the process died (exit status {code}), out of memory?") from error
        self._done += 1
        if self._done >= TASKS_PER_WORKER:
            self.kill()
        if answer.error is not None:
            raise SandboxFailure("error", answer.error)
        return answer.result

    def start(self) -> None:
        """Start the process ahead of need."""
        self._running()

    def kill(self) -> int | None:
        """End the process at once; its exit status. Idempotent."""
        process, self._process, self._done = self._process, None, 0
        if process is None:
            return None
        with contextlib.suppress(OSError):
            process.kill()
        code = process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        return code

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process else None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.kill()
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
            self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
                self._arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, bufsize=0
            )
            assert self._process.stdin is not None
            os.set_blocking(self._process.stdin.fileno(), False)
            try:
                _read_frame(self._process, time.monotonic() + _STARTUP_SECONDS)
            except (TimeoutError, EOFError, OSError) as error:
                code = self.kill()
                raise SandboxFailure("crash", f"the worker process did not start (exit {code})") from error
        return self._process


class Sandbox:
    """A pool of workers. :meth:`call` may be used from many threads; each call has a worker to itself."""

    def __init__(self, size: int, memory_mb: int, preload: Sequence[str] = ()) -> None:
        self.size = size
        self._workers = [Worker(preload, memory_mb) for _ in range(size)]
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        for worker in reversed(self._workers):
            self._idle.put(worker)
        self._closed = threading.Event()

    def warm_up(self) -> None:
        """Start one process now, so that the first call does not wait for imports."""
        worker = self._idle.get()
        try:
            worker.start()
        finally:
            self._idle.put(worker)

    def call(self, task: str, payload: bytes, timeout: float) -> bytes:
        """Run ``task`` ("module:function") on ``payload``; raises SandboxFailure. Waits for a free worker."""
        worker = self._idle.get()
        try:
            if self._closed.is_set():
                raise SandboxFailure("crash", "shutting down")
            return worker.call(task, payload, timeout)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """Kill all workers. Idempotent."""
        self._closed.set()
        for worker in self._workers:
            worker.kill()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _write(process: subprocess.Popen[bytes], data: bytes, deadline: float) -> None:
    assert process.stdin is not None
    view = memoryview(data)
    descriptor = process.stdin.fileno()
    while view:
        _wait([], [descriptor], deadline)
        view = view[os.write(descriptor, view[:65536]) :]


def _read_frame(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    assert process.stdout is not None
    descriptor = process.stdout.fileno()
    (length,) = _LENGTH.unpack(_read(descriptor, _LENGTH.size, deadline))
    if length > MAX_ANSWER:
        raise EOFError
    return _read(descriptor, length, deadline)


def _read(descriptor: int, size: int, deadline: float) -> bytes:
    chunks = []
    while size:
        _wait([descriptor], [], deadline)
        chunk = os.read(descriptor, min(size, 1 << 20))
        if not chunk:
            raise EOFError
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)


def _wait(readers: list[int], writers: list[int], deadline: float) -> None:
    poller = select.poll()
    for descriptor in readers:
        poller.register(descriptor, select.POLLIN | select.POLLHUP)
    for descriptor in writers:
        poller.register(descriptor, select.POLLOUT | select.POLLERR)
    if not poller.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise TimeoutError
