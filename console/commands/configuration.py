"""``init``, ``check``, ``config schema``, ``version``."""

from __future__ import annotations

import shutil
from importlib.metadata import version as installed_version
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from config.errors import UsageError
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
    written, kept = [], []
    with as_file(files("config") / "shipped") as shipped:
        for source in sorted(path for path in shipped.rglob("*") if path.suffix in {".yaml", ".geojson"}):
            target = folder / source.relative_to(shipped)
            if target.exists() and not force:
                kept.append(str(target))
                continue
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
            except OSError as error:
                raise UsageError(f"{target}: cannot be written ({error.strerror})") from error
            written.append(str(target))
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
    from config.loader import MODELS

    if name is not None and name.removesuffix(".yaml") not in MODELS:
        raise UsageError(f"no configuration file called {name!r}; there are {', '.join(MODELS)}")
    if name is not None:
        context.emit(MODELS[name.removesuffix(".yaml")].model_json_schema(by_alias=True))
    else:
        context.emit({key: model.model_json_schema(by_alias=True) for key, model in MODELS.items()})
    return None


def version(context: Context) -> int | None:
    """Print the version."""
    number = installed_version("tocsin")
    if context.json:
        context.emit({"version": number})
    else:
        context.out.print(f"tocsin {number}")
    return None
