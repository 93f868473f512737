"""``lag``: is anything waiting?"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from console import exits
from console.command import command
from console.context import Context

if TYPE_CHECKING:
    from streams.lag import Lag


# Who reads which topic. The notifier reads the outbox in the state database instead.
READERS = (("extractor", "articles"), ("enricher", "documents"), ("alerter", "enriched"))


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "lag", rich_help_panel="Operate")(lag)


def lag(
    context: Context,
    maximum: Annotated[
        int | None,
        typer.Option("--max", min=0, help="Exit code 1 when a stage has more records than this waiting."),
    ] = None,
    partitions: Annotated[bool, typer.Option("--partitions", help="One line a partition.")] = False,
) -> int | None:
    """Show how many records wait for each stage, how old the oldest is, and the dead letters."""
    from console.scan import count
    from streams.topics import DLQ_SUFFIX, PIPELINE

    broker, config = context.broker, context.config
    found = {stage: group_lag_of(context, stage, topic) for stage, topic in READERS}
    waiting = {stage: sum(row.lag for row in rows) for stage, rows in found.items()}
    outbox = _outbox(context)
    dead = {name: count(broker, config.topic(name) + DLQ_SUFFIX) for name in PIPELINE}
    if context.json:
        context.emit(
            {
                "stages": [
                    {"stage": stage, "waiting": number, "oldest_seconds": _oldest(found[stage])}
                    for stage, number in waiting.items()
                ],
                "outbox": outbox,
                "dead_letters": dead,
                "partitions": found if partitions else None,
            }
        )
    else:
        _print(context, found, outbox, dead, partitions=partitions)
    worst = max((*waiting.values(), outbox))
    return exits.NO if maximum is not None and worst > maximum else exits.OK


def group_lag_of(context: Context, stage: str, topic: str) -> list[Lag]:
    """One stage's rows, one a partition."""
    from streams.lag import group_lag

    return group_lag(context.broker, context.config.topic(stage), [context.config.topic(topic)])


def _print(
    context: Context, found: dict[str, list[Lag]], outbox: int, dead: dict[str, int], *, partitions: bool
) -> None:
    rows = [
        (stage, str(sum(row.lag for row in lags)), _spoken(_oldest(lags))) for stage, lags in found.items()
    ]
    rows.append(("notifier", str(outbox), "–"))
    context.table(None, ("stage", "waiting>", "oldest>"), rows)
    if partitions:
        details = [
            (stage, f"{row.topic}[{row.partition}]", _offset(row.committed), str(row.end), str(row.lag))
            for stage, lags in found.items()
            for row in lags
        ]
        context.table(None, ("stage", "partition", "read>", "end>", "waiting>"), details)
    for topic, number in dead.items():
        if number:
            context.say(f"[yellow]{number} dead letters[/yellow] of {topic}: tocsin dlq list {topic}")


def _oldest(rows: list[Lag]) -> float | None:
    """Age in seconds of the oldest record that waits."""
    stamps = [row.oldest for row in rows if row.oldest is not None]
    return max(0.0, time.time() - min(stamps) / 1000) if stamps else None


def _outbox(context: Context) -> int:
    """Notifications that are neither sent nor given up."""
    from sqlalchemy import func, select

    from alerts.outbox_tables import FINAL, outbox
    from streams.state import reading

    with reading(context.engine) as connection:
        query = select(func.count()).select_from(outbox).where(outbox.c.state.not_in(FINAL))
        return int(connection.scalar(query) or 0)


def _spoken(seconds: float | None) -> str:
    from console.text import span

    return "–" if seconds is None else span(timedelta(seconds=seconds))


def _offset(value: int | None) -> str:
    return "–" if value is None else str(value)
