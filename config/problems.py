"""Problems found in the configuration, and how they are worded.

One problem is one line: ``rules.yaml:12 rules[3].when.regions[0]: no region "idlb" (did you mean "idlib"?)``.
No message ever repeats a value that came from the environment or from a secret file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

Path = tuple[str | int, ...]

SHOWN = 60  # characters of a value that a message repeats


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake, where it is, and how to mend it."""

    file: str  # relative to the configuration folder
    line: int  # from 1; 0 where no line applies
    path: str  # as written by :func:`format_path`; empty for the whole file
    message: str

    def at(self, path: Path) -> Problem:
        """The same problem shown at another path."""
        return replace(self, path=format_path(path))

    def __str__(self) -> str:
        """One line."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


def format_path(path: Path) -> str:
    """``("rules", 3, "when")`` as ``rules[3].when``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{one_line(step)}" if text else one_line(step)
    return text


def one_line(text: object) -> str:
    """``text`` shortened and without anything that would break a line or a terminal."""
    clean = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(text))
    return clean if len(clean) <= SHOWN else clean[: SHOWN - 1] + "…"


def suggestion(word: str, known: Iterable[str]) -> str:
    """`` (did you mean "idlib"?)``, or an empty string where nothing known is near."""
    names = sorted(known)
    by_folded = {name.casefold(): name for name in names}
    near = get_close_matches(word[:SHOWN].casefold(), by_folded, n=1, cutoff=0.6)
    return f' (did you mean "{by_folded[near[0]]}"?)' if near else ""
