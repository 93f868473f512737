"""A sample message, so that a channel can be tried before it matters."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from alerts.acknowledge_links import Linker
from alerts.channels.base import Item, Message, Receipt
from alerts.channels.build import build_sender
from alerts.messages import Alert, AlertPlace, Evidence
from alerts.render_title import title_of
from alerts.routing import Router
from alerts.routing_tree import Node
from config.errors import UsageError
from config.models.root import Config
from processors.messages import Casualties, DateRange

_SENTENCE = "This is a sample: special forces raided a house in Atme, and at least three people were killed."


def send_sample(config: Config, channel: str, now: datetime) -> tuple[tuple[str, Receipt], ...]:
    """Send a sample to every target of the channel, past the outbox; returns each target with its receipt.

    Raises UsageError for an unknown channel, and the channel's own errors.
    """
    settings = config.channels.channels.get(channel)
    if settings is None:
        known = ", ".join(sorted(config.channels.channels)) or "none"
        raise UsageError(f'no channel "{channel}" in channels.yaml; there: {known}')
    links = Linker(config.settings)
    sender = build_sender(settings, config)
    try:
        return tuple(
            (place.target, sender.send(sample_message(channel, place.target, links, now)))
            for place in Router(config).targets(channel, Node(path="sample"))
        )
    finally:
        sender.close()


def sample_message(channel: str, target: str, links: Linker, now: datetime) -> Message:
    """The sample for one target."""
    alert = sample_alert(now)
    item = Item(alert, "alert", alert.severity, first=True, acknowledge_url=links.url(alert, target, now))
    return Message(
        id=uuid4().hex,
        channel=channel,
        target=target,
        form="single",
        title=title_of([(alert, alert.severity)], "single"),
        items=(item,),
        created=now,
    )


def sample_alert(now: datetime) -> Alert:
    """An alert that says that it is a sample."""
    first, second = _SENTENCE.index("raided"), _SENTENCE.index("Atme")
    return Alert(
        id=f"sample-{uuid4().hex[:12]}",
        rule="sample",
        rule_name="Sample: this channel works",
        severity="low",
        incident=f"sample-{uuid4().hex[:12]}",
        headline="Sample alert: raid in Atme, Idlib",
        event_type="raid",
        regions=("idlib",),
        place=AlertPlace(
            name="Atme", country="SY", admin1="SY-ID", latitude=36.30, longitude=36.69, precision="city"
        ),
        date=DateRange(start=f"{now:%Y-%m-%d}", end=f"{now:%Y-%m-%d}"),
        casualties=(Casualties(kind="killed", min=3, source="sample source"),),
        publishers=1,
        evidence=(
            Evidence(
                document="sample",
                title="Sample article",
                publisher="Sample publisher",
                url="https://example.org/sample",
                published=now,
                sentence=_SENTENCE,
                highlights=((first, first + 6), (second, second + 4)),
                matched=("event raid", "region idlib: Atme"),
            ),
        ),
        created=now,
        updated=now,
    )
