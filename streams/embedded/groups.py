"""Consumer groups: who is a member, who owns which partition, what is committed. Functions on a connection.

A partition changes hands in two steps, so that its owner can finish first: membership changes move the
*target*; the owner sees it at its next poll, commits and lets go; only then does the target take it. A member
whose lease ran out, or whose process is gone, is removed by any other. Commits are checked against the owner
in their own transaction: a member that was removed meanwhile is fenced.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from config.errors import Fenced
from streams.embedded.balance import balance
from streams.embedded.process import alive
from streams.embedded.rows import find
from streams.records import TopicPartition


class Member(NamedTuple):
    """One member of one group."""

    group: str
    name: str  # unique for each consumer ever made
    topics: tuple[str, ...]
    process: str  # see streams.embedded.process


class Standing(NamedTuple):
    """What a member holds after :func:`sync`."""

    known: bool  # False: it is new, or had been removed and everything it held is lost
    owned: dict[TopicPartition, int]  # partition ids
    unwanted: tuple[TopicPartition, ...]  # part of ``owned``: to be finished and released
    generation: int


def sync(connection: sqlite3.Connection, me: Member, now: int, lease_ms: int) -> Standing:
    """Join or renew, remove the dead, share out anew where something changed, take what is free for us."""
    known = connection.execute(
        "SELECT 1 FROM member WHERE group_name = ? AND member = ?", (me.group, me.name)
    ).fetchone()
    for name in gone(connection, me.group, now):
        if name != me.name:
            _remove(connection, me.group, name)
    connection.execute(
        "INSERT INTO member VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET lease_until = excluded.lease_until, topics = excluded.topics",
        (me.group, me.name, json.dumps(sorted(me.topics)), me.process, now + lease_ms),
    )
    changed = _retarget(connection, me.group)
    changed |= _take(connection, me)
    if changed:
        _bump(connection, me.group)
    return _standing(connection, me, known is not None)


def gone(connection: sqlite3.Connection, group: str, now: int) -> list[str]:
    """Members whose lease ran out or whose process has ended."""
    rows = connection.execute(
        "SELECT member, lease_until, process FROM member WHERE group_name = ?", (group,)
    )
    return [name for name, lease, process in rows.fetchall() if lease < now or not alive(process)]


def stale(connection: sqlite3.Connection, me: Member, generation: int, now: int) -> bool:
    """Whether :func:`sync` has something to do. Reads only."""
    row = connection.execute(
        "SELECT generation, settled FROM consumer_group WHERE name = ?", (me.group,)
    ).fetchone()
    if row is None or row[0] != generation or row[1] != _signature(connection, me.group):
        return True
    return any(name != me.name for name in gone(connection, me.group, now))


def renew(connection: sqlite3.Connection, me: Member, now: int, lease_ms: int) -> None:
    """Prolong the lease, where the member still is one."""
    connection.execute(
        "UPDATE member SET lease_until = ? WHERE group_name = ? AND member = ?",
        (now + lease_ms, me.group, me.name),
    )


def release(connection: sqlite3.Connection, me: Member, places: Iterable[TopicPartition]) -> None:
    """Let go of partitions that another member is to have."""
    for place in places:
        connection.execute(
            "UPDATE assignment SET owner = NULL WHERE group_name = ? AND partition_id = ? AND owner = ?",
            (me.group, find(connection, place).id, me.name),
        )
    _bump(connection, me.group)


def leave(connection: sqlite3.Connection, me: Member) -> None:
    """End the membership; what was owned is free at once."""
    _remove(connection, me.group, me.name)
    _retarget(connection, me.group)
    _bump(connection, me.group)


def commit(
    connection: sqlite3.Connection, group: str, offsets: Mapping[TopicPartition, int], owner: str | None
) -> None:
    """Store offsets; with ``owner``, only while it owns every one of these partitions (else Fenced)."""
    for place, offset in offsets.items():
        partition = find(connection, place).id
        if owner is not None:
            row = connection.execute(
                "SELECT owner FROM assignment WHERE group_name = ? AND partition_id = ?", (group, partition)
            ).fetchone()
            if row is None or row[0] != owner:
                raise Fenced(
                    f"group {group} gave {place.topic}[{place.partition}] to another member meanwhile"
                )
        connection.execute(
            "INSERT INTO group_offset VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset",
            (group, partition, offset),
        )


def committed(connection: sqlite3.Connection, group: str, place: TopicPartition) -> int | None:
    """The committed offset, or None."""
    row = connection.execute(
        "SELECT next_offset FROM group_offset WHERE group_name = ? AND partition_id = ?",
        (group, find(connection, place).id),
    ).fetchone()
    return None if row is None else int(row[0])


def _members(connection: sqlite3.Connection, group: str) -> dict[str, frozenset[str]]:
    rows = connection.execute("SELECT member, topics FROM member WHERE group_name = ?", (group,))
    return {name: frozenset(json.loads(topics)) for name, topics in rows}


def _partitions(connection: sqlite3.Connection, topics: Iterable[str]) -> dict[int, str]:
    wanted = json.dumps(sorted(topics))
    rows = connection.execute(
        "SELECT id, topic FROM partition WHERE topic IN (SELECT value FROM json_each(?)) ORDER BY id",
        (wanted,),
    )
    return dict(rows)


def _signature(connection: sqlite3.Connection, group: str) -> str:
    """Changes whenever the sharing has to be worked out anew."""
    members = _members(connection, group)
    partitions = _partitions(connection, frozenset[str]().union(*members.values()))
    return json.dumps([sorted((name, sorted(topics)) for name, topics in members.items()), len(partitions)])


def _retarget(connection: sqlite3.Connection, group: str) -> bool:
    signature = _signature(connection, group)
    row = connection.execute("SELECT settled FROM consumer_group WHERE name = ?", (group,)).fetchone()
    if row is not None and row[0] == signature:
        return False
    members = _members(connection, group)
    partitions = _partitions(connection, frozenset[str]().union(*members.values()))
    owners: dict[int, str | None] = dict(
        connection.execute("SELECT partition_id, owner FROM assignment WHERE group_name = ?", (group,))
    )
    targets = balance(partitions, members, owners)
    connection.executemany(
        "INSERT INTO assignment VALUES (?, ?, NULL, ?) ON CONFLICT DO UPDATE SET target = excluded.target",
        [(group, partition, target) for partition, target in targets.items()],
    )
    connection.execute(
        "INSERT INTO consumer_group VALUES (?, 0, ?) ON CONFLICT DO UPDATE SET settled = excluded.settled",
        (group, signature),
    )
    return True


def _take(connection: sqlite3.Connection, me: Member) -> bool:
    cursor = connection.execute(
        "UPDATE assignment SET owner = ? WHERE group_name = ? AND target = ? AND owner IS NULL",
        (me.name, me.group, me.name),
    )
    return cursor.rowcount > 0


def _bump(connection: sqlite3.Connection, group: str) -> None:
    connection.execute("UPDATE consumer_group SET generation = generation + 1 WHERE name = ?", (group,))


def _remove(connection: sqlite3.Connection, group: str, name: str) -> None:
    connection.execute("DELETE FROM member WHERE group_name = ? AND member = ?", (group, name))
    connection.execute("UPDATE assignment SET owner = NULL WHERE group_name = ? AND owner = ?", (group, name))


def _standing(connection: sqlite3.Connection, me: Member, known: bool) -> Standing:
    rows = connection.execute(
        "SELECT p.topic, p.number, p.id, a.target FROM assignment a JOIN partition p ON p.id = a.partition_id"
        " WHERE a.group_name = ? AND a.owner = ? ORDER BY p.topic, p.number",
        (me.group, me.name),
    ).fetchall()
    owned = {TopicPartition(topic, number): partition for topic, number, partition, _ in rows}
    unwanted = tuple(TopicPartition(topic, number) for topic, number, _, target in rows if target != me.name)
    generation = connection.execute(
        "SELECT generation FROM consumer_group WHERE name = ?", (me.group,)
    ).fetchone()[0]
    return Standing(known, owned, unwanted, int(generation))
