"""The wheel holds the six packages with their data, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from configparser import ConfigParser
from email import message_from_string
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("config", "streams", "ingest", "processors", "alerts", "console")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = out.glob("*.whl")
    return zipfile.ZipFile(path)


def tracked() -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).is_file()}


def test_every_tracked_file_of_the_packages_is_inside(wheel: zipfile.ZipFile) -> None:
    assert tracked() - set(wheel.namelist()) == set()


def test_nothing_but_the_packages_is_inside(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert not [name for name in wheel.namelist() if name.endswith((".pyc", ".db", ".log"))]


@pytest.mark.parametrize("kind", ["tocsin", "feeds", "regions", "rules", "channels"])
def test_shipped_yaml_is_inside(wheel: zipfile.ZipFile, kind: str) -> None:
    assert wheel.read(f"config/{kind}.yaml") == (ROOT / "config" / f"{kind}.yaml").read_bytes()


def test_every_package_says_that_it_is_typed(wheel: zipfile.ZipFile) -> None:
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(wheel.namelist())


def info(wheel: zipfile.ZipFile, name: str) -> str:
    (path,) = [path for path in wheel.namelist() if path.endswith(f".dist-info/{name}")]
    return wheel.read(path).decode()


def test_metadata(wheel: zipfile.ZipFile) -> None:
    metadata = message_from_string(info(wheel, "METADATA"))
    assert metadata["Name"] == "tocsin"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert info(wheel, "licenses/NOTICE").startswith("Tocsin")
    assert "Apache License" in info(wheel, "licenses/LICENSE")


def test_the_command(wheel: zipfile.ZipFile) -> None:
    entries = ConfigParser()
    entries.read_string(info(wheel, "entry_points.txt"))
    assert dict(entries["console_scripts"]) == {"tocsin": "console.main:main"}
