"""First-order divisions by code, name and point."""

from __future__ import annotations

import pytest

from processors.places.admin import admin1_at, admin1_iso, all_admin1, canonical, find_admin1, same_admin1


def test_both_codes_mean_one_division() -> None:
    assert find_admin1("SY-ID") == find_admin1("SY.12") == find_admin1("sy-id")
    assert same_admin1("SY-ID", "SY.12")
    assert canonical("SY.12") == "SY-ID"
    assert admin1_iso("SY", "12") == "SY-ID"


def test_unknown_codes_are_nobodys() -> None:
    assert find_admin1("SY-XX") is None
    assert canonical("SY-XX") == "SY-XX"
    assert admin1_iso("SY", "99") is None
    assert not same_admin1(None, "SY-ID")
    assert not same_admin1("SY-ID", "SY-HL")


def test_names_count_only_where_they_are_unambiguous() -> None:
    idlib = find_admin1("Idlib")
    assert idlib is not None
    assert idlib.code == "SY-ID"
    assert find_admin1("Amazonas") is None
    amazonas = find_admin1("Amazonas", country="CO")
    assert amazonas is not None
    assert amazonas.country == "CO"


@pytest.mark.parametrize(
    ("latitude", "longitude", "country", "code"),
    [
        (36.30, 36.69, "SY", "SY-ID"),
        (48.0, 37.8, "UA", "UA-14"),
        (51.5, -0.1, "GB", "GB-ENG"),
        (48.85, 2.35, "FR", "FR-IDF"),
        (36.19, 44.0, "IQ", "IQ-AR"),
        (13.63, 25.35, "SD", "SD-DN"),
        (0.0, -30.0, None, None),
    ],
)
def test_points_lie_in_their_division(
    latitude: float, longitude: float, country: str | None, code: str | None
) -> None:
    assert admin1_at(latitude, longitude) == (country, code)


def test_most_divisions_hold_their_own_point() -> None:
    """Natural Earth and GeoNames cut a few countries differently; nearly all agree."""
    syrian = [division for division in all_admin1() if division.country in ("SY", "IQ", "UA", "SD", "YE")]
    agreeing = [d for d in syrian if admin1_at(d.latitude, d.longitude)[1] == d.code]
    assert len(agreeing) >= 0.9 * len(syrian)
