"""The locked requirements: complete, hashed, of one mind, and tied to no package index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("runtime", "dev")
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)(?: ; (.+?))? \\$")


def pins(name: str) -> dict[tuple[str, str], str]:
    """Version by (package, marker)."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    found = [PIN.match(line) for line in text.splitlines() if line and line[0] not in " #"]
    assert all(found), f"requirements/{name}.txt has a line that is no pin with hashes"
    return {(match[1], match[3] or ""): match[2] for match in found if match}


def versions(name: str) -> set[tuple[str, str]]:
    """Package and version, whatever the marker."""
    return {(package, version) for (package, _), version in pins(name).items()}


def required(key: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lines = project["project"]["dependencies"] if key == "runtime" else project["dependency-groups"]["dev"]
    return {re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", line)[0]).lower() for line in lines}


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_locked(name: str) -> None:
    assert required(name) - {package for package, _ in pins(name)} == set()


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_hashes(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        assert "--hash=sha256:" in block, block[:60]
    assert "://" not in text


def test_development_and_production_have_the_same_versions() -> None:
    assert versions("runtime") - versions("dev") == set()
