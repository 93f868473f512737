"""``channels test|retry``: send a sample; send again what failed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from config.errors import UsageError
from console.command import command
from console.context import Context


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="Channels: whom to tell, and how.", no_args_is_help=True)
    command(group, "test")(send_test)
    command(group, "retry")(retry)
    app.add_typer(group, name="channels", rich_help_panel="Try")


def send_test(
    context: Context, name: Annotated[str, typer.Argument(metavar="NAME", help="A channel of channels.yaml.")]
) -> int | None:
    """Send a sample alert through one channel now, past routing and silences."""
    from alerts.channels.sample import send_sample
    from console.text import one_line

    receipts = send_sample(context.config, name, datetime.now(UTC))
    if context.json:
        context.emit([{"target": target, "receipt": receipt} for target, receipt in receipts])
        return None
    for target, receipt in receipts:
        said = receipt.detail or receipt.provider_id or "accepted"
        context.out.print(f"sent to {one_line(target)}: {one_line(said)}", markup=False)
    return None


def retry(
    context: Context, name: Annotated[str, typer.Argument(metavar="NAME", help="A channel of channels.yaml.")]
) -> int | None:
    """Send again what a channel refused, once its trouble is mended (a new token, a freed mailbox)."""
    from alerts import outbox_repair

    if name not in context.config.channels.channels:
        raise UsageError(f'no channel "{name}" in channels.yaml')
    again = outbox_repair.retry(context.engine, datetime.now(UTC), channel=name)
    if context.json:
        context.emit({"channel": name, "messages": again})
    else:
        context.say(f"{len(again)} messages wait to be sent again" if again else "nothing has failed there")
    return None
