"""Group commit: outputs to the log, verified; then all changes of state in one transaction.

Whatever is handed in while a commit runs, or shortly after it began, joins the next one: the cost of a
flush and of a transaction is shared under load, and nothing waits when there is none. A crash between the
two steps repeats outputs, never loses one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from config.errors import LogError, StateError
from ingest.changes import Changes
from ingest.memory import give_back
from ingest.store import Store
from streams.backoff import Backoff
from streams.broker import Broker, Producer
from streams.records import OutputRecord

log = logging.getLogger(__name__)

_LARGEST = 500  # units of work in one commit
_LARGEST_BYTES = 4_000_000
_TRIM_BYTES = 500_000
_LEAST_APART = 0.05  # seconds between the starts of two commits: each costs as much as many units


@dataclass(slots=True)
class _Unit:
    changes: Changes
    outputs: Sequence[OutputRecord]
    done: asyncio.Future[None] = field(repr=False)


class Committer:
    """Use within one event loop: :meth:`submit` from tasks, :meth:`run` as a task of its own."""

    def __init__(self, broker: Broker, store: Store) -> None:
        self._broker = broker
        self._store = store
        self._queue: asyncio.Queue[_Unit | None] = asyncio.Queue(maxsize=500)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._producer: Producer | None = None
        self._began = 0.0
        self.outputs = 0

    async def submit(self, changes: Changes, outputs: Sequence[OutputRecord] = ()) -> None:
        """Return once this is durable. Waits as long as the log or the database is away."""
        unit = _Unit(changes, outputs, asyncio.get_running_loop().create_future())
        await self._queue.put(unit)
        await unit.done

    async def run(self) -> None:
        """Commit until :meth:`finish`. Waits for the log and the database with backoff."""
        loop = asyncio.get_running_loop()
        ended = False
        while not ended:
            units, ended = await self._gather()
            backoff = Backoff()
            while units:
                try:
                    await loop.run_in_executor(self._thread, self._commit, units)
                    break
                except (LogError, StateError) as error:
                    delay = backoff.next()
                    log.warning("poller: %s; trying again in %.1f s", error, delay)
                    await asyncio.sleep(delay)
            for unit in units:
                if not unit.done.done():
                    unit.done.set_result(None)

    async def finish(self) -> None:
        """Let :meth:`run` return once everything handed in so far is committed."""
        await self._queue.put(None)

    def close(self) -> None:
        """Release the producer. Idempotent."""
        self._thread.shutdown(wait=True)
        if self._producer is not None:
            self._producer.close()
            self._producer = None

    async def _gather(self) -> tuple[list[_Unit], bool]:
        """What has come in. One commit follows another at once only where it is alone."""
        loop = asyncio.get_running_loop()
        units, size = list[_Unit](), 0
        unit = await self._queue.get()
        pause = self._began + _LEAST_APART - loop.time()
        if pause > 0 and unit is not None:
            await asyncio.sleep(pause)
        self._began = loop.time()
        while unit is not None:
            units.append(unit)
            size += sum(len(output.value) for output in unit.outputs)
            if len(units) >= _LARGEST or size >= _LARGEST_BYTES or self._queue.empty():
                return units, False
            unit = self._queue.get_nowait()
        return units, True

    def _commit(self, units: Sequence[_Unit]) -> None:
        outputs = [output for unit in units for output in unit.outputs]
        if outputs:
            self._produce(outputs)
        self._store.apply([unit.changes for unit in units])
        if sum(len(output.value) for output in outputs) > _TRIM_BYTES:
            give_back()

    def _produce(self, outputs: Sequence[OutputRecord]) -> None:
        try:
            if self._producer is None:
                self._producer = self._broker.producer()
            for output in outputs:
                self._producer.send(output)
            self._producer.flush()
        except LogError:
            if self._producer is not None:
                self._producer.close()
                self._producer = None
            raise
        self.outputs += len(outputs)
