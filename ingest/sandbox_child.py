"""The program that a sandbox worker runs: read a call, run it, write the answer, until the pipe closes.

    python -m ingest.sandbox_child MEMORY_MB [MODULE ...]

The modules are imported before the memory limit is set; the limit counts what tasks take on top.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

from config.errors import TocsinError
from ingest.memory import give_back, keep_little
from ingest.sandbox import Answer, Call

_LENGTH = struct.Struct(">I")
_LARGE_TASK = 256 * 1024  # bytes in and out, of one task or of several
_ORPHAN_SECONDS = 5.0  # past the caller's own limit, for the case that the caller is no more


def main() -> None:
    """Serve calls from standard input on standard output."""
    keep_little()
    requests, answers = _private_pipes()
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for module in sys.argv[2:]:
        importlib.import_module(module)
    _limit_memory(int(sys.argv[1]))
    tasks: dict[str, Callable[[bytes], bytes]] = {}
    handled = 0
    _send(answers, b"ready")
    while (frame := _receive(requests)) is not None:
        call = msgspec.msgpack.decode(frame, type=Call)
        signal.setitimer(signal.ITIMER_REAL, call.timeout + _ORPHAN_SECONDS)
        answer = _run(tasks, call)
        signal.setitimer(signal.ITIMER_REAL, 0)
        packed = msgspec.msgpack.encode(answer)
        _send(answers, packed)
        handled += len(frame) + len(packed)
        del frame, call, answer, packed
        if handled > _LARGE_TASK:
            give_back()  # while the caller is busy with the answer
            handled = 0


def _run(tasks: dict[str, Callable[[bytes], bytes]], call: Call) -> Answer:
    try:
        function = tasks.get(call.task)
        if function is None:
            module, _, name = call.task.partition(":")
            function = tasks[call.task] = getattr(importlib.import_module(module), name)
        return Answer(result=function(call.payload))
    except MemoryError:
        return Answer(error="out of memory")
    except TocsinError as error:
        return Answer(error=str(error))
    except Exception as error:  # noqa: BLE001 (foreign bytes make libraries raise anything)
        text = " ".join(str(error).split())[:200]
        return Answer(error=f"{type(error).__name__}: {text}" if text else type(error).__name__)


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes for ourselves: a library that prints must not break the protocol."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    return requests, answers


def _limit_memory(megabytes: int) -> None:
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _receive(stream: BinaryIO) -> bytes | None:
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    frame = stream.read(length)
    return frame if len(frame) == length else None


def _send(stream: BinaryIO, frame: bytes) -> None:
    stream.write(_LENGTH.pack(len(frame)))
    stream.write(frame)
    stream.flush()


if __name__ == "__main__":
    main()
