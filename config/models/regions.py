"""regions.yaml: where."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from config.models.base import ONE_OR_MANY, CountryCode, Identifier, Model

Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class Circle(Model):
    """Everything within a distance of a point."""

    lat: Latitude
    """Latitude of the centre in degrees."""
    lon: Longitude
    """Longitude of the centre in degrees."""
    radius_km: Annotated[float, Field(gt=0, le=20_016)]
    """Radius in kilometres on the sphere."""


class Box(Model):
    """A box in degrees; west > east crosses the antimeridian."""

    south: Latitude
    """Southern edge, degrees of latitude."""
    west: Longitude
    """Western edge, degrees of longitude."""
    north: Latitude
    """Northern edge, degrees of latitude."""
    east: Longitude
    """Eastern edge, degrees of longitude."""

    @model_validator(mode="after")
    def _upright(self) -> Box:
        if self.south >= self.north:
            raise ValueError("south must be less than north")
        return self


class NamedPlace(Model):
    """A place that joins the gazetteer."""

    name: str = Field(min_length=2)
    """Name as written in articles."""
    aliases: tuple[str, ...] = ()
    """Further spellings, in any script."""
    lat: Latitude
    """Latitude in degrees."""
    lon: Longitude
    """Longitude in degrees."""
    country: CountryCode | None = None
    """ISO 3166-1 alpha-2 code; default: of the nearest known place."""
    admin1: str | None = None
    """ISO 3166-2 or GeoNames code of the province; default: of the nearest known place."""


class Area(Model):
    """A set of conditions, any of which puts a place inside."""

    countries: Annotated[tuple[CountryCode, ...], ONE_OR_MANY] = ()
    """ISO 3166-1 alpha-2 codes."""
    admin1: Annotated[tuple[str, ...], ONE_OR_MANY] = Field(
        (), description="ISO 3166-2 (SY-ID) or GeoNames (SY.12) codes."
    )
    within: Annotated[tuple[Circle, ...], ONE_OR_MANY] = ()
    """Circles."""
    bbox: Annotated[tuple[Box, ...], ONE_OR_MANY] = ()
    """Boxes."""
    geojson: Path | None = Field(None, description="Polygon file, relative to the configuration folder.")
    regions: Annotated[tuple[Identifier, ...], ONE_OR_MANY] = Field((), description="Other regions.")
    places: tuple[NamedPlace, ...] = ()
    """Places by name: each is inside, and joins the gazetteer."""

    def is_empty(self) -> bool:
        """True when nothing can be inside."""
        return not (
            self.countries
            or self.admin1
            or self.within
            or self.bbox
            or self.geojson
            or self.regions
            or self.places
        )


class Region(Area):
    """One region."""

    id: Identifier
    """Unique name, used by rules, routes and silences."""
    name: str | None = None
    """Name for people; default: the id."""
    exclude: Area | None = Field(None, description="Taken away again.")

    @model_validator(mode="after")
    def _not_empty(self) -> Region:
        if self.is_empty():
            raise ValueError(
                "a region needs at least one of countries, admin1, within, bbox, geojson, regions, places"
            )
        return self


class RegionsFile(Model):
    """regions.yaml."""

    regions: tuple[Region, ...] = ()
    """The regions."""
