"""A small static map (PNG), drawn from the shipped Natural Earth polygons.

Email programs show neither SVG nor scripts, so it has to be pixels. Filling polygons row by row needs numpy
alone, which is there anyway; borders are where neighbouring pixels belong to different divisions.
"""

from __future__ import annotations

import math
import struct
import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from alerts.messages import AlertPlace
from processors.places.admin import Outline, admin1_at, outlines

WIDTH, HEIGHT = 1184, 480  # pixels; shown at half that size, sharp on dense screens
_KM_PER_DEGREE = 111.32  # of latitude
_WIDTH_KM = {"point": 260, "city": 320, "admin2": 420, "admin1": 700, "country": 1800}

_SEA, _LAND, _HOME, _HERE, _BORDER, _FRONTIER, _DOT, _RING = range(8)
_PALETTE = bytes.fromhex("c8dbe8ebe7def8f4eaf4d9b0bdb4a26f675ab42318ffffff")

Grid = NDArray[np.int32]


def map_png(place: AlertPlace) -> bytes | None:
    """The map around a place; None where it is not known well enough, or nothing is near."""
    if place.latitude is None or place.longitude is None or place.precision not in _WIDTH_KM:
        return None
    if not -80 <= place.latitude <= 80 or not -180 <= place.longitude <= 180:
        return None
    return _draw(round(place.latitude, 3), round(place.longitude, 3), place.precision)


def width_km(place: AlertPlace) -> int:
    """How many kilometres the map is wide."""
    return _WIDTH_KM.get(place.precision, 0)


@lru_cache(maxsize=64)
def _draw(latitude: float, longitude: float, precision: str) -> bytes | None:
    view = _View(latitude, longitude, _WIDTH_KM[precision])
    shapes = outlines(*view.box)
    if not shapes:
        return None
    owners = _rasterise(shapes, view)
    pixels = _paint(owners, shapes, admin1_at(latitude, longitude), precision)
    if precision in {"point", "city", "admin2"}:
        _mark(pixels)
    return _png(pixels)


class _View:
    """Degrees to pixels: equirectangular, true to scale at the centre."""

    def __init__(self, latitude: float, longitude: float, kilometres: float) -> None:
        self._north_south = _KM_PER_DEGREE * WIDTH / kilometres  # pixels per degree of latitude
        self._east_west = self._north_south * math.cos(math.radians(latitude))
        self._latitude, self._longitude = latitude, longitude

    @property
    def box(self) -> tuple[float, float, float, float]:
        """South, west, north, east in degrees."""
        tall, wide = HEIGHT / 2 / self._north_south, WIDTH / 2 / self._east_west
        return (
            self._latitude - tall,
            self._longitude - wide,
            self._latitude + tall,
            self._longitude + wide,
        )

    def pixels(self, xy: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Columns and rows of points."""
        columns = WIDTH / 2 + (xy[0].astype(np.float64) - self._longitude) * self._east_west
        rows = HEIGHT / 2 - (xy[1].astype(np.float64) - self._latitude) * self._north_south
        return columns, rows


def _rasterise(shapes: tuple[Outline, ...], view: _View) -> Grid:
    """For every pixel 1 + the index of the shape that it lies in; 0 is sea."""
    owners: Grid = np.zeros((HEIGHT, WIDTH), dtype=np.int32)
    for index, shape in enumerate(shapes):
        columns, rows = view.pixels(shape.xy)
        _fill(owners, columns, rows, index + 1)
    return owners


def _fill(owners: Grid, columns: NDArray[np.float64], rows: NDArray[np.float64], value: int) -> None:
    """Even-odd filling along the middle of each pixel row."""
    next_columns, next_rows = np.roll(columns, -1), np.roll(rows, -1)
    first, last = max(0, math.floor(np.min(rows))), min(HEIGHT - 1, math.ceil(np.max(rows)))
    for row in range(first, last + 1):
        middle = row + 0.5
        crosses = (rows > middle) != (next_rows > middle)
        if not crosses.any():
            continue
        share = (middle - rows[crosses]) / (next_rows[crosses] - rows[crosses])
        at = np.sort(columns[crosses] + share * (next_columns[crosses] - columns[crosses]))
        edges = np.clip(np.round(at), 0, WIDTH).astype(int)
        for start, end in zip(edges[::2], edges[1::2], strict=False):
            owners[row, start:end] = value


def _paint(
    owners: Grid, shapes: tuple[Outline, ...], here: tuple[str | None, str | None], precision: str
) -> NDArray[np.uint8]:
    country, code = here
    ground = np.full(len(shapes) + 1, _LAND, dtype=np.uint8)
    ground[0] = _SEA
    nations: Grid = np.zeros(len(shapes) + 1, dtype=np.int32)
    divisions: Grid = np.zeros(len(shapes) + 1, dtype=np.int32)
    names: dict[str, int] = {}
    for index, shape in enumerate(shapes, start=1):
        if shape.country == country:
            ground[index] = _HERE if precision == "country" or (code and shape.code == code) else _HOME
        nations[index] = names.setdefault(shape.country, len(names) + 1)
        divisions[index] = names.setdefault(f"{shape.country}/{shape.code or index}", len(names) + 1)
    pixels: NDArray[np.uint8] = ground[owners]
    sea = owners == 0
    pixels[_edges(divisions[owners], 1)] = _BORDER
    pixels[_edges(nations[owners], 2) & ~_edges(sea.astype(np.int32), 2)] = _FRONTIER
    pixels[sea] = _SEA
    return pixels


def _edges(grid: Grid, thickness: int) -> NDArray[np.bool_]:
    edges = np.zeros(grid.shape, dtype=bool)
    for step in range(1, thickness + 1):
        edges[:, step:] |= grid[:, step:] != grid[:, :-step]
        edges[step:, :] |= grid[step:, :] != grid[:-step, :]
    return edges


def _mark(pixels: NDArray[np.uint8]) -> None:
    rows, columns = np.ogrid[:HEIGHT, :WIDTH]
    distance = np.hypot(rows - HEIGHT / 2, columns - WIDTH / 2)
    pixels[distance <= 17] = _RING
    pixels[distance <= 12] = _DOT


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """An indexed PNG (PNG specification, colour type 3)."""
    raw = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", _PALETTE), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
