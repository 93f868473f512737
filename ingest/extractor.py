"""The extractor stage: ``articles`` in, ``documents`` out. Pages are read in processes that can be killed."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Engine

from config.errors import MalformedRecord
from config.models.root import Config
from ingest.body import unpack_body
from ingest.compose import compose
from ingest.extract.model import ExtractTask, PageText
from ingest.memory import give_back, keep_little
from ingest.messages import ARTICLES, DOCUMENTS, Article, Document
from ingest.sandbox import Sandbox, SandboxFailure
from streams.broker import Broker
from streams.codec import decode, encode
from streams.dedupe import Dedupe
from streams.records import OutputRecord, Record
from streams.worker import Worker

EXTRACT_TASK = "ingest.extract.cascade:extract_task"
EXTRACT_MODULES = ("ingest.extract.cascade",)
NAME = "extractor"
_Place = tuple[str, int, int]


def build(config: Config, broker: Broker, engine: Engine) -> Worker:
    """The extractor stage in its worker loop."""
    return Worker(ExtractorStage(config, engine), broker, config)


class PageReader:
    """Turns articles into documents, several at a time."""

    def __init__(self, timeout: float, memory_mb: int, workers: int | None = None) -> None:
        keep_little()
        count = workers or min(4, os.cpu_count() or 1)
        self._timeout = timeout
        self._sandbox = Sandbox(count, memory_mb, EXTRACT_MODULES)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="extract")

    def submit(self, article: Article) -> Future[Document]:
        """Start reading; the result is a document in any case, of poor quality where the page fails."""
        return self._threads.submit(self.read, article)

    def read(self, article: Article) -> Document:
        """The document of an article. Never raises for what is on the page."""
        page, failure = self._page(article)
        return compose(article, page, failure)

    def read_page(self, body: bytes, url: str, content_type: str = "") -> PageText:
        """Extract one page; raises SandboxFailure."""
        task = msgspec.msgpack.encode(ExtractTask(body=body, url=url, content_type=content_type))
        answer = self._sandbox.call(EXTRACT_TASK, task, self._timeout)
        return msgspec.msgpack.decode(answer, type=PageText)

    def close(self) -> None:
        """Kill the processes. Idempotent."""
        self._sandbox.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _page(self, article: Article) -> tuple[PageText | None, str | None]:
        if article.http is not None and article.http.error:
            return None, article.http.error
        if not article.body:
            return None, None
        try:
            body = unpack_body(article.body)
        except ValueError as error:
            raise MalformedRecord(f"article {article.id}: {error}") from error
        content_type = (article.http.content_type or "") if article.http else ""
        try:
            return self.read_page(body, article.final_url or article.url, content_type), None
        except SandboxFailure as error:
            return None, f"extraction failed: {error}"


class ExtractorStage:
    """Reads each revision of an article once."""

    name = NAME
    inputs: tuple[str, ...] = (ARTICLES,)

    def __init__(
        self, config: Config, engine: Engine, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        intake = config.settings.intake
        self._output = config.topic(DOCUMENTS)
        self._dedupe = Dedupe(engine, config.topic(NAME), keep=config.settings.retention.articles)
        self._now = now
        self._reader = PageReader(intake.extract_timeout.total_seconds(), intake.parse_memory_mb)
        self._started: dict[_Place, Future[Document] | None] = {}  # None: a duplicate

    def prepare(self, records: Sequence[Record]) -> None:
        """Look the batch up in one transaction and start reading what is new."""
        self._started.clear()
        give_back()  # of the batch before
        known = [(record, article) for record in records if (article := _article(record)) is not None]
        items = [(article.id, article.revision, record) for record, article in known]
        answers = self._dedupe.duplicates(items, self._now())
        for (record, article), duplicate in zip(known, answers, strict=True):
            self._started[_place(record)] = None if duplicate else self._reader.submit(article)

    def process(self, record: Record) -> Sequence[OutputRecord]:
        """The document of one article; nothing for a revision that was seen before."""
        place = _place(record)
        if place in self._started:
            future = self._started.pop(place)
            return [] if future is None else [self._record(future.result())]
        article = decode(record.value, Article)
        if self._dedupe.is_duplicate(article.id, article.revision, record, self._now()):
            return []
        return [self._record(self._reader.read(article))]

    def close(self) -> None:
        """Kill the reading processes. Idempotent."""
        self._reader.close()

    def _record(self, document: Document) -> OutputRecord:
        return OutputRecord(self._output, document.id.encode("ascii", "replace"), encode(document))


def _article(record: Record) -> Article | None:
    """The article, or None for a record that ``process`` will refuse."""
    try:
        return decode(record.value, Article)
    except MalformedRecord:
        return None


def _place(record: Record) -> _Place:
    return record.topic, record.partition, record.offset
