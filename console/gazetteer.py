"""Builds the gazetteer's index with a progress bar: ``python -m console.gazetteer [PATH]``.

A process of its own, so that the supervisor, which lives for months, does not keep the memory.
"""

from __future__ import annotations

import sys
from pathlib import Path

from config.errors import EnrichmentError
from console.text import one_line


def ensure(path: Path | None) -> None:
    """Build the index at ``path`` (None: the default place) unless it is there; raises EnrichmentError."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from processors.places.gazetteer import open_gazetteer

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("building the gazetteer (once)", total=None, visible=False)
        open_gazetteer(
            path, progress=lambda done, total: bar.update(task, completed=done, total=total, visible=True)
        )


if __name__ == "__main__":
    try:
        ensure(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    except EnrichmentError as problem:
        sys.exit(one_line(str(problem)))
    except Exception as bug:  # noqa: BLE001 - the last line of defence: one line, no traceback
        sys.exit(f"unexpected error while building the gazetteer: {type(bug).__name__}: {one_line(str(bug))}")
