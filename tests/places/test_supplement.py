"""The project's own places: each is found under each of its names, where the table puts it."""

from __future__ import annotations

from processors.places.admin import find_admin1
from processors.places.gazetteer import Gazetteer
from processors.places.records import distance_km
from processors.places.sources import country_sources, region_sources, supplement_sources


def test_there_are_enough_of_them() -> None:
    assert len(list(supplement_sources())) >= 150


def test_every_spelling_finds_the_place(gazetteer: Gazetteer) -> None:
    for source in supplement_sources():
        for name in (source.name, *source.names):
            near = [
                hit
                for hit in gazetteer.lookup(name)
                if distance_km(hit.entry.latitude, hit.entry.longitude, source.latitude, source.longitude)
                < 13
            ]
            assert near, name


def test_their_divisions_exist() -> None:
    for source in supplement_sources():
        if source.admin1:
            division = find_admin1(source.admin1)
            assert division is not None, source.name
            assert division.country == source.country


def test_they_lie_where_the_gazetteer_has_places_of_their_division(gazetteer: Gazetteer) -> None:
    """A coordinate with two digits swapped would put a place far outside its division."""
    for source in supplement_sources():
        division = find_admin1(source.admin1) if source.admin1 else None
        if division is not None:
            away = distance_km(source.latitude, source.longitude, division.latitude, division.longitude)
            assert away < 700, (source.name, away)


def test_countries_have_a_point_inside_the_usual_distance_of_their_cities(gazetteer: Gazetteer) -> None:
    countries = {source.country: source for source in country_sources()}
    assert len(countries) >= 245
    for code in ("SY", "UA", "SD", "YE", "ML", "MM", "IQ", "LB", "PS", "IL"):
        source = countries[code]
        (hit,) = [h for h in gazetteer.lookup(source.name) if h.entry.kind == "country"]
        assert (hit.entry.latitude, hit.entry.geoname_id) == (
            source.latitude,
            source.geoname_id,
        ) or hit.entry.country


def test_regions_and_waters_carry_no_division(gazetteer: Gazetteer) -> None:
    for source in region_sources():
        hits = [h for h in gazetteer.lookup(source.name) if h.entry.kind == source.kind]
        assert hits, source.name
        assert all(h.entry.priority == 1 for h in hits)
