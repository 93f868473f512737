"""``replay TOPIC``: rules, enrichment or extraction over history."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import UsageError
from console import exits
from console.command import command
from console.context import Context

if TYPE_CHECKING:
    from alerts.replay import Asked, Replayed

TOPICS = ("enriched", "documents", "articles")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "replay", rich_help_panel="History")(replay)


def replay(
    context: Context,
    topic: Annotated[
        str,
        typer.Argument(
            metavar="TOPIC", help="enriched (rules), documents (re-enrich) or articles (re-extract)."
        ),
    ],
    *,
    since: Annotated[
        str | None,
        typer.Option("--from", help="2026-09-01, or 30d for thirty days back; without it, everything."),
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="The end, not included; without it, now.")] = None,
    rules: Annotated[
        Path | None,
        typer.Option("--rules", metavar="FILE", help="Rules to try in place of the configured ones."),
    ] = None,
    execute: Annotated[
        bool,
        typer.Option("--execute", help="Write what was missed, marked as backfill; without it, only report."),
    ] = False,
    notify: Annotated[bool, typer.Option("--notify", help="With --execute: also send the alerts.")] = False,
    rate: Annotated[float | None, typer.Option("--rate", min=0.1, help="Records a second at most.")] = None,
    name: Annotated[
        str | None, typer.Option("--id", help="Go on with this interrupted run (its id was printed).")
    ] = None,
) -> int | None:
    """Go through history again. A dry run by default: it reports what would have fired and writes nothing.

    Ids are those of the live stream: what was alerted is not alerted again, and executing twice writes once.
    """
    from alerts.replay import Asked
    from console.times import moment

    if topic not in TOPICS:
        raise UsageError(f"cannot replay {topic!r}; there are {', '.join(TOPICS)}")
    if topic != "enriched" and (rules or notify):
        raise UsageError("--rules and --notify go with: replay enriched")
    if notify and not execute:
        raise UsageError("--notify goes with --execute")
    now = datetime.now(UTC)
    start, end = moment(since, now) if since else None, moment(until, now) if until else None
    replay_id = name or _replay_id(topic, since, until, rules)
    plan = context.config.data_dir / "replays" / f"{replay_id}.json"
    asked = Asked(replay_id, start, end, execute=execute, notify=notify, rate=rate, plan=plan)
    return _rules(context, asked, rules) if topic == "enriched" else _records(context, topic, asked)


def _replay_id(topic: str, since: str | None, until: str | None, rules: Path | None) -> str:
    """The same question has the same id, so that asking again goes on, or finds it done."""
    import hashlib

    try:
        content = rules.read_bytes() if rules else b""
    except OSError as error:
        raise UsageError(f"{rules}: cannot be read ({error.strerror})") from error
    parts = (topic, since or "", until or "", hashlib.sha256(content).hexdigest() if content else "")
    return f"replay-{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:12]}"


def _rules(context: Context, asked: Asked, file: Path | None) -> int:
    from alerts.replay import replay_enriched
    from alerts.rules import compile_rules
    from console.loading import load_config

    rules = compile_rules(load_config(context.folder, file))
    with _stopping() as stop, _bar(context, "replaying") as progress:
        result = replay_enriched(
            context.broker, context.config, rules, context.engine, asked, progress=progress, stop=stop
        )
    if context.json:
        context.emit(result)
    else:
        _print(context, result, asked)
    return exits.OK if result.finished else exits.INTERRUPTED


def _print(context: Context, result: Replayed, asked: Asked) -> None:
    from console.text import one_line, stamp

    verb = "written" if asked.execute else "would have fired"
    total = sum(result.new.values())
    context.say(
        f"{result.documents} articles: {total} alerts {verb}, {sum(result.known.values())} were there, "
        f"{result.updates} updates"
    )
    rows = [
        (rule, str(result.new.get(rule, 0)), str(result.known.get(rule, 0)))
        for rule in sorted(result.new.keys() | result.known.keys())
    ]
    if rows:
        context.table(None, ("rule", "new>", "there already>"), rows)
    for alert in result.examples:
        told = stamp(alert.occurred or alert.created)
        context.out.print(f"  {told}  {alert.rule}: {one_line(alert.headline, 110)}", markup=False)
    if not result.finished:
        context.hint(f"stopped; to go on: --id {result.replay_id}")
    elif not asked.execute and total:
        context.hint("nothing was written; --execute writes these as backfill, --notify also sends them")


def _records(context: Context, topic: str, asked: Asked) -> int:
    """Documents and articles are written to their own topic again, for today's stages to work on."""
    from streams.replay import keep, plan
    from streams.replay import run as go_through

    full = context.config.topic(topic)
    since = None if asked.since is None else round(asked.since.timestamp() * 1000)
    until = None if asked.until is None else round(asked.until.timestamp() * 1000)
    fixed = plan(context.broker, full, asked.replay_id, since, until)
    if asked.execute and asked.plan is not None:
        fixed = keep(asked.plan, fixed)
    from console.rewriting import Rewriter

    rewriter = Rewriter(context.broker, full, asked.replay_id, write=asked.execute)
    try:
        with _stopping() as stop, _bar(context, "replaying") as progress:
            finished = go_through(
                context.broker,
                fixed,
                rewriter.handle,
                resumable=asked.execute,
                rate=asked.rate,
                progress=progress,
                stop=stop,
            )
    finally:
        rewriter.close()
    if context.json:
        context.emit({"replay_id": asked.replay_id, "records": rewriter.count, "finished": finished,
                      "written": asked.execute})  # fmt: skip
    else:
        verb = "written again" if asked.execute else "would be written again; --execute does it"
        context.say(f"{rewriter.count} records of {topic} {verb}")
        if not finished:
            context.hint(f"stopped; to go on: --id {asked.replay_id}")
    return exits.OK if finished else exits.INTERRUPTED


@contextlib.contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Ctrl-C and SIGTERM end the run after the batch in hand, so that it can be resumed."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        # A thread sets it: a handler that interrupts a wait on this very event must not touch its lock.
        signal.signal(number, lambda *_: threading.Thread(target=stop.set).start())
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _bar(context: Context, words: str) -> Iterator[Callable[[int, int], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(words), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=context.err, transient=True, disable=context.json) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
