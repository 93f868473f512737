"""One poll of one feed: fetch, parse, decide, and the changes of state that follow."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from config.errors import FetchError, ParseError
from config.models.settings import IntakeSettings
from ingest.changes import Changes
from ingest.decide import EntryDecision, KnownArticle, KnownEntry, Limits, decide_entries, mean_latency
from ingest.feeds.model import ParsedFeed, ParsedItems, ParseTask
from ingest.fetch import Fetcher, Request, Response
from ingest.health import Vitals, judge, transition
from ingest.identity import IdentifiedEntry
from ingest.inhand import InHand
from ingest.policy import FeedPolicy
from ingest.sandbox import Sandbox, SandboxFailure
from ingest.schedule import (
    Moved,
    Polled,
    classify,
    decide_moved,
    freshness,
    next_poll,
    retry_after_seconds,
)
from ingest.sitemaps import choose, follow, oldest_useful
from ingest.store import FeedRow, PageJob, Store
from ingest.text import short_hash
from ingest.urls import host_of

log = logging.getLogger(__name__)
T = TypeVar("T")
Known = tuple[dict[str, KnownEntry], dict[str, KnownArticle]]
_packer = msgspec.msgpack.Encoder()
_unpacker = msgspec.msgpack.Decoder(ParsedItems)

PARSE_TASK = "ingest.feeds.parse:parse_task"
PARSE_MODULES = ("ingest.feeds.parse",)
DAY = 86400.0
_DAILY = 86400.0
_ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_PLAIN = {"Accept": _ACCEPT}
_HOST_BREAK = 60.0  # seconds for a 429 that does not say how long


@dataclass(slots=True)
class PollResult:
    """What one poll leads to."""

    changes: Changes
    jobs: list[PageJob]
    outcome: str  # changed | unmodified | failed | limited | gone
    error: str | None = None
    new: int = 0


@dataclass(slots=True)
class _Fetched:
    """An answer and what it means."""

    outcome: str  # ok | unmodified | limited | gone | failed
    response: Response | None = None
    feed: ParsedFeed | None = None
    items: tuple[IdentifiedEntry, ...] = ()
    known: Known = ({}, {})
    error: str | None = None
    body_hash: str | None = None
    note: str = ""  # for people, joins the reason of the next poll


class FeedPoller:
    """Polls feeds. Everything it needs is given; it writes nothing itself."""

    def __init__(
        self,
        fetcher: Fetcher,
        *,
        sandbox: Sandbox,
        store: Store,
        threads: Executor,
        hand: InHand,
        settings: IntakeSettings,
        clock: Callable[[], float],
        dice: random.Random | None = None,
    ) -> None:
        self._fetcher = fetcher
        self._sandbox = sandbox
        self._store = store
        self._threads = threads
        self._hand = hand
        self._settings = settings
        self._timeout = settings.timeout.total_seconds()
        self._parse_timeout = settings.parse_timeout.total_seconds()
        self._max_age = settings.max_age.total_seconds()
        self._clock = clock
        self._dice = dice or random.Random()  # noqa: S311 (jitter, not a secret)

    async def poll(self, row: FeedRow, policy: FeedPolicy) -> PollResult:
        """Ask the feed once and work out everything that follows. Never raises for what the server does."""
        fetched = await self._fetch_safely(row, policy)
        now = self._clock()
        return self._conclude(row, policy, fetched, self._decide(policy, fetched, now), now)

    async def _fetch_safely(self, row: FeedRow, policy: FeedPolicy) -> _Fetched:
        try:
            return await self._fetch(row, policy)
        except Exception as error:  # a mistake of ours must not keep the feed from backing off
            log.exception("feed %s", row.id)
            return _Fetched("failed", error=f"internal error: {type(error).__name__}: {error}"[:300])

    async def _fetch(self, row: FeedRow, policy: FeedPolicy) -> _Fetched:
        try:
            response = await self._fetcher.get(self._request(row, policy))
        except FetchError as error:
            return _Fetched("failed", error=str(error))
        meaning = classify(response.status, "retry-after" in response.headers)
        if meaning != "ok":
            answer = None if meaning == "unmodified" else f"the server answered {response.status}"
            return _Fetched(meaning, response, error=answer)
        body_hash = short_hash(response.body.decode("latin-1"))
        if body_hash == row.body_hash:
            return _Fetched("unmodified", response, body_hash=body_hash)
        note = ""
        try:
            async with self._hand.parsing(row):
                parsed, known = await self._in_thread(self._parse_and_recall, response, policy)
            if policy.kind == "sitemap" and parsed.feed.sitemaps:
                parsed, note = await self._follow_index(parsed, policy)
                known = await self._in_thread(self._store.known, policy.id, parsed.items)
        except (ParseError, FetchError) as error:
            return _Fetched("failed", response, error=str(error))
        return _Fetched("ok", response, parsed.feed, parsed.items, known, body_hash=body_hash, note=note)

    def _request(self, row: FeedRow, policy: FeedPolicy) -> Request:
        headers = {"Accept": _ACCEPT}
        if row.etag:
            headers["If-None-Match"] = row.etag
        if row.last_modified:
            headers["If-Modified-Since"] = row.last_modified
        return self._plain_request(row.url, policy, headers)

    def _plain_request(self, url: str, policy: FeedPolicy, headers: Mapping[str, str] = _PLAIN) -> Request:
        return Request(
            url,
            max_bytes=self._settings.max_feed_bytes,
            timeout=self._timeout,
            headers=headers,
            private_headers=policy.private_headers,
            proxy=policy.proxy,
            verify_tls=policy.verify_tls,
            keep_open=False,  # this host is not asked again for minutes
        )

    def _parse_and_recall(self, response: Response, policy: FeedPolicy) -> tuple[ParsedItems, Known]:
        """Both in one visit to a thread, for each costs more than what is done there."""
        parsed = self._parse(response, policy)
        return parsed, self._store.known(policy.id, parsed.items)

    def _parse(self, response: Response, policy: FeedPolicy) -> ParsedItems:
        """Parse and identify in a process of its own; raises ParseError. Blocking."""
        task = ParseTask(
            body=response.body,
            url=response.url,
            content_type=response.headers.get("content-type", ""),
            kind=policy.kind,
            feed_id=policy.id,
        )
        try:
            answer = self._sandbox.call(PARSE_TASK, _packer.encode(task), self._parse_timeout)
        except SandboxFailure as error:
            reason = str(error) if error.kind == "error" else f"parsing failed: {error}"
            raise ParseError(reason) from error
        return _unpacker.decode(answer)

    async def _in_thread(self, function: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)

    async def _follow_index(self, index: ParsedItems, policy: FeedPolicy) -> tuple[ParsedItems, str]:
        """The newest sitemaps of an index as one feed, and what was left out."""

        async def read(place: str) -> Sequence[IdentifiedEntry]:
            response = await self._fetcher.get(self._plain_request(place, policy))
            return (await self._in_thread(self._parse, response, policy)).items

        oldest = oldest_useful(datetime.fromtimestamp(self._clock(), UTC), self._settings.max_age)
        choice = choose(index.feed.sitemaps, host_of(policy.url), oldest)
        items, note = await follow(choice, read, self._settings.host_spacing.total_seconds())
        return ParsedItems(feed=index.feed, items=tuple(items)), note

    def _decide(self, policy: FeedPolicy, fetched: _Fetched, now: float) -> list[EntryDecision]:
        limits = Limits(policy.id, now, self._max_age, self._settings.revisions_per_day)
        return decide_entries(fetched.items, *fetched.known, limits)

    def _conclude(
        self, row: FeedRow, policy: FeedPolicy, fetched: _Fetched, decisions: list[EntryDecision], now: float
    ) -> PollResult:
        polled = _polled(row, fetched, decisions, now)
        good = polled.outcome in ("changed", "unmodified")
        failures = 0 if good else row.failures + 1
        jitter = self._dice.uniform(-1, 1)
        decision = next_poll(policy, row.interval_s, failures, polled, now=now, jitter=jitter)
        values: dict[str, Any] = {
            "id": row.id,
            "next_poll": decision.at,
            "interval_s": decision.interval,
            "reason": f"{decision.reason}; {fetched.note}" if fetched.note else decision.reason,
            "lease_owner": None,
            "lease_until": 0.0,
            "polls": row.polls + 1,
            "last_poll": now,
            "first_poll": row.first_poll or now,
            "last_status": fetched.response.status if fetched.response else None,
            "last_success": now if good else row.last_success,
        }
        if failures or row.failures:
            values |= {
                "failures": failures,
                "failing_since": None if good else row.failing_since or now,
                "last_error": None if good else fetched.error,
                "gone": polled.outcome == "gone",
            }
        values |= _validators(fetched) | _moved(row, policy, fetched, good)
        if fetched.feed is not None:
            values |= _rhythm(row, fetched.feed, decisions, now)
        changes = Changes(feeds=[values])
        _judge(row, policy, values, changes, now)
        _host_break(fetched, row.host, changes, now)
        jobs = _record_entries(policy, decisions, changes, now) if decisions else []
        error = values.get("last_error")
        return PollResult(changes, jobs, polled.outcome, error, sum(d.is_new for d in decisions))


def _polled(row: FeedRow, fetched: _Fetched, decisions: list[EntryDecision], now: float) -> Polled:
    outcome = "changed" if fetched.outcome == "ok" else fetched.outcome
    headers = fetched.response.headers if fetched.response else {}
    hints = [freshness(headers, now), fetched.feed.ttl if fetched.feed else None]
    return Polled(
        outcome,
        entries=len(decisions),
        known=sum(not d.is_new for d in decisions),
        hint=max((h for h in hints if h), default=None),
        retry_after=retry_after_seconds(headers.get("retry-after"), now),
        first=row.last_success is None,
    )


# Each of the following gives the columns that it changes, and none where all stays as it was: most polls
# find nothing new, and there are many.


def _validators(fetched: _Fetched) -> dict[str, Any]:
    """ETag and Last-Modified go back verbatim, and only those of a body that was understood."""
    response = fetched.response
    if fetched.outcome not in ("ok", "unmodified") or response is None or response.status == 304:
        return {}
    places = fetched.feed.sitemaps if fetched.feed else ()
    if any(place.changed is None for place in places) or "could not be read" in fetched.note:
        return dict.fromkeys(("etag", "last_modified", "body_hash"))  # the same index may lead to news
    return {
        "etag": response.headers.get("etag"),
        "last_modified": response.headers.get("last-modified"),
        "body_hash": fetched.body_hash,
    }


def _moved(row: FeedRow, policy: FeedPolicy, fetched: _Fetched, worked: bool) -> dict[str, Any]:
    hops = tuple((hop.status, hop.target) for hop in fetched.response.hops) if fetched.response else ()
    if worked and not hops and row.moved_to is None:
        return {}
    moved = decide_moved(Moved(row.moved_to, row.moved_count), hops, worked)
    if moved.adopt and moved.target:
        return {"url": moved.target, "host": host_of(moved.target), "moved_to": None, "moved_count": 0}
    failed_at_new_home = not worked and row.url != policy.url and row.failures + 1 >= 10
    if failed_at_new_home:  # the old address may know better by now
        return {"url": policy.url, "host": host_of(policy.url), "moved_to": None, "moved_count": 0}
    return {"moved_to": moved.target, "moved_count": moved.count}


def _rhythm(row: FeedRow, feed: ParsedFeed, decisions: list[EntryDecision], now: float) -> dict[str, Any]:
    """How often something new comes, and how fresh it is when we see it (means that forget slowly)."""
    new = sum(d.is_new for d in decisions)
    values: dict[str, Any] = {"title": feed.title or None}
    if not new:
        return values
    values |= {"entries_total": row.entries_total + new, "last_new": now}
    if row.last_new is None:
        return values
    values["gap_s"] = _blend(row.gap_s, now - row.last_new)
    latency = mean_latency(decisions, now)
    if latency is not None:
        values["latency_s"] = _blend(row.latency_s, latency)
    return values


def _blend(old: float | None, new: float) -> float:
    return new if old is None else 0.8 * old + 0.2 * new


def _judge(row: FeedRow, policy: FeedPolicy, values: dict[str, Any], changes: Changes, now: float) -> None:
    vitals = Vitals(
        failures=values.get("failures", row.failures),
        failing_since=values.get("failing_since", row.failing_since),
        last_error=values.get("last_error"),
        last_new=values.get("last_new", row.last_new),
        first_poll=values["first_poll"],
        gone=values.get("gone", row.gone),
        entries_total=values.get("entries_total", row.entries_total),
        gap_s=values.get("gap_s", row.gap_s),
    )
    health = judge(vitals, policy, now)
    if health.kind == row.health == "ok":
        return
    values["health"], values["health_reason"] = health.kind, health.reason
    values["health_since"] = row.health_since if health.kind == row.health else now
    event = transition(row.health, health)
    if event is not None:
        kind, reason = event
        changes.events.append({"feed_id": row.id, "kind": kind, "reason": reason, "at": now})


def _host_break(fetched: _Fetched, asked: str, changes: Changes, now: float) -> None:
    if fetched.outcome != "limited" or fetched.response is None:
        return
    wait = retry_after_seconds(fetched.response.headers.get("retry-after"), now) or _HOST_BREAK
    host = host_of(fetched.response.url) or asked
    reason = f"{host} answered {fetched.response.status}"
    changes.hosts.append({"host": host, "blocked_until": now + min(wait, DAY), "reason": reason})


def _record_entries(
    policy: FeedPolicy, decisions: list[EntryDecision], changes: Changes, now: float
) -> list[PageJob]:
    jobs: list[PageJob] = []
    stale_keys = []
    for decision in decisions:
        item = decision.item
        if decision.reason == "known" and decision.known is not None:
            if decision.known.last_seen < now - _DAILY:
                stale_keys.append(item.key)
            continue
        changes.entries.append(
            {
                "feed_id": policy.id,
                "key": item.key,
                "article_id": item.article_id,
                "revision": item.revision,
                "first_seen": now,
                "last_seen": now,
                "revised_day": decision.revised_day,
                "revised_count": decision.revised_count,
            }
        )
        if decision.action == "emit":
            entry = msgspec.json.encode(item.entry).decode("utf-8")
            jobs.append(
                PageJob(item.article_id, item.revision, policy.id, item.url, entry, seen=now, due=now)
            )
    if stale_keys:
        changes.touched.append((policy.id, now, stale_keys))
    return jobs
