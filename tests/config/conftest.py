"""Configuration folders for the tests of config/."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from config.errors import ConfigError
from config.loader import load
from config.models.root import Config

Write = Callable[[Mapping[str, str | bytes]], Path]
Problems = Callable[..., list[str]]

EVENT_TYPES = frozenset({"raid", "airstrike", "bombing", "attack"})


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files into a fresh configuration folder."""
    folder = tmp_path / "config"

    def to_folder(files: Mapping[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else dedent(content).encode())
        return folder

    return to_folder


@pytest.fixture
def problems(write: Write) -> Problems:
    """The problems of a folder with these files; an empty list where it is right."""

    def found(files: Mapping[str, str | bytes], environment: Mapping[str, str] | None = None) -> list[str]:
        try:
            load(write(files), event_types=EVENT_TYPES, environment=environment or {})
        except ConfigError as error:
            return error.problems
        return []

    return found


@pytest.fixture
def loaded(write: Write) -> Callable[..., Config]:
    """The configuration of a folder with these files."""

    def read(files: Mapping[str, str | bytes], environment: Mapping[str, str] | None = None) -> Config:
        return load(write(files), event_types=EVENT_TYPES, environment=environment or {})

    return read
