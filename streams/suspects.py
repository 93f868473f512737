"""Records that kill the process working on them (native code, memory) must not stop a stage for ever.

Before a record is worked on, its offset is noted in a small file of its partition, and struck out afterwards.
What a new process finds noted was being worked on when the last one died. After some deaths on the same
record the worker makes it a dead letter untouched. Files are local: several machines count each for itself.
Where they cannot be written, nothing is remembered.
"""

from __future__ import annotations

import logging
import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from streams.records import Record, TopicPartition

log = logging.getLogger(__name__)

DEATHS = 3  # on one record, before it is set aside

_NOTHING = -1
_BATCH = -2  # a whole batch was being prepared
_LAYOUT = struct.Struct("<qqq")  # offset in work; suspected offset; deaths on it


@dataclass(slots=True)
class _Note:
    """One partition's file."""

    file: int
    suspect: int = _NOTHING
    deaths: int = 0
    died_in_batch: bool = False

    def write(self, offset: int) -> None:
        if self.file >= 0:
            with suppress(OSError):
                os.pwrite(self.file, _LAYOUT.pack(offset, self.suspect, self.deaths), 0)

    def close(self) -> None:
        if self.file >= 0:
            os.close(self.file)


class Suspects:
    """What one consumer group was working on, partition by partition. One per worker."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._notes: dict[TopicPartition, _Note] = {}

    def batch(self, places: Iterable[TopicPartition]) -> bool:
        """A batch is about to be prepared; False when that killed the last process: go record by record."""
        notes = [self._note(place) for place in places]
        if any(note.died_in_batch for note in notes):
            for note in notes:
                note.died_in_batch = False
            return False
        for note in notes:
            note.write(_BATCH)
        return True

    def begin(self, record: Record) -> int:
        """The record is about to be worked on; how many processes died on it."""
        note = self._note(record.place)
        note.write(record.offset)
        return note.deaths if note.suspect == record.offset else 0

    def end(self, record: Record) -> None:
        """The record is done with, one way or another."""
        note = self._note(record.place)
        if note.suspect == record.offset:
            note.suspect, note.deaths = _NOTHING, 0
        note.write(_NOTHING)

    def rest(self) -> None:
        """Nothing is being worked on."""
        for note in self._notes.values():
            note.write(_NOTHING)

    def forget(self) -> None:
        """Close the files: partitions came or went, and others may write them."""
        notes, self._notes = self._notes, {}
        for note in notes.values():
            note.close()

    def _note(self, place: TopicPartition) -> _Note:
        note = self._notes.get(place)
        if note is None:
            note = self._notes[place] = self._open(place)
        return note

    def _open(self, place: TopicPartition) -> _Note:
        path = self._folder / f"{place.topic}-{place.partition}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            note = _Note(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644))
        except OSError as error:
            log.debug("%s cannot be written: %s", path, error)
            return _Note(-1)
        data = os.pread(note.file, _LAYOUT.size, 0)
        if len(data) == _LAYOUT.size:
            at_work, note.suspect, note.deaths = _LAYOUT.unpack(data)
            if at_work == _BATCH:
                note.died_in_batch = True
            elif at_work != _NOTHING:
                note.deaths = note.deaths + 1 if at_work == note.suspect else 1
                note.suspect = at_work
                log.warning("%s[%d]@%d: a process died while working on it", *place, at_work)
            note.write(_NOTHING)
        return note
