"""The one worker loop that every stage runs in.

    poll → process → produce → flush and verify → state → commit

The order is performed in :meth:`Worker._checkpoint`. Nothing is in hand while polling, so partitions may
change hands inside ``poll`` without care. When the log or the state is out of reach, the worker lets go of
everything, waits, and begins again at the last checkpoint: nothing is lost and nothing is skipped.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Sequence

from config.errors import DeliveryFailed, Fenced, LogError, MalformedRecord, StateError
from config.models.root import Config
from streams.attempts import Attempts, one_line
from streams.backoff import Backoff
from streams.broker import Broker, Session
from streams.limits import Counts, Limits
from streams.records import OutputRecord, Record, TopicPartition
from streams.stage import Stage, Stateful, Ticks
from streams.state_errors import translated
from streams.suspects import Suspects
from streams.topics import create_topics

__all__ = ["Counts", "Limits", "Worker"]

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.5  # how soon a stop is noticed while idle
_TICK_SECONDS = 1.0
_STEADY_SECONDS = 5.0  # an idle session that lasted this long works again


class Worker:
    """Runs one stage as one member of its consumer group."""

    def __init__(self, stage: Stage, broker: Broker, config: Config, *, limits: Limits | None = None) -> None:
        self.stage = stage
        self.counts = Counts()
        self._broker = broker
        self._config = config
        self._limits = limits or Limits()
        self._group = config.topic(stage.name)
        self._topics = [config.topic(name) for name in stage.inputs]
        self._suspects = Suspects(config.data_dir / "at-work" / self._group)
        self._attempts = Attempts(stage, self._limits, self.counts, self._suspects)
        self._fresh: set[TopicPartition] = set()
        self._next_tick = 0.0
        self._trouble = ""  # what keeps us from working, as last said

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set; returns with everything in hand finished and committed."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                self._work(stop, backoff)
            except Fenced as error:
                self.counts.recoveries += 1
                log.info("%s: %s; going on with what is ours", self.stage.name, error)
            except (LogError, StateError) as error:
                self.counts.recoveries += 1
                self._tell(str(error))
                stop.wait(backoff.next())

    def close(self) -> None:
        """Release the stage. Idempotent."""
        self.stage.close()

    def _work(self, stop: threading.Event, backoff: Backoff) -> None:
        """One session with the log, until ``stop`` or an error."""
        create_topics(self._broker, self._config)
        self._fresh.clear()
        session = self._broker.session(
            self._group,
            self._topics,
            on_assign=self._assigned,
            on_revoke=self._revoked,
            on_lost=self._revoked,
        )
        started = time.monotonic()
        try:
            while not stop.is_set():
                records = self._settle(
                    session, session.consumer.poll(_POLL_SECONDS, self._limits.max_records)
                )
                if records:
                    self._handle(session, records, stop)
                self._tick(session)
                if records or time.monotonic() - started > _STEADY_SECONDS:
                    backoff.reset()
                    self._tell("")
        finally:
            self._discard()
            self._suspects.forget()
            session.close()

    def _tell(self, trouble: str) -> None:
        """One line when trouble begins or changes, one when it is over; none for every attempt in between."""
        if trouble and trouble != self._trouble:
            log.warning("%s: %s; waiting, and trying again until it works", self.stage.name, trouble)
        elif self._trouble and not trouble:
            log.info("%s: working again", self.stage.name)
        self._trouble = trouble

    # partitions

    def _assigned(self, places: Sequence[TopicPartition]) -> None:
        self._suspects.forget()
        self._fresh.update(places)

    def _revoked(self, places: Sequence[TopicPartition]) -> None:
        self._suspects.forget()
        self._fresh.difference_update(places)
        self._discard()

    def _discard(self) -> None:
        if isinstance(self.stage, Stateful):
            self.stage.discard()

    def _settle(self, session: Session, records: list[Record]) -> list[Record]:
        """On new partitions, go to the offsets stored with the stage's state."""
        if not self._fresh or not isinstance(self.stage, Stateful):
            self._fresh.clear()
            return records
        with translated():
            restored = self.stage.restore(sorted(self._fresh))
        for place, offset in restored.items():
            session.consumer.seek(place, offset)
        if restored:
            session.consumer.commit(restored)  # the log may lag behind the state after a crash
        self._fresh.clear()
        return [record for record in records if record.place not in restored]

    # records

    def _handle(self, session: Session, records: Sequence[Record], stop: threading.Event) -> None:
        """Process and checkpoint; a batch that cannot be checkpointed is taken apart to find the culprit."""
        self._attempts.prepare(records)
        batch: list[tuple[Record, list[OutputRecord]]] = []
        started, size = time.monotonic(), 0
        for record in records:
            outputs = self._attempts.process(record, stop)
            if outputs is None:
                break
            batch.append((record, outputs))
            size += sum(len(output.value) for output in outputs)
            if time.monotonic() - started > self._limits.checkpoint_seconds or (
                size > self._limits.checkpoint_bytes
            ):
                self._finish(session, batch)
                batch, started, size = [], time.monotonic(), 0
                if stop.is_set():
                    break
        if batch:
            self._finish(session, batch)

    # checkpoints

    def _finish(self, session: Session, batch: Sequence[tuple[Record, list[OutputRecord]]]) -> None:
        offsets = {record.place: record.offset + 1 for record, _ in batch}
        outputs = [output for _, made in batch for output in made]
        try:
            self._checkpoint(session, outputs, offsets)
        except (DeliveryFailed, MalformedRecord) as error:
            self._take_apart(session, batch, error)
        except (LogError, StateError):
            raise
        except Exception as error:  # noqa: BLE001 - taken apart until the record at fault is found
            self._take_apart(session, batch, error)
        else:
            self.counts.processed += len(batch)

    def _take_apart(
        self, session: Session, batch: Sequence[tuple[Record, list[OutputRecord]]], error: Exception
    ) -> None:
        """One record alone becomes a dead letter; of several, each is tried again by itself."""
        self._discard()
        if len(batch) == 1:
            record = batch[0][0]
            letter = self._attempts.dead(record, error)
            self._checkpoint(session, [letter], {record.place: record.offset + 1})
            self.counts.processed += 1
            return
        log.warning("%s: a checkpoint failed (%s); going record by record", self.stage.name, one_line(error))
        for record, _ in batch:
            outputs = self._attempts.process(record, threading.Event())
            self._finish(session, [(record, outputs or [])])

    def _checkpoint(
        self, session: Session, outputs: Sequence[OutputRecord], offsets: dict[TopicPartition, int]
    ) -> None:
        """Make the work count. The order is the guarantee: a crash between two steps repeats, never loses."""
        if isinstance(self.stage, Stateful):
            session.flush_outputs(outputs)  # 1. outputs, every delivery verified
            with translated():
                self.stage.checkpoint(offsets)  # 2. state and offsets, one transaction: this decides
            if offsets:
                session.consumer.commit(offsets)  # 3. for lag and for readers of the group
        else:
            session.checkpoint(outputs, offsets)  # outputs verified, then offsets; one transaction if atomic
        self.counts.checkpoints += 1
        self.counts.outputs += len(outputs)

    def _tick(self, session: Session) -> None:
        if not isinstance(self.stage, Ticks) or time.monotonic() < self._next_tick:
            return
        self._next_tick = time.monotonic() + _TICK_SECONDS
        try:
            with translated():
                outputs: Iterable[OutputRecord] = self.stage.tick()
            self._checkpoint(session, list(outputs), {})
        except (LogError, StateError):
            raise
        except Exception:
            log.exception("%s: what is done from time to time failed; records go on", self.stage.name)
            self._discard()
