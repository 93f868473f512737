"""What one answer may cost: its size before and after decompression, and how many large ones at a time.

Sizes are bytes. Errors: FetchRefused, FetchTooLarge, FetchFailed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from functools import lru_cache

from config.errors import FetchFailed, FetchTooLarge
from ingest.address import AllowList, refusal
from ingest.decompress import Decompressor

REDIRECTS = frozenset({301, 302, 303, 307, 308})
LARGE_BODY = 512 * 1024


class LargeBodies:
    """Room for so many large bodies at a time. It bounds memory, not speed."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: deque[Callable[[], None]] = deque()

    def take(self, when_free: Callable[[], None]) -> bool:
        """True: the place is yours. False: ``when_free`` is called later, with a place that is yours."""
        if self._free:
            self._free -= 1
            return True
        self._waiting.append(when_free)
        return False

    def give_back(self) -> None:
        """Pass the place on, outside of whatever is being done now."""
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._waiting.popleft())
        else:
            self._free += 1

    def forget(self, when_free: Callable[[], None]) -> None:
        """Wait no more. Idempotent."""
        if when_free in self._waiting:
            self._waiting.remove(when_free)


class Exchange:
    """Receives one answer (``transfer.Receiver``)."""

    def __init__(
        self,
        url: str,
        *,
        max_bytes: int,
        error_body: bool,
        allow: AllowList,
        unchecked: bool,
        large: LargeBodies,
    ) -> None:
        self.url = url
        self.status = 0
        self.headers: dict[str, str] = {}  # names in lower case, the first of repeated ones
        self.refused: str | None = None  # why an address was
        self._max = max_bytes
        self._error_body = error_body
        self._allow = allow
        self._unchecked = unchecked
        self._large = large
        self._room = False  # we hold one of the places for large bodies
        self._on_room: Callable[[], None] | None = None
        self._inflate: Decompressor | None = None
        self._chunks: list[bytes] = []
        self._raw = 0

    def may_connect(self, address: str) -> bool:
        """Private and special addresses are refused, literals and DNS answers alike."""
        if self._unchecked:
            return True
        self.refused = _refusal(address, self._allow) or self.refused
        return _refusal(address, self._allow) is None

    def head(self, lines: Sequence[bytes]) -> bool:
        """Read status and headers; decide about the body."""
        self.status = _status(lines[0])
        encodings = []
        for line in lines[1:]:
            name, colon, value = line.partition(b":")
            if not colon:
                continue
            key = name.strip().lower().decode("latin-1")
            text = value.strip().decode("utf-8", "surrogateescape")
            self.headers.setdefault(key, text)
            if key == "content-encoding":
                encodings.append(text)
        if self.status == 304:
            return True  # has none
        if self.status in REDIRECTS or (self.status >= 400 and not self._error_body):
            return False
        length = self.headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length[:18]) > self._max:
            raise FetchTooLarge(f"{self.url}: {int(length[:18]):,} bytes announced, the cap is {self._max:,}")
        self._inflate = Decompressor(encodings, self._max, self.url)
        return True

    def body(self, data: bytes) -> bool:
        """Count and inflate; wait for room once the body turns out to be large."""
        if self._inflate is None:
            return True
        if not self._room and self._raw + self._inflate.total > LARGE_BODY and not self._has_room():
            return False
        self._raw += len(data)
        if self._raw > self._max:
            raise FetchTooLarge(f"{self.url}: more than {self._max:,} bytes")
        self._chunks.append(self._inflate.feed(data))
        return True

    def wait_for_room(self, resume: Callable[[Exchange], None]) -> None:
        """Say how the exchange goes on once a large body has its place."""

        def go_on() -> None:
            self._room = True
            resume(self)

        self._on_room = go_on

    def finish(self) -> bytes:
        """The whole body; raises FetchFailed for a compressed one that was cut."""
        if self._inflate is None:
            return b""
        self._inflate.finish()
        return b"".join(self._chunks)

    def close(self) -> None:
        """Give back what is held. Idempotent."""
        if self._on_room is not None:
            self._large.forget(self._on_room)
        if self._room:
            self._room = False
            self._large.give_back()

    def _has_room(self) -> bool:
        assert self._on_room is not None
        self._room = self._large.take(self._on_room)
        return self._room


@lru_cache(maxsize=8192)
def _refusal(address: str, allow: AllowList) -> str | None:
    return refusal(address, allow)


def _status(line: bytes) -> int:
    code = line.split(b" ", 2)[1][:3].strip() if b" " in line else b""
    if not code.isdigit():
        raise FetchFailed(f"no HTTP status in {line[:40]!r}")
    return int(code)
