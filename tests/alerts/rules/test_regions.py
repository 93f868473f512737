"""Regions hold a place only as far as the place is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from alerts.regions import Regions, compile_regions
from config.errors import ConfigError
from processors.messages import Place
from tests.support.rules import config_of, rule_set

SQUARE = [[[36.0, 35.5], [37.0, 35.5], [37.0, 36.5], [36.0, 36.5], [36.0, 35.5]]]


def regions(*raw: dict[str, Any], folder: Path = Path("/nowhere")) -> Regions:
    return compile_regions(config_of(regions=raw, folder=folder))


def place(precision: str, lat: float | None, lon: float | None, **fields: Any) -> Place:
    facts = {"name": "X", "text": "X", "country": "SY", "admin1": "SY-ID", **fields}
    return Place(start=0, end=1, latitude=lat, longitude=lon, precision=precision, **facts)


ATME = place("city", 36.31, 36.69, name="Atme")


@pytest.mark.parametrize("code", ["SY-ID", "SY.12", "sy-id"])
def test_admin1_in_either_spelling(code: str) -> None:
    assert regions({"id": "r", "admin1": [code]}).of(ATME) == {"r"}
    assert regions({"id": "r", "admin1": ["SY-ID"]}).of(place("city", 36, 36, admin1="SY.12")) == {"r"}


@pytest.mark.parametrize(
    "area",
    [
        {"admin1": ["SY-ID"]},
        {"within": {"lat": 35, "lon": 38, "radius_km": 300}},
        {"bbox": {"south": 30, "north": 40, "west": 30, "east": 45}},
        {"places": [{"name": "Xy", "aliases": ["X"], "lat": 35, "lon": 38}]},
    ],
)
def test_a_place_known_to_its_country_is_in_nothing_smaller(area: dict[str, Any]) -> None:
    assert regions({"id": "r", **area}).of(place("country", 35, 38)) == set()
    assert regions({"id": "r", **area}).of(place("unknown", 35, 38)) == set()
    assert regions({"id": "r", "countries": ["SY"]}).of(place("country", 35, 38)) == {"r"}


def test_a_province_is_in_a_circle_only_when_surely_inside() -> None:
    province = place("admin1", 35.8, 36.7)
    small = {"id": "small", "within": {"lat": 35.8, "lon": 36.7, "radius_km": 40}}
    large = {"id": "large", "within": {"lat": 35.8, "lon": 36.7, "radius_km": 200}}
    assert regions(small, large).of(province) == {"large"}
    assert regions(small, large).of(place("city", 35.9, 36.6)) == {"small", "large"}


def test_polygons_with_holes_and_borders(tmp_path: Path) -> None:
    hole = [[36.4, 35.9], [36.6, 35.9], [36.6, 36.1], [36.4, 36.1], [36.4, 35.9]]
    feature = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [*SQUARE, hole]}}
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    found = regions({"id": "r", "geojson": "a.geojson"}, folder=tmp_path)
    assert found.of(place("city", 36.31, 36.69)) == {"r"}
    assert found.of(place("city", 35.5, 36.5)) == {"r"}
    assert found.of(place("city", 36.0, 36.5)) == set()
    assert found.of(place("city", 37.0, 36.5)) == set()


def test_a_box_over_the_antimeridian() -> None:
    found = regions({"id": "r", "bbox": {"south": -20, "north": -10, "west": 170, "east": -170}})
    assert found.of(place("city", -17, 178)) == {"r"}
    assert found.of(place("city", -17, -175)) == {"r"}
    assert found.of(place("city", -17, 0)) == set()


def test_named_places_by_alias_and_by_nearness() -> None:
    named = {"name": "Atme", "aliases": ["Atmeh", "أطمة"], "lat": 36.30, "lon": 36.69}
    found = regions({"id": "r", "places": [named]})
    assert found.of(place("city", 36.31, 36.69, name="Something")) == {"r"}
    assert found.of(place("city", 36.4, 36.8, name="Q", text="أطمة")) == {"r"}
    assert found.of(place("city", 36.4, 36.8, name="Q")) == set()
    assert found.of(place("city", 48.0, 2.0, name="Atmeh", country="FR")) == set()


def test_regions_of_regions_and_exclusions() -> None:
    found = regions(
        {"id": "syria", "countries": ["SY"]},
        {"id": "rest", "regions": ["syria"], "exclude": {"admin1": ["SY-ID"]}},
    )
    assert found.of(ATME) == {"syria"}
    assert found.of(place("city", 36.2, 37.1, admin1="SY-HL")) == {"syria", "rest"}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ([{"id": "a", "regions": ["b"]}, {"id": "b", "regions": ["a"]}], "contains itself"),
        ([{"id": "a", "regions": ["nowhere"]}], "there is no region 'nowhere'"),
        ([{"id": "a", "geojson": "missing.geojson"}], "cannot read"),
    ],
)
def test_mistakes_are_one_line(raw: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        rule_set(regions=tuple(raw))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not json", "is not JSON"),
        ('{"type": "Point", "coordinates": [1, 2]}', "no Polygon"),
        ('{"type": "Polygon", "coordinates": [[[1]]]}', "broken polygon"),
    ],
)
def test_bad_polygon_files(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.geojson").write_text(text)
    with pytest.raises(ConfigError, match=said):
        rule_set(regions=({"id": "a", "geojson": "a.geojson"},), folder=tmp_path)
