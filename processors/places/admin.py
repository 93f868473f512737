"""First-order divisions under any of their codes, by name, and by point.

Regions may say ``SY-ID`` (ISO 3166-2) or ``SY.12`` (GeoNames); places carry the ISO code where one exists.
All functions read shipped tables, need no index, and are cheap after the first call (about 0.1 s).
"""

from __future__ import annotations

import gzip
import struct
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from processors.places.keys import fold
from processors.places.sources import DATA, table_rows

_SHAPE_SCALE = 200.0  # stored steps per degree of latitude; half as many per degree of longitude


class Admin1(NamedTuple):
    """A first-order division: province, governorate, oblast, state."""

    code: str  # ISO 3166-2 where there is one, else GeoNames "CC.code"
    geonames: str  # GeoNames "CC.code"
    iso: str  # ISO 3166-2 or ""
    name: str
    names: tuple[str, ...]
    country: str
    latitude: float
    longitude: float
    geoname_id: int


@lru_cache(maxsize=1)
def all_admin1() -> tuple[Admin1, ...]:
    """Every first-order division, about 4,000."""
    found = []
    for geoname_id, level, code, iso, name, _kind, lat, lon, _population, names in table_rows(
        "admin.tsv.gz", 10
    ):
        if level == "1":
            alternates = tuple(n for n in names.split("|") if n)
            country = code.split(".")[0]
            found.append(
                Admin1(
                    iso or code, code, iso, name, alternates, country, float(lat), float(lon), int(geoname_id)
                )
            )
    return tuple(found)


@lru_cache(maxsize=1)
def _by_code() -> dict[str, Admin1]:
    codes: dict[str, Admin1] = {}
    for division in all_admin1():
        codes[division.geonames] = division
        if division.iso:
            codes.setdefault(division.iso, division)
    return codes


@lru_cache(maxsize=1)
def _by_name() -> dict[str, list[Admin1]]:
    names: dict[str, list[Admin1]] = {}
    for division in all_admin1():
        for key in {fold(name) for name in (division.name, *division.names)}:
            names.setdefault(key, []).append(division)
    return names


def find_admin1(name_or_code: str, country: str | None = None) -> Admin1 | None:
    """The division with this ISO 3166-2 or GeoNames code, or the only one of this name (in ``country``)."""
    text = name_or_code.strip()
    found = _by_code().get(text.upper())
    if found is not None:
        return found
    named = _by_name().get(fold(text), [])
    if country:
        named = [division for division in named if division.country == country.upper()]
    return named[0] if len(named) == 1 else None


def same_admin1(one: str | None, other: str | None) -> bool:
    """True where both codes, ISO's or GeoNames', mean one division."""
    if not one or not other:
        return False
    return one == other or canonical(one) == canonical(other)


def canonical(code: str) -> str:
    """The code that places carry for this division; an unknown code comes back unchanged."""
    found = _by_code().get(code.upper())
    return found.code if found else code


def admin1_iso(country: str, code: str) -> str | None:
    """ISO 3166-2 of a GeoNames admin-1 code (``SY``, ``12`` gives ``SY-ID``)."""
    found = _by_code().get(f"{country.upper()}.{code.upper()}")
    return found.iso or None if found else None


class _Shape(NamedTuple):
    country: str
    code: str
    west: float
    south: float
    east: float
    north: float
    xy: NDArray[np.float32]


@lru_cache(maxsize=1)
def _shapes() -> tuple[_Shape, ...]:
    data = gzip.decompress((DATA / "admin1_shapes.bin.gz").read_bytes())
    shapes: list[_Shape] = []
    at = 0
    while at < len(data):
        length, rings = struct.unpack_from("<HH", data, at)
        country, geonames, iso, _name = data[at + 4 : at + 4 + length].decode().split("\t")
        at += 4 + length
        code = _code_of(geonames, iso)
        for _ in range(rings):
            count = struct.unpack_from("<I", data, at)[0]
            xy = np.frombuffer(data, "<i2", 2 * count, at + 4).reshape(2, count) / np.array(
                [[_SHAPE_SCALE / 2], [_SHAPE_SCALE]], dtype=np.float32
            )
            at += 4 + 4 * count
            (west, south), (east, north) = xy.min(axis=1), xy.max(axis=1)
            shapes.append(_Shape(country, code, west, south, east, north, xy.astype(np.float32)))
    return tuple(shapes)


class Outline(NamedTuple):
    """One ring of a first-order division."""

    country: str  # ISO 3166-1 alpha-2, else Natural Earth's own code
    code: str  # as in Admin1.code; "" where unknown
    xy: NDArray[np.float32]  # shape (2, n): longitudes and latitudes in degrees


def outlines(south: float, west: float, north: float, east: float) -> tuple[Outline, ...]:
    """The rings that reach into a box in degrees (Natural Earth 1:10m, good to about two kilometres)."""
    return tuple(
        Outline(shape.country, shape.code, shape.xy)
        for shape in _shapes()
        if shape.west <= east and shape.east >= west and shape.south <= north and shape.north >= south
    )


def _code_of(geonames: str, iso: str) -> str:
    for code in (geonames, iso):
        found = _by_code().get(code)
        if found:
            return found.code
    return ""


def _inside(xy: NDArray[np.float32], lat: float, lon: float) -> bool:
    """Even-odd rule."""
    x, y = xy[0], xy[1]
    x2, y2 = np.roll(x, -1), np.roll(y, -1)
    straddles = (y > lat) != (y2 > lat)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = (x2 - x) * (lat - y) / (y2 - y) + x
    return bool(np.count_nonzero(straddles & (lon < crossing)) % 2)


def admin1_at(latitude: float, longitude: float) -> tuple[str | None, str | None]:
    """(country, admin-1 code) at a point, after Natural Earth's 1:10m map; (None, None) at sea.

    Good to about two kilometres: near a border, prefer what the writer says.
    """
    country: str | None = None
    for shape in _shapes():
        boxed = shape.west <= longitude <= shape.east and shape.south <= latitude <= shape.north
        if boxed and _inside(shape.xy, latitude, longitude):
            country = shape.country if len(shape.country) == 2 else country
            if shape.code:
                return country, shape.code
    return country, None
