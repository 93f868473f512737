"""The notifier's work, one step at a time, with ``now`` passed in: no threads and no waiting here."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, Row

from alerts import outbox_leases, outbox_retention
from alerts.acknowledge_links import Linker
from alerts.channels.base import Message, Sender
from alerts.delivery_alerts import report_failure
from alerts.escalation import reminder_row
from alerts.messages import Alert
from alerts.outbox_dispatch import insert_rows, next_due, plan_due, route_notices
from alerts.outbox_leases import Lease
from alerts.outbox_messages import InHand, load
from alerts.outbox_outcomes import History, Judge, Outcome, Result
from alerts.outbox_owners import Owner, Registry
from alerts.outbox_tables import FAILED, SENT
from alerts.routing import Destination, Router
from config.errors import ChannelError, StateUnavailable
from config.models.channels import ChannelBase
from config.models.root import Config
from streams.codec import decode
from streams.state import reading, writing

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
_AT_ONCE = 20
_FORGET_EVERY = timedelta(hours=1)
_FORGET_BATCHES = 20  # in one round: deliveries go first
_INSIST = 120  # tries to record a result: about ten minutes


class NotifierCore:
    """Routes, plans, leases, sends and records. ``senders`` maps channel names to ready channels."""

    def __init__(
        self,
        config: Config,
        engine: Engine,
        senders: Mapping[str, Sender],
        *,
        owner: Owner | None = None,
        chance: random.Random | None = None,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self.engine = engine
        self.router = Router(config)
        self.senders = senders
        self.registry = Registry(owner or Owner.make())
        self._links = Linker(config.settings)
        self._operator = config.settings.operator_channel
        self._keep = config.settings.keep_deliveries
        self._forget_at: datetime | None = None
        self._pause = pause
        self._unsure: set[str] = set()  # channels whose last round broke off
        self._chance = chance or random.Random()  # noqa: S311 (jitter, not a secret)

    @property
    def owner(self) -> str:
        """The id written into leases."""
        return self.registry.owner.id

    def tend(self, now: datetime) -> None:
        """Beat, take over what dead notifiers held, route and plan what is due."""
        if self.registry.beat_is_due():
            self._beat(now)
        while route_notices(self.engine, self.router, now):
            pass
        plan_due(self.engine, self.router, now)
        if self._forget_at is None or not self._forget_at - _FORGET_EVERY <= now < self._forget_at:
            self._forget_at = now + _FORGET_EVERY
            self._forget(now)

    def next_due(self, now: datetime) -> datetime | None:
        """When something is due by itself."""
        with reading(self.engine) as connection:
            return next_due(connection, now)

    def due_channels(self, now: datetime) -> frozenset[str]:
        """The channels that have something to send now."""
        with reading(self.engine) as connection:
            return outbox_leases.due_channels(connection, now)

    def work(self, channel: str, clock: Clock, stopping: Callable[[], bool] = lambda: False) -> int:
        """Lease a few deliveries of one channel and send them; returns how many attempts were made.

        Between two messages one transaction records the result of the first and the beginning of the second.
        """
        if channel in self._unsure:
            self._settle(channel, clock())
        if channel not in self.due_channels(clock()):  # a look without the write lock
            return 0
        try:
            return self._work(channel, clock, stopping)
        except BaseException:
            self._unsure.add(channel)
            raise

    def _work(self, channel: str, clock: Clock, stopping: Callable[[], bool]) -> int:
        with writing(self.engine) as connection:
            taken = outbox_leases.lease(connection, self.owner, channel, clock(), _AT_ONCE)
            leased = load(connection, taken, lambda alert, to: self._links.url(alert, to, clock()))
            current = self._begin_next(connection, leased, clock())
        done = 0
        while current:
            result = self._send(channel, current[1])
            done += 1
            current = self._insist(partial(self._advance, current, result, leased, clock, stopping))
        return done

    def _settle(self, channel: str, now: datetime) -> None:
        """After an error nobody knows what went through: whatever is still leased here is left over."""
        settings: Mapping[str, ChannelBase] = self.router.channels
        with writing(self.engine) as connection:
            outbox_leases.recover(connection, [self.owner], settings, now, self._chance, channel=channel)
        self._unsure.discard(channel)

    def _advance(
        self,
        current: InHand,
        result: Result,
        leased: list[InHand],
        clock: Clock,
        stopping: Callable[[], bool],
    ) -> InHand | None:
        """Record a result and begin the next delivery, in one transaction."""
        taken, _, rows = current
        waiting = list(leased)
        with writing(self.engine) as connection:
            outcome = self._record(connection, taken, result, rows, clock())
            if outcome.pause_until or stopping():
                outbox_leases.give_back(connection, [lease for lease, _, _ in waiting])
                return None
            following = self._begin_next(connection, waiting, clock())
        leased[:] = waiting
        return following

    def _insist(self, step: Callable[[], InHand | None]) -> InHand | None:
        """A result in hand must not be lost: while the database is away, wait and record it then."""
        for attempt in range(1, _INSIST + 1):
            try:
                return step()
            except StateUnavailable as error:
                if attempt == _INSIST:
                    raise
                log.warning("a result waits to be recorded: %s", error)
                self._pause(min(5.0, 0.1 * 2**attempt))
        return None

    def leave(self) -> None:
        """Give back every lease and strike this notifier off."""
        with writing(self.engine) as connection:
            outbox_leases.release(connection, self.owner)
            self.registry.forget(connection, [self.owner])

    def _beat(self, now: datetime) -> None:
        with writing(self.engine) as connection:
            self.registry.beat(connection, now)
            outbox_leases.retire(connection, self.router.channels, now)
            dead = outbox_leases.orphans(connection) - self.registry.alive(connection)
            if not dead:
                return
            settings: Mapping[str, ChannelBase] = self.router.channels
            count = outbox_leases.recover(connection, dead, settings, now, self._chance)
            self.registry.forget(connection, dead)
        log.warning("took over %d deliveries of a notifier that died", count)

    def _forget(self, now: datetime) -> None:
        """Delete old deliveries, a batch a transaction; what is left over comes with the next round."""
        keep = max([self._keep, *(rule.lasts for rule in self.router.inhibitions)])
        count = 0
        for _ in range(_FORGET_BATCHES):
            forgotten = outbox_retention.forget(self.engine, keep, now)
            if not forgotten:
                break
            count += forgotten
        if count:
            log.info("forgot %d old messages", count)

    def _begin_next(self, connection: Connection, leased: list[InHand], now: datetime) -> InHand | None:
        while leased:
            following = leased.pop(0)
            if outbox_leases.begin(connection, self.owner, following[0], now):
                return following
        return None

    def _send(self, channel: str, message: Message) -> Result:
        sender = self.senders[channel]
        try:
            return sender.send(message)
        except ChannelError as error:
            log.warning("channel %s: %s: %s", channel, type(error).__name__, error)
            return error
        except Exception as error:
            log.exception("channel %s: a defect while sending %s", channel, message.id)
            return error

    def _record(
        self,
        connection: Connection,
        taken: Lease,
        result: Result,
        rows: tuple[Row[Any], ...],
        now: datetime,
    ) -> Outcome:
        history = History(
            created=taken.created,
            attempts=taken.attempts + 1,
            unknowns=taken.unknowns,
            channel_failures=outbox_leases.failures(connection, taken.channel),
        )
        outcome = Judge(self.router.channels[taken.channel], now, self._chance).after(result, history)
        if not outbox_leases.finish(connection, self.owner, taken, outcome, now):
            log.warning("delivery %s was taken over by another notifier meanwhile", taken.id)
        if outcome.state == FAILED and self._operator not in {None, taken.channel}:
            report_failure(connection, taken.channel, outcome.error or "", now)
        if outcome.state == SENT:
            reminders = (self._reminder(row, now) for row in rows)
            insert_rows(connection, [row for row in reminders if row])
        return outcome

    def _reminder(self, row: Row[Any], now: datetime) -> dict[str, Any] | None:
        if row.kind == "escalation":
            return None
        node = self.router.node(row.route)
        destination = Destination(row.channel, row.target, node)
        return reminder_row(decode(row.body, Alert), destination, row.ordinal + 1, row.severity, now)
