"""Which notifiers are alive. A lease has no end by the clock, since clocks jump; it ends with its owner.

A notifier counts up its beat. Another one holds it for dead when the process is gone (same machine), or when
the beat has not changed for a while by the observer's own monotonic clock.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from uuid import uuid4

import psutil
from sqlalchemy import Connection, delete, insert, select, update

from alerts.outbox_tables import notifiers, to_ms

BEAT_EVERY = 5.0  # seconds
DEAD_AFTER = 30.0  # seconds without a beat


@dataclass(frozen=True, slots=True)
class Owner:
    """This notifier, as written into leases."""

    id: str
    host: str  # machine and process-id space
    pid: int
    born: str

    @classmethod
    def make(cls) -> Owner:
        """An owner for this process."""
        me = psutil.Process()
        return cls(uuid4().hex[:16], _host(), me.pid, f"{me.create_time():.2f}")


class Registry:
    """Keeps this notifier's beat and watches the others'."""

    def __init__(self, owner: Owner, clock: Callable[[], float] = monotonic) -> None:
        self.owner = owner
        self._clock = clock
        self._seen: dict[str, tuple[int, float]] = {}  # owner to its last beat and when it changed
        self._beaten: float | None = None
        self._looked: float | None = None

    def beat(self, connection: Connection, now: datetime) -> None:
        """Say that this one lives."""
        mine = notifiers.c.owner == self.owner.id
        values = {"beat": notifiers.c.beat + 1, "seen_at": to_ms(now)}
        if connection.execute(update(notifiers).where(mine).values(values)).rowcount == 0:
            connection.execute(
                insert(notifiers).values(
                    owner=self.owner.id,
                    host=self.owner.host,
                    pid=self.owner.pid,
                    born=self.owner.born,
                    beat=1,
                    seen_at=to_ms(now),
                )
            )
        self._beaten = self._clock()

    def beat_is_due(self) -> bool:
        """Whether it is time for the next beat."""
        return self._beaten is None or self._clock() - self._beaten >= BEAT_EVERY

    def alive(self, connection: Connection) -> frozenset[str]:
        """The owners that live, as far as can be told; this one always."""
        rows = connection.execute(select(notifiers)).all()
        if self._looked is None or self._clock() - self._looked > DEAD_AFTER / 2:
            self._seen.clear()  # we looked away (database or machine stopped): nobody is blamed for that
        self._looked = self._clock()
        living = frozenset(row.owner for row in rows if self._lives(row.owner, row))
        self._seen = {key: value for key, value in self._seen.items() if key in living}
        return living | {self.owner.id}

    def _lives(self, owner: str, row: object) -> bool:
        if owner == self.owner.id:
            return True
        host, pid, born, beat = (getattr(row, name) for name in ("host", "pid", "born", "beat"))
        if host == self.owner.host and not _process_lives(pid, born):
            return False
        last = self._seen.get(owner)
        if last is None or last[0] != beat:
            self._seen[owner] = (beat, self._clock())
            return True
        return self._clock() - last[1] < DEAD_AFTER

    def forget(self, connection: Connection, dead: Iterable[str]) -> None:
        """Strike owners off."""
        connection.execute(delete(notifiers).where(notifiers.c.owner.in_(list(dead))))


def _process_lives(pid: int, born: str) -> bool:
    try:
        process = psutil.Process(pid)
        return f"{process.create_time():.2f}" == born and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _host() -> str:
    """Machine, boot and process-id space: where a pid means the same."""
    parts = [socket.gethostname()]
    boot = Path("/proc/sys/kernel/random/boot_id")
    space = Path("/proc/self/ns/pid")
    if boot.exists():
        parts.append(boot.read_text().strip())
    if space.is_symlink():
        parts.append(str(space.readlink()))
    return "/".join(parts)
