"""``tocsin``: the command line. Command modules import what they need when they run: help is quick."""

from __future__ import annotations

from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated

import typer

from console.command import default_folder
from console.commands import (
    alerts,
    channels,
    configuration,
    deadletters,
    feeds,
    importing,
    log,
    reading,
    replaying,
    rules,
    running,
    tracing,
)
from console.context import Context

app = typer.Typer(
    name="tocsin",
    help="Watches news feeds and raises the alarm when something happens in a place you watch.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"tocsin {installed_version('tocsin')}")
        raise typer.Exit


@app.callback()
def _root(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", metavar="DIR", help="Configuration folder; without it $TOCSIN_CONFIG, else ./config."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Answer in JSON, for machines.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks and more logs.")] = False,
    _version_asked: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    ctx.obj = Context(folder=config or default_folder(), json=json, debug=debug)


for module in (
    configuration,
    running,
    reading,
    rules,
    channels,
    feeds,
    alerts,
    log,
    tracing,
    deadletters,
    replaying,
    importing,
):
    module.add_to(app)


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
