"""Geometry of regions: is a place surely inside a circle, a box or a polygon?

A place is a point with an uncertainty. It is inside when the whole circle of uncertainty is: a place known
only to its province is not "within 40 km of Idlib city" because the province's centre happens to be.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from config.errors import RuleError
from config.models.regions import Box, Circle
from processors.messages import Place

EARTH_KM = 6371.0088  # mean radius, IUGG
KM_PER_DEGREE = math.pi * EARTH_KM / 180

# How far the true place may be from the stated point (km). Chosen from the usual extents of settlements,
# districts and provinces; a country's extent makes its point meaningless, so it is never inside a shape.
UNCERTAINTY_KM = {"point": 0.0, "city": 0.0, "admin2": 15.0, "admin1": 80.0}


def distance_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Great-circle distance in km (haversine)."""
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half = (
        math.sin((phi_b - phi_a) / 2) ** 2
        + math.cos(phi_a) * math.cos(phi_b) * math.sin(math.radians(lon_b - lon_a) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


@dataclass(frozen=True, slots=True)
class Point:
    """Where a place is and how surely."""

    lat: float  # degrees
    lon: float  # degrees
    uncertainty_km: float


def point_of(place: Place) -> Point | None:
    """The place as a point; None where its coordinates say too little."""
    uncertainty = UNCERTAINTY_KM.get(place.precision)
    if uncertainty is None or place.latitude is None or place.longitude is None:
        return None
    return Point(place.latitude, place.longitude, uncertainty)


def in_circle(point: Point, circle: Circle) -> bool:
    """Whether the point's whole circle of uncertainty lies in the circle."""
    if abs(point.lat - circle.lat) * KM_PER_DEGREE > circle.radius_km * 1.01:  # most are far: a quick no
        return False
    away = distance_km(point.lat, point.lon, circle.lat, circle.lon)
    return away + point.uncertainty_km <= circle.radius_km


def in_box(point: Point, box: Box) -> bool:
    """The same for a box, which may cross the antimeridian."""
    margin_lat = point.uncertainty_km / KM_PER_DEGREE
    margin_lon = margin_lat / max(0.01, math.cos(math.radians(point.lat)))
    if not box.south + margin_lat <= point.lat <= box.north - margin_lat:
        return False
    width = (box.east - box.west) % 360 or 360.0
    from_west = (point.lon - box.west) % 360
    if width == 360.0:
        return True
    return margin_lon <= from_west <= width - margin_lon


class Polygons:
    """Polygons of one or more GeoJSON files, indexed."""

    def __init__(self, geometries: Sequence[BaseGeometry]) -> None:
        self._union = shapely.union_all(list(geometries))
        shapely.prepare(self._union)

    def contains(self, point: Point) -> bool:
        """Whether the point's whole circle of uncertainty lies in the polygons (their border included)."""
        spot = shapely.Point(point.lon, point.lat)
        if not self._union.covers(spot):
            return False
        if point.uncertainty_km == 0:
            return True
        margin = point.uncertainty_km / KM_PER_DEGREE  # degrees of latitude; of longitude it is more, so safe
        return bool(self._union.boundary.distance(spot) >= margin)


def load_geojson(path: Path, where: str) -> list[BaseGeometry]:
    """Polygons of a GeoJSON file. ``where`` names the region in messages. Raises RuleError."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RuleError(
            f"{where}: cannot read {path}: {error.strerror}; give a path in the configuration"
        ) from error
    except ValueError as error:
        raise RuleError(f"{where}: {path} is not JSON ({error})") from error
    found = [geometry for raw in _geometries(content) if (geometry := _polygon(raw, path, where))]
    if not found:
        raise RuleError(f"{where}: {path} has no Polygon or MultiPolygon in it")
    return found


def _geometries(content: object) -> Iterable[object]:
    if not isinstance(content, dict):
        return
    kind = content.get("type")
    if kind == "FeatureCollection":
        for feature in content.get("features") or ():
            yield from _geometries(feature)
    elif kind == "Feature":
        yield from _geometries(content.get("geometry"))
    elif kind == "GeometryCollection":
        for geometry in content.get("geometries") or ():
            yield from _geometries(geometry)
    else:
        yield content


def _polygon(raw: object, path: Path, where: str) -> BaseGeometry | None:
    if not isinstance(raw, dict) or raw.get("type") not in {"Polygon", "MultiPolygon"}:
        return None
    try:
        geometry = shape(raw)
        return geometry if geometry.is_valid else shapely.make_valid(geometry)
    except (ValueError, TypeError, KeyError, IndexError, shapely.errors.ShapelyError) as error:
        raise RuleError(f"{where}: {path} holds a broken polygon ({error})") from error
