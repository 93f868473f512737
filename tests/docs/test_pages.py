"""What the pages name exists: links, commands with their options, make targets, scripts, variables."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import typer

from console.main import app

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
TREE = typer.main.get_command(app)
EVERYWHERE = {"--config", "--json", "--debug", "--help", "-h"}


def prose(page: Path) -> str:
    return BLOCK.sub("", page.read_text("utf-8"))


def command_lines(page: Path) -> Iterator[str]:
    """Lines of shell blocks, without prompts and comments; continued lines joined."""
    for language, block in BLOCK.findall(page.read_text("utf-8")):
        if language in {"sh", "bash", "console"}:
            for line in block.replace("\\\n", " ").splitlines():
                yield re.sub(r"\s#\s.*$", "", line.strip().removeprefix("$ "))


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#{1,6} +(.+?)\s*$", BLOCK.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_links_lead_somewhere(page: Path) -> None:
    for link in (*LINK.findall(prose(page)), *re.findall(r'<img src="([^"]+)"', prose(page))):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{link}: no such file"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{link}: no such heading"


def calls(page: Path) -> Iterator[list[str]]:
    """Words of every call of tocsin in shell blocks and in running text."""
    lines = [part for line in command_lines(page) for part in re.split(r"\||&&|;", line)]
    lines += [code for code in INLINE.findall(prose(page)) if code.startswith("tocsin ")]
    for line in lines:
        words = line.strip().split()
        words = words[1:] if words and re.fullmatch(r"[A-Z_]+=\S*", words[0]) else words
        if words and words[0].rsplit("/", 1)[-1] == "tocsin":
            yield line_words(line)


def line_words(line: str) -> list[str]:
    try:
        words = shlex.split(line)
    except ValueError:
        words = line.split()
    return words[next(n for n, word in enumerate(words) if word.rsplit("/", 1)[-1] == "tocsin") + 1 :]


def check_call(words: list[str]) -> None:
    """Every subcommand and option of one call exists."""
    node: Any = TREE
    options = set(EVERYWHERE)
    skip = False
    for word in words:
        if skip:
            skip = False
            continue
        children = getattr(node, "commands", {})
        if word.startswith("-") and word != "-":
            name = word.split("=")[0].rstrip(",.")
            known = options | {option for one in node.params for option in (*one.opts, *one.secondary_opts)}
            assert name in known, f"tocsin {' '.join(words)}: no option {name}"
            skip = name == "--config" and "=" not in word
        elif children and re.fullmatch(r"[a-z][a-z-]*", word):
            assert word in children, f"tocsin {' '.join(words)}: no command {word}"
            node = children[word]


def test_commands_exist(page: Path) -> None:
    for words in calls(page):
        check_call(words)


def test_the_check_itself_can_fail() -> None:
    check_call(["--config", "watch", "check"])
    with pytest.raises(AssertionError, match="no command"):
        check_call(["chekc"])
    with pytest.raises(AssertionError, match="no option"):
        check_call(["check", "--fast"])


def test_make_targets_exist(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = [line.split()[1] for line in command_lines(page) if line.startswith("make ")]
    named += [code.split()[1] for code in INLINE.findall(prose(page)) if re.match(r"make [a-z]", code)]
    assert {name for name in named if "=" not in name} <= targets


def test_files_exist(page: Path) -> None:
    """Whatever looks like a path of the repository is one."""
    codes = [*INLINE.findall(prose(page)), *(word for line in command_lines(page) for word in line.split())]
    folders = ("config", "streams", "ingest", "processors", "alerts", "console")
    tops = "|".join((*folders, "scripts", "tests", "benchmarks", "docs", "deploy", "requirements"))
    for code in codes:
        path = re.fullmatch(rf"(?:\./)?((?:{tops})/[\w./-]+\w)(?::\d+)?", code)
        if path and not re.search(r"\.(?:db|log|jsonl|atom)$", path[1]):
            assert (ROOT / path[1]).exists(), f"{code}: no such file"


def test_every_variable_is_read_somewhere(page: Path) -> None:
    """TOCSIN_… variables that a page names are read by code, shipped YAML, scripts or tests."""
    named = set(re.findall(r"\b(TOCSIN_[A-Z_]+)\b", page.read_text("utf-8")))
    if not named:
        return
    places = ("config", "streams", "processors", "alerts", "console", "scripts", "tests/support", ".ci")
    files = [path for place in places for path in (ROOT / place).rglob("*") if path.is_file()]
    files += [ROOT / "docker-compose.yml", ROOT / "Dockerfile"]
    text = "".join(
        path.read_text("utf-8")
        for path in files
        if path.suffix in {".py", ".yaml", ".yml", ""} and path.stat().st_size < 200_000
    )
    assert {name for name in named if name not in text} == set()
