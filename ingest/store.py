"""The poller's state in the database: claims, and what a poll changed. Blocking; called from threads.

Times are seconds since the epoch. Errors: StateUnavailable.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from ingest.changes import Changes, write
from ingest.decide import KnownArticle, KnownEntry
from ingest.identity import IdentifiedEntry
from ingest.policy import FeedPolicy
from ingest.schedule import first_poll
from ingest.tables import article, entry, feed_state, host_state, page_queue
from ingest.urls import host_of
from streams.state import reading, writing

_ANY = 2**31 - 1
_CHUNK = 400  # values in one IN list


class FeedRow(msgspec.Struct, frozen=True):
    """A feed's state as claimed."""

    id: str
    url: str
    host: str
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


class PageJob(msgspec.Struct, frozen=True):
    """An article page to be fetched."""

    article_id: str
    revision: str
    feed_id: str
    url: str
    entry: str  # EntryFacts as JSON
    seen: float
    due: float
    attempts: int = 0


_FEED_COLUMNS = [feed_state.c[name] for name in FeedRow.__struct_fields__]
_JOB_COLUMNS = [page_queue.c[name] for name in PageJob.__struct_fields__]

# Built once: putting a statement together costs more than running it.
_due = (
    sa.select(*_FEED_COLUMNS)
    .where(feed_state.c.active, feed_state.c.next_poll <= sa.bindparam("now"))
    .where(feed_state.c.lease_until <= sa.bindparam("now"))
    .where(feed_state.c.host.not_in(sa.bindparam("avoid", expanding=True)))
    .where(feed_state.c.failures.between(sa.bindparam("least"), sa.bindparam("failures")))
    .order_by(feed_state.c.next_poll)
    .limit(sa.bindparam("most"))
)
_lease = (
    sa.update(feed_state)
    .where(feed_state.c.id.in_(sa.bindparam("feeds", expanding=True)))
    .values(lease_owner=sa.bindparam("owner"), lease_until=sa.bindparam("until"))
)
_due_pages = (
    sa.select(*_JOB_COLUMNS)
    .where(page_queue.c.due <= sa.bindparam("now"), page_queue.c.lease_until <= sa.bindparam("now"))
    .order_by(page_queue.c.due)
    .limit(sa.bindparam("most"))
)
_lease_page = (
    sa.update(page_queue)
    .where(page_queue.c.article_id == sa.bindparam("article"))
    .where(page_queue.c.revision == sa.bindparam("version"))
    .values(lease_owner=sa.bindparam("owner"), lease_until=sa.bindparam("until"))
)
# One parameter for a list of any length, so that the statement stays the same.
_IN_ARRAY = {"sqlite": "IN (SELECT value FROM json_each(:wanted))", "postgresql": "= ANY(:wanted)"}
_ENTRIES = (
    "SELECT key, revision, last_seen, revised_day, revised_count FROM entry WHERE feed_id = :feed AND key "
)
_ARTICLES = "SELECT id, feed_id, revision FROM article WHERE id "
_validators = sa.select(article.c.etag, article.c.last_modified).where(
    article.c.id == sa.bindparam("article")
)


