"""Is the process that holds a lease still there? Lets a killed member be replaced at once.

An identity names machine, process-id namespace, process id and start time; of another machine or container
nothing can be said, and the lease decides alone.
"""

from __future__ import annotations

import os
import socket
from functools import lru_cache
from pathlib import Path

import psutil

_START_TOLERANCE = 5.0  # seconds; clocks are adjusted, process ids are not reused that fast


def identity() -> str:
    """This process."""
    return f"{_machine()}|{os.getpid()}|{psutil.Process().create_time():.2f}"


def alive(process: str) -> bool:
    """False only where the process has surely ended."""
    machine, pid, started = process.rsplit("|", 2)
    if machine != _machine():
        return True
    try:
        found = psutil.Process(int(pid))
        same = abs(found.create_time() - float(started)) < _START_TOLERANCE
        return same and found.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True


@lru_cache(maxsize=1)
def _machine() -> str:
    namespace = Path("/proc/self/ns/pid")
    return f"{socket.gethostname()}|{namespace.readlink() if namespace.exists() else ''}"
