"""Notices that a file of the configuration changed.

The decision (:func:`changed`) compares two looks at the folder; :class:`Watcher` takes the looks. A file
whose time and size are as before is not read again; one that was only touched is no change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.files import KINDS, paths_of

Look = Mapping[str, "Stamp"]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What one file was at one look."""

    modified: int  # nanoseconds since the epoch
    size: int  # bytes
    digest: str  # of the content; empty where it could not be read


def changed(before: Look, after: Look) -> tuple[str, ...]:
    """Names of the files that came, went or have another content, in order."""
    return tuple(
        sorted(
            name
            for name in before.keys() | after.keys()
            if name not in before or name not in after or before[name].digest != after[name].digest
        )
    )


def look(folder: Path, before: Look | None = None) -> dict[str, Stamp]:
    """A look at the YAML and polygon files of ``folder``; contents are read where time or size differ."""
    known = before or {}
    found: dict[str, Stamp] = {}
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        try:
            status = path.stat()
        except OSError:
            continue  # gone since it was listed
        stamp = known.get(name)
        if stamp is None or (stamp.modified, stamp.size) != (status.st_mtime_ns, status.st_size):
            stamp = Stamp(status.st_mtime_ns, status.st_size, _digest(path))
        found[name] = stamp
    return found


def _files(folder: Path) -> list[Path]:
    try:
        yaml = [path for kind in KINDS for path in paths_of(kind, folder)]
        return yaml + sorted(folder.rglob("*.geojson"))
    except OSError:
        return []


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


class Watcher:
    """Call :meth:`poll` now and then (every second or so); what it names has changed since the last call."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._last = look(self._folder)

    def poll(self) -> tuple[str, ...]:
        """Names of the files changed since the last call, empty where none."""
        now = look(self._folder, self._last)
        names = changed(self._last, now)
        self._last = now
        return names
