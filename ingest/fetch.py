"""One HTTP exchange with a stranger: every hop checked, every byte counted, one deadline for all of it.

Sizes are bytes, times seconds. Errors: FetchRefused, FetchTimeout, FetchTooLarge, FetchFailed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType, TracebackType
from urllib.parse import urljoin, urlsplit

import msgspec
import pycurl

from config.errors import FetchFailed, FetchRefused, FetchTimeout
from ingest.address import NOTHING, AllowList, literal_address, refusal
from ingest.exchange import REDIRECTS, Exchange, LargeBodies
from ingest.transfer import Transfer, TransferFailed, Transfers
from ingest.urls import origin_of, wire_url

MAX_REDIRECTS = 5
_NONE: Mapping[str, str] = MappingProxyType({})
_TLS_ERRORS = frozenset(
    {
        pycurl.E_SSL_CONNECT_ERROR,
        pycurl.E_SSL_ENGINE_NOTFOUND,
        pycurl.E_SSL_ENGINE_SETFAILED,
        pycurl.E_SSL_CERTPROBLEM,
        pycurl.E_SSL_CIPHER,
        pycurl.E_SSL_ENGINE_INITFAILED,
        pycurl.E_SSL_CACERT_BADFILE,
        pycurl.E_SSL_SHUTDOWN_FAILED,
        pycurl.E_SSL_CRL_BADFILE,
        pycurl.E_SSL_ISSUER_ERROR,
    }
)


class Request(msgspec.Struct, frozen=True):
    """What to ask."""

    url: str
    max_bytes: int  # before and after decompression
    timeout: float  # for the whole exchange, redirects included
    headers: Mapping[str, str] = _NONE
    private_headers: Mapping[str, str] = _NONE  # only ever sent to the first host
    proxy: str | None = None
    verify_tls: bool = True
    error_body: bool = False  # read the body of 4xx and 5xx answers too
    keep_open: bool = True  # the connection, for the next request to this host


class Hop(msgspec.Struct, frozen=True):
    """One redirect on the way."""

    status: int
    target: str  # absolute


class Response(msgspec.Struct, frozen=True):
    """What came back."""

    url: str  # after redirects
    status: int
    headers: Mapping[str, str]  # names in lower case; the first of repeated ones
    body: bytes  # decompressed; empty for 304
    hops: tuple[Hop, ...]
    seconds: float


Names = Callable[[str], Sequence[str]]  # host to numeric addresses, in place of the system's resolver


class Fetcher:
    """HTTP client for feeds and pages. Use within one event loop; close it there."""

    def __init__(
        self,
        *,
        user_agent: str,
        allow: AllowList = NOTHING,
        proxy: str | None = None,
        names: Names | None = None,
        large_bodies: int = 8,
    ) -> None:
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate", "Accept": "*/*"}
        self._allow = allow
        self._proxy = proxy
        self._names = names
        self._large = LargeBodies(large_bodies)
        self._opened: Transfers | None = None

    async def get(self, request: Request) -> Response:
        """GET ``request.url``, following at most five redirects."""
        started = time.monotonic()
        url, hops = request.url, list[Hop]()
        while True:
            same = not hops or origin_of(url) == origin_of(request.url)
            left = request.timeout - (time.monotonic() - started)
            exchange, body = await self._one(url, request, request.private_headers if same else {}, left)
            location = exchange.headers.get("location")
            if exchange.status not in REDIRECTS or not location:
                seconds = time.monotonic() - started
                return Response(url, exchange.status, exchange.headers, body, tuple(hops), seconds)
            url = _joined(url, location)
            hops.append(Hop(exchange.status, url))
            if len(hops) > MAX_REDIRECTS:
                raise FetchFailed(f"{request.url}: more than {MAX_REDIRECTS} redirects (last to {url[:200]})")

    async def close(self) -> None:
        """Close all connections."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    async def __aenter__(self) -> Fetcher:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _one(
        self, url: str, request: Request, private: Mapping[str, str], left: float
    ) -> tuple[Exchange, bytes]:
        """One hop, within ``left`` seconds."""
        if left <= 0:
            raise _too_late(request)
        proxy = request.proxy or self._proxy
        host = self._checked_host(url)
        exchange = Exchange(
            url,
            max_bytes=request.max_bytes,
            error_body=request.error_body,
            allow=self._allow,
            unchecked=proxy is not None or self._allow.has_host(host),
            large=self._large,
        )
        transfers = self._transfers()
        exchange.wait_for_room(transfers.resume)
        try:
            transfer = Transfer(
                url=wire_url(url),
                headers=_lines({**self._headers, **request.headers, **private}),
                timeout=left,
                receiver=exchange,
                proxy=_proxy_url(proxy),
                verify_tls=request.verify_tls,
                addresses=self._addresses(url) if self._names and not proxy else None,
                keep_open=request.keep_open,
            )
            await transfers.run(transfer)
            return exchange, exchange.finish()
        except TransferFailed as error:
            if error.code == pycurl.E_OPERATION_TIMEDOUT:
                raise _too_late(request) from error
            raise _translated(url, error, exchange.refused) from error
        except (OSError, ValueError) as error:
            raise FetchFailed(f"{url}: {_short(error)}") from error
        finally:
            exchange.close()

    def _transfers(self) -> Transfers:
        if self._opened is None:
            self._opened = Transfers()
        return self._opened

    def _addresses(self, url: str) -> tuple[str, str]:
        """What stands in for the system's resolver says, in libcurl's notation."""
        assert self._names is not None
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        found = self._names(host)
        return f"{host}:{port}", ",".join(f"[{one}]" if ":" in one else one for one in found)

    def _checked_host(self, url: str) -> str:
        """The host of ``url``; raises FetchRefused for what must not be asked.

        Names pass: their addresses are checked when the socket connects.
        """
        try:
            parts = urlsplit(url)
            host = parts.hostname
        except ValueError as error:
            raise FetchRefused(f"{url[:200]}: no address that can be fetched: {error}") from error
        if parts.scheme not in ("http", "https") or not host:
            raise FetchRefused(f"{url[:200]}: only http and https addresses are fetched")
        if not self._allow.has_host(host):
            literal = literal_address(host)
            reason = refusal(literal, self._allow) if literal is not None else None
            if reason:
                raise _refused(url, reason)
        return host


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise FetchFailed(f"{url}: redirects to what is no address: {location[:200]!r}") from error


