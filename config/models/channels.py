"""channels.yaml: whom to tell, how, and when not."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, model_validator

from config.models.base import (
    ONE_OR_MANY,
    Cron,
    Duration,
    Identifier,
    Model,
    Moment,
    TimeZone,
    parse_duration,
)

Many = Annotated[tuple[str, ...], ONE_OR_MANY]
Matchers = dict[str, Annotated[tuple[str, ...], ONE_OR_MANY]]


class RateLimit(Model):
    """More than ``count`` messages in ``per`` become one summary."""

    count: Annotated[int, Field(ge=1)]
    """Messages."""
    per: Duration = parse_duration("1m")
    """In this time."""


class ChannelBase(Model):
    """What every channel has."""

    rate_limit: RateLimit | None = None
    """More messages than this become one summary."""
    on_unknown: Literal["resend", "hold"] = Field(
        "resend",
        description="What to do when the provider's answer was lost: send again (marked), or leave it.",
    )
    digest: Cron | None = Field(None, description="Cron (five fields, UTC): collect and send together.")
    give_up_after: Duration = Field(
        parse_duration("3d"), description="A message that could not be delivered for this long fails."
    )


class Smtp(Model):
    """How mail leaves."""

    host: str = "localhost"
    """Mail server."""
    port: Annotated[int, Field(ge=1, le=65535)] = 25
    """Its port."""
    security: Literal["none", "starttls", "tls"] = "none"
    """Plain, STARTTLS, or TLS from the first byte."""
    username: str | None = None
    """For authentication."""
    password: SecretStr | None = None
    """For authentication."""
    timeout: Duration = parse_duration("30s")
    """Limit of each network step."""


class EmailChannel(ChannelBase):
    """Email."""

    type: Literal["email"]
    """Email over SMTP."""
    to: Annotated[tuple[str, ...], ONE_OR_MANY] = Field(min_length=1)
    """Receivers."""
    sender: str = Field("tocsin@localhost", alias="from")
    """From address."""
    reply_to: str | None = None
    """Reply-To address."""
    unsubscribe: str | None = Field(None, description="mailto: or https: address for List-Unsubscribe.")
    smtp: Smtp = Smtp()
    """The mail server."""


class SlackChannel(ChannelBase):
    """Slack: a bot token (threads, edits) or an incoming webhook (simple)."""

    type: Literal["slack"]
    """Slack."""
    webhook_url: SecretStr | None = None
    """Address of an incoming webhook: no threads, no edits."""
    token: SecretStr | None = None
    """Bot token: threads and updates; needs channel."""
    channel: str | None = Field(None, description="Channel id; needed with a token.")
    api_url: str = Field("https://slack.com/api/", description="For tests and proxies.")

    @model_validator(mode="after")
    def _one_way(self) -> SlackChannel:
        if (self.webhook_url is None) == (self.token is None):
            raise ValueError("a slack channel needs either webhook_url or token")
        if self.token is not None and not self.channel:
            raise ValueError("a slack channel with a token needs 'channel'")
        return self


class WebhookChannel(ChannelBase):
    """A signed HTTP POST of the alert's JSON."""

    type: Literal["webhook"]
    """A signed HTTP POST."""
    url: SecretStr
    """Where to."""
    secret: SecretStr | None = Field(None, description="HMAC-SHA256 key of the signature header.")
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    """Further request headers."""
    timeout: Duration = parse_duration("10s")
    """Total deadline of one delivery."""


class AppriseChannel(ChannelBase):
    """Any other service, by its Apprise URL."""

    type: Literal["apprise"]
    """Any service that Apprise knows."""
    url: SecretStr
    """Apprise URL, such as matrix://user:password@host/room."""


class TerminalChannel(ChannelBase):
    """Lines on the standard output of the notifier."""

    type: Literal["terminal"]
    """Lines on the terminal."""
    color: bool | None = None
    """Colours; default: where the output is a terminal."""


class JsonlChannel(ChannelBase):
    """One JSON line an alert, appended to a file."""

    type: Literal["jsonl"]
    """One JSON line an alert."""
    path: Path
    """File to append to, relative to data_dir."""


