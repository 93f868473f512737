"""libcurl on an event loop: one HTTP exchange at a time for each handle, hundreds of handles at once.

libcurl names the sockets it waits for; they are gathered in one epoll set, and the event loop watches that
set alone. A set costs one callback of the loop however many sockets are ready, which is what makes an
exchange cheap (docs/decisions/0080-http-client.md).

Sizes are bytes, times seconds. Errors: TransferFailed, and whatever the receiver raises.
"""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pycurl

_CONNECTIONS = 256  # kept open between exchanges, all hosts together
_IDLE_HANDLES = 128
_AT_A_TIME = 64  # sockets served in one turn of the loop
_IDLE_CONNECTION = 10
_SUPPRESS_CONNECT_HEADERS = 265  # CURLOPT_ of that name, for which pycurl has none
_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
_EVENTS = {
    pycurl.POLL_NONE: 0,
    pycurl.POLL_IN: select.EPOLLIN,
    pycurl.POLL_OUT: select.EPOLLOUT,
    pycurl.POLL_INOUT: select.EPOLLIN | select.EPOLLOUT,
}


class TransferFailed(Exception):
    """libcurl gave up: its code (``pycurl.E_...``) and message."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        super().__init__(message)


class Receiver(Protocol):
    """Who an exchange reports to. Exceptions end the exchange and come out of :meth:`Transfers.run`."""

    def may_connect(self, address: str) -> bool:
        """Called with each numeric address just before the socket connects to it."""

    def head(self, lines: Sequence[bytes]) -> bool:
        """The status line and header lines of the final answer; False: the body is not wanted."""

    def body(self, data: bytes) -> bool:
        """A piece of the body as sent; False: hold it back until :meth:`Transfers.resume`, then again."""


class Transfer(msgspec.Struct, frozen=True):
    """One exchange, without redirects."""

    url: str  # ASCII
    headers: list[bytes]  # "Name: value"
    timeout: float  # for all of it, from the lookup of the name on
    receiver: Receiver
    proxy: str = ""  # http://, socks5h:// ...; empty: none, whatever the environment says
    verify_tls: bool = True
    addresses: tuple[str, str] | None = None  # "host:port" and the addresses to use for it, comma separated
    keep_open: bool = True  # the connection, for the next exchange with this host


class _Nobody:
    """Receives nothing: what a handle without an exchange reports to."""

    def may_connect(self, address: str) -> bool:  # noqa: ARG002
        return False

    def head(self, lines: Sequence[bytes]) -> bool:  # noqa: ARG002
        return False

    def body(self, data: bytes) -> bool:  # noqa: ARG002
        return True


_NOBODY = _Nobody()


class _Line:
    """One easy handle. Callbacks are set once; what they lead to changes with every exchange."""

    def __init__(self) -> None:
        self.curl = curl = pycurl.Curl()
        self.done: asyncio.Future[Exception | None]
        self._error: Exception | None = None
        self._enough = False
        self._receiver: Receiver = _NOBODY
        self._lines: list[bytes] = []
        self._headed = False
        self._set: dict[int, Any] = {}
        self._given: list[socket.socket] = []
        curl.setopt(pycurl.HEADERFUNCTION, self._on_header)
        curl.setopt(pycurl.WRITEFUNCTION, self._on_body)
        curl.setopt(pycurl.OPENSOCKETFUNCTION, self._on_connect)
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        curl.setopt(_SUPPRESS_CONNECT_HEADERS, 1)
        curl.setopt(pycurl.HEADEROPT, pycurl.HEADER_SEPARATE)  # a proxy gets none of our headers
        curl.setopt(pycurl.NOPROXY, "")
        curl.setopt(pycurl.MAXAGE_CONN, _IDLE_CONNECTION)
        curl.setopt(pycurl.CAINFO, authorities())

    def prepare(self, transfer: Transfer) -> None:
        """Set what differs from the last exchange."""
        curl = self.curl
        curl.setopt(pycurl.URL, transfer.url)
        curl.setopt(pycurl.HTTPHEADER, transfer.headers)
        curl.setopt(pycurl.TIMEOUT_MS, max(1, int(transfer.timeout * 1000)))
        verify = int(transfer.verify_tls)
        self._option(pycurl.PROXY, transfer.proxy)
        self._option(pycurl.SSL_VERIFYPEER, verify)
        self._option(pycurl.SSL_VERIFYHOST, 2 * verify)
        self._option(pycurl.FORBID_REUSE, int(not transfer.keep_open))
        if transfer.addresses is not None:
            curl.setopt(pycurl.RESOLVE, ["+" + ":".join(transfer.addresses)])
        self._receiver = transfer.receiver
        self._lines, self._headed, self._enough, self._error = [], False, False, None

    def outcome(self, code: int, message: str) -> Exception | None:
        """What libcurl's code means to the caller: None where the exchange went as the receiver wanted."""
        for given in self._given:  # libcurl works on a duplicate
            given.close()
        self._given.clear()
        failure, self._error = self._error, None
        self._receiver, self._lines = _NOBODY, []  # an idle handle must not keep a body alive
        if failure is not None or not code or self._enough:
            return failure
        return TransferFailed(code, message)

    def listens(self, receiver: Receiver) -> bool:
        """True while the exchange under way reports to ``receiver``."""
        return self._receiver is receiver

    def _option(self, name: int, value: str | int) -> None:
        if self._set.get(name) != value:
            self.curl.setopt(name, value)
            self._set[name] = value

    def _on_connect(self, _purpose: int, address: tuple[int, int, int, Any]) -> Any:
        family, kind, protocol, place = address
        try:
            if self._receiver.may_connect(place[0]):
                self._given.append(socket.socket(family, kind, protocol))
                return self._given[-1]
        except Exception as error:  # noqa: BLE001 (nothing may pass through libcurl)
            self._error = error
        return pycurl.SOCKET_BAD

    def _on_header(self, line: bytes) -> int | None:
        if line.startswith(b"HTTP/"):
            self._lines = [line]
        elif line not in (b"\r\n", b"\n"):
            self._lines.append(line)
        elif not self._headed and not _interim(self._lines):
            self._headed = True
            return self._guarded(self._receiver.head, self._lines)
        return None

    def _on_body(self, data: bytes) -> int | None:
        if self._enough:
            return -1
        try:
            return None if self._receiver.body(data) else pycurl.WRITEFUNC_PAUSE
        except Exception as error:  # noqa: BLE001 (nothing may pass through libcurl)
            self._error = error
            return -1

    def _guarded(self, head: Any, lines: Sequence[bytes]) -> int | None:
        try:
            self._enough = not head(lines)
        except Exception as error:  # noqa: BLE001 (nothing may pass through libcurl)
            self._error = error
        return -1 if self._enough or self._error else None