class Store:
    """All statements of the poller."""

    def __init__(self, engine: sa.Engine, owner: str) -> None:
        self._engine = engine
        self._owner = owner
        among = _IN_ARRAY[engine.dialect.name]
        self._known_entries, self._known_articles = sa.text(_ENTRIES + among), sa.text(_ARTICLES + among)
        self._postgres = engine.dialect.name == "postgresql"

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
        self,
        now: float,
        until: float,
        limit: int,
        *,
        per_host: int = 8,
        avoid: Collection[str] = (),
        failed: bool = False,
    ) -> list[FeedRow]:
        """Take up to ``limit`` due feeds, the longest due first, few of one host.

        Nobody else gets them before ``until``. ``failed``: those that failed last time, else the others.
        """
        due = _due.with_for_update(skip_locked=True) if self._postgres else _due
        least, failures = (1, _ANY) if failed else (0, 0)
        bounds = {"least": least, "failures": failures, "most": limit * 2 + 8 * per_host}
        wanted = {"now": now, "avoid": list(avoid), **bounds}
        with writing(self._engine) as connection:
            rows = _few_of_each_host(connection.execute(due, wanted), limit, per_host)
            for part in _chunks([row.id for row in rows]):
                connection.execute(_lease, {"feeds": part, "owner": self._owner, "until": until})
        return rows

    def claim_pages(self, now: float, until: float, limit: int) -> list[PageJob]:
        """Take up to ``limit`` due pages that nobody holds."""
        due = _due_pages.with_for_update(skip_locked=True) if self._postgres else _due_pages
        lease = {"owner": self._owner, "until": until}
        with writing(self._engine) as connection:
            jobs = [PageJob(*row) for row in connection.execute(due, {"now": now, "most": limit})]
            rows = [{"article": job.article_id, "version": job.revision, **lease} for job in jobs]
            if rows:
                connection.execute(_lease_page, rows)
        return jobs

    def something_due(self, now: float) -> bool:
        """True when a claim may find feeds. Takes no lock."""
        wanted = {"now": now, "avoid": [], "most": 1, "least": 0, "failures": _ANY}
        with reading(self._engine) as connection:
            return connection.execute(_due, wanted).first() is not None

    def pages_due(self, now: float) -> bool:
        """True when a claim may find pages. Takes no lock."""
        with reading(self._engine) as connection:
            return connection.execute(_due_pages, {"now": now, "most": 1}).first() is not None

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
        self, feed_id: str, items: Sequence[IdentifiedEntry]
    ) -> tuple[dict[str, KnownEntry], dict[str, KnownArticle]]:
        """What is remembered of these entries, and of the articles of those that are new or changed."""
        with reading(self._engine) as connection:
            wanted = self._array([item.key for item in items])
            found = connection.execute(self._known_entries, {"feed": feed_id, "wanted": wanted})
            entries = {row[0]: KnownEntry(*row[1:]) for row in found}
            fresh = [item.article_id for item in items if _is_fresh(item, entries.get(item.key))]
            if not fresh:
                return entries, {}
            looked_up = connection.execute(self._known_articles, {"wanted": self._array(fresh)})
            return entries, {row[0]: KnownArticle(row[1], row[2]) for row in looked_up}

    def _array(self, values: list[str]) -> Any:
        return values if self._postgres else msgspec.json.encode(values).decode("utf-8")

    def validators(self, article_id: str) -> tuple[str | None, str | None]:
        """ETag and Last-Modified of an article's page when it was last read."""
        with reading(self._engine) as connection:
            row = connection.execute(_validators, {"article": article_id}).first()
        return (row[0], row[1]) if row else (None, None)

    def blocked_hosts(self, now: float) -> dict[str, tuple[float, str]]:
        """Hosts that asked for a break, until when and why."""
        query = sa.select(host_state).where(host_state.c.blocked_until > now)
        with reading(self._engine) as connection:
            return {row.host: (row.blocked_until, row.reason) for row in connection.execute(query)}

    def apply(self, changes: Sequence[Changes]) -> None:
        """Write everything in one transaction."""
        with writing(self._engine) as connection:
            write(connection, changes)

    def prune(self, entries_before: float, articles_before: float, now: float) -> None:
        """Forget entries and articles that have long left their feeds, and breaks that are over."""
        with writing(self._engine) as connection:
            connection.execute(sa.delete(entry).where(entry.c.last_seen < entries_before))
            connection.execute(sa.delete(article).where(article.c.last_seen < articles_before))
            connection.execute(sa.delete(host_state).where(host_state.c.blocked_until < now))


def _is_fresh(item: IdentifiedEntry, known: KnownEntry | None) -> bool:
    return known is None or known.revision != item.revision


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


def _few_of_each_host(rows: Iterable[Any], limit: int, per_host: int) -> list[FeedRow]:
    counts: dict[str, int] = {}
    chosen: list[FeedRow] = []
    for values in rows:
        row = FeedRow(*values)
        count = counts[row.host] = counts.get(row.host, 0) + 1
        if count <= per_host:
            chosen.append(row)
            if len(chosen) >= limit:
                break
    return chosen


def _chunks(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
