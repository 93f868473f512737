"""Intake for one question at a time: what the command line asks (discover, test, extract)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import TypeVar

import msgspec

from config.errors import ParseError
from config.models.settings import IntakeSettings
from ingest.address import AllowList
from ingest.agent import PRODUCT, user_agent
from ingest.extract.model import ExtractTask, PageText
from ingest.extractor import EXTRACT_TASK
from ingest.feeds.model import ParsedFeed, ParsedItems, ParseTask
from ingest.fetch import Fetcher, Request, Response
from ingest.poll import PARSE_TASK
from ingest.robots import Robots
from ingest.sandbox import Sandbox, SandboxFailure

T = TypeVar("T")


class Client:
    """Fetches, parses and extracts with the same guards as the stages. Use as an async context manager."""

    def __init__(self, settings: IntakeSettings) -> None:
        self.settings = settings
        self._sandbox = Sandbox(1, settings.parse_memory_mb)
        self._threads = ThreadPoolExecutor(2)
        proxy = settings.proxy.get_secret_value() if settings.proxy else None
        allow = AllowList.parse(settings.allow_addresses)
        self.fetcher = Fetcher(user_agent=user_agent(settings), allow=allow, proxy=proxy)
        self._robots = Robots(self.fetcher, PRODUCT)

    async def get(self, url: str, *, max_bytes: int | None = None) -> Response:
        """Fetch one address; raises FetchError."""
        cap = max_bytes or self.settings.max_page_bytes
        return await self.fetcher.get(Request(url, cap, self.settings.timeout.total_seconds()))

    async def robots_refusal(self, url: str) -> str | None:
        """Why robots.txt keeps us from the page; None where it does not."""
        return await self._robots.refusal(url, time.time())

    async def parse(self, response: Response, kind: str = "feed") -> ParsedFeed:
        """Parse an answer as a feed; raises ParseError."""
        content_type = response.headers.get("content-type", "")
        task = ParseTask(body=response.body, url=response.url, content_type=content_type, kind=kind)
        limit = self.settings.parse_timeout.total_seconds()
        try:
            answer = await self._call(PARSE_TASK, msgspec.msgpack.encode(task), limit)
        except SandboxFailure as error:
            raise ParseError(str(error)) from error
        return msgspec.msgpack.decode(answer, type=ParsedItems).feed

    async def extract(self, body: bytes, url: str, content_type: str = "") -> PageText:
        """Extract an article page; raises SandboxFailure."""
        task = ExtractTask(body=body, url=url, content_type=content_type)
        limit = self.settings.extract_timeout.total_seconds()
        answer = await self._call(EXTRACT_TASK, msgspec.msgpack.encode(task), limit)
        return msgspec.msgpack.decode(answer, type=PageText)

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.fetcher.close()
        self._sandbox.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _call(self, task: str, payload: bytes, limit: float) -> bytes:
        call = partial(self._sandbox.call, task, payload, limit)
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)


def with_client(settings: IntakeSettings, work: Callable[[Client], Awaitable[T]]) -> T:
    """Run ``work`` with a client of its own and wait for the answer."""

    async def run() -> T:
        async with Client(settings) as client:
            return await work(client)

    return asyncio.run(run())
