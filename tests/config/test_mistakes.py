"""One folder a mistake under mistakes/, with the exact lines that people read in its expected.txt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.loader import load

MISTAKES = sorted(path for path in (Path(__file__).parent / "mistakes").iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", MISTAKES, ids=lambda folder: folder.name)
def test_lines(folder: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(folder, event_types={"raid", "airstrike", "bombing", "attack"}, environment={})
    assert caught.value.problems == (folder / "expected.txt").read_text("utf-8").splitlines()


def test_all_at_once(problems: Callable[..., list[str]]) -> None:
    """Bad values hide no unknown references, broken files no other files."""
    found = problems(
        {
            "tocsin.yaml": "prefix: [\n",
            "regions.yaml": "regions:\n  - {id: idlib, admin1: SY-ID}\n  - {id: gaza, lat: 1}\n",
            "rules.yaml": "rules:\n  - {id: 5, when: {regions: [idlb, gaza], min_killed: x}}\n",
        }
    )
    assert [line.split(": ")[0] for line in found] == [
        "tocsin.yaml:2",
        "regions.yaml:3 regions[1].lat",
        "rules.yaml:2 rules[0].id",
        "rules.yaml:2 rules[0].when.min_killed",
        "rules.yaml:2 rules[0].when.regions[0]",
    ]
