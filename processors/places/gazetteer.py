"""The gazetteer as readers see it: a memory-mapped index plus the user's own places.

Opening costs milliseconds; what is read is shared by all processes through the page cache.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import zlib
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config.errors import EnrichmentError
from processors.places import builder
from processors.places.admin import admin1_at
from processors.places.builder import FIRST_WORD_BITS, LOOSE, MAGIC, NONE, PRIMARY, Progress
from processors.places.keys import digest, fold, loose
from processors.places.records import KINDS, Entry, Hit
from processors.places.sources import Source

HITS_KEPT = 5_000
ENTRIES_KEPT = 20_000
POSITIONS_KEPT = 50_000
_CHUNK = 1 << 20


class _Damaged(Exception):
    """The file is no whole index of this version."""


def default_path() -> Path:
    """Where the index lives when no configuration says otherwise."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "tocsin" / "gazetteer.idx"


def open_gazetteer(
    path: Path | None = None, extra: Iterable[Source] = (), progress: Progress | None = None
) -> Gazetteer:
    """The gazetteer at ``path``, built first where it is missing, damaged or of another version.

    Several processes may call this at once; one builds, the others wait. ``extra`` are the user's own places.
    Raises EnrichmentError where the index can be neither read nor written.
    """
    path = path or default_path()
    mark = builder.stamp()
    try:
        return Gazetteer(path, mark, extra)
    except (_Damaged, FileNotFoundError):
        pass
    except OSError as error:
        raise EnrichmentError(f"{path}: the gazetteer index cannot be read: {error}") from error
    try:
        with builder.locked(path):
            try:
                return Gazetteer(path, mark, extra)
            except (_Damaged, FileNotFoundError):
                builder.build(path, progress)
            return Gazetteer(path, mark, extra)
    except _Damaged as error:
        raise EnrichmentError(f"{path}: the gazetteer index is damaged ({error}): remove it") from error
    except OSError as error:
        raise EnrichmentError(f"{path}: the gazetteer index cannot be built: {error}") from error


