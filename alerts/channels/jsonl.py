"""One JSON line an alert, appended to a file. A crash cannot make a line twice, nor leave half of one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import msgspec

from alerts.channels.base import Item, Message, Receipt
from alerts.channels.locked_file import locked
from alerts.messages import Alert, Change

_TAIL = 1 << 20  # bytes read back to see what is there already; grows with the message


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line. ``delivery`` and the alert's id and revision together are unique in the file."""

    delivery: str
    kind: str  # alert | reminder | escalation
    severity: str  # as told
    reason: str
    changes: tuple[Change, ...] = ()
    alert: Alert


class _Seen(msgspec.Struct):
    delivery: str


class JsonlSender:
    """Appends under a lock, so that several notifiers may share the file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: Message) -> Receipt:
        """One line for every alert of the message, in one write. See :class:`alerts.channels.base.Sender`."""
        data = b"".join(_line(message, item) for item in message.items)
        with locked(self._path) as descriptor:
            if message.attempt > 1 and _contains(descriptor, message):
                return Receipt(message.id, "it was there already")
            end = _mend(descriptor)
            try:
                _write(descriptor, data)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(descriptor, end)
                raise
            os.fsync(descriptor)
        return Receipt(message.id)

    def close(self) -> None:
        """Nothing is kept open."""


def _line(message: Message, item: Item) -> bytes:
    line = Line(
        delivery=message.id,
        kind=item.kind,
        severity=item.severity,
        reason=item.alert.reason,
        changes=item.changes,
        alert=item.alert,
    )
    return msgspec.json.encode(line) + b"\n"


def _contains(descriptor: int, message: Message) -> bool:
    """Whether the tail of the file has this delivery's last line, complete."""
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, _TAIL, max(0, size - _TAIL))
    lines = tail.split(b"\n")[:-1]
    mark = message.id.encode()
    return any(mark in line and _delivery_of(line) == message.id for line in reversed(lines))


def _delivery_of(line: bytes) -> str | None:
    try:
        return msgspec.json.decode(line, type=_Seen).delivery
    except msgspec.DecodeError:
        return None


def _mend(descriptor: int) -> int:
    """Cut off half a line that a crash left behind; returns the size then."""
    size = os.fstat(descriptor).st_size
    if size == 0 or os.pread(descriptor, 1, size - 1) == b"\n":
        return size
    start = max(0, size - _TAIL)
    tail = os.pread(descriptor, _TAIL, start)
    kept = start + tail.rfind(b"\n") + 1
    os.ftruncate(descriptor, kept)
    return kept


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
