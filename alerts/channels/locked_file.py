"""A file that several notifiers write in turn."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.errors import ChannelTransient


@contextmanager
def locked(path: Path, lock: Path | None = None) -> Iterator[int]:
    """Hold the lock on ``lock`` (default: the file itself), which is made where it is missing.

    Gives the descriptor of what is locked, for reading and appending. Raises ChannelTransient for the whole
    channel where ``path`` cannot be written, then or within.
    """
    held = lock or path
    try:
        held.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(held, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)
    except OSError as error:
        raise ChannelTransient(f"{path} cannot be written: {error.strerror}", whole_channel=True) from error