class Transfers:
    """Runs exchanges on the running event loop. Use within that loop, close it there."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._on_socket)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._on_timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, _CONNECTIONS)
        self._sockets = select.epoll()
        self._watched: set[int] = set()
        self._loop.add_reader(self._sockets.fileno(), self._on_ready)
        self._due: float | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._soon = False
        self._idle: list[_Line] = []
        self._busy: dict[pycurl.Curl, _Line] = {}

    async def run(self, transfer: Transfer) -> None:
        """Carry out one exchange; raises TransferFailed, or what the receiver raised."""
        line = self._idle.pop() if self._idle else _Line()
        line.prepare(transfer)
        line.done = self._loop.create_future()
        self._busy[line.curl] = line
        self._multi.add_handle(line.curl)
        try:
            failure = await line.done
        except BaseException:
            self._drop(line)
            raise
        if failure is not None:
            raise failure

    def resume(self, receiver: Receiver) -> None:
        """Let the held back body of an exchange flow again."""
        for line in self._busy.values():
            if line.listens(receiver):
                line.curl.pause(pycurl.PAUSE_CONT)
                self._act()
                return

    def close(self) -> None:
        """Close all connections; exchanges under way end with an error. Idempotent."""
        if self._sockets.closed:
            return
        for line in list(self._busy.values()):
            self._drop(line)
            if not line.done.done():
                line.done.set_result(TransferFailed(pycurl.E_ABORTED_BY_CALLBACK, "shutting down"))
        for line in self._idle:
            line.curl.close()
        self._idle.clear()
        self._multi.close()
        if self._alarm is not None:
            self._alarm.cancel()
        self._loop.remove_reader(self._sockets.fileno())
        self._sockets.close()

    # what libcurl asks for ----------------------------------------------------------------------

    def _on_socket(self, what: int, descriptor: int, _multi: object, _data: object) -> None:
        if what == pycurl.POLL_REMOVE:
            if descriptor in self._watched:
                self._watched.discard(descriptor)
                self._sockets.unregister(descriptor)
        elif descriptor in self._watched:
            self._sockets.modify(descriptor, _EVENTS[what])
        else:
            self._watched.add(descriptor)
            self._sockets.register(descriptor, _EVENTS[what])

    def _on_timer(self, milliseconds: int) -> None:
        """Remember when; a later alarm is not moved for each of the many earlier ones."""
        if milliseconds < 0:
            self._due = None
            return
        self._due = self._loop.time() + milliseconds / 1000
        if milliseconds == 0:
            if not self._soon:
                self._soon = True
                self._loop.call_soon(self._act)
        elif self._alarm is None or self._alarm.when() > self._due:
            self._set_alarm(self._due)

    def _set_alarm(self, due: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._loop.call_at(due, self._on_alarm)

    def _on_alarm(self) -> None:
        self._alarm = None
        if self._due is None:
            return
        if self._due > self._loop.time() + 0.001:
            self._set_alarm(self._due)
            return
        self._act()

    # what we tell libcurl -----------------------------------------------------------------------

    def _act(self) -> None:
        self._soon = False
        if self._sockets.closed:
            return
        self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        self._collect()

    def _on_ready(self) -> None:
        action = self._multi.socket_action
        for descriptor, events in self._sockets.poll(0, _AT_A_TIME):
            mask = pycurl.CSELECT_OUT if events & select.EPOLLOUT else 0
            action(descriptor, mask | (pycurl.CSELECT_IN if events & ~select.EPOLLOUT else 0))
        self._collect()

    def _collect(self) -> None:
        left = 1
        while left:
            left, good, bad = self._multi.info_read()
            for curl in good:
                self._finish(curl, 0, "")
            for curl, code, message in bad:
                self._finish(curl, code, message)

    def _finish(self, curl: pycurl.Curl, code: int, message: str) -> None:
        line = self._busy.pop(curl)
        self._multi.remove_handle(curl)
        if not line.done.done():
            line.done.set_result(line.outcome(code, message))
        if len(self._idle) < _IDLE_HANDLES:
            self._idle.append(line)
        else:
            curl.close()

    def _drop(self, line: _Line) -> None:
        """End an exchange that nobody waits for any more."""
        if self._busy.pop(line.curl, None) is not None:
            self._multi.remove_handle(line.curl)
            line.curl.close()


@lru_cache(maxsize=1)
def authorities() -> str:
    """The file of certificate authorities: $SSL_CERT_FILE, else the system's, else certifi's.

    A file, not a folder: libcurl reads a file once and shares it among connections.
    """
    stated = ssl.get_default_verify_paths().cafile
    for path in (stated, *_BUNDLES):
        if path and Path(path).is_file():
            return path
    import certifi

    return certifi.where()


def _interim(lines: Sequence[bytes]) -> bool:
    """True for 1xx answers, which announce another."""
    return not lines or lines[0].partition(b" ")[2].startswith(b"1")
