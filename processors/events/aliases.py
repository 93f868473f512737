"""Common armed actors with the names that news gives them: ``processors/lexicons/actors.tsv``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class KnownActor:
    """One actor. ``kind``: armed-group, state-force, police, alliance or monitor; ``country``: ISO code."""

    name: str
    kind: str
    country: str | None
    aliases: tuple[str, ...]


@lru_cache(maxsize=1)
def all_actors() -> tuple[KnownActor, ...]:
    """The whole table."""
    table = (resources.files("processors") / "lexicons" / "actors.tsv").read_text("utf-8")
    return tuple(_read(line) for line in table.splitlines() if line and not line.startswith("#"))


def _read(line: str) -> KnownActor:
    name, kind, country, aliases = line.split("\t")
    return KnownActor(name, kind, country or None, tuple(a.strip() for a in aliases.split(";") if a.strip()))
