"""``init``, ``check``, ``config schema``, ``version``."""

from __future__ import annotations

from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated

import typer

from console.command import command
from console.context import Context


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    command(app, "init", rich_help_panel="Begin")(init)
    command(app, "check", rich_help_panel="Begin")(check)
    command(app, "version", rich_help_panel="Begin")(version)
    config = typer.Typer(help="The configuration's own description.", no_args_is_help=True)
    command(config, "schema")(schema)
    app.add_typer(config, name="config", rich_help_panel="Begin")


def init(
    context: Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to put the files.")] = Path("config"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> int | None:
    """Write a first configuration: a watch on public conflict news that runs as it is."""
    from config.initialise import initialise
    from console.loading import event_names

    done = initialise(folder, force=force, event_types=event_names())
    written, kept = [str(path) for path in done.written], [str(path) for path in done.kept]
    if context.json:
        context.emit({"written": written, "kept": kept})
        return None
    for path in written:
        context.out.print(f"wrote {path}", markup=False)
    for path in kept:
        context.out.print(f"kept  {path} (is there already; --force overwrites it)", markup=False)
    context.hint(f"next: tocsin --config {folder} check, then tocsin --config {folder} run")
    return None


def check(context: Context) -> int | None:
    """Validate the whole configuration and compile the rules; every problem is printed at once."""
    from console.loading import check_deeply

    config = context.config
    check_deeply(config)
    counts = {
        "feeds": len(config.feeds.feeds),
        "regions": len(config.regions),
        "rules": len(config.rules),
        "channels": len(config.channels.channels),
    }
    if context.json:
        context.emit({"ok": True, "folder": config.folder, **counts})
        return None
    context.say(f"[green]ok[/green] {config.folder}: " + ", ".join(f"{n} {k}" for k, n in counts.items()))
    return None


def schema(
    context: Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="tocsin, feeds, regions, rules or channels.")
    ] = None,
) -> int | None:
    """Print the JSON Schema of the configuration files, for editors."""
    from config.schema import all_schemas
    from config.schema import schema as schema_of
    from console.loading import event_names

    names = event_names()
    context.emit(schema_of(name, event_types=names) if name else all_schemas(event_types=names))
    return None


def version(context: Context) -> int | None:
    """Print the version."""
    number = installed_version("tocsin")
    if context.json:
        context.emit({"version": number})
    else:
        context.out.print(f"tocsin {number}")
    return None
