"""HTTP content encodings, undone within a cap."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from config.errors import FetchFailed, FetchRefused, FetchTooLarge

_STEP = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS


class Decompressor:
    """Feed it chunks as they arrive. ``total`` counts the bytes that came out.

    Raises FetchRefused for stacked or unknown encodings, FetchTooLarge past ``cap`` and FetchFailed for
    data that is not what its header says.
    """

    def __init__(self, encodings: Sequence[str], cap: int, url: str) -> None:
        names = [n.strip().lower() for line in encodings for n in line.split(",")]
        names = [name for name in names if name and name != "identity"]
        if len(names) > 1:
            raise FetchRefused(f"{url}: stacked content encodings ({', '.join(names)[:60]})")
        if names and names[0] not in ("gzip", "x-gzip", "deflate"):
            raise FetchRefused(f"{url}: content encoding {names[0][:30]!r}, which was not asked for")
        self._name = names[0] if names else ""
        self._cap = cap
        self._url = url
        self._inflater = zlib.decompressobj(_GZIP) if "gzip" in self._name else None
        self.total = 0

    def feed(self, chunk: bytes) -> bytes:
        """The plain bytes of ``chunk``."""
        if not self._name:
            return self._counted(chunk)
        if self._inflater is None:  # 'deflate' means zlib, but raw streams are common
            zlib_header = len(chunk) > 1 and chunk[0] & 0x0F == 8 and (chunk[0] << 8 | chunk[1]) % 31 == 0
            self._inflater = zlib.decompressobj(zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS)
        parts = []
        while chunk:
            try:
                parts.append(self._counted(self._inflater.decompress(chunk, _STEP)))
            except zlib.error as error:
                raise FetchFailed(f"{self._url}: broken {self._name} data") from error
            chunk = self._inflater.unconsumed_tail
            if self._inflater.eof:
                chunk = self._next_member(self._inflater.unused_data)
        return b"".join(parts)

    def finish(self) -> None:
        """Call at the end of the stream; a cut compressed stream raises FetchFailed."""
        if self._inflater is not None and self.total and not self._inflater.eof and self._name != "deflate":
            raise FetchFailed(f"{self._url}: the {self._name} data ends too early")

    def _next_member(self, rest: bytes) -> bytes:
        """Gzip files may be several in a row; anything else after the end is ignored."""
        if rest[:2] != b"\x1f\x8b":
            return b""
        self._inflater = zlib.decompressobj(_GZIP)
        return rest

    def _counted(self, data: bytes) -> bytes:
        self.total += len(data)
        if self.total > self._cap:
            raise FetchTooLarge(f"{self._url}: more than {self._cap:,} bytes after decompression")
        return data
