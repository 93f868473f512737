"""``import FILE.jsonl``: old archives into the log."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import UsageError
from console import exits
from console.command import command
from console.context import Context

if TYPE_CHECKING:
    from io import BufferedReader

    from console.archive import Bad, Importer

_BAD_SHOWN = 10


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "import", rich_help_panel="History")(import_)


def import_(
    context: Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="One article a line.")],
    live: Annotated[
        bool, typer.Option("--live", help="Treat them as news: alerts are sent, not marked as backfill.")
    ] = False,
) -> int | None:
    """Bring old articles in, one JSON object a line: title, text, published, url, publisher, language, …

    They go through the running stages like any other. Alerts that they raise are marked as backfill and sent
    to nobody, unless --live is given. The same file again changes nothing. Exit code 1 when a line was no
    article; the others are imported.
    """
    from console.archive import Importer, file_id
    from streams.topics import create_topics

    create_topics(context.broker, context.config)
    try:
        size = file.stat().st_size
        with file.open("rb") as lines:
            importer = Importer(context.broker, context.config, None if live else file_id(lines))
            try:
                bad = _copy(context, lines, size, importer)
                importer.finish()
            finally:
                importer.close()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror})") from error
    _report(context, importer.written, bad)
    return exits.NO if bad else exits.OK


def _copy(context: Context, lines: BufferedReader, size: int, importer: Importer) -> list[Bad]:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from console.archive import Bad, read_archive

    bad: list[Bad] = []
    columns = (TextColumn("importing"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=context.err, transient=True, disable=context.json) as bar:
        task = bar.add_task("import", total=size)
        for done, item in read_archive(lines, datetime.now(UTC)):
            if isinstance(item, Bad):
                bad.append(item)
            elif item is not None:
                importer.add(item)
            bar.update(task, completed=done)
    return bad


def _report(context: Context, written: int, bad: list[Bad]) -> None:
    from rich.markup import escape

    if context.json:
        context.emit({"imported": written, "refused": bad})
        return
    context.say(f"{written} articles imported")
    for item in bad[:_BAD_SHOWN]:
        context.err.print(f"[yellow]line {item.number}[/yellow] {escape(item.why)}")
    if len(bad) > _BAD_SHOWN:
        context.err.print(f"[dim]… and {len(bad) - _BAD_SHOWN} more lines that are no articles[/dim]")
    if written:
        context.hint("follow them with: tocsin lag")
