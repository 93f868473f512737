"""The poller: asks due feeds and fetches the pages of their news.

APScheduler decides when: one job looks for due feeds every quarter of a second, the others keep house
(leases, breaks, pruning). What is due, and why, stands in the state database, so any number of pollers
share the feeds: each takes a lease on what it claims, and a poller that dies leaves leases that run out.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Engine

from config.errors import LogError, StateError
from config.models.root import Config
from ingest.address import AllowList
from ingest.agent import PRODUCT, user_agent
from ingest.changes import Changes
from ingest.committer import Committer
from ingest.fetch import Fetcher, Names
from ingest.hosts import HostGate
from ingest.inhand import InHand
from ingest.lateness import Lateness
from ingest.memory import give_back, keep_little
from ingest.messages import ARTICLES, Article
from ingest.pages import PageFetcher, PageResult, wants_page
from ingest.policy import FeedPolicy, policies
from ingest.poll import PARSE_MODULES, FeedPoller, PollResult
from ingest.robots import Robots
from ingest.sandbox import Sandbox
from ingest.store import FeedRow, PageJob, Store
from ingest.urls import host_of
from streams.backoff import Backoff
from streams.broker import Broker
from streams.codec import encode
from streams.records import OutputRecord
from streams.topics import create_topics

log = logging.getLogger(__name__)

_LIVING: set[str] = set()  # pollers of this process: their leases are not a dead one's
T = TypeVar("T")

TICK = 0.25
HASTE = 0.1  # seconds between two looks while more is due than could be taken
LEASE = 120.0
_STOP_GRACE = 5.0
_ENTRIES_KEPT = 45 * 86400.0  # after they left the feed
_PAGES_HELD = 500
_PARSERS = (
    2  # processes, started when first needed: one for feeds that failed last time, and one they never hold
)
_REPORT = 60.0


@dataclass(slots=True)
class Counts:
    """What a poller did since it started."""

    polls: int = 0
    unmodified: int = 0
    failed: int = 0
    entries: int = 0  # new to their feed
    articles: int = 0
    lateness: float = 0.0  # worst, seconds between due and started


def build(config: Config, broker: Broker, engine: Engine) -> Poller:
    """The poller stage for this configuration."""
    return Poller(config, broker, engine)


class Poller:
    """One poller process's work. :meth:`run` until stopped, or :meth:`run_once` for what is due now."""

    def __init__(
        self,
        config: Config,
        broker: Broker,
        engine: Engine,
        *,
        clock: Callable[[], float] = time.time,
        names: Names | None = None,
        sandbox: Sandbox | None = None,
        on_poll: Callable[[str, float, str], None] | None = None,
    ) -> None:
        self.counts = Counts()
        self._config = config
        self._settings = config.settings.intake
        self._topic = config.topic(ARTICLES)
        self._broker = broker
        self._clock = clock
        self._names = names
        self._on_poll = on_poll
        self._policies: dict[str, FeedPolicy] = policies(config)
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        _LIVING.add(self._owner)
        self._store = Store(engine, self._owner)
        self._own_sandbox = sandbox is None
        self._sandbox = sandbox or Sandbox(_PARSERS, self._settings.parse_memory_mb, PARSE_MODULES)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="poller")
        self._parsers = ThreadPoolExecutor(self._sandbox.size, thread_name_prefix="parse")
        self._tasks: set[asyncio.Task[None]] = set()
        self._lateness = Lateness()
        self._pages_held = 0
        self._more_due = False
        self._blocked: dict[str, tuple[float, str]] = {}
        self._stopping = False

    # running ------------------------------------------------------------------------------------

    def run(self, stop: threading.Event) -> None:
        """Poll until ``stop`` is set; returns with everything in hand committed or given back."""
        asyncio.run(self._main(stop))

    def run_once(self) -> Counts:
        """Poll whatever is due now, fetch its pages, commit, and return what was done."""
        self.counts = Counts()
        asyncio.run(self._main(None))
        return self.counts

    def close(self) -> None:
        """Release processes and threads. Idempotent."""
        _LIVING.discard(self._owner)
        if self._own_sandbox:
            self._sandbox.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._parsers.shutdown(wait=False, cancel_futures=True)

    async def _main(self, stop: threading.Event | None) -> None:
        self._stopping = False
        keep_little()
        self._looking = asyncio.Lock()
        fetcher = Fetcher(
            user_agent=user_agent(self._settings),
            allow=AllowList.parse(self._settings.allow_addresses),
            proxy=self._settings.proxy.get_secret_value() if self._settings.proxy else None,
            names=self._names,
        )
        self._gate = HostGate(self._settings.per_host, self._settings.host_spacing.total_seconds())
        self._slots = asyncio.Semaphore(self._settings.concurrency)
        self._unwritten = asyncio.Semaphore(self._settings.concurrency)
        self._hand = InHand(self._settings.concurrency, self._settings.per_host)
        self._feeds = FeedPoller(
            fetcher,
            sandbox=self._sandbox,
            store=self._store,
            threads=self._parsers,
            hand=self._hand,
            settings=self._settings,
            clock=self._clock,
        )
        robots = Robots(fetcher, PRODUCT)
        self._pages = PageFetcher(fetcher, robots, self._settings, self._clock)
        self._committer = Committer(self._broker, self._store)
        committing = asyncio.create_task(self._committer.run())
        try:
            await self._prepare(stop)
            if stop is None:
                await self._drain_due()
            else:
                await self._serve(stop)
        finally:
            await self._finish(fetcher, committing)

    async def _prepare(self, stop: threading.Event | None) -> None:
        """Topics and feed rows; waits for the log and the database."""
        backoff = Backoff()
        while stop is None or not stop.is_set():
            try:
                await self._call(create_topics, self._broker, self._config)
                await self._call(self._store.sync_feeds, self._policies, self._clock())
                await self._drop_dead_leases()
                self._blocked = await self._call(self._store.blocked_hosts, self._clock())
                await self._call(self._sandbox.warm_up)
                return
            except (LogError, StateError) as error:
                if stop is None:
                    raise
                delay = backoff.next()
                log.warning("poller: %s; trying again in %.1f s", error, delay)
                await asyncio.sleep(delay)

    async def _serve(self, stop: threading.Event) -> None:
        scheduler = AsyncIOScheduler(timezone="UTC")
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        options: dict[str, Any] = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        scheduler.add_job(self._tick, "interval", seconds=TICK, **options)
        scheduler.add_job(self._renew, "interval", seconds=LEASE / 4, **options)
        scheduler.add_job(self._refresh_blocked, "interval", seconds=5, **options)
        scheduler.add_job(self._prune, "interval", hours=1, **options)
        scheduler.add_job(self._report, "interval", seconds=_REPORT, **options)
        scheduler.start()
        gc.collect()
        gc.freeze()  # what is here now stays: not worth going through again and again
        try:
            while not stop.is_set():
                await asyncio.sleep(0.1)
        finally:
            self._stopping = True
            scheduler.pause()
            async with self._looking:  # a job that is cancelled midway would be logged as an error
                scheduler.shutdown(wait=False)
                await asyncio.sleep(0)  # it is carried out in the loop's next turn

    async def _drain_due(self) -> None:
        while True:
            claimed = await self._claim_feeds() + await self._claim_pages()
            if self._tasks:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            elif not claimed:
                return

    async def _finish(self, fetcher: Fetcher, committing: asyncio.Task[None]) -> None:
        self._stopping = True
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_STOP_GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._committer.finish()
        done, _ = await asyncio.wait({committing}, timeout=_STOP_GRACE)
        if not done:
            committing.cancel()
        await fetcher.close()
        with contextlib.suppress(StateError):
            await self._call(self._store.release, [self._owner])
        await self._call(self._committer.close)

    # jobs ---------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        """Claim what is due; as long as there is more than could be taken, look again soon."""
        async with self._looking:
            try:
                if self._stopping:
                    return
                if await self._call(self._store.pages_due, self._clock()):
                    await self._claim_pages()
                if not await self._call(self._store.something_due, self._clock()):
                    return
                until = self._clock() + TICK
                await self._claim_feeds()
                while self._more_due and not self._stopping and self._clock() < until:
                    await asyncio.sleep(HASTE)
                    await self._claim_feeds()
            except StateError as error:
                log.warning("poller: %s", error)

    async def _renew(self) -> None:
        with contextlib.suppress(StateError):
            await self._call(self._store.renew, self._hand.ids, self._clock() + LEASE)

    async def _refresh_blocked(self) -> None:
        with contextlib.suppress(StateError):
            self._blocked = await self._call(self._store.blocked_hosts, self._clock())

    async def _prune(self) -> None:
        now = self._clock()
        with contextlib.suppress(StateError):
            await self._call(self._store.prune, now - _ENTRIES_KEPT, now - _ENTRIES_KEPT, now)

    async def _report(self) -> None:
        await self._call(give_back)
        found = self._lateness.report()
        if found is not None:
            line, behind = found
            log.log(logging.WARNING if behind else logging.INFO, "poller: %s", line)

    async def _drop_dead_leases(self) -> None:
        """Give back at once what a crashed poller of this machine held."""
        owners = await self._call(self._store.owners, self._clock())
        dead = [owner for owner in owners if owner != self._owner and _is_dead(owner)]
        if dead:
            await self._call(self._store.release, dead)

    # claiming -----------------------------------------------------------------------------------

    async def _claim_feeds(self) -> int:
        """Sound feeds first; then, within their own bound, those that failed last time."""
        room, busy = self._hand.room, self._hand.busy_hosts()
        self._more_due = room <= 0
        rows = await self._claim(room, busy, failed=False)
        rows += await self._claim(min(room - len(rows), self._hand.doubtful_room), busy, failed=True)
        self._more_due |= bool(rows) and (bool(busy) or len(rows) >= min(room, self._hand.per_host))
        return len(rows)

    async def _claim(self, room: int, busy: list[str], *, failed: bool) -> list[FeedRow]:
        if room <= 0:
            return []
        now = self._clock()
        claim = partial(self._store.claim_feeds, per_host=self._hand.per_host, avoid=busy, failed=failed)
        rows = await self._call(claim, now, now + LEASE, room)
        for row in rows:
            policy = self._policies.get(row.id)
            if policy is not None and row.id not in self._hand:  # in hand: our own lease ran out
                self._hand.take(row)
                self._spawn(self._poll(row, policy))
        return rows

    async def _claim_pages(self) -> int:
        room = self._settings.concurrency * 4 - self._pages_held
        if room <= 0:
            return 0
        now = self._clock()
        jobs = await self._call(self._store.claim_pages, now, now + LEASE, room)
        self._start_pages(jobs)
        return len(jobs)

    def _start_pages(self, jobs: list[PageJob]) -> None:
        for job in jobs:
            self._pages_held += 1
            self._spawn(self._page(job))

    # work ---------------------------------------------------------------------------------------

    async def _poll(self, row: FeedRow, policy: FeedPolicy) -> None:
        try:
            blocked = self._blocked.get(row.host)
            if blocked is not None and blocked[0] > self._clock():
                await self._postpone(row, *blocked)
                return
            async with self._gate.enter(row.host), self._hand.fetching(row), self._slots:
                lateness = self._clock() - row.next_poll
                result = await self._feeds.poll(row, policy)
            await self._settle(row, policy, result, lateness)
        finally:
            self._hand.drop(row)

    async def _postpone(self, row: FeedRow, until: float, why: str) -> None:
        spread = until + (hash(row.id) % 1000) / 1000 * 10
        values = {"id": row.id, "next_poll": spread, "reason": f"host takes a break: {why}"}
        await self._committer.submit(Changes(feeds=[{**values, "lease_owner": None, "lease_until": 0.0}]))

    async def _settle(self, row: FeedRow, policy: FeedPolicy, result: PollResult, lateness: float) -> None:
        now = self._clock()
        bare = [job for job in result.jobs if not wants_page(job, policy)]
        result.jobs = [job for job in result.jobs if wants_page(job, policy)]
        for host in result.changes.hosts:
            self._blocked[host["host"]] = (host["blocked_until"], host["reason"])
        room = self._pages_held + len(result.jobs) <= _PAGES_HELD
        lease = {"lease_owner": self._owner if room else None, "lease_until": now + LEASE if room else 0.0}
        result.changes.queue += [_queue_row(job, lease) for job in result.jobs]
        outputs = [self._take(result.changes, job, self._pages.without_page(job, policy)) for job in bare]
        await self._committer.submit(result.changes, outputs)
        self.counts.polls += 1
        self.counts.unmodified += result.outcome == "unmodified"
        self.counts.failed += result.error is not None
        self.counts.entries += result.new
        self.counts.lateness = max(self.counts.lateness, lateness)
        self.counts.articles += len(outputs)
        self._lateness.note(lateness, result.outcome)
        if result.error is not None:
            log.info("feed %s: %s", row.id, result.error)
        if self._on_poll is not None:
            self._on_poll(row.id, lateness, result.outcome)
        if room:
            self._start_pages(result.jobs)

    async def _page(self, job: PageJob) -> None:
        try:
            policy = self._policies.get(job.feed_id)
            if policy is None:  # the feed was taken out of the configuration meanwhile
                await self._committer.submit(Changes(done=[(job.article_id, job.revision)]))
                return
            blocked = self._blocked.get(host_of(job.url))
            if not wants_page(job, policy):
                await self._settle_page(job, PageResult(self._pages.without_page(job, policy)))
            elif blocked is not None and blocked[0] > self._clock():
                await self._settle_page(job, PageResult(retry_at=blocked[0]))
            else:
                await self._fetch_page(job, policy)
        finally:
            self._pages_held -= 1

    async def _fetch_page(self, job: PageJob, policy: FeedPolicy) -> None:
        """Fetch and settle; what is fetched and not yet written is counted, for it lies in memory."""
        validators = await self._call(self._store.validators, job.article_id)
        async with AsyncExitStack() as until_written:
            async with self._gate.enter(host_of(job.url)), self._slots:
                await until_written.enter_async_context(self._unwritten)
                result = await self._pages.fetch_safely(job, policy, validators)
            await self._settle_page(job, result)

    async def _settle_page(self, job: PageJob, result: PageResult) -> None:
        changes = Changes()
        if result.blocked is not None:
            changes.hosts.append(result.blocked)
            self._blocked[str(result.blocked["host"])] = (
                float(str(result.blocked["blocked_until"])),
                str(result.blocked["reason"]),
            )
        if result.retry_at is not None:
            lease = {"lease_owner": None, "lease_until": 0.0}
            row = _queue_row(job, lease) | {"due": result.retry_at, "attempts": job.attempts + 1}
            changes.queue.append(row)
            await self._committer.submit(changes)
            return
        changes.done.append((job.article_id, job.revision))
        outputs = [] if result.article is None else [self._take(changes, job, result.article)]
        await self._committer.submit(changes, outputs)
        self.counts.articles += len(outputs)

    def _take(self, changes: Changes, job: PageJob, found: Article) -> OutputRecord:
        """Remember the article among ``changes``; the record to send."""
        changes.articles.append(
            {
                "id": job.article_id,
                "feed_id": job.feed_id,
                "revision": job.revision,
                "url": job.url,
                "etag": found.http.etag if found.http else None,
                "last_modified": found.http.last_modified if found.http else None,
                "first_seen": job.seen,
                "last_seen": self._clock(),
            }
        )
        return OutputRecord(self._topic, job.article_id.encode("ascii"), encode(found))

    # small things -------------------------------------------------------------------------------

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("poller: %s", task.exception(), exc_info=task.exception())

    async def _call(self, function: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(function, *arguments))


def _queue_row(job: PageJob, lease: dict[str, Any]) -> dict[str, Any]:
    return {
        "article_id": job.article_id,
        "revision": job.revision,
        "feed_id": job.feed_id,
        "url": job.url,
        "entry": job.entry,
        "seen": job.seen,
        "due": job.due,
        "attempts": job.attempts,
        **lease,
    }


def _is_dead(owner: str) -> bool:
    """A lease holder of this machine whose process is gone, or had the number that is ours now."""
    host, _, rest = owner.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        return owner not in _LIVING
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
