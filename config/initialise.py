"""The shipped YAML, and a folder of one's own made from it (``tocsin init DIR``)."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from config.errors import UsageError
from config.files import KINDS
from config.schema import schema

SHIPPED = Path(__file__).parent
_SCHEMAS = ".schemas"


@dataclass(frozen=True, slots=True)
class Written:
    """What :func:`initialise` did."""

    written: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)  # were there already, and were left as they are


def starter_files(*, event_types: Collection[str] = ()) -> dict[str, str]:
    """Name and text of every starter file; editors find each file's schema by its first line."""
    files = {}
    for kind in KINDS:
        text = (SHIPPED / f"{kind}.yaml").read_text("utf-8")
        files[f"{kind}.yaml"] = f"# yaml-language-server: $schema={_SCHEMAS}/{kind}.json\n{text}"
        content = json.dumps(schema(kind, event_types=event_types), indent=1, ensure_ascii=False)
        files[f"{_SCHEMAS}/{kind}.json"] = content + "\n"
    return files


def initialise(folder: Path, *, force: bool = False, event_types: Collection[str] = ()) -> Written:
    """Write the starter files into ``folder``; a file that is there is kept unless ``force``.

    Schemas are ours and always written anew. Raises UsageError where the folder cannot be written.
    """
    done = Written()
    for name, text in starter_files(event_types=event_types).items():
        target = folder / name
        if target.exists() and not force and not name.startswith(_SCHEMAS):
            done.kept.append(target)
            continue
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
        except OSError as error:
            raise UsageError(f"{target}: cannot be written ({error.strerror})") from error
        done.written.append(target)
    return done
