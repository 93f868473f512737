"""Regions: named sets of places, compiled from the configuration.

A place is inside a region when any of its parts holds it and its ``exclude`` does not. A part holds a place
only as far as the place is known: one known to country precision is in regions that name the country, and
in no admin-1, circle, box, polygon or named place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from alerts.inflection import fold, without_accents
from alerts.region_shapes import (
    Polygons,
    distance_km,
    in_box,
    in_circle,
    load_geojson,
    point_of,
)
from config.errors import RuleError
from config.models.regions import Area, Box, Circle, NamedPlace, Region
from config.models.root import Config
from processors.messages import Place
from processors.places.admin import canonical

_FINE = frozenset({"point", "city", "admin2", "admin1"})
_NEAR_KM = 3.0  # a mention this near a named place of a region is that place
_SAME_NAME_KM = 25.0  # with the same name, this far (gazetteers disagree about centres)
_REMEMBERED = 50_000

Canonical = Callable[[str], str]  # an admin-1 code in the one spelling that is compared


@dataclass(frozen=True, slots=True)
class CompiledArea:
    """An area ready for questions. ``why`` answers in words, None where the place is outside."""

    countries: frozenset[str]
    admin1: frozenset[str]
    circles: tuple[Circle, ...]
    boxes: tuple[Box, ...]
    polygons: Polygons | None
    named: tuple[tuple[frozenset[str], NamedPlace], ...]
    parts: tuple[CompiledRegion, ...]
    canonical: Canonical

    @property
    def codes(self) -> frozenset[str]:
        """The countries and provinces that it is made of; empty where it has other parts as well."""
        shaped = self.circles or self.boxes or self.polygons or self.named or self.parts
        return frozenset() if shaped else self.countries | self.admin1

    def why(self, place: Place) -> str | None:
        """What puts the place inside, in words."""
        if place.country is not None and place.country in self.countries:
            return f"country {place.country}"
        if place.precision not in _FINE:
            return self._by_part(place)
        if place.admin1 is not None and self.admin1 and self.canonical(place.admin1) in self.admin1:
            return f"admin-1 {place.admin1}"
        return self._by_name(place) or self._by_shape(place) or self._by_part(place)

    def _by_part(self, place: Place) -> str | None:
        for part in self.parts:
            if part.why(place) is not None:
                return f"region {part.id}"
        return None

    def _by_name(self, place: Place) -> str | None:
        if not self.named or place.precision == "admin1":
            return None
        point = point_of(place)
        names = {_plain(place.name), _plain(place.text)}
        for aliases, named in self.named:
            away = None if point is None else distance_km(point.lat, point.lon, named.lat, named.lon)
            if away is not None and away <= (_SAME_NAME_KM if names & aliases else _NEAR_KM):
                return f"place {named.name}"
        return None

    def _by_shape(self, place: Place) -> str | None:
        point = point_of(place)
        if point is None:
            return None
        for circle in self.circles:
            if in_circle(point, circle):
                return f"within {circle.radius_km:g} km of {circle.lat:g}, {circle.lon:g}"
        if any(in_box(point, box) for box in self.boxes):
            return "box"
        if self.polygons is not None and self.polygons.contains(point):
            return "polygon"
        return None


@dataclass(frozen=True, slots=True)
class CompiledRegion:
    """One region."""

    id: str
    name: str
    area: CompiledArea
    exclude: CompiledArea | None = None

    def why(self, place: Place) -> str | None:
        """What puts the place inside, in words; None where it is outside."""
        reason = self.area.why(place)
        if reason is None or (self.exclude is not None and self.exclude.why(place) is not None):
            return None
        return reason


@dataclass(frozen=True)
class Regions:
    """All regions of a configuration."""

    by_id: Mapping[str, CompiledRegion] = field(default_factory=dict)
    _known: dict[tuple[object, ...], frozenset[str]] = field(default_factory=dict, repr=False)

    def of(self, place: Place) -> frozenset[str]:
        """Ids of the regions that hold the place."""
        key = (
            place.name,
            place.text,
            place.country,
            place.admin1,
            place.latitude,
            place.longitude,
            place.precision,
        )
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = frozenset(id_ for id_ in self._near(place) if self.by_id[id_].why(place) is not None)
            self._known[key] = known
        return known

    def _near(self, place: Place) -> set[str]:
        """Regions that may hold the place: those made of codes are found by its codes."""
        found = set(self._filed.get("", ()))
        for code in (place.country, place.admin1 and _upper_canonical(place.admin1)):
            found.update(self._filed.get(code, ()) if code else ())
        return found

    @cached_property
    def _filed(self) -> dict[str, list[str]]:
        filed: dict[str, list[str]] = {}
        for id_, region in self.by_id.items():
            for code in region.area.codes or ("",):
                filed.setdefault(code, []).append(id_)
        return filed


def compile_regions(config: Config) -> Regions:
    """The regions of a configuration. Raises RuleError: unreadable polygons, unknown regions, circles."""
    compiler = _Compiler({region.id: region for region in config.regions}, config.folder)
    return Regions({region.id: compiler.region(region.id, ()) for region in config.regions})


class _Compiler:
    def __init__(self, regions: Mapping[str, Region], folder: Path) -> None:
        self._regions = regions
        self._folder = folder
        self._canonical: Canonical = lru_cache(maxsize=20_000)(_upper_canonical)
        self._done: dict[str, CompiledRegion] = {}

    def region(self, id_: str, path: tuple[str, ...]) -> CompiledRegion:
        if id_ in path:
            raise RuleError(
                f"region {id_}: contains itself through {' > '.join([*path, id_])}; break the circle"
            )
        if id_ not in self._done:
            region = self._regions.get(id_)
            if region is None:
                raise RuleError(f"region {path[-1]}: there is no region {id_!r}; define it in regions.yaml")
            inside = (*path, id_)
            exclude = None if region.exclude is None else self._area(region.exclude, inside)
            self._done[id_] = CompiledRegion(id_, region.name or id_, self._area(region, inside), exclude)
        return self._done[id_]

    def _area(self, area: Area, path: tuple[str, ...]) -> CompiledArea:
        polygons = None
        if area.geojson is not None:
            file = area.geojson if area.geojson.is_absolute() else self._folder / area.geojson
            polygons = Polygons(load_geojson(file, f"region {path[-1]}"))
        return CompiledArea(
            countries=frozenset(area.countries),
            admin1=frozenset(self._canonical(code) for code in area.admin1),
            circles=area.within,
            boxes=area.bbox,
            polygons=polygons,
            named=tuple((_names(place), place) for place in area.places),
            parts=tuple(self.region(id_, path) for id_ in area.regions),
            canonical=self._canonical,
        )


def _upper_canonical(code: str) -> str:
    return canonical(code.strip().upper())


def _names(place: NamedPlace) -> frozenset[str]:
    return frozenset(_plain(name) for name in (place.name, *place.aliases))


def _plain(name: str) -> str:
    return " ".join(without_accents(fold(name)).replace("-", " ").split())
