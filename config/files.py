"""Which files make up a configuration folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from config.problems import Problem
from config.yamltree import MAX_BYTES

KINDS = ("tocsin", "feeds", "regions", "rules", "channels")
FOLDERS = ("feeds", "rules")  # kinds that may be split into files of a folder


def paths_of(kind: str, folder: Path) -> list[Path]:
    """The files of one kind that exist, in reading order; OSError where the folder cannot be read."""
    main = folder / f"{kind}.yaml"
    paths = [main] if main.exists() else []
    if kind in FOLDERS and (folder / kind).is_dir():
        paths += sorted(path for path in (folder / kind).iterdir() if path.suffix == ".yaml")
    return paths


def sources_of(
    kind: str, folder: Path, problems: list[Problem], instead: Path | None = None
) -> Iterator[tuple[str, bytes]]:
    """Name (relative to the folder) and bytes of each file; what cannot be read becomes a problem.

    ``instead``: the one file to read in place of the folder's.
    """
    try:
        paths = paths_of(kind, folder) if instead is None else [instead]
    except OSError as error:
        problems.append(Problem(str(folder), 0, "", f"cannot read this folder: {error.strerror}"))
        return
    for path in paths:
        name = path.relative_to(folder).as_posix() if instead is None else str(path)
        try:
            with path.open("rb") as file:
                yield name, file.read(MAX_BYTES + 1)
        except OSError as error:
            problems.append(Problem(name, 0, "", f"cannot read this file: {error.strerror}"))


def misnamed(folder: Path) -> list[Problem]:
    """Files that look like configuration and would be passed over in silence."""
    found = []
    folders = [folder, *(folder / kind for kind in FOLDERS)]
    for path in (path for place in folders if place.is_dir() for path in sorted(place.glob("*.yml"))):
        if path.parent != folder or path.stem in KINDS:
            name = path.relative_to(folder).as_posix()
            found.append(Problem(name, 0, "", f"not read; rename it to {path.stem}.yaml"))
    return found
