"""The poller's state in the database: claims, and what a poll changed. Blocking; called from threads.

Times are seconds since the epoch. Errors: StateUnavailable.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ingest.decide import KnownArticle, KnownEntry
from ingest.policy import FeedPolicy
from ingest.schedule import first_poll
from ingest.tables import article, entry, feed_health_event, feed_state, host_state, page_queue
from ingest.urls import host_of
from streams.state import reading, writing

_CHUNK = 400  # values in one IN list


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed's state as claimed."""

    id: str
    url: str
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    next_poll: float
    interval_s: float
    polls: int
    last_poll: float | None
    last_success: float | None
    last_new: float | None
    failures: int
    failing_since: float | None
    moved_to: str | None
    moved_count: int
    gone: bool
    entries_total: int
    gap_s: float | None
    latency_s: float | None
    first_poll: float | None
    health: str
    health_since: float | None
    title: str | None


@dataclass(frozen=True, slots=True)
class PageJob:
    """An article page to be fetched."""

    article_id: str
    revision: str
    feed_id: str
    url: str
    entry: str  # EntryFacts as JSON
    seen: float
    due: float
    attempts: int = 0


@dataclass(slots=True)
class Changes:
    """What one unit of work writes, all in one transaction with its neighbours."""

    feeds: list[dict[str, Any]] = field(default_factory=list)  # feed_state columns, with "id"
    entries: list[dict[str, Any]] = field(default_factory=list)  # entry rows, upserted
    touched: list[tuple[str, float, list[str]]] = field(default_factory=list)  # feed id, last_seen, keys
    articles: list[dict[str, Any]] = field(default_factory=list)  # article rows, upserted
    queue: list[dict[str, Any]] = field(default_factory=list)  # page_queue rows, upserted
    done: list[tuple[str, str]] = field(default_factory=list)  # (article id, revision) leaving the queue
    hosts: list[dict[str, Any]] = field(default_factory=list)  # host_state rows, upserted
    events: list[dict[str, Any]] = field(default_factory=list)  # feed_health_event rows


_FEED_COLUMNS = [feed_state.c[name] for name in FeedRow.__dataclass_fields__]
_JOB_COLUMNS = [page_queue.c[name] for name in PageJob.__dataclass_fields__]


