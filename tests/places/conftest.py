"""The full gazetteer, built once on this machine (about 20 s the first time)."""

from __future__ import annotations

import pytest

from processors.places.gazetteer import Gazetteer, open_gazetteer
from processors.places.resolver import PlaceFinder


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return open_gazetteer()


@pytest.fixture(scope="session")
def finder(gazetteer: Gazetteer) -> PlaceFinder:
    return PlaceFinder(gazetteer)
