"""From the configuration of a channel to the channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alerts.channels.apprise import AppriseSender
from alerts.channels.atom import AtomSender
from alerts.channels.base import Sender
from alerts.channels.email import EmailSender
from alerts.channels.jsonl import JsonlSender
from alerts.channels.slack import SlackSender
from alerts.channels.terminal import TerminalSender
from alerts.channels.webhook import WebhookSender
from config.models.channels import (
    AppriseChannel,
    AtomChannel,
    Channel,
    EmailChannel,
    JsonlChannel,
    SlackChannel,
    TerminalChannel,
    WebhookChannel,
)
from config.models.root import Config

_BUILDERS: dict[type, Callable[[Any, Config], Sender]] = {
    EmailChannel: lambda settings, _: EmailSender(settings),
    SlackChannel: lambda settings, _: SlackSender(settings),
    WebhookChannel: lambda settings, _: WebhookSender(settings),
    AppriseChannel: lambda settings, _: AppriseSender(settings),
    TerminalChannel: lambda settings, _: TerminalSender(settings),
    JsonlChannel: lambda settings, config: JsonlSender(config.data_dir / settings.path),
    AtomChannel: lambda settings, config: AtomSender(settings, config.data_dir / settings.path),
}


def build_sender(settings: Channel, config: Config) -> Sender:
    """One channel. Paths are relative to the data folder. ConfigError for an unusable Apprise address."""
    return _BUILDERS[type(settings)](settings, config)


def build_senders(config: Config) -> dict[str, Sender]:
    """Every configured channel, by name."""
    return {name: build_sender(settings, config) for name, settings in config.channels.channels.items()}
