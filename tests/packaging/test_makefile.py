"""The Makefile: every target is explained, and what it runs exists."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
WANTED = {"demo", "test", "check", "lock", "kafka", "postgres", "ci", "clean", "format", "bench", "help"}


def make(*arguments: str) -> str:
    done = subprocess.run(
        ["make", "--no-print-directory", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_help_explains_every_target() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert set(phony.split()) == WANTED
    explained = {line.split()[0] for line in make("help").splitlines()}
    assert explained == WANTED


@pytest.mark.parametrize("target", sorted(WANTED))
def test_a_dry_run_knows_what_to_do(target: str) -> None:
    assert make("--dry-run", target)


def test_everything_is_installed_by_hash() -> None:
    recipe = make("--dry-run", "--always-make", "test")
    assert "--require-hashes -r requirements/dev.txt" in recipe
    assert recipe.count("pip install") == 2
    assert "--no-deps" in recipe


def test_python_that_is_too_old_is_refused(tmp_path: Path) -> None:
    """With no Python 3.11 on the path, one clear line."""
    for tool in ("sh", "bash", "test", "touch", "echo", "env"):
        found = subprocess.run(["which", tool], capture_output=True, text=True, check=False).stdout.strip()
        if found:
            (tmp_path / tool).symlink_to(found)
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python3").chmod(0o755)
    whole = subprocess.run(["which", "make"], capture_output=True, text=True, check=True).stdout.strip()
    done = subprocess.run(
        [whole, "--always-make", ".venv/installed"],
        cwd=ROOT,
        env={"PATH": str(tmp_path), "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Tocsin needs Python 3.11 or newer" in done.stderr


@pytest.mark.parametrize("script", [".ci/run", "scripts/try-install", "scripts/kafka", "scripts/postgres"])
def test_scripts_are_executable_and_parse(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    shell = (ROOT / script).read_text("utf-8").split("\n", 1)[0].rsplit("/", 1)[-1].split()[-1]
    parsed = subprocess.run([shell, "-n", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert parsed.returncode == 0, parsed.stderr


def test_ci_requires_its_services() -> None:
    """What CI is to provide fails when missing; it does not skip."""
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "set -euo pipefail" in script
    assert "TOCSIN_REQUIRE_KAFKA=1 TOCSIN_REQUIRE_POSTGRES=1" in script
