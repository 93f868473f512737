"""Alerts to deliver, and a notifier driven by hand with its own time."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine, select

from alerts.channels.base import Message, Receipt, Sender
from alerts.channels.build import build_senders
from alerts.messages import Alert, AlertPlace, Change, Evidence
from alerts.notifier import Notifier
from alerts.notifier_core import NotifierCore
from alerts.outbox import enqueue
from alerts.outbox_owners import Owner
from alerts.outbox_tables import FINAL, attempts, deliveries, notices, outbox
from config.models.channels import ChannelsFile
from config.models.root import Config
from config.models.settings import Settings
from processors.messages import Actor, Casualties, DateRange
from streams.state import reading, writing

START = datetime(2026, 9, 1, 10, 0, tzinfo=UTC)  # a Tuesday
SENTENCE = "Special forces raided a house in Atme before dawn, killing at least 13 people."


@contextmanager
def running(notifier: Notifier, grace: float) -> Iterator[threading.Event]:
    """The notifier in a thread of its own; the event stops it, and it has ``grace`` seconds to end."""
    stop = threading.Event()
    thread = threading.Thread(target=notifier.run, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(grace)
    assert not thread.is_alive()


def make_alert(number: int = 1, **changes: Any) -> Alert:
    """A raid in Atme as reported by two publishers; ``changes`` replace fields."""
    alert = Alert(
        id=f"alert-{number:05d}",
        rule="idlib-raids",
        rule_name="Raids in Idlib",
        severity="high",
        incident=f"incident-{number:05d}",
        headline="Raid in Atme, Idlib: at least 13 killed",
        event_type="raid",
        regions=("idlib",),
        place=AlertPlace(
            name="Atme",
            country="SY",
            admin1="SY-ID",
            latitude=36.30,
            longitude=36.69,
            precision="city",
            region="idlib",
        ),
        date=DateRange(start="2026-09-01", end="2026-09-01"),
        casualties=(
            Casualties(kind="killed", min=13, source="rescue workers"),
            Casualties(kind="killed", min=9, max=9, source="the ministry"),
        ),
        actors=(Actor(name="special forces", role="agent"),),
        publishers=2,
        evidence=(
            Evidence(
                document=f"doc-{number}-a",
                url="https://news.example/raid-atme",
                title="Raid on house in Atme kills 13",
                publisher="Northern Courier",
                published=START,
                language="en",
                story="story-a",
                sentence=SENTENCE,
                highlights=((15, 21), (33, 37)),
                matched=("event raid", "region idlib: Atme"),
            ),
            Evidence(
                document=f"doc-{number}-b",
                url="https://gazette.example/atme",
                title="Dawn raid near the border",
                publisher="Border Gazette",
                published=START,
                story="story-b",
            ),
        ),
        created=START,
        updated=START,
    )
    return msgspec.structs.replace(alert, **changes)


def update_of(alert: Alert, text: str = "killed: 14 (was 13)", **changes: Any) -> Alert:
    """The next revision."""
    values: dict[str, Any] = {
        "revision": alert.revision + 1,
        "reason": "casualties",
        "changes": (Change(kind="casualties", text=text),),
        "updated": alert.updated + timedelta(minutes=1),
    }
    return msgspec.structs.replace(alert, **(values | changes))


def make_config(folder: Path, channels: Mapping[str, Any], **settings: Any) -> Config:
    """A configuration with these channels.yaml contents."""
    return Config(
        folder=folder / "config",
        settings=Settings.model_validate({"data_dir": str(folder / "data"), **settings}),
        channels=ChannelsFile.model_validate(channels),
    )


class Recorder:
    """A channel that keeps what it was given; ``script`` holds errors to raise first."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.script: list[Exception] = []
        self.sent: list[Message] = []

    def send(self, message: Message) -> Receipt:
        """Keep, or raise what the script says."""
        self.messages.append(message)
        if self.script:
            raise self.script.pop(0)
        self.sent.append(message)
        return Receipt(f"id-{len(self.sent)}")

    def close(self) -> None:
        """Nothing."""


class Rig:
    """A notifier without threads, on a clock that only ``advance`` moves."""

    def __init__(
        self,
        engine: Engine,
        config: Config,
        senders: Mapping[str, Sender] | None = None,
        *,
        now: datetime = START,
        owner: Owner | None = None,
    ) -> None:
        self.engine = engine
        self.config = config
        self.now = now
        self.senders = build_senders(config) if senders is None else dict(senders)
        self.core = NotifierCore(
            config, engine, self.senders, owner=owner, chance=random.Random(7), pause=lambda _: None
        )

    def tell(self, *alerts: Alert) -> None:
        """Enqueue and do everything that is due."""
        with writing(self.engine) as connection:
            for alert in alerts:
                enqueue(connection, alert, self.now)
        self.step()

    def step(self) -> None:
        """Everything that is due now."""
        for _ in range(1000):
            self.core.tend(self.now)
            if not sum(self.core.work(channel, lambda: self.now) for channel in self.senders):
                return
        raise AssertionError("the notifier does not come to rest")

    def advance(self, **duration: float) -> None:
        """Move the clock, stopping wherever something is due."""
        end = self.now + timedelta(**duration)
        for _ in range(20_000):
            due = self.core.next_due(self.now)
            if due is None or due > end:
                break
            self.now = due
            self.step()
        self.now = end
        self.step()

    def rows(self, **where: Any) -> list[Any]:
        """Outbox rows, oldest first."""
        query = select(outbox).order_by(
            outbox.c.created_at, outbox.c.alert_id, outbox.c.revision, outbox.c.id
        )
        for name, value in where.items():
            query = query.where(outbox.c[name] == value)
        with reading(self.engine) as connection:
            return list(connection.execute(query))

    def states(self, **where: Any) -> Counter[str]:
        """How many rows are in which state."""
        return Counter(row.state for row in self.rows(**where))

    def deliveries(self) -> list[Any]:
        """Deliveries, oldest first."""
        with reading(self.engine) as connection:
            return list(
                connection.execute(select(deliveries).order_by(deliveries.c.created_at, deliveries.c.id))
            )

    def attempts(self) -> list[Any]:
        """Attempts in order."""
        with reading(self.engine) as connection:
            query = select(attempts).order_by(attempts.c.started_at, attempts.c.delivery, attempts.c.number)
            return list(connection.execute(query))

    def oracle(self) -> None:
        """Every alert's state is known, none is lost: all routed, all rows final and told why."""
        with reading(self.engine) as connection:
            told = list(connection.execute(select(notices)))
            rows = list(connection.execute(select(outbox)))
        assert all(notice.routed_at is not None for notice in told)
        known = {(row.alert_id, row.revision) for row in rows}
        assert {(notice.alert_id, notice.revision) for notice in told} <= known
        open_rows = [row for row in rows if row.state not in FINAL and row.kind == "alert"]
        assert not open_rows, open_rows[:3]
