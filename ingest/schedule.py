"""When is a feed asked again, and why? Pure functions of what is known; times are seconds since the epoch.

The controller for the interval looks at the share of entries that were known already, as Media Cloud's
does: above two thirds new means that entries may fall off the feed unseen, so the interval halves at once. It
differs where a newsroom differs from an archive: any news brings a stretched interval back to ``every``, and
only polls without any news stretch it. Server hints raise the interval and never lower it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec
from apscheduler.triggers.cron import CronTrigger

from ingest.policy import FeedPolicy

KNOWN_LOW = 1 / 3  # fewer entries known than this: items may be lost between polls
KNOWN_HIGH = 2 / 3
STRETCH = 1.25
JITTER = 0.1  # share of the interval
BACKOFF_CAP = 6 * 3600.0
GONE_RECHECK = 7 * 86400.0
RETRY_AFTER_CAP = 24 * 3600.0
MOVED_TIMES = 3  # a permanent redirect seen this often in a row is believed
PERMANENT = frozenset({301, 308})


class Polled(msgspec.Struct, frozen=True):
    """What a poll brought, as far as scheduling cares."""

    outcome: str  # changed | unmodified | failed | limited | gone
    entries: int = 0
    known: int = 0  # of the entries
    hint: float | None = None  # seconds the server or feed asks to wait between polls
    retry_after: float | None = None  # seconds
    first: bool = False  # of this feed ever


class NextPoll(msgspec.Struct, frozen=True):
    """The decision."""

    at: float  # seconds since the epoch
    interval: float  # remembered as the feed's own
    reason: str  # for people, one line


def next_poll(
    policy: FeedPolicy, interval: float, failures: int, polled: Polled, *, now: float, jitter: float = 0.0
) -> NextPoll:
    """Decide the next poll. ``failures`` in a row includes this one; ``jitter`` lies in -1..1."""
    if polled.outcome == "gone":
        return NextPoll(now + GONE_RECHECK, interval, "muted: 410 Gone; asked again once a week")
    if polled.outcome == "limited":
        return _limited(policy, interval, failures, polled, now=now, jitter=jitter)
    if polled.outcome == "failed":
        wait = backoff(policy.every, failures)
        return NextPoll(
            now + _shaken(wait, jitter), interval, f"backing off after {_times(failures, 'failure')}"
        )
    wait, reason = _adapted(policy, interval, polled)
    if policy.cron is not None:
        return NextPoll(_cron_after(policy.cron, now), wait, f"cron {policy.cron}")
    own = wait
    if polled.hint is not None and polled.hint > wait:
        wait = min(polled.hint, policy.maximum)
        if wait > own:
            reason = f"the server asks for {span(polled.hint)} between polls"
    return NextPoll(now + _shaken(wait, jitter), own, reason)


def backoff(every: float, failures: int) -> float:
    """Doubling from ``every``, capped, for ever: a feed that comes back is found again."""
    return min(every * 2.0 ** min(max(failures, 1) - 1, 20), max(BACKOFF_CAP, every))


def first_poll(policy: FeedPolicy, now: float) -> NextPoll:
    """A feed that was never asked is asked at once, unless a cron expression says when."""
    if policy.cron is not None:
        return NextPoll(_cron_after(policy.cron, now), policy.every, f"cron {policy.cron}")
    return NextPoll(now, policy.every, "never polled")


def _adapted(policy: FeedPolicy, interval: float, polled: Polled) -> tuple[float, str]:
    interval = min(max(interval, policy.minimum), policy.maximum)
    if not policy.adaptive:
        return policy.every, "as configured"
    if polled.first:
        return policy.every, "first poll done"
    known = 1.0 if polled.outcome == "unmodified" or not polled.entries else polled.known / polled.entries
    percent = f"{round(known * 100)} % of entries known"
    if known == 1.0:
        wait = min(interval * STRETCH, policy.maximum)
        return wait, "nothing new" + (", stretched" if wait > policy.every else "")
    if known < KNOWN_LOW:
        return max(interval / 2, policy.minimum), f"only {percent}: sooner, to lose none"
    if known > KNOWN_HIGH:
        back = min(interval * STRETCH, policy.every) if interval < policy.every else policy.every
        return back, f"something new, {percent}"
    return min(interval, policy.every), percent


def _limited(
    policy: FeedPolicy, interval: float, failures: int, polled: Polled, *, now: float, jitter: float
) -> NextPoll:
    wait = max(min(polled.retry_after or 0.0, RETRY_AFTER_CAP), backoff(policy.every, failures))
    told = f"Retry-After {span(polled.retry_after)}" if polled.retry_after else "no Retry-After"
    return NextPoll(
        now + wait * (1 + JITTER * min(abs(jitter), 1.0)), interval, f"rate limited by the server ({told})"
    )


def _shaken(wait: float, jitter: float) -> float:
    return wait * (1.0 + JITTER * min(max(jitter, -1.0), 1.0))


def _cron_after(expression: str, now: float) -> float:
    trigger = CronTrigger.from_crontab(expression, timezone=UTC)
    after = datetime.fromtimestamp(math.floor(now) + 1, UTC)
    found = trigger.get_next_fire_time(None, after)
    return found.timestamp() if found is not None else now + 86400.0


# --- what an answer means ---------------------------------------------------------------------


def classify(status: int, has_retry_after: bool) -> str:
    """The outcome that an HTTP status stands for: ok, unmodified, limited, gone or failed."""
    if status == 304:
        return "unmodified"
    if status == 410:
        return "gone"
    if status == 429 or (status in (403, 503) and has_retry_after):
        return "limited"
    return "ok" if 200 <= status < 300 else "failed"


@dataclass(frozen=True, slots=True)
class Moved:
    """What is remembered about permanent redirects."""

    target: str | None = None
    count: int = 0
    adopt: bool = False  # from now on ask ``target``


def decide_moved(previous: Moved, hops: tuple[tuple[int, str], ...], worked: bool) -> Moved:
    """Believe a permanent redirect once it was seen three times in a row and led to a feed each time.

    Only the leading run of 301 and 308 counts: what a temporary redirect leads to is no new home.
    """
    target = None
    for status, url in hops:
        if status not in PERMANENT:
            break
        target = url
    if target is None or not worked:
        return Moved(previous.target, previous.count) if not worked else Moved()
    count = previous.count + 1 if target == previous.target else 1
    return Moved(target, count, count >= MOVED_TIMES)


def retry_after_seconds(value: str | None, now: float) -> float | None:
    """A Retry-After header (seconds or a date) as seconds from now, never negative; None where unreadable."""
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    return _seconds_until(text, now)


def freshness(headers: Mapping[str, str], now: float) -> float | None:
    """How long the answer stays fresh: Cache-Control max-age (less Age), else Expires; None where unsaid."""
    control = [part.strip().lower() for part in headers.get("cache-control", "").split(",")]
    if "no-cache" in control or "no-store" in control:
        return None
    for name in ("s-maxage=", "max-age="):
        for part in control:
            digits = part.removeprefix(name).strip('"') if part.startswith(name) else ""
            if digits.isascii() and digits.isdigit():
                age = headers.get("age", "0").strip()
                passed = int(age[:9]) if age.isascii() and age.isdigit() else 0
                return max(0.0, float(digits[:9]) - passed) or None
    return _seconds_until(headers.get("expires", ""), now) or None


def _seconds_until(text: str, now: float) -> float | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return max(0.0, (at.replace(tzinfo=UTC) if at.tzinfo is None else at).timestamp() - now)


def span(seconds: float | None) -> str:
    """Seconds as people say them: 45 s, 10 min, 6 h, 2 d."""
    value = float(seconds or 0)
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if value >= size * 1.5 or (value >= size and value % size == 0):
            return f"{value / size:.3g} {unit}"
    return f"{value:.3g} s"


def _times(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
