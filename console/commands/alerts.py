"""``alerts list|show|ack|silence|unsilence|silences``."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import UsageError
from console.command import command
from console.context import Context

if TYPE_CHECKING:
    from alerts.messages import Alert
    from alerts.silences import Silence
    from console.alert_store import Listed, Told

AlertId = Annotated[str, typer.Argument(metavar="ID", help="The alert's id, or enough of its beginning.")]
By = Annotated[str | None, typer.Option("--by", help="Who says so; without it your user name.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="Alerts: what was raised, who was told, who has seen it.", no_args_is_help=True)
    command(group, "list")(list_)
    command(group, "show")(show)
    command(group, "ack")(ack)
    command(group, "silence")(silence)
    command(group, "unsilence")(unsilence)
    command(group, "silences")(silences)
    app.add_typer(group, name="alerts", rich_help_panel="Operate")


def list_(
    context: Context,
    *,
    since: Annotated[str | None, typer.Option("--since", help="2026-09-01, or 7d for a week back.")] = None,
    rule: Annotated[str | None, typer.Option("--rule", help="Only of this rule.")] = None,
    severity: Annotated[
        list[str] | None, typer.Option("--severity", help="Only of this severity; may be repeated.")
    ] = None,
    unacknowledged: Annotated[
        bool, typer.Option("--unacked", help="Only those that nobody has seen.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, the newest.")] = 50,
) -> int | None:
    """List alerts, the newest first: one line an incident and rule."""
    from console.alert_store import newest
    from console.times import moment
    from streams.state import reading

    start = moment(since, datetime.now(UTC)) if since else None
    with reading(context.engine) as connection:
        found = newest(
            connection,
            since=start,
            rule=rule,
            severities=severity or (),
            unacknowledged=unacknowledged,
            limit=limit,
        )
    if context.json:
        context.emit([{"acknowledged": one.acknowledged, "alert": one.alert} for one in found])
        return None
    if not found:
        context.say("no alerts")
        return None
    context.table(None, ("id", "updated (UTC)", "severity", "rule", "headline", "seen by"), map(_row, found))
    context.hint("tocsin alerts show ID · ack ID · silence region=idlib --until 4h --reason …")
    return None


def _row(one: Listed) -> tuple[str, ...]:
    from console.text import one_line, stamp

    alert = one.alert
    revision = f" (rev. {alert.revision})" if alert.revision > 1 else ""
    mark = " [backfill]" if alert.backfill else ""
    seen = one.acknowledged.by if one.acknowledged else "–"
    headline = one_line(alert.headline, 100) + revision + mark
    return alert.id[:10], stamp(alert.updated), alert.severity, alert.rule, headline, seen


def show(context: Context, alert: AlertId) -> int | None:
    """Show one alert: every revision with what changed, the evidence, and who was told how."""
    from alerts.acknowledgements import read
    from console.alert_store import full_id, revisions, told
    from streams.state import reading

    with reading(context.engine) as connection:
        alert_id = full_id(connection, alert)
        history = revisions(connection, alert_id)
        messages = told(connection, alert_id)
        seen = read(connection, [alert_id]).get(alert_id)
    if context.json:
        context.emit({"revisions": history, "deliveries": messages, "acknowledged": seen})
        return None
    _print_alert(context, history[-1])
    _print_history(context, history)
    _print_messages(context, messages)
    context.say(f"acknowledged by {_safe(seen.describe())}" if seen else "nobody has acknowledged it")
    return None


def _print_alert(context: Context, alert: Alert) -> None:
    from console.alert_view import alert_panel

    context.out.print(alert_panel(alert))


def _print_history(context: Context, history: list[Alert]) -> None:
    from console.text import one_line, stamp

    rows = [
        (
            str(item.revision),
            stamp(item.updated),
            item.reason,
            "; ".join(one_line(c.text) for c in item.changes),
        )
        for item in history
    ]
    context.table(None, ("rev.>", "updated (UTC)", "reason", "what changed"), rows)


def _print_messages(context: Context, messages: list[Told]) -> None:
    from console.text import one_line, stamp

    rows = [
        (
            str(item.revision),
            item.target,
            item.kind,
            item.state,
            str(item.attempts),
            stamp(item.finished),
            one_line(item.error or item.why, 80),
        )
        for item in messages
    ]
    if rows:
        context.table(None, ("rev.>", "to", "kind", "state", "tries>", "done (UTC)", "why"), rows)


def ack(
    context: Context,
    alert: AlertId,
    by: By = None,
    note: Annotated[str | None, typer.Option("--note", help="A remark that stays with it.")] = None,
) -> int | None:
    """Acknowledge an alert: no more reminders and escalations. Updates are still told."""
    from alerts.acknowledgements import acknowledge
    from console.alert_store import full_id
    from streams.state import reading

    with reading(context.engine) as connection:
        alert_id = full_id(connection, alert)
    done = acknowledge(context.engine, alert_id, by=by or getpass.getuser(), now=datetime.now(UTC), note=note)
    if context.json:
        context.emit(done)
    else:
        context.say(f"acknowledged by {_safe(done.describe())}")
    return None


def silence(
    context: Context,
    matchers: Annotated[
        list[str], typer.Argument(metavar="LABEL=VALUE...", help="For example region=idlib severity=low.")
    ],
    until: Annotated[str, typer.Option("--until", help="2026-10-01T00:00Z, or 4h from now.")],
    reason: Annotated[
        str, typer.Option("--reason", help="Why; it stands in every suppressed message's record.")
    ],
    by: By = None,
) -> int | None:
    """Keep alerts with these labels quiet for a while.

    All labels must hold; values may be /regex/, or !value for anything else.
    """
    from alerts.silences import add
    from console.times import later

    now = datetime.now(UTC)
    done = add(
        context.engine,
        parse_matchers(matchers),
        until=later(until, now),
        reason=reason,
        by=by or getpass.getuser(),
        now=now,
    )
    if context.json:
        context.emit({"id": done.id, "ends": done.ends})
    else:
        context.say(f"silence {done.id} until {done.ends:%Y-%m-%d %H:%M} UTC")
        context.hint(f"to end it sooner: tocsin alerts unsilence {done.id}")
    return None


def parse_matchers(texts: list[str]) -> dict[str, list[str]]:
    """['region=idlib', 'region=aleppo', 'severity=low'] by label; raises UsageError with an example."""
    found: dict[str, list[str]] = {}
    for text in texts:
        label, equals, value = text.partition("=")
        if not (label and equals and value):
            raise UsageError(f"{text!r} is no matcher; write LABEL=VALUE, for example region=idlib")
        found.setdefault(label, []).append(value)
    return found


def unsilence(
    context: Context, silence_id: Annotated[str, typer.Argument(metavar="ID", help="The silence's id.")]
) -> int | None:
    """End a silence now."""
    from alerts.silences import expire

    expire(context.engine, silence_id, datetime.now(UTC))
    if context.json:
        context.emit({"ended": silence_id})
    else:
        context.say(f"silence {_safe(silence_id)} ended")
    return None


def silences(
    context: Context, every: Annotated[bool, typer.Option("--all", help="Those that have ended too.")] = False
) -> int | None:
    """List silences, of channels.yaml and by command."""
    from alerts.silences import list_all
    from console.text import stamp

    now = datetime.now(UTC)
    found = list_all(context.engine, context.config.channels, None if every else now)
    if context.json:
        fields = ("id", "match", "starts", "ends", "reason", "by", "source")
        context.emit([{name: getattr(one, name) for name in fields} for one in found])
        return None
    if not found:
        context.say("no silences")
        return None
    rows = [(one.id, _matchers(one), stamp(one.starts), stamp(one.ends), one.by, one.reason) for one in found]
    context.table(None, ("id", "matches", "from (UTC)", "until (UTC)", "by", "reason"), rows)
    return None


def _matchers(one: Silence) -> str:
    return " ".join(f"{label}={value}" for label, values in one.match.items() for value in values)


def _safe(text: str) -> str:
    from rich.markup import escape

    from console.text import one_line

    return escape(one_line(text))
