"""Manners towards a host: how many requests at a time, and how close together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_KEPT_HOSTS = 20_000


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    next_start: float = 0.0  # loop time
    users: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class HostGate:
    """At most ``per_host`` requests at a time to a host, starts at least ``spacing`` seconds apart."""

    def __init__(self, per_host: int, spacing: float) -> None:
        self._per_host = per_host
        self._spacing = spacing
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def enter(self, host: str) -> AsyncIterator[None]:
        """Wait for a turn at ``host`` and hold a slot until the block ends."""
        state = self._hosts.get(host)
        if state is None:
            self._forget()
            state = self._hosts[host] = _Host(asyncio.Semaphore(self._per_host))
        state.users += 1
        try:
            async with state.slots:
                if self._spacing > 0:
                    await self._space(state)
                yield
        finally:
            state.users -= 1

    async def _space(self, state: _Host) -> None:
        async with state.turn:
            now = asyncio.get_running_loop().time()
            if state.next_start > now:
                await asyncio.sleep(state.next_start - now)
            state.next_start = max(now, state.next_start) + self._spacing

    def _forget(self) -> None:
        """Drop idle hosts when there are very many."""
        if len(self._hosts) < _KEPT_HOSTS:
            return
        now = asyncio.get_running_loop().time()
        for host in [h for h, s in self._hosts.items() if not s.users and s.next_start < now]:
            del self._hosts[host]