class Gazetteer:
    """Names to places. Safe to share between threads; forked processes share its pages."""

    def __init__(self, path: Path, mark: str, extra: Iterable[Source] = ()) -> None:
        arrays = _map(path, mark)
        self._rows = arrays["rows"]
        self._text = arrays["text"]
        self._keys = arrays["keys"]
        self._targets = arrays["targets"]
        self._flags = arrays["flags"]
        self._codes = arrays["codes"]
        self._demonyms = arrays["demonyms"]
        self.heads: dict[str, tuple[str, ...]] = {}  # what names begin with, by word: filled by the scanner
        self._first_words = arrays["first_words"]
        self._entries: dict[int, Entry] = {}
        self._hits: dict[str, list[Hit]] = {}  # of names seen lately
        self._positions: dict[str, int | None] = {}
        self._own: dict[int, list[Hit]] = {}
        self._own_words: set[int] = set()
        self._own_entries: list[Entry] = []
        for source in extra:
            self._add_own(source)

    def __len__(self) -> int:
        return len(self._rows)

    @cached_property
    def codes(self) -> dict[str, int]:
        """Admin-1 and admin-2 codes, GeoNames' (SY.12) and ISO's (SY-ID), to rows."""
        pairs = (line.split("\t") for line in self._codes.tobytes().decode().split("\n") if line)
        return {code: int(row) for code, row in pairs}

    @cached_property
    def demonyms(self) -> dict[str, int]:
        """Folded names of peoples and adjectives of places, to rows."""
        pairs = (line.split("\t") for line in self._demonyms.tobytes().decode().split("\n") if line)
        return {key: int(row) for key, row in pairs}

    @cached_property
    def _iso_of_row(self) -> dict[int, str]:
        best: dict[int, str] = {}
        for code, row in self.codes.items():
            if "-" in code or row not in best:
                best[row] = code
        return best

    @cached_property
    def country_rows(self) -> dict[str, int]:
        """ISO 3166-1 codes to the rows of countries."""
        rows = np.flatnonzero(self._rows["kind"] == KINDS.index("country"))
        return {bytes(self._rows["country"][r]).decode(): int(r) for r in rows}

    def entry(self, row: int) -> Entry:
        """The entry of a row; negative rows are the user's own places."""
        if row < 0:
            return self._own_entries[-row - 1]
        found = self._entries.get(row)
        if found is None:
            if len(self._entries) > ENTRIES_KEPT:
                self._entries.clear()
            found = self._entries[row] = self._read(row)
        return found

    def _name(self, row: Any) -> str:
        start = int(row["name"])
        return self._text[start : start + int(row["length"])].tobytes().decode("utf-8", "replace")

    def _read(self, number: int) -> Entry:
        row = self._rows[number]
        kind = KINDS[int(row["kind"])]
        admin1 = int(row["admin1"]) if kind != "admin1" else number
        admin2 = int(row["admin2"]) if kind != "admin2" else number
        return Entry(
            row=number,
            name=self._name(row),
            kind=kind,
            geoname_id=int(row["geoname_id"]),
            country=bytes(row["country"]).decode(),
            admin1=self._iso_of_row.get(admin1, "") if admin1 != NONE else "",
            admin2=self._name(self._rows[admin2]) if admin2 != NONE else "",
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            population=int(row["population"]),
            alternates=int(row["alternates"]),
            admin1_row=admin1 if admin1 != NONE else -1,
            admin2_row=admin2 if admin2 != NONE else -1,
            priority=int(row["priority"]),
        )

    def lookup(self, name: str, *, romanized: bool = True) -> list[Hit]:
        """Everything called ``name``; under the romanization key where nothing is spelled so."""
        return self.lookup_key(fold(name), romanized=romanized)

    def lookup_key(self, key: str, *, romanized: bool = True) -> list[Hit]:
        """As lookup, for a name already folded."""
        hits = self._at(digest(key))
        if not hits and romanized:
            other = loose(key)
            if other:
                hits = self._at(digest("~" + other))
        return hits

    def demonym(self, key: str) -> Entry | None:
        """The country or region whose people or adjective this folded word is."""
        row = self.demonyms.get(key)
        return None if row is None else self.entry(row)

    def starts_name(self, word: str) -> bool:
        """False where no name begins with this folded word (True does not promise one)."""
        number = digest(word)
        bit = number >> (64 - FIRST_WORD_BITS)
        return bool(self._first_words[bit >> 3] >> (bit & 7) & 1) or number in self._own_words

    def positions(self, keys: Sequence[str]) -> list[int | None]:
        """For each folded name, where the index has it; -1: only among the user's places; None: unknown."""
        known = self._positions
        if new := [key for key in keys if key not in known]:
            if len(known) > POSITIONS_KEPT:
                known.clear()
                new = list(keys)
            known.update(zip(new, self._find(new), strict=True))
        return [known[key] for key in keys]

    def _find(self, keys: Sequence[str]) -> list[int | None]:
        numbers = np.array([digest(key) for key in keys], dtype="<u8")
        found = np.searchsorted(self._keys, numbers)
        there = np.zeros(len(keys), dtype=np.bool_)
        if len(self._keys):
            there = self._keys[np.minimum(found, len(self._keys) - 1)] == numbers
        own = self._own
        return [
            position if is_there else (-1 if own and number in own else None)
            for position, is_there, number in zip(
                found.tolist(), there.tolist(), numbers.tolist(), strict=True
            )
        ]

    def hits(self, key: str, position: int) -> list[Hit]:
        """Everything called ``key``, which ``positions`` found at ``position``; not to be changed."""
        found = self._hits.get(key)
        if found is None:
            if len(self._hits) > HITS_KEPT:
                self._hits.clear()
            found = self._hits[key] = self._collect(digest(key) if self._own else 0, position)
        return found

    def _at(self, number: int) -> list[Hit]:
        position = int(np.searchsorted(self._keys, np.uint64(number)))
        if position >= len(self._keys) or self._keys[position] != np.uint64(number):
            position = -1
        return self._collect(number, position)

    def _collect(self, number: int, position: int) -> list[Hit]:
        hits = list(self._own.get(number, ()))
        if position < 0:
            return hits
        key = self._keys[position]
        while position < len(self._keys) and self._keys[position] == key:
            flag = int(self._flags[position])
            entry = self.entry(int(self._targets[position]))
            hits.append(Hit(entry, bool(flag & PRIMARY), bool(flag & LOOSE)))
            position += 1
        return hits

    def _add_own(self, source: Source) -> None:
        country, code = source.country, source.admin1
        if not (country and code):
            found_country, found_code = admin1_at(source.latitude, source.longitude)
            country = country or found_country or ""
            code = code or (found_code or "" if found_country == country else "")
        admin1 = self.codes.get(code, -1)
        row = -len(self._own_entries) - 1
        entry = Entry(
            row=row,
            name=source.name,
            kind=source.kind,
            geoname_id=source.geoname_id,
            country=country,
            admin1=self._iso_of_row.get(admin1, code),
            admin2="",
            latitude=source.latitude,
            longitude=source.longitude,
            population=source.population,
            alternates=len(source.names),
            admin1_row=admin1,
            admin2_row=-1,
            priority=2,
        )
        self._own_entries.append(entry)
        for name in (source.name, *source.names):
            key = fold(name)
            self._own_words.add(digest(key.split(" ", 1)[0]))
            numbers = [(digest(key), False)]
            if other := loose(key):
                numbers.append((digest("~" + other), True))
            for number, romanized in numbers:
                self._own.setdefault(number, []).append(Hit(entry, name == source.name, romanized))


def _map(path: Path, mark: str) -> dict[str, NDArray[Any]]:
    with path.open("rb") as handle:
        header, start = _header(handle, path, mark)
        crc = 0
        while chunk := handle.read(_CHUNK):
            crc = zlib.crc32(chunk, crc)
        if crc != header["crc"]:
            raise _Damaged("checksum")
        mapped = mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
    arrays = {}
    for name, (kind, offset, length) in header["arrays"].items():
        dtype = np.dtype([tuple(field) for field in kind] if isinstance(kind, list) else kind)
        arrays[name] = np.frombuffer(mapped, dtype=dtype, count=length, offset=start + offset)
    return arrays


def _header(handle: Any, path: Path, mark: str) -> tuple[dict[str, Any], int]:
    head = handle.read(12)
    if len(head) < 12 or head[:8] != MAGIC:
        raise _Damaged("not an index")
    length = struct.unpack("<I", head[8:])[0]
    if length > 65_536:
        raise _Damaged("header")
    try:
        header: dict[str, Any] = json.loads(handle.read(length))
        whole = path.stat().st_size == 12 + length + int(header["size"])
    except (ValueError, KeyError, TypeError) as error:
        raise _Damaged("header") from error
    if header.get("stamp") != mark:
        raise _Damaged("other version")
    if not whole:
        raise _Damaged("cut short")
    return header, 12 + length
