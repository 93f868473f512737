"""Writing the gazetteer index: one file of fixed-width arrays that readers map into memory.

Layout: 8 bytes of magic, 4 bytes header length, a JSON header (stamp, CRC-32 of the body, and for each array
its dtype, offset and length), padding to 64 bytes, then the arrays. All numbers are little-endian.

Several processes may want the index at once: a lock file lets one build while the others wait, and the file
appears under its name only when it is whole.
"""

from __future__ import annotations

import fcntl
import json
import os
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config.errors import EnrichmentError
from processors.places.keys import digest, fold, loose, without_article
from processors.places.records import KINDS
from processors.places.sources import DATA, TABLES, Source, all_sources, data_version

MAGIC = b"TOCSGAZ\x01"
FORMAT = 9  # raised whenever the layout or the keys change
NONE = 0xFFFFFFFF
PRIMARY, LOOSE = 1, 2
FIRST_WORD_BITS = 23  # of the filter that most words of a text do not pass
EXPECTED_SOURCES = 273_000  # for the progress bar only

# Countries whose names reach the news in several romanizations (Arabic, Persian, Hebrew, Cyrillic, Ge'ez
# scripts and their neighbours); elsewhere the loose key brings more confusion than names.
LOOSE_COUNTRIES = frozenset(
    [
        "SY",
        "IQ",
        "IR",
        "LB",
        "JO",
        "PS",
        "IL",
        "YE",
        "SA",
        "AE",
        "OM",
        "QA",
        "BH",
        "KW",
        "EG",
        "LY",
        "TN",
        "DZ",
        "MA",
        "SD",
        "SS",
        "SO",
        "ER",
        "ET",
        "DJ",
        "MR",
        "ML",
        "NE",
        "TD",
        "AF",
        "PK",
        "UA",
        "RU",
        "BY",
        "KZ",
        "KG",
        "TJ",
        "TM",
        "UZ",
        "AM",
        "AZ",
        "GE",
        "TR",
        "CY",
    ]
)

ROW = np.dtype(
    [
        ("geoname_id", "<u4"),
        ("latitude", "<f4"),
        ("longitude", "<f4"),
        ("population", "<u4"),
        ("admin1", "<u4"),
        ("admin2", "<u4"),
        ("name", "<u4"),
        ("country", "S2"),
        ("kind", "u1"),
        ("alternates", "<u2"),
        ("priority", "u1"),
        ("length", "u1"),
    ]
)
CITY_INITIALS = frozenset({"NYC"})
Progress = Callable[[int, int], None]


def stamp() -> str:
    """Changes whenever a rebuilt index would differ: format, GeoNames data, shipped tables."""
    content = blake2b(f"{FORMAT}:{data_version()}".encode(), digest_size=12)
    for name in TABLES:
        content.update((DATA / name).read_bytes())
    return content.hexdigest()


