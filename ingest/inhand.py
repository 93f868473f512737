"""Which feeds a poller has in hand, so that neither one host nor a crowd of failing feeds takes all the room.

A feed that failed last time may well hold its place until the deadline, and so may a hundred like it. They
get at most half of the places, whatever is due; the others never wait for more than their own kind.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection
from contextlib import AbstractAsyncContextManager, nullcontext

from ingest.store import FeedRow

_AHEAD = 4  # feeds in hand for each that may be fetched at a time: most of them wait for their host


class InHand:
    """Feeds between claim and commit. Use within one event loop."""

    def __init__(self, concurrency: int, per_host: int) -> None:
        self.limit = concurrency * _AHEAD
        self.per_host = per_host * 2
        self._rows: dict[str, FeedRow] = {}
        self._hosts: Counter[str] = Counter()
        self._doubtful = 0
        self._fetching = asyncio.Semaphore(max(1, concurrency // 2))
        self._parsing = asyncio.Semaphore(1)

    def __contains__(self, feed_id: str) -> bool:
        return feed_id in self._rows

    @property
    def ids(self) -> Collection[str]:
        """Of all feeds in hand."""
        return list(self._rows)

    @property
    def room(self) -> int:
        """How many more may be taken."""
        return self.limit - len(self._rows)

    @property
    def doubtful_room(self) -> int:
        """How many more that failed last time may be taken."""
        return max(0, self.limit // 2 - self._doubtful)

    def busy_hosts(self) -> list[str]:
        """Hosts of which no more may be taken."""
        return [host for host, count in self._hosts.items() if count >= self.per_host]

    def take(self, row: FeedRow) -> None:
        """Begin."""
        self._rows[row.id] = row
        self._hosts[row.host] += 1
        self._doubtful += is_doubtful(row)

    def drop(self, row: FeedRow) -> None:
        """End."""
        del self._rows[row.id]
        self._doubtful -= is_doubtful(row)
        self._hosts[row.host] -= 1
        if not self._hosts[row.host]:
            del self._hosts[row.host]

    def fetching(self, row: FeedRow) -> AbstractAsyncContextManager[object]:
        """``async with``: wait for a place among the doubtful where the feed is one."""
        return self._fetching if is_doubtful(row) else nullcontext()

    def parsing(self, row: FeedRow) -> AbstractAsyncContextManager[object]:
        """The same for the processes that parse: doubtful feeds get one of them."""
        return self._parsing if is_doubtful(row) else nullcontext()


def is_doubtful(row: FeedRow) -> bool:
    """True for a feed that failed when it was last asked."""
    return row.failures > 0