class Store:
    """All statements of the poller."""

    def __init__(self, engine: sa.Engine, owner: str) -> None:
        self._engine = engine
        self._owner = owner
        self._upsert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert

    def sync_feeds(self, wanted: Mapping[str, FeedPolicy], now: float) -> None:
        """Make the rows follow the configuration; a changed address starts afresh."""
        with writing(self._engine) as connection:
            have = {
                row.id: row
                for row in connection.execute(
                    sa.select(
                        feed_state.c.id, feed_state.c.config_url, feed_state.c.active, feed_state.c.interval_s
                    )
                )
            }
            new = [_fresh(policy, now) for name, policy in wanted.items() if name not in have]
            if new:
                connection.execute(sa.insert(feed_state), new)
            for name, row in have.items():
                policy = wanted.get(name)
                values = _changed(row, policy, now)
                if values:
                    connection.execute(sa.update(feed_state).where(feed_state.c.id == name).values(values))

    def claim_feeds(
        self, now: float, until: float, limit: int, *, per_host: int = 8, avoid: Collection[str] = ()
    ) -> list[FeedRow]:
        """Take up to ``limit`` due feeds, the longest due first, few of one host.

        Nobody else gets them before ``until``.
        """
        due = (
            sa.select(feed_state.c.id, feed_state.c.host, feed_state.c.next_poll)
            .where(feed_state.c.active, feed_state.c.next_poll <= now, feed_state.c.lease_until <= now)
            .order_by(feed_state.c.next_poll)
            .limit(limit * 8)
        )
        if avoid:
            due = due.where(feed_state.c.host.not_in(list(avoid)))
        if self._engine.dialect.name == "postgresql":
            due = due.with_for_update(skip_locked=True)
        with writing(self._engine) as connection:
            chosen = _few_of_each_host(connection.execute(due), limit, per_host)
            rows: list[FeedRow] = []
            for part in _chunks(chosen):
                lease = sa.update(feed_state).where(feed_state.c.id.in_(part))
                connection.execute(lease.values(lease_owner=self._owner, lease_until=until))
                found = connection.execute(sa.select(*_FEED_COLUMNS).where(feed_state.c.id.in_(part)))
                rows += [FeedRow(*row) for row in found]
        rows.sort(key=lambda row: row.next_poll)
        return rows

    def claim_pages(self, now: float, until: float, limit: int) -> list[PageJob]:
        """Take up to ``limit`` due pages that nobody holds."""
        due = (
            sa.select(*_JOB_COLUMNS)
            .where(page_queue.c.due <= now, page_queue.c.lease_until <= now)
            .order_by(page_queue.c.due)
            .limit(limit)
        )
        if self._engine.dialect.name == "postgresql":
            due = due.with_for_update(skip_locked=True)
        with writing(self._engine) as connection:
            jobs = [PageJob(*row) for row in connection.execute(due)]
            for job in jobs:
                lease = sa.update(page_queue).where(*_is_job(job.article_id, job.revision))
                connection.execute(lease.values(lease_owner=self._owner, lease_until=until))
        return jobs

    def next_due(self, now: float) -> float | None:
        """When the next feed is due; None when there is none."""
        query = sa.select(sa.func.min(feed_state.c.next_poll)).where(feed_state.c.active)
        with reading(self._engine) as connection:
            value = connection.execute(query).scalar()
        return max(float(value), now) if value is not None else None

    def renew(self, feeds: Collection[str], until: float) -> None:
        """Hold on to these feeds and to every page that we hold."""
        with writing(self._engine) as connection:
            for part in _chunks(list(feeds)):
                held = sa.update(feed_state).where(feed_state.c.id.in_(part))
                connection.execute(
                    held.where(feed_state.c.lease_owner == self._owner).values(lease_until=until)
                )
            pages = sa.update(page_queue).where(
                page_queue.c.lease_owner == self._owner, page_queue.c.lease_until > 0
            )
            connection.execute(pages.values(lease_until=until))

    def release(self, owners: Iterable[str]) -> None:
        """Give back everything that these owners hold."""
        with writing(self._engine) as connection:
            for owner in owners:
                for table in (feed_state, page_queue):
                    held = sa.update(table).where(table.c.lease_owner == owner)
                    connection.execute(held.values(lease_owner=None, lease_until=0.0))

    def owners(self, now: float) -> list[str]:
        """Everybody who holds a lease."""
        names: set[str] = set()
        with reading(self._engine) as connection:
            for table in (feed_state, page_queue):
                query = sa.select(table.c.lease_owner).where(table.c.lease_until > now).distinct()
                names.update(name for name in connection.execute(query).scalars() if name)
        return sorted(names)

    def known(
        self, feed_id: str, keys: Sequence[str], article_ids: Sequence[str]
    ) -> tuple[dict[str, KnownEntry], dict[str, KnownArticle]]:
        """What is remembered of these entries and articles."""
        entries: dict[str, KnownEntry] = {}
        articles: dict[str, KnownArticle] = {}
        columns = (
            entry.c.key,
            entry.c.revision,
            entry.c.last_seen,
            entry.c.revised_day,
            entry.c.revised_count,
        )
        with reading(self._engine) as connection:
            for part in _chunks(list(keys)):
                query = sa.select(*columns).where(entry.c.feed_id == feed_id, entry.c.key.in_(part))
                entries |= {row[0]: KnownEntry(*row[1:]) for row in connection.execute(query)}
            missing = list(dict.fromkeys(article_ids))
            for part in _chunks(missing):
                lookup = sa.select(article.c.id, article.c.feed_id, article.c.revision).where(
                    article.c.id.in_(part)
                )
                articles |= {row[0]: KnownArticle(row[1], row[2]) for row in connection.execute(lookup)}
        return entries, articles

    def validators(self, article_id: str) -> tuple[str | None, str | None]:
        """ETag and Last-Modified of an article's page when it was last read."""
        query = sa.select(article.c.etag, article.c.last_modified).where(article.c.id == article_id)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return (row[0], row[1]) if row else (None, None)

    def blocked_hosts(self, now: float) -> dict[str, tuple[float, str]]:
        """Hosts that asked for a break, until when and why."""
        query = sa.select(host_state).where(host_state.c.blocked_until > now)
        with reading(self._engine) as connection:
            return {row.host: (row.blocked_until, row.reason) for row in connection.execute(query)}

    def apply(self, changes: Sequence[Changes]) -> None:
        """Write everything in one transaction."""
        with writing(self._engine) as connection:
            self._apply_feeds(connection, [row for c in changes for row in c.feeds])
            self._put(connection, entry, [row for c in changes for row in c.entries], keep=("first_seen",))
            for feed_id, seen, keys in (touch for c in changes for touch in c.touched):
                for part in _chunks(keys):
                    rows = sa.update(entry).where(entry.c.feed_id == feed_id, entry.c.key.in_(part))
                    connection.execute(rows.values(last_seen=seen))
            kept = ("first_seen", "feed_id")
            self._put(connection, article, [row for c in changes for row in c.articles], keep=kept)
            self._put(connection, page_queue, [row for c in changes for row in c.queue])
            for name, revision in (pair for c in changes for pair in c.done):
                connection.execute(sa.delete(page_queue).where(*_is_job(name, revision)))
            self._put(connection, host_state, [row for c in changes for row in c.hosts])
            events = [row for c in changes for row in c.events]
            if events:
                connection.execute(sa.insert(feed_health_event), events)

    def prune(self, entries_before: float, articles_before: float, now: float) -> None:
        """Forget entries and articles that have long left their feeds, and breaks that are over."""
        with writing(self._engine) as connection:
            connection.execute(sa.delete(entry).where(entry.c.last_seen < entries_before))
            connection.execute(sa.delete(article).where(article.c.last_seen < articles_before))
            connection.execute(sa.delete(host_state).where(host_state.c.blocked_until < now))

    def _apply_feeds(self, connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
        """Grouped by the columns they set, so that each group is one executemany."""
        groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row in rows:
            groups.setdefault(tuple(sorted(row)), []).append(row)
        for names, group in groups.items():
            values: dict[str, Any] = {name: sa.bindparam(f"v_{name}") for name in names if name != "id"}
            statement = sa.update(feed_state).where(feed_state.c.id == sa.bindparam("v_id")).values(values)
            connection.execute(statement, [{f"v_{k}": v for k, v in row.items()} for row in group])

    def _put(
        self,
        connection: sa.Connection,
        table: sa.Table,
        rows: list[dict[str, Any]],
        keep: tuple[str, ...] = (),
    ) -> None:
        """Insert or replace; columns in ``keep`` stay as they are on rows that exist."""
        if not rows:
            return
        statement = self._upsert(table)
        keys = {column.name for column in table.primary_key}
        fresh = {c: statement.excluded[c] for c in rows[0] if c not in keys and c not in keep}
        put = statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=fresh)
        connection.execute(put, rows)


