#!/usr/bin/env python3
"""Finds what must not stay in a tracked file: paths of one machine, package index addresses, leftover
marks, merge conflicts, private keys. Prints ``file:line: what`` for each and exits with 1.

Usage: hygiene.py [FOLDER]
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# Each pattern is written so that it does not match its own source.
FORBIDDEN = {
    "a path of one machine": r"/(?:home|Users)/(?!runner\b)[a-z][\w.-]*/|/[r]oot/|/[w]ork/(?:main|shared|\.)",
    "a package index address": (
        r"(?:pypi|pythonhosted)\.org(?!/project)|registry\.npmjs\.[a-z]|repo1?\.maven\.[a-z]"
        r"|(?:deb|security)\.debian\.[a-z]|index-[u]rl\s*=|[-]-(?:extra-)?index-url"
    ),
    "a leftover mark": r"\b(?:TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b|@@[A-Z]+@@",
    "a merge conflict": r"^(?:<{7}|={7}|>{7})(?: |$)",
    "a private key": r"-{5}BEGIN [A-Z ]*PRIVATE [K]EY-{5}",
}
PATTERNS = {what: re.compile(pattern) for what, pattern in FORBIDDEN.items()}
MAX_BYTES = 2_000_000  # larger files are data, not something that a person wrote


def tracked(folder: Path) -> list[Path]:
    """The files that git tracks under ``folder``."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout
    return [folder / name for name in listed.split("\0") if name]


def findings(name: str, text: str) -> Iterator[str]:
    """One line for each forbidden thing in a file's text."""
    for number, line in enumerate(text.splitlines(), 1):
        for what, pattern in PATTERNS.items():
            if pattern.search(line):
                yield f"{name}:{number}: {what}"


def check(folder: Path, files: list[Path]) -> list[str]:
    """Every finding in ``files``; what is not text in UTF-8, or is large, is data and passed over."""
    found: list[str] = []
    for path in files:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += findings(path.relative_to(folder).as_posix(), text)
    return found


def main(arguments: list[str]) -> int:
    """Exit status: 0 clean, 1 something was found."""
    folder = Path(arguments[0] if arguments else ".").resolve()
    found = check(folder, tracked(folder))
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
