"""``rules test`` and ``rules backtest``: proof before trust."""

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
    from alerts.backtest import Backtest
    from alerts.messages import Alert
    from alerts.ruletests import RuleTestResult

File = Annotated[
    Path | None, typer.Argument(metavar="[RULES.yaml]", help="Rules to try in place of the configured ones.")
]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="Rules: prove them before you trust them.", no_args_is_help=True)
    command(group, "test")(run_tests)
    command(group, "backtest")(backtest)
    app.add_typer(group, name="rules", rich_help_panel="Try")


def run_tests(
    context: Context,
    file: File = None,
    rule: Annotated[
        list[str] | None, typer.Option("--rule", help="Only the tests of this rule; may be repeated.")
    ] = None,
) -> int | None:
    """Run the tests that stand beside the rules. Exit code 1 when one fails."""
    from alerts.ruletests import run
    from console.loading import load_config
    from processors.pipeline import Pipeline

    config = load_config(context.folder, file)
    unknown = set(rule or ()) - {one.id for one in config.rules}
    if unknown:
        raise UsageError(f"no rule {', '.join(sorted(unknown))}")
    results = run(config, Pipeline(config).enrich, frozenset(rule) if rule else None)
    if context.json:
        context.emit(results)
    else:
        _print_results(context, results)
    return exits.OK if all(result.passed for result in results) else exits.NO


def _print_results(context: Context, results: list[RuleTestResult]) -> None:
    from rich.markup import escape

    from console.text import one_line

    for result in results:
        mark = "[bold green]✓[/bold green]" if result.passed else "[bold red]✗[/bold red]"
        context.out.print(f"{mark} {escape(result.rule)}  {escape(one_line(result.name))}")
        for failure in result.failures:
            context.out.print(f"    {escape(one_line(failure))}", style="red")
    failed = sum(not result.passed for result in results)
    if not results:
        context.say("no rule has tests; write some under 'tests:' beside the rule")
    elif failed:
        context.say(f"[bold red]{failed} of {len(results)} tests failed[/bold red]")
    else:
        context.say(f"[green]{len(results)} tests passed[/green]")


def backtest(
    context: Context,
    file: File = None,
    since: Annotated[str, typer.Option("--since", help="2026-09-01, or 30d for thirty days back.")] = "30d",
    until: Annotated[str | None, typer.Option("--until", help="The end; without it, now.")] = None,
) -> int | None:
    """Show what rules would have raised over the log's history, and what a change of them adds and removes.

    With a file, its rules are compared with the configured ones. Nothing is written, nobody is told.
    """
    from alerts.rules import compile_rules
    from console.history import read_enriched
    from console.loading import load_config
    from console.times import moment

    now = datetime.now(UTC)
    start, end = moment(since, now), moment(until, now) if until else now
    current = compile_rules(context.config)
    rules = compile_rules(load_config(context.folder, file)) if file else current
    with read_enriched(context, start, end) as documents:
        from alerts.backtest import backtest as run

        result = run(rules, documents, current if file else None)
    if context.json:
        context.emit(result)
        return None
    _print_backtest(context, result, compared=file is not None)
    return None


def _print_backtest(context: Context, result: Backtest, *, compared: bool) -> None:
    from console.text import stamp

    context.say(f"{result.documents} articles, {stamp(result.first)} to {stamp(result.last)} UTC")
    columns = ("rule", "alerts>", "a day>", "updates>", "days", *(("added>", "removed>") if compared else ()))
    rows = []
    for name, one in result.rules.items():
        row = [
            name,
            str(one.alerts),
            f"{result.per_day(name):.2f}",
            str(one.updates),
            _bars(one.per_day, result),
        ]
        rows.append((*row, *((f"+{len(one.added)}", f"-{len(one.removed)}") if compared else ())))
    context.table(None, columns, rows)
    for name, one in result.rules.items():
        for mark, alerts in (("+", one.added), ("-", one.removed)) if compared else (("", one.examples),):
            _print_alerts(context, name, mark, alerts)


_SHOWN = 5
_BARS = "▁▂▃▄▅▆▇█"
_WIDEST = 60


def _bars(per_day: object, result: Backtest) -> str:
    """One bar a day (or a few days, where there are many), scaled to the highest."""
    from collections import Counter
    from datetime import timedelta

    if result.first is None or result.last is None or not isinstance(per_day, Counter) or not per_day:
        return ""
    first, last = result.first.date(), result.last.date()
    days = (last - first).days + 1
    width = -(-days // _WIDEST)
    sums = [
        sum(per_day[first + timedelta(days=day)] for day in range(begin, min(begin + width, days)))
        for begin in range(0, days, width)
    ]
    top = max(sums)
    return "".join(" " if not value else _BARS[min(7, value * 8 // (top + 1))] for value in sums)


def _print_alerts(context: Context, rule: str, mark: str, alerts: list[Alert]) -> None:
    from console.text import one_line, stamp

    if not alerts:
        return
    context.out.print(rule, style="bold", markup=False)
    for alert in alerts[:_SHOWN]:
        line = f"  {mark} {stamp(alert.occurred or alert.created)}  {one_line(alert.headline, 100)}"
        context.out.print(line, markup=False)
    if len(alerts) > _SHOWN:
        context.out.print(
            f"  … and {len(alerts) - _SHOWN} more (--json shows all)", style="dim", markup=False
        )
