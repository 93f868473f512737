"""How commands are made: common options everywhere, errors in one line, exit codes that mean something."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from config.errors import ConfigError, TocsinError
from console import exits
from console.context import DEFAULT_FOLDER, Context

Function = Callable[..., int | None]

_COMMON: dict[str, Any] = {
    "config": Annotated[
        Path | None,
        typer.Option(
            "--config",
            metavar="DIR",
            help="Configuration folder.",
            rich_help_panel="Everywhere",
            hidden=False,
        ),
    ],
    "json": Annotated[
        bool, typer.Option("--json", help="Answer in JSON, for machines.", rich_help_panel="Everywhere")
    ],
    "debug": Annotated[
        bool, typer.Option("--debug", help="Show tracebacks and more logs.", rich_help_panel="Everywhere")
    ],
}


def command(app: typer.Typer, name: str, **settings: Any) -> Callable[[Function], Function]:
    """Register a function as ``tocsin … NAME``.

    The function takes a :class:`Context` first, then its own Typer parameters; it returns an exit code or
    None. ``--config``, ``--json`` and ``--debug`` are added, so that they may stand before or after the
    command's name. Errors of our tree become one line and their exit code; other errors become one line
    with the advice to use ``--debug``.
    """

    def register(function: Function) -> Function:
        own = _parameters(function)
        common = [
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=_COMMON[key])
            for key, default in (("config", None), ("json", False), ("debug", False))
        ]
        where = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)

        def entry(**values: Any) -> None:
            context = _context(
                values.pop("ctx"), values.pop("config"), values.pop("json"), values.pop("debug")
            )
            raise typer.Exit(guard(context, lambda: function(context, **values)))

        parameters = [*own, *common, where]
        entry.__name__ = function.__name__
        entry.__doc__ = function.__doc__
        entry.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        entry.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        app.command(name, **settings)(entry)
        return function

    return register


def _parameters(function: Function) -> list[inspect.Parameter]:
    """The function's own parameters, resolved, as keywords, without the leading context."""
    hints = get_type_hints(function, include_extras=True)
    _, *own = inspect.signature(function).parameters.values()
    return [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[parameter.name])
        for parameter in own
    ]


def _context(ctx: typer.Context, config: Path | None, json: bool, debug: bool) -> Context:
    """The root's options, overridden by those given after the command's name."""
    root = ctx.find_root().obj
    context = root if isinstance(root, Context) else Context(folder=default_folder())
    if config is not None:
        context.folder = config
    context.json = context.json or json
    context.debug = context.debug or debug
    return context


def default_folder() -> Path:
    """``$TOCSIN_CONFIG``, else ./config."""
    return Path(os.environ.get("TOCSIN_CONFIG") or DEFAULT_FOLDER)


def guard(context: Context, action: Callable[[], int | None]) -> int:
    """Run ``action``; print errors as one line; return the exit code."""
    try:
        return action() or exits.OK
    except TocsinError as error:
        if context.debug:
            raise
        report(context, error)
        return exits.code_of(error)
    except KeyboardInterrupt:
        context.err.print("[dim]interrupted[/dim]")
        return exits.INTERRUPTED
    except BrokenPipeError:
        # The reader went away (… | head): nothing is wrong, and Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.OK
    except typer.Exit:
        raise
    except Exception as error:
        if context.debug:
            raise
        _report_bug(context, error)
        return exits.BUG
    finally:
        context.close()


def report(context: Context, error: TocsinError) -> None:
    """An error of our tree on standard error: one line, or one for each problem of a configuration."""
    from rich.markup import escape

    from console.text import one_line

    problems = error.problems if isinstance(error, ConfigError) else [str(error)]
    if context.json:
        _machine_error(type(error).__name__, problems)
        return
    for problem in problems:
        context.err.print(f"[bold red]error[/bold red] {escape(one_line(problem))}")
    if len(problems) > 1:
        context.err.print(f"[dim]{len(problems)} problems[/dim]")


def _report_bug(context: Context, error: Exception) -> None:
    from rich.markup import escape

    from console.text import one_line

    text = one_line(f"{type(error).__name__}: {error}", 300)
    if context.json:
        _machine_error("Bug", [text])
        return
    context.err.print(f"[bold red]unexpected error[/bold red] {escape(text)}")
    context.err.print("[dim]this is a bug in Tocsin: run it again with --debug for the traceback[/dim]")


def _machine_error(kind: str, problems: list[str]) -> None:
    import msgspec

    sys.stderr.write(msgspec.json.encode({"error": kind, "problems": problems}).decode() + "\n")
