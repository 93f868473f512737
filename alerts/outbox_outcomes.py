"""What one attempt means for a delivery: done, try again when, or give up. Pure but for the jitter."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.channels.base import Receipt
from alerts.outbox_tables import FAILED, PENDING, SENT, UNKNOWN
from config.errors import ChannelPermanent, ChannelTransient
from config.models.base import format_duration
from config.models.channels import ChannelBase

_FIRST = 5.0  # seconds before the first retry
_LONGEST = 900.0  # seconds between two retries at most
_UNKNOWNS = 3  # lost answers before a message is left alone: each resend may be a duplicate

_IDEMPOTENT = {"jsonl", "atom"}  # they look at what is there already: a repeat changes nothing

Result = Receipt | Exception


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to record after an attempt."""

    state: str  # of the delivery
    outcome: str  # of the attempt: sent | transient | permanent | unknown
    error: str | None = None
    provider_id: str | None = None
    next_attempt: datetime | None = None
    pause_until: datetime | None = None  # of the whole channel
    possible_duplicate: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """What came before an attempt."""

    created: datetime
    attempts: int  # this one included
    unknowns: int  # earlier lost answers
    channel_failures: int  # of the whole channel, in a row, before this one


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges attempts over one channel at one moment."""

    settings: ChannelBase
    now: datetime
    chance: random.Random

    def after(self, result: Result, history: History) -> Outcome:
        """The outcome of an attempt that came back."""
        if isinstance(result, Receipt):
            return Outcome(SENT, "sent", provider_id=result.provider_id)
        error = _one_line(result)
        if isinstance(result, ChannelPermanent):
            return Outcome(FAILED, "permanent", error)
        if isinstance(result, ChannelTransient):
            return self._transient(result, error, history)
        # ChannelUnknown, or a defect of ours: in both cases it may have arrived.
        return self._unknown(error, history)

    def after_crash(self, history: History) -> Outcome:
        """The outcome of an attempt whose notifier died in the middle."""
        error = "the notifier died while it was sending"
        if getattr(self.settings, "type", "") in _IDEMPOTENT:
            return Outcome(PENDING, "unknown", error, next_attempt=self.now)
        return self._unknown(error, history)

    def _transient(self, result: ChannelTransient, error: str, history: History) -> Outcome:
        if self.now - history.created >= self.settings.give_up_after:
            spent = format_duration(self.settings.give_up_after)
            why = f"gave up after {spent} and {history.attempts} attempts: {error}"
            return Outcome(FAILED, "transient", why)
        failures = history.channel_failures + 1 if result.whole_channel else history.attempts
        wait = backoff(failures, self.chance)
        if result.retry_after is not None:
            wait = timedelta(seconds=max(0.0, result.retry_after))
        until = self.now + wait
        pause = until if result.whole_channel else None
        return Outcome(PENDING, "transient", error, next_attempt=until, pause_until=pause)

    def _unknown(self, error: str, history: History) -> Outcome:
        if self.settings.on_unknown == "hold":
            why = f"it may have arrived, not sent again (on_unknown: hold): {error}"
            return Outcome(UNKNOWN, "unknown", why)
        if history.unknowns + 1 >= _UNKNOWNS:
            why = f"the answer was lost {_UNKNOWNS} times, left alone: {error}"
            return Outcome(UNKNOWN, "unknown", why)
        again = self.now + backoff(history.attempts, self.chance)
        return Outcome(PENDING, "unknown", error, next_attempt=again, possible_duplicate=True)


def backoff(attempts: int, chance: random.Random) -> timedelta:
    """5 s, 10 s, 20 s, ... up to 15 min, each shortened by up to half at random."""
    longest = min(_LONGEST, _FIRST * 2.0 ** min(max(attempts, 1) - 1, 20))
    return timedelta(seconds=longest * chance.uniform(0.5, 1.0))


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())[:500]
    named = isinstance(error, ChannelTransient | ChannelPermanent) or type(error).__module__.startswith(
        "config."
    )
    return text if named else f"{type(error).__name__}: {text}"
