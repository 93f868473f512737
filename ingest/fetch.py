"""One HTTP exchange with a stranger: every hop checked, every byte counted, one deadline for all of it.

Sizes are bytes, times seconds. Errors: FetchRefused, FetchTimeout, FetchTooLarge, FetchFailed.
"""

from __future__ import annotations

import asyncio
import contextvars
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp_socks import ProxyConnector, ProxyError

from config.errors import FetchError, FetchFailed, FetchRefused, FetchTimeout, FetchTooLarge
from ingest.address import NOTHING, AllowList, literal_address, refusal
from ingest.decompress import Decompressor
from ingest.urls import host_of

MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LARGE_BODY = 512 * 1024
_MAX_HEADER = 16 * 1024
_CONNECTIONS = 256

_unchecked: contextvars.ContextVar[bool] = contextvars.ContextVar("unchecked", default=False)


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask."""

    url: str
    max_bytes: int  # before and after decompression
    timeout: float  # for the whole exchange, redirects included
    headers: Mapping[str, str] = field(default_factory=dict)
    private_headers: Mapping[str, str] = field(default_factory=dict)  # only ever sent to the first host
    proxy: str | None = None
    verify_tls: bool = True
    error_body: bool = False  # read the body of 4xx and 5xx answers too


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect on the way."""

    status: int
    target: str  # absolute


@dataclass(frozen=True, slots=True)
class Response:
    """What came back."""

    url: str  # after redirects
    status: int
    headers: Mapping[str, str]  # names in lower case; the first of repeated ones
    body: bytes  # decompressed; empty for 304
    hops: tuple[Hop, ...]
    seconds: float


class AddressRefused(OSError):
    """The guard's way out of the connector."""