class _Writer:
    """Collects rows, names and keys."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []
        self.text = bytearray()
        self.keys: list[int] = []
        self.targets: list[int] = []
        self.flags: list[int] = []
        self.codes: list[tuple[str, int]] = []
        self.demonyms: dict[str, int] = {}
        self.by_code: dict[str, int] = {}
        self.by_id: dict[int, int] = {}
        self.first_words = bytearray(1 << (FIRST_WORD_BITS - 3))

    def add(self, source: Source) -> None:
        row = len(self.rows)
        name = source.name.encode()[:255].decode("utf-8", "ignore").encode()
        self.rows.append(
            (
                source.geoname_id,
                source.latitude,
                source.longitude,
                min(source.population, NONE),
                self.by_code.get(source.admin1, NONE) if source.admin1 else NONE,
                self.by_id.get(source.admin2_id, NONE),
                len(self.text),
                source.country.encode(),
                KINDS.index(source.kind),
                min(len(source.names), 65_535),
                source.priority,
                len(name),
            )
        )
        self.text += name
        self._remember(source, row)
        self._index(source, row)

    def _remember(self, source: Source, row: int) -> None:
        if source.kind in ("admin1", "admin2"):
            for code in {source.code, source.iso} - {""}:
                self.codes.append((code, row))
            if source.kind == "admin1":
                self.by_code[source.code] = row
                self.by_code.setdefault(source.iso, row)
            else:
                self.by_id[source.geoname_id] = row

    def _index(self, source: Source, row: int) -> None:
        seen: dict[int, int] = {}
        for demonym in plurals(source.demonyms):
            self.demonyms.setdefault(fold(demonym), row)
        for flag, names in ((PRIMARY, (source.name,)), (0, source.names)):
            for name in names:
                self._index_name(name, flag, source, seen)
        for key, flag in seen.items():
            self.keys.append(key)
            self.targets.append(row)
            self.flags.append(flag)

    def _index_name(self, name: str, flag: int, source: Source, seen: dict[int, int]) -> None:
        key = fold(name)
        if len(key) < 2 or (source.kind == "city" and flag != PRIMARY and _is_code(name)):
            return
        seen.setdefault(digest(key), flag)
        self._first_word(key)
        if source.country in LOOSE_COUNTRIES:
            bare = without_article(key)
            if bare != key:
                seen.setdefault(digest(bare), flag)
                self._first_word(bare)
            if other := loose(key):
                seen.setdefault(digest("~" + other), flag | LOOSE)

    def _first_word(self, key: str) -> None:
        word = digest(key.split(" ", 1)[0]) >> (64 - FIRST_WORD_BITS)
        self.first_words[word >> 3] |= 1 << (word & 7)

    def arrays(self) -> dict[str, NDArray[Any]]:
        keys = np.array(self.keys, dtype="<u8")
        order = np.argsort(keys, kind="stable")
        codes = "\n".join(f"{code}\t{row}" for code, row in self.codes).encode()
        demonyms = "\n".join(f"{key}\t{row}" for key, row in self.demonyms.items()).encode()
        return {
            "rows": np.array(self.rows, dtype=ROW),
            "text": np.frombuffer(bytes(self.text), dtype="u1"),
            "keys": keys[order],
            "targets": np.array(self.targets, dtype="<u4")[order],
            "flags": np.array(self.flags, dtype="u1")[order],
            "codes": np.frombuffer(codes, dtype="u1"),
            "demonyms": np.frombuffer(demonyms, dtype="u1"),
            "first_words": np.frombuffer(bytes(self.first_words), dtype="u1"),
        }


def _is_code(name: str) -> bool:
    """Airport codes among the alternate names: SDF, HTS and YPG are armed groups, not American towns."""
    return len(name) <= 2 or (
        len(name) <= 4 and name.isascii() and name.isupper() and name not in CITY_INITIALS
    )


def plurals(demonyms: Iterable[str]) -> Iterator[str]:
    """Demonyms with their regular plurals (Syrian, Syrians)."""
    for demonym in demonyms:
        yield demonym
        if not demonym.endswith(("s", "sh", "ch", "ese", "men", "man")):
            yield demonym + "s"


def encode(arrays: dict[str, NDArray[Any]], mark: str) -> bytes:
    """The bytes of an index file."""
    table: dict[str, tuple[Any, int, int]] = {}
    offset = 0
    for name, array in arrays.items():
        kind = array.dtype.descr if array.dtype.names else array.dtype.str
        table[name] = (kind, offset, len(array))
        offset += -(-array.nbytes // 64) * 64
    body = bytearray(offset)
    for name, array in arrays.items():
        start = table[name][1]
        body[start : start + array.nbytes] = array.tobytes()
    header = json.dumps({"stamp": mark, "crc": zlib.crc32(body), "size": offset, "arrays": table}).encode()
    header += b" " * (-(len(header) + 12) % 64)
    return MAGIC + struct.pack("<I", len(header)) + header + bytes(body)


def build_bytes(sources: Iterable[Source], mark: str, progress: Progress | None = None) -> bytes:
    """An index of ``sources``; ``progress(done, total)`` is called now and then."""
    writer = _Writer()
    for number, source in enumerate(sources):
        writer.add(source)
        if progress is not None and number % 2000 == 0:
            progress(min(number, EXPECTED_SOURCES), EXPECTED_SOURCES)
    data = encode(writer.arrays(), mark)
    if progress is not None:
        progress(EXPECTED_SOURCES, EXPECTED_SOURCES)
    return data


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file beside ``path``; waits for another builder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write_atomically(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data``, whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name + ".")
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def build(path: Path, progress: Progress | None = None) -> None:
    """Write the full index to ``path``; the caller holds the lock."""
    try:
        for left in path.parent.glob(f"{path.name}.*"):  # of a builder that was killed while it wrote
            if not left.name.endswith(".lock"):
                left.unlink(missing_ok=True)
        write_atomically(path, build_bytes(all_sources(), stamp(), progress))
    except OSError as error:
        raise EnrichmentError(f"{path}: the gazetteer index cannot be written: {error}") from error
