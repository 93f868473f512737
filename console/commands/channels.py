"""``channels test``: send a sample."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from console.command import command
from console.context import Context


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    group = typer.Typer(help="Channels: whom to tell, and how.", no_args_is_help=True)
    command(group, "test")(send_test)
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
