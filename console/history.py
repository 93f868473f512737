"""Enriched articles of the past, from the log, in order of their publication."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import BinaryIO

from config.errors import MalformedRecord
from config.models.root import Config
from console.context import Context
from console.scan import scan
from processors.messages import ENRICHED, EnrichedDocument
from streams.broker import Broker
from streams.codec import decode

_Entry = tuple[float, int, int]  # time of publication, where its bytes lie in the scratch file, how many


@contextmanager
def read_enriched(context: Context, start: datetime, end: datetime) -> Iterator[Iterator[EnrichedDocument]]:
    """The last revision of every article published between ``start`` and ``end``, oldest first.

    Bodies wait in a scratch file, so that memory stays small whatever the length of the history; two
    progress bars on standard error.
    """
    from rich.progress import Progress

    with TemporaryFile() as scratch, Progress(console=context.err, transient=True) as bar:
        reading = bar.add_task("reading the log", total=None)
        index = sorted(_collect(context.broker, context.config, (start, end), scratch).values())
        bar.remove_task(reading)
        yield _documents(scratch, bar.track(index, description="holding rules against it"))


def _collect(
    broker: Broker, config: Config, span: tuple[datetime, datetime], scratch: BinaryIO
) -> dict[str, _Entry]:
    found: dict[str, _Entry] = {}
    where = 0
    for record in scan(broker, config.topic(ENRICHED)):
        try:
            document = decode(record.value, EnrichedDocument)
        except MalformedRecord:
            continue
        at = document.effective or document.published or datetime.fromtimestamp(record.timestamp / 1000, UTC)
        if span[0] <= at <= span[1]:
            scratch.write(record.value)
            found[document.id] = (at.timestamp(), where, len(record.value))
            where += len(record.value)
    return found


def _documents(scratch: BinaryIO, index: Iterable[_Entry]) -> Iterator[EnrichedDocument]:
    for _, where, length in index:
        scratch.seek(where)
        yield decode(scratch.read(length), EnrichedDocument)