def _fresh(policy: FeedPolicy, now: float) -> dict[str, Any]:
    first = first_poll(policy, now)
    return {
        "id": policy.id,
        "config_url": policy.url,
        "url": policy.url,
        "host": host_of(policy.url),
        "active": True,
        "next_poll": first.at,
        "interval_s": first.interval,
        "reason": first.reason,
    }


def _changed(row: Any, policy: FeedPolicy | None, now: float) -> dict[str, Any]:
    if policy is None:
        return {"active": False} if row.active else {}
    if row.config_url != policy.url:
        cleared: dict[str, Any] = dict.fromkeys(
            ("etag", "last_modified", "body_hash", "moved_to", "last_error")
        )
        return {**_fresh(policy, now), **cleared, "failures": 0, "gone": False, "moved_count": 0}
    values: dict[str, Any] = {}
    if not row.active:
        values = {"active": True, "next_poll": now}
    if (
        not policy.minimum <= row.interval_s <= policy.maximum
    ):  # the limits were changed: do not wait them out
        values |= {"interval_s": policy.every, "next_poll": now}
    return values


def _few_of_each_host(rows: Iterable[Any], limit: int, per_host: int) -> list[str]:
    counts: dict[str, int] = {}
    chosen: list[str] = []
    for row in rows:
        counts[row.host] = counts.get(row.host, 0) + 1
        if counts[row.host] <= per_host:
            chosen.append(row.id)
            if len(chosen) >= limit:
                break
    return chosen


def _is_job(article_id: str, revision: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return page_queue.c.article_id == article_id, page_queue.c.revision == revision


def _chunks(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
