"""What work on feeds and pages changes in the database, and how a batch of it is written.

Times are seconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ingest.tables import article, entry, feed_health_event, feed_state, host_state, page_queue

_IN_LIST = 400
Row = dict[str, Any]


@dataclass(slots=True)
class Changes:
    """What one unit of work writes, all in one transaction with its neighbours."""

    feeds: list[Row] = field(default_factory=list)  # feed_state columns, with "id"
    entries: list[Row] = field(default_factory=list)  # entry rows, upserted
    touched: list[tuple[str, float, list[str]]] = field(default_factory=list)  # feed id, last_seen, keys
    articles: list[Row] = field(default_factory=list)  # article rows, upserted
    queue: list[Row] = field(default_factory=list)  # page_queue rows, upserted
    done: list[tuple[str, str]] = field(default_factory=list)  # (article id, revision) leaving the queue
    hosts: list[Row] = field(default_factory=list)  # host_state rows, upserted
    events: list[Row] = field(default_factory=list)  # feed_health_event rows


_touch = (
    sa.update(entry)
    .where(entry.c.feed_id == sa.bindparam("feed"), entry.c.key.in_(sa.bindparam("keys", expanding=True)))
    .values(last_seen=sa.bindparam("seen"))
)
_leave = sa.delete(page_queue).where(
    page_queue.c.article_id == sa.bindparam("article"), page_queue.c.revision == sa.bindparam("version")
)


def write(connection: sa.Connection, changes: Sequence[Changes]) -> None:
    """Write everything in the connection's transaction; rows of a kind go together."""
    _update_feeds(connection, (row for c in changes for row in c.feeds))
    _put(connection, entry, [row for c in changes for row in c.entries], kept=("first_seen",))
    for feed_id, seen, keys in (touch for c in changes for touch in c.touched):
        for start in range(0, len(keys), _IN_LIST):
            part = keys[start : start + _IN_LIST]
            connection.execute(_touch, {"feed": feed_id, "keys": part, "seen": seen})
    _put(connection, article, [row for c in changes for row in c.articles], kept=("first_seen", "feed_id"))
    _put(connection, page_queue, [row for c in changes for row in c.queue])
    done = [{"article": name, "version": revision} for c in changes for name, revision in c.done]
    if done:
        connection.execute(_leave, done)
    _put(connection, host_state, [row for c in changes for row in c.hosts])
    events = [row for c in changes for row in c.events]
    if events:
        connection.execute(sa.insert(feed_health_event), events)


def _update_feeds(connection: sa.Connection, rows: Iterable[Row]) -> None:
    """Grouped by the columns they set, so that each group is one executemany."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row), []).append(row)
    for names, group in groups.items():
        connection.execute(_feed_update(names), group)


@lru_cache(maxsize=64)
def _feed_update(names: tuple[str, ...]) -> sa.TextClause:
    """Text, because a built update would want its parameters under other names than the columns'."""
    assert set(names) <= set(feed_state.c.keys())
    columns = ", ".join(f"{name} = :{name}" for name in names if name != "id")
    return sa.text(f"UPDATE feed_state SET {columns} WHERE id = :id")  # noqa: S608 (names of our columns)


def _put(
    connection: sa.Connection,
    table: sa.Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    kept: tuple[str, ...] = (),
) -> None:
    if rows:
        connection.execute(_upsert(table, tuple(rows[0]), kept, connection.dialect.name), rows)


@lru_cache(maxsize=64)
def _upsert(table: sa.Table, names: tuple[str, ...], kept: tuple[str, ...], dialect: str) -> sa.Insert:
    """Insert or replace; columns in ``kept`` stay as they are on rows that exist."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(table)
    keys = {column.name for column in table.primary_key}
    fresh = {name: statement.excluded[name] for name in names if name not in keys and name not in kept}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=fresh)
