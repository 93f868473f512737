"""Manners towards a host: how many requests at a time, and how close together."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

_KEPT_HOSTS = 20_000


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    next_start: float = 0.0  # loop time
    users: int = 0


class HostGate:
    """At most ``per_host`` requests at a time to a host, starts at least ``spacing`` seconds apart."""

    def __init__(self, per_host: int, spacing: float) -> None:
        self._per_host = per_host
        self._spacing = spacing
        self._hosts: dict[str, _Host] = {}

    def enter(self, host: str) -> Turn:
        """``async with gate.enter(host)``: wait for a turn at ``host``, hold a slot until the block ends."""
        state = self._hosts.get(host)
        if state is None:
            self._forget()
            state = self._hosts[host] = _Host(asyncio.Semaphore(self._per_host))
        return Turn(state, self._spacing)

    def _forget(self) -> None:
        """Drop idle hosts when there are very many."""
        if len(self._hosts) < _KEPT_HOSTS:
            return
        now = asyncio.get_running_loop().time()
        for host in [h for h, s in self._hosts.items() if not s.users and s.next_start < now]:
            del self._hosts[host]


class Turn:
    """One request's turn at a host."""

    __slots__ = ("_spacing", "_state")

    def __init__(self, state: _Host, spacing: float) -> None:
        self._state = state
        self._spacing = spacing

    async def __aenter__(self) -> None:
        state = self._state
        state.users += 1
        try:
            await state.slots.acquire()
        except BaseException:
            state.users -= 1
            raise
        if self._spacing > 0:
            try:
                await self._space()
            except BaseException:
                self._leave()
                raise

    async def __aexit__(self, *_: object) -> None:
        self._leave()

    def _leave(self) -> None:
        self._state.users -= 1
        self._state.slots.release()

    async def _space(self) -> None:
        """Starts are told their times in the order of arrival, so nobody overtakes."""
        now = asyncio.get_running_loop().time()
        start = max(now, self._state.next_start)
        self._state.next_start = start + self._spacing
        if start > now:
            await asyncio.sleep(start - now)
