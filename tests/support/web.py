"""A web server on loopback whose every answer a test decides, bad manners included."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType

Writer = asyncio.StreamWriter


@dataclass(frozen=True)
class Page:
    """An ordinary answer."""

    body: bytes | str = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None  # then If-None-Match is honoured


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case


Handler = Callable[[Seen], Page]
Raw = Callable[[Writer], Awaitable[None]]  # writes whatever it likes


class Web:
    """``with Web() as web: web.pages["/feed"] = Page(...)``; ``raw`` maps paths to coroutines."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.pages: dict[str, Page | Handler] = {}
        self.raw: dict[str, Raw] = {}
        self.seen: list[Seen] = []
        self.port = 0
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def base(self) -> str:
        """Address of the server, without a final slash."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        """Absolute address of ``path``."""
        return self.base + path

    def count(self, path: str) -> int:
        """How often ``path`` was asked for."""
        return sum(seen.path == path for seen in self.seen)

    def __enter__(self) -> Web:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        start = asyncio.start_server(self._connection, "127.0.0.1", 0, ssl=self._tls, backlog=500)
        server = self._loop.run_until_complete(start)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))

    async def _connection(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            while await self._answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: Writer) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines if line)}
        path = target.partition("//")[2].partition("/")[2] if target.startswith("http") else target
        seen = Seen(method, path if path.startswith("/") else "/" + path, headers)
        self.seen.append(seen)
        raw = self.raw.get(seen.path)
        if raw is not None:
            await raw(writer)
            return False
        answer = self.pages.get(seen.path, Page("not here", 404))
        page = answer if isinstance(answer, Page) else answer(seen)
        writer.write(_bytes(page, seen))
        await writer.drain()
        return True


def _bytes(page: Page, seen: Seen) -> bytes:
    body = page.body.encode() if isinstance(page.body, str) else page.body
    status = page.status
    headers = {"Content-Type": page.content_type, **page.headers}
    if page.etag is not None:
        headers["ETag"] = page.etag
        if seen.headers.get("if-none-match") == page.etag:
            status, body = 304, b""
    headers.setdefault("Content-Length", str(len(body)))
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def redirect(target: str, status: int = 302) -> Page:
    """A redirect to ``target``."""
    return Page(status=status, headers={"Location": target})


def drip(head: bytes, piece: bytes, pause: float) -> Raw:
    """``head``, then ``piece`` every ``pause`` seconds for ever."""

    async def write(writer: Writer) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return write


def hang() -> Raw:
    """Accept the request and say nothing."""

    async def write(writer: Writer) -> None:
        await asyncio.sleep(3600)

    return write


def drop(head: bytes = b"") -> Raw:
    """Send ``head`` and cut the connection."""

    async def write(writer: Writer) -> None:
        writer.write(head)
        await writer.drain()

    return write
