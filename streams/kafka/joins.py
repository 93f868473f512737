"""Joining a group of consumers with polls that are shorter than a join (mends kafka-python 3.0.12)."""

from __future__ import annotations

from typing import Any


class Joins:
    """Keeps what a join brought until its client has applied it.

    kafka-python polls a join in pieces: where it ends between two polls, the next one forgets the assignment
    and joins again, which sends the whole group through a second rebalance (on some brokers one that never
    ends). Here the second join returns what the first one brought.
    """

    def __init__(self, coordinator: Any) -> None:
        self._coordinator = coordinator
        self._join = coordinator._do_join_and_sync_async
        self._complete = coordinator._on_join_complete_async
        self._kept: tuple[Any, bytes] | None = None  # the generation and our assignment in it
        coordinator._do_join_and_sync_async = self._join_once
        coordinator._on_join_complete_async = self._forget_and_complete

    def resume(self) -> None:
        """Let the next poll look at a join that ended meanwhile.

        Where new metadata made the leader join, the client takes the snapshot of the metadata for done and
        would never look again.
        """
        join = self._coordinator._join_task
        if self._coordinator.rejoining and join is not None and join.is_done:
            self._coordinator.request_rejoin()

    async def _join_once(self) -> bytes:
        if self._kept is not None and self._kept[0] == self._coordinator._generation:
            return self._kept[1]
        assignment: bytes = await self._join()
        self._kept = (self._coordinator._generation, assignment)
        return assignment

    async def _forget_and_complete(self, *joined: Any) -> None:
        self._kept = None
        await self._complete(*joined)
