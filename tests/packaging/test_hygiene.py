"""What scripts/hygiene.py finds, and what it leaves alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "hygiene.py"

BAD = {
    "a path of one machine": ["open('/home/" + "ada/x')", "see /Users/" + "ada/notes", "/work/" + "main/x"],
    "a package index address": [
        "https://pypi" + ".org/simple",
        "--index" + "-url x",
        "registry.npmjs" + ".org",
    ],
    "a leftover mark": ["# TO" + "DO later", "FIX" + "ME", "@@" + "TABLE@@"],
    "a merge conflict": ["<" * 7 + " HEAD", "=" * 7, ">" * 7 + " other"],
    "a private key": ["-----BEGIN RSA PRIVATE " + "KEY-----"],
}
GOOD = ["/var/lib/tocsin/data", "todos are kept elsewhere", "== heading ==", "at home/office", "hackathon"]


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, folder], capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return tmp_path


def add(repository: Path, name: str, content: bytes) -> None:
    (repository / name).write_bytes(content)
    subprocess.run(["git", "add", name], cwd=repository, check=True)


@pytest.mark.parametrize(("what", "line"), [(what, line) for what, lines in BAD.items() for line in lines])
def test_finds(repository: Path, what: str, line: str) -> None:
    add(repository, "file.txt", f"fine\n{line}\n".encode())
    result = run(repository)
    assert result.returncode == 1
    assert f"file.txt:2: {what}" in result.stdout.splitlines()


def test_leaves_ordinary_text_and_data_alone(repository: Path) -> None:
    add(repository, "text.txt", "\n".join(GOOD).encode())
    add(repository, "data.bin", b"\xff\xfe TO" + b"DO")
    result = run(repository)
    assert (result.returncode, result.stdout) == (0, "")


def test_reads_tracked_files_only(repository: Path) -> None:
    (repository / "untracked.txt").write_text("FIX" + "ME")
    assert run(repository).returncode == 0