def _lines(headers: Mapping[str, str]) -> list[bytes]:
    """Header lines as libcurl takes them; raises ValueError for a value that would start another line."""
    lines = []
    for name, value in headers.items():
        if "\n" in value or "\r" in value or "\0" in value:
            raise ValueError(f"the header {name} holds a line break")
        lines.append((f"{name}: {value}" if value else f"{name};").encode("utf-8", "surrogateescape"))
    return lines


def _proxy_url(proxy: str | None) -> str:
    """With names looked up by the proxy: what is behind Tor has no address here."""
    scheme, mark, rest = (proxy or "").partition("://")
    return {"socks5": "socks5h", "socks4": "socks4a"}.get(scheme, scheme) + mark + rest


def _too_late(request: Request) -> FetchTimeout:
    return FetchTimeout(f"{request.url}: no complete answer within {request.timeout:g} s")


def _refused(url: str, reason: str) -> FetchRefused:
    return FetchRefused(f"{url[:200]}: {reason}; allow it with intake.allow_addresses if it is yours")


def _translated(url: str, error: TransferFailed, refused: str | None) -> FetchFailed | FetchRefused:
    """libcurl's complaint as one of ours, one line."""
    if refused is not None and error.code in (pycurl.E_COULDNT_CONNECT, pycurl.E_ABORTED_BY_CALLBACK):
        return _refused(url, refused)
    if error.code == pycurl.E_COULDNT_RESOLVE_HOST:
        return FetchFailed(f"{url}: the host name cannot be resolved")
    if error.code == pycurl.E_PEER_FAILED_VERIFICATION:
        return FetchFailed(f"{url}: the TLS certificate is not valid: {_short(error)}")
    if error.code in _TLS_ERRORS:
        return FetchFailed(f"{url}: TLS failed: {_short(error)}")
    return FetchFailed(f"{url}: {_short(error)}")


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split())[:200]
    return text or type(error).__name__
