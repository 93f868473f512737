"""What is sent, and what a channel promises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from alerts.messages import Alert, Change

Form = Literal["single", "group", "digest", "summary"]
Kind = Literal["alert", "reminder", "escalation"]


@dataclass(frozen=True, slots=True)
class Item:
    """One alert in a message, as it stands at its newest revision."""

    alert: Alert
    kind: Kind
    severity: str  # as told: an escalation may raise it
    first: bool  # never told to this target before
    changes: tuple[Change, ...] = ()  # since this target was last told
    acknowledge_url: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one target."""

    id: str  # the delivery's id: the same on every attempt
    channel: str
    target: str
    form: Form
    title: str
    items: tuple[Item, ...]
    created: datetime
    attempt: int = 1
    possible_duplicate: bool = False  # an earlier attempt may have arrived
    root: str | None = None  # provider id of the first message of the thread
    previous: str | None = None  # provider id of the last one
    root_title: str | None = None

    @property
    def is_reply(self) -> bool:
        """Whether it continues a thread."""
        return self.root is not None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider said yes."""

    provider_id: str | None = None
    detail: str = ""


class Sender(Protocol):
    """A channel ready to send. Used by one thread."""

    def send(self, message: Message) -> Receipt:
        """Deliver or raise ChannelTransient, ChannelPermanent, or (the answer was lost) ChannelUnknown."""

    def close(self) -> None:
        """Release connections. Idempotent."""
