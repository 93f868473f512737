"""Alerts on the standard output: short lines for people, without control characters from articles."""

from __future__ import annotations

import errno
import sys
from typing import TextIO

from rich.console import Console
from rich.text import Text

from alerts.channels.base import Message, Receipt
from alerts.render import Card, cards_of
from config.errors import ChannelTransient
from config.models.channels import TerminalChannel

_STYLES = {
    "critical": "bold white on red",
    "high": "bold red",
    "medium": "bold yellow",
    "low": "cyan",
    "info": "dim",
}
_AT_MOST = 40  # alerts shown of one summary


class _Console(Console):
    """Rich ends the process on a broken pipe; here it is an error like any other."""

    def on_broken_pipe(self) -> None:
        """Raise it again."""
        raise BrokenPipeError(errno.EPIPE, "broken pipe")


class TerminalSender:
    """Prints; a terminal that is gone is a transient error."""

    def __init__(self, settings: TerminalChannel, stream: TextIO | None = None) -> None:
        # highlight and markup stay off: an article's "[red]" or a URL in it is just text
        self._console = _Console(
            file=stream or sys.stdout,
            no_color=settings.color is False,
            force_terminal=True if settings.color else None,
            highlight=False,
            markup=False,
            emoji=False,
            soft_wrap=True,
        )

    def send(self, message: Message) -> Receipt:
        """See :class:`alerts.channels.base.Sender`."""
        try:
            for text in lines_of(message):
                self._console.print(text)
            self._console.file.flush()
        except OSError as error:
            raise ChannelTransient(f"the terminal is gone: {error.strerror}", whole_channel=True) from error
        return Receipt(message.id)

    def close(self) -> None:
        """Nothing is kept open."""


def lines_of(message: Message) -> list[Text]:
    """The message, line by line."""
    lines: list[Text] = []
    if message.form != "single":
        lines.append(Text(message.title, style="bold"))
    if message.possible_duplicate:
        lines.append(Text("(possibly told before: the first attempt's answer was lost)", style="dim"))
    for card in cards_of(message, _AT_MOST):
        lines += _card(card)
    hidden = len(message.items) - _AT_MOST
    if hidden > 0:
        lines.append(Text(f"and {hidden} more; see: tocsin alerts list", style="bold"))
    return lines


def _card(card: Card) -> list[Text]:
    head = Text(f"▲ {card.severity.upper()} ", style=_STYLES.get(card.severity, "bold"))
    head.append(card.headline, style="bold")
    if card.kicker != "New":
        head.append(f"  {card.kicker}", style="italic")
    if card.backfill:
        head.append("  (backfill)", style="dim")
    sentence = Text("  “")
    for part in card.sentence:
        sentence.append(part.text, style="reverse" if part.marked else "")
    sentence.append("”" + (f" — {card.sentence_source}" if card.sentence_source else ""))
    facts = " · ".join(f"{label}: {value}" for label, value in card.facts)
    lines = [
        head,
        *([sentence] if card.sentence else []),
        Text(f"  {facts}"),
        Text(f"  {card.why}", style="dim"),
    ]
    lines += [Text(f"  {source.publisher}: {source.url or source.title}") for source in card.sources]
    if card.acknowledge_url:
        lines.append(Text(f"  acknowledge: {card.acknowledge_url}"))
    return [*lines, Text("")]
