"""channels.yaml: whom to tell, how, and when not."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, model_validator

from config.models.base import (
    Cron,
    Duration,
    Identifier,
    Model,
    Moment,
    TimeZone,
    one_or_many,
    parse_duration,
)

Many = Annotated[tuple[str, ...], BeforeValidator(one_or_many)]
Matchers = dict[str, Annotated[tuple[str, ...], BeforeValidator(one_or_many)]]


class RateLimit(Model):
    """More than ``count`` messages in ``per`` become one summary."""

    count: Annotated[int, Field(ge=1)]
    per: Duration = parse_duration("1m")


class ChannelBase(Model):
    """What every channel has."""

    rate_limit: RateLimit | None = None
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
    port: Annotated[int, Field(ge=1, le=65535)] = 25
    security: Literal["none", "starttls", "tls"] = "none"
    username: str | None = None
    password: SecretStr | None = None
    timeout: Duration = parse_duration("30s")


class EmailChannel(ChannelBase):
    """Email."""

    type: Literal["email"]
    to: Annotated[tuple[str, ...], BeforeValidator(one_or_many)] = Field(min_length=1)
    sender: str = Field("tocsin@localhost", alias="from")
    reply_to: str | None = None
    unsubscribe: str | None = Field(None, description="mailto: or https: address for List-Unsubscribe.")
    smtp: Smtp = Smtp()


class SlackChannel(ChannelBase):
    """Slack: a bot token (threads, edits) or an incoming webhook (simple)."""

    type: Literal["slack"]
    webhook_url: SecretStr | None = None
    token: SecretStr | None = None
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
    url: SecretStr
    secret: SecretStr | None = Field(None, description="HMAC-SHA256 key of the signature header.")
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    timeout: Duration = parse_duration("10s")


class AppriseChannel(ChannelBase):
    """Any other service, by its Apprise URL."""

    type: Literal["apprise"]
    url: SecretStr


class TerminalChannel(ChannelBase):
    """Lines on the standard output of the notifier."""

    type: Literal["terminal"]
    color: bool | None = None


class JsonlChannel(ChannelBase):
    """One JSON line an alert, appended to a file."""

    type: Literal["jsonl"]
    path: Path


class AtomChannel(ChannelBase):
    """An Atom feed file of the last alerts."""

    type: Literal["atom"]
    path: Path
    entries: Annotated[int, Field(ge=1, le=1000)] = 100
    title: str = "Tocsin alerts"


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

    days: Annotated[
        tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...], BeforeValidator(one_or_many)
    ] = ()
    from_: time = Field(time(0, 0), alias="from")
    to: time = time(23, 59, 59)
    timezone: TimeZone = "UTC"


class Escalation(Model):
    """What happens when nobody acknowledges."""

    after: Duration
    channel: Identifier
    severity: str | None = None


class RouteBase(Model):
    """Settings that routes inherit downwards. None: inherited."""

    channel: Identifier | None = None
    group_by: Many | None = None
    group_wait: Duration | None = None
    group_interval: Duration | None = None
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


class Route(RouteBase):
    """A node of the routing tree."""

    match: Matchers = Field(
        default_factory=dict, description="All must hold; values may be lists or /regex/."
    )
    continue_: bool = Field(False, alias="continue")
    routes: tuple[Route, ...] = ()


class Inhibition(Model):
    """While an alert matches ``source``, those matching ``target`` with equal labels stay quiet."""

    source: Matchers
    target: Matchers
    equal: Many = ()
    lasts: Duration = Field(
        parse_duration("6h"), description="A source counts this long after its last change."
    )


class SilenceRule(Model):
    """A silence kept in a file."""

    match: Matchers = Field(min_length=1)
    from_: Moment | None = Field(None, alias="from")
    until: Moment
    reason: str
    by: str


class ChannelsFile(Model):
    """channels.yaml."""

    channels: dict[Identifier, Channel] = Field(default_factory=dict)
    route: Route | None = None
    intervals: dict[Identifier, TimeInterval] = Field(default_factory=dict)
    inhibit: tuple[Inhibition, ...] = ()
    silences: tuple[SilenceRule, ...] = ()
