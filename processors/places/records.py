"""What the gazetteer says about one place, and the numbers that stand for its kinds."""

from __future__ import annotations

import math
from typing import NamedTuple

KINDS = ("city", "admin1", "admin2", "country", "region", "water", "site", "demonym")
PRECISION = {
    "city": "city",
    "admin1": "admin1",
    "admin2": "admin2",
    "country": "country",
    "region": "admin1",
    "water": "unknown",
    "site": "point",
    "demonym": "country",
}
EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


class Entry(NamedTuple):
    """One gazetteer entry. Codes are empty strings where unknown; 0 is no GeoNames id."""

    row: int  # index in the gazetteer; negative: a place of the user's configuration
    name: str
    kind: str  # one of KINDS
    geoname_id: int
    country: str  # ISO 3166-1 alpha-2
    admin1: str  # ISO 3166-2, else GeoNames "CC.code"
    admin2: str  # name
    latitude: float
    longitude: float
    population: int
    alternates: int  # how many other names GeoNames lists: a measure of fame
    admin1_row: int  # -1: none
    admin2_row: int  # -1: none
    priority: int  # 0 GeoNames, 1 the project's supplement, 2 the user's own


class Hit(NamedTuple):
    """An entry found under a name."""

    entry: Entry
    primary: bool  # the name is the entry's first name, not an alternate
    loose: bool  # found under the romanization key only


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in kilometres (haversine formula)."""
    p1, p2 = math.radians(lat1), math.radians(lat2)
    dp, dl = p2 - p1, math.radians(lon2 - lon1)
    a = math.sin(dp / 2) ** 2 + math.cos(p1) * math.cos(p2) * math.sin(dl / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(a)))