class AtomChannel(ChannelBase):
    """An Atom feed file of the last alerts."""

    type: Literal["atom"]
    """An Atom feed."""
    path: Path
    """File to write, relative to data_dir."""
    entries: Annotated[int, Field(ge=1, le=1000)] = 100
    """How many of the last alerts it holds."""
    title: str = "Tocsin alerts"
    """Title of the feed."""


Channel = Annotated[
    EmailChannel
    | SlackChannel
    | WebhookChannel
    | AppriseChannel
    | TerminalChannel
    | JsonlChannel
    | AtomChannel,
    Field(discriminator="type"),
]


class TimeInterval(Model):
    """A named stretch of the week. ``from`` later than ``to`` crosses midnight."""

    days: Annotated[tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...], ONE_OR_MANY] = ()
    """Days of the week; default: all."""
    from_: time = Field(time(0, 0), alias="from")
    """Start, local time."""
    to: time = time(23, 59, 59)
    """End, local time."""
    timezone: TimeZone = "UTC"
    """IANA name, such as Asia/Damascus."""


class Escalation(Model):
    """What happens when nobody acknowledges."""

    after: Duration
    """Not acknowledged for this long."""
    channel: Identifier
    """Channel to tell."""
    severity: str | None = None
    """Severity that the alert then has; default: as it was."""


class RouteBase(Model):
    """Settings that routes inherit downwards. None: inherited."""

    channel: Identifier | None = None
    """Channel (id) of the alerts that end here."""
    group_by: Many | None = None
    """Labels whose equal values make one message."""
    group_wait: Duration | None = None
    """Wait this long for more before the first message of a group."""
    group_interval: Duration | None = None
    """Least time between two messages of a group."""
    repeat_interval: Duration | None = Field(
        None, description="Unacknowledged and still unresolved: remind after this; 0 never."
    )
    repeat_for: Duration | None = Field(
        None, description="Reminders end this long after the alert's last change; default 1d."
    )
    mute: Many | None = Field(None, description="Names of intervals in which nothing is sent; it waits.")
    active: Many | None = Field(
        None, description="Names of intervals outside of which nothing is sent; it waits."
    )
    escalate: tuple[Escalation, ...] | None = None
    """What happens when nobody acknowledges."""


class Route(RouteBase):
    """A node of the routing tree."""

    match: Matchers = Field(
        default_factory=dict, description="All must hold; values may be lists or /regex/."
    )
    continue_: bool = Field(False, alias="continue")
    """Go on to the following routes as well."""
    routes: tuple[Route, ...] = ()
    """Tried in order; the first that matches takes the alert."""


class Inhibition(Model):
    """While an alert matches ``source``, those matching ``target`` with equal labels stay quiet."""

    source: Matchers
    """Labels of the alert that speaks."""
    target: Matchers
    """Labels of the alerts that stay quiet."""
    equal: Many = ()
    """Labels whose values must be the same in both."""
    lasts: Duration = Field(
        parse_duration("6h"), description="A source counts this long after its last change."
    )


class SilenceRule(Model):
    """A silence kept in a file."""

    match: Matchers = Field(min_length=1)
    """All must hold; values may be lists or /regex/."""
    from_: Moment | None = Field(None, alias="from")
    """Start; default: always."""
    until: Moment
    """End."""
    reason: str
    """Why, for people."""
    by: str
    """Who decided it."""


class ChannelsFile(Model):
    """channels.yaml."""

    channels: dict[Identifier, Channel] = Field(default_factory=dict)
    """Whom to tell, by name."""
    route: Route | None = None
    """Which alert goes to which channel; default: every alert to every channel."""
    intervals: dict[Identifier, TimeInterval] = Field(default_factory=dict)
    """Named stretches of the week for mute and active."""
    inhibit: tuple[Inhibition, ...] = ()
    """Alerts that keep others quiet."""
    silences: tuple[SilenceRule, ...] = ()
    """Silences kept in this file."""
