"""Working on one record: bounded attempts, then a dead letter."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from config.errors import LogError, MalformedRecord, StateError, TocsinError
from streams.deadletters import carry, dead_letter
from streams.limits import Counts, Limits
from streams.records import OutputRecord, Record
from streams.stage import Prepares, Stage
from streams.state_errors import translated
from streams.suspects import DEATHS, Suspects

log = logging.getLogger(__name__)


class Attempts:
    """Calls a stage's ``prepare`` and ``process``. Only errors that waiting may mend get out."""

    def __init__(self, stage: Stage, limits: Limits, counts: Counts, suspects: Suspects) -> None:
        self._stage = stage
        self._limits = limits
        self._counts = counts
        self._suspects = suspects

    def prepare(self, records: Sequence[Record]) -> None:
        """Let the stage see the batch, if it wants to. A failure is logged: ``process`` works without."""
        if not isinstance(self._stage, Prepares):
            return
        if not self._suspects.batch({record.place for record in records}):
            log.warning("%s: a process died preparing this batch; going record by record", self._stage.name)
            return
        try:
            with translated():
                self._stage.prepare(records)
        except MalformedRecord:
            log.exception("%s: preparing a batch failed; going record by record", self._stage.name)
        except (LogError, StateError):
            raise
        except Exception:
            log.exception("%s: preparing a batch failed; going record by record", self._stage.name)
        finally:
            self._suspects.rest()

    def process(self, record: Record, stop: threading.Event) -> list[OutputRecord] | None:
        """The outputs of one record, or its dead letter; None when stopped before it was clear."""
        deaths = self._suspects.begin(record)
        try:
            if deaths >= DEATHS:
                return [
                    self.dead(record, TocsinError(f"{deaths} processes died while working on this record"))
                ]
            return self._try(record, stop)
        finally:
            self._suspects.end(record)

    def _try(self, record: Record, stop: threading.Event) -> list[OutputRecord] | None:
        delay = self._limits.retry_seconds
        attempt = 1
        while True:
            try:
                with translated():
                    return [carry(record, output) for output in self._stage.process(record)]
            except MalformedRecord as error:
                return [self.dead(record, error)]
            except (LogError, StateError):
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the record is kept with the reason
                if attempt >= self._limits.attempts:
                    return [self.dead(record, error)]
                if stop.wait(delay):
                    return None
            attempt += 1
            delay *= 2

    def dead(self, record: Record, error: Exception) -> OutputRecord:
        """The record's dead letter, said in one line of the log."""
        log.error(
            "%s: %s[%d]@%d becomes a dead letter: %s: %s",
            self._stage.name,
            record.topic,
            record.partition,
            record.offset,
            type(error).__name__,
            one_line(error),
        )
        self._counts.dead_letters += 1
        return dead_letter(record, self._stage.name, error)


def one_line(error: BaseException) -> str:
    """The error's words without line breaks, cut where they go on and on."""
    return " ".join(str(error).split())[:300]
