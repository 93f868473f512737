"""docs/configuration.md says what the models say, and every YAML example on any page loads."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.fields import keys_of, walk
from config.loader import MODELS, load
from config.models.channels import ChannelBase

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "configuration.md"
EXAMPLE = re.compile(
    r"^```yaml\n# ((?:rules/|feeds/)?\w+\.yaml)\b[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL
)


def test_tables_are_those_of_the_models() -> None:
    script = ROOT / "scripts" / "reference.py"
    run = subprocess.run(
        [sys.executable, script, "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("name", sorted({model.__name__ for root in MODELS.values() for model in walk(root)}))
def test_every_model_has_its_table(name: str) -> None:
    assert f"### {name}\n" in PAGE.read_text("utf-8")
    assert f"<!-- keys: {name} -->" in PAGE.read_text("utf-8")


@pytest.mark.parametrize("root", MODELS.values(), ids=MODELS.keys())
def test_every_key_stands_in_a_table(root: type) -> None:
    """Independent of the script: each key is there, in backticks, at the start of a row."""
    text = PAGE.read_text("utf-8")
    for model in {*walk(root), ChannelBase}:
        for key in keys_of(model):
            assert f"\n| `{key}` |" in text, f"{model.__name__}.{key}"


def examples(page: Path, folder: Path) -> int:
    """Write a page's examples into a folder; how many there are."""
    found = EXAMPLE.findall(page.read_text("utf-8"))
    for name, text in found:
        content = text.replace("/run/secrets/", "")
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, "utf-8")
        for secret in re.findall(r"\w_file: ([\w./-]+)", content):
            (folder / secret).write_text("secret")
    return len(found)


def test_examples_load(page: Path, tmp_path: Path) -> None:
    if not examples(page, tmp_path):
        return
    if not (tmp_path / "regions.yaml").exists():  # examples of rules take the shipped regions for granted
        (tmp_path / "regions.yaml").write_bytes((ROOT / "config" / "regions.yaml").read_bytes())
    try:
        load(tmp_path, environment={})
    except ConfigError as error:
        pytest.fail("\n".join(error.problems))


def test_the_reference_has_an_example_of_every_file(tmp_path: Path) -> None:
    assert examples(PAGE, tmp_path) == len(MODELS)


def test_the_readme_counts_right() -> None:
    shipped = load(ROOT / "config", environment={})
    counts = (
        f"{len(shipped.feeds.feeds)} public feeds, {len(shipped.regions)} regions, {len(shipped.rules)} rules"
    )
    assert counts in (ROOT / "README.md").read_text("utf-8")
