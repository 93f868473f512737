"""Every command and every option stands in docs/commands.md, and nothing stands there that is not."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from console import exits
from console.main import app

DOCUMENT = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
COMMON = {"--config", "--json", "--debug", "--help"}


def commands(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Path and object of every command that is no group."""
    children = getattr(node, "commands", None)
    if children is None:
        yield path, node
        return
    for name, child in children.items():
        yield from commands(child, (*path, name))


COMMANDS = dict(commands(typer.main.get_command(app)))


def section(path: tuple[str, ...]) -> str:
    """The text under a command's heading; empty where it has none."""
    name = " ".join(("tocsin", *path))
    found = re.search(rf"^### `{re.escape(name)}(?= |`).*?(?=^##|\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    return found.group(0) if found else ""


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_command_and_its_options_are_documented(path: tuple[str, ...]) -> None:
    text = section(path)
    assert text, f"docs/commands.md has no heading for tocsin {' '.join(path)}"
    for parameter in COMMANDS[path].params:
        for option in (*parameter.opts, *parameter.secondary_opts):
            if option.startswith("--") and option not in COMMON:
                assert f"`{option}" in text, f"{option} of tocsin {' '.join(path)} is not documented"


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_command_explains_itself(path: tuple[str, ...]) -> None:
    assert COMMANDS[path].help
    for parameter in COMMANDS[path].params:
        if parameter.name not in {"help", "ctx"}:
            assert getattr(parameter, "help", None), f"{parameter.name} of tocsin {' '.join(path)}"


def test_nothing_is_documented_that_does_not_exist() -> None:
    documented = re.findall(r"^### `tocsin ([a-z ]+?)(?: [\[A-Z].*)?`", DOCUMENT, re.MULTILINE)
    assert sorted(documented) == sorted(" ".join(path) for path in COMMANDS)


def test_documented_options_exist() -> None:
    known = {option for item in COMMANDS.values() for parameter in item.params for option in parameter.opts}
    known |= COMMON | {"--version", "--install-completion", "--show-completion"}
    assert set(re.findall(r"`(--[a-z-]+)", DOCUMENT)) <= known


def test_every_exit_code_is_documented() -> None:
    codes = {value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)}
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", DOCUMENT, re.MULTILINE)}
    assert documented == codes