class Fetcher:
    """HTTP client for feeds and pages. Use within one event loop; close it there."""

    def __init__(
        self,
        *,
        user_agent: str,
        allow: AllowList = NOTHING,
        proxy: str | None = None,
        resolver: AbstractResolver | None = None,
        large_bodies: int = 8,
    ) -> None:
        self._user_agent = user_agent
        self._allow = allow
        self._proxy = proxy
        self._resolver = resolver
        self._sessions: dict[str | None, aiohttp.ClientSession] = {}
        self._large = asyncio.Semaphore(large_bodies)  # bounds memory, not speed

    async def get(self, request: Request) -> Response:
        """GET ``request.url``, following at most five redirects."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(request.timeout):
                return await self._follow(request, started)
        except TimeoutError as error:
            raise FetchTimeout(f"{request.url}: no complete answer within {request.timeout:g} s") from error
        except FetchError:
            raise
        except (
            aiohttp.ClientError,
            ProxyError,
            OSError,
            ValueError,
            EOFError,
            asyncio.IncompleteReadError,
        ) as error:
            raise _translated(request.url, error) from error

    async def close(self) -> None:
        """Close all connections."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def __aenter__(self) -> Fetcher:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _follow(self, request: Request, started: float) -> Response:
        url = request.url
        hops: list[Hop] = []
        origin = _origin(url)
        while True:
            private = request.private_headers if _origin(url) == origin else {}
            response, body = await self._one(url, request, private)
            headers = _lower(response)
            location = headers.get("location")
            if response.status not in REDIRECTS or not location:
                return Response(url, response.status, headers, body, tuple(hops), time.monotonic() - started)
            target = urljoin(url, location)
            hops.append(Hop(response.status, target))
            if len(hops) > MAX_REDIRECTS:
                raise FetchFailed(
                    f"{request.url}: more than {MAX_REDIRECTS} redirects (last to {target[:200]})"
                )
            url = target

    async def _one(
        self, url: str, request: Request, private: Mapping[str, str]
    ) -> tuple[aiohttp.ClientResponse, bytes]:
        proxy = request.proxy or self._proxy
        self._check_url(url)
        host = urlsplit(url).hostname or ""
        token = _unchecked.set(self._allow.has_host(host))
        try:
            async with self._session(proxy).get(
                url,
                headers={**request.headers, **private},
                allow_redirects=False,
                proxy=proxy if proxy and not proxy.startswith("socks") else None,
                ssl=request.verify_tls,
            ) as response:
                return response, await self._body(url, request, response)
        finally:
            _unchecked.reset(token)

    async def _body(self, url: str, request: Request, response: aiohttp.ClientResponse) -> bytes:
        status = response.status
        if status == 304 or status in REDIRECTS or (status >= 400 and not request.error_body):
            response.close() if response.headers.get("Content-Length", "0") != "0" else response.release()
            return b""
        length = response.content_length
        if length is not None and length > request.max_bytes:
            raise FetchTooLarge(f"{url}: {length:,} bytes announced, the cap is {request.max_bytes:,}")
        inflate = Decompressor(response.headers.getall("Content-Encoding", []), request.max_bytes, url)
        chunks: list[bytes] = []
        raw, large = 0, False
        try:
            async for chunk in response.content.iter_any():
                raw += len(chunk)
                if raw > request.max_bytes:
                    raise FetchTooLarge(f"{url}: more than {request.max_bytes:,} bytes")
                chunks.append(inflate.feed(chunk))
                if not large and (raw > LARGE_BODY or inflate.total > LARGE_BODY):
                    await self._large.acquire()
                    large = True
            inflate.finish()
            return b"".join(chunks)
        finally:
            if large:
                self._large.release()

    def _check_url(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise FetchRefused(f"{url[:200]}: only http and https addresses are fetched")
        if self._allow.has_host(parts.hostname):
            return
        literal = literal_address(parts.hostname)
        reason = refusal(literal, self._allow) if literal is not None else None
        if reason:
            raise FetchRefused(f"{url[:200]}: {reason}; allow it with intake.allow_addresses if it is yours")

    def _session(self, proxy: str | None) -> aiohttp.ClientSession:
        session = self._sessions.get(proxy)
        if session is None:
            session = self._sessions[proxy] = aiohttp.ClientSession(
                connector=self._connector(proxy),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),  # one deadline, set in get()
                headers={"User-Agent": self._user_agent, "Accept-Encoding": "gzip, deflate"},
                auto_decompress=False,
                trust_env=False,
                max_line_size=_MAX_HEADER,
                max_field_size=_MAX_HEADER,
                requote_redirect_url=False,
            )
        return session

    def _connector(self, proxy: str | None) -> aiohttp.BaseConnector:
        if proxy and proxy.startswith("socks"):
            # names are resolved by the proxy, so only literal addresses can be checked here
            return ProxyConnector.from_url(
                proxy.replace("socks5h://", "socks5://"), rdns=True, limit=_CONNECTIONS
            )
        if proxy:
            return aiohttp.TCPConnector(limit=_CONNECTIONS)
        return aiohttp.TCPConnector(
            limit=_CONNECTIONS,
            limit_per_host=0,
            ttl_dns_cache=60,
            keepalive_timeout=10,
            resolver=self._resolver,
            socket_factory=self._guarded_socket,
        )

    def _guarded_socket(self, info: Any) -> socket.socket:
        """Called with the very address that is about to be connected to: literals and DNS answers alike."""
        family, kind, protocol, _, address = info
        if not _unchecked.get():
            reason = refusal(address[0], self._allow)
            if reason:
                raise AddressRefused(reason)
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        return sock


def _origin(url: str) -> tuple[str, str]:
    return urlsplit(url).scheme, host_of(url)


def _lower(response: aiohttp.ClientResponse) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        headers.setdefault(name.lower(), value)
    return headers


def _translated(url: str, error: BaseException) -> FetchError:
    """A third party's exception as one of ours, one line."""
    refused = _find(error, AddressRefused)
    if refused is not None:
        return FetchRefused(f"{url[:200]}: {refused}; allow it with intake.allow_addresses if it is yours")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return FetchFailed(f"{url}: the host name cannot be resolved")
    certificate = _find(error, ssl.SSLCertVerificationError)
    if certificate is not None:
        reason = getattr(certificate, "verify_message", None) or str(certificate)
        return FetchFailed(f"{url}: the TLS certificate is not valid: {reason}")
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return FetchFailed(f"{url}: TLS failed: {_short(error)}")
    return FetchFailed(f"{url}: {_short(error)}")


def _find(error: BaseException | None, kind: type[BaseException]) -> BaseException | None:
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, kind):
            return error
        inner = getattr(error, "os_error", None) or getattr(error, "certificate_error", None)
        if isinstance(inner, kind):
            return inner
        if isinstance(inner, BaseExceptionGroup):
            return next((e for e in inner.exceptions if isinstance(e, kind)), None)
        error, seen = error.__cause__ or error.__context__, seen + 1
    return None


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split())[:200]
    return text or type(error).__name__
