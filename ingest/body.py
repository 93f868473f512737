"""Raw page bytes as they travel in an ``articles`` record."""

from __future__ import annotations

import base64

import zstandard

_compressor = zstandard.ZstdCompressor(level=3)


def pack_body(body: bytes) -> str:
    """Raw page bytes as they travel: zstd, then base64."""
    return base64.b64encode(_compressor.compress(body)).decode("ascii")


def unpack_body(body: str, cap: int = 64 * 1024 * 1024) -> bytes:
    """The inverse of :func:`pack_body`; raises ValueError for anything else, or more than ``cap`` bytes."""
    try:
        return zstandard.ZstdDecompressor().decompress(
            base64.b64decode(body, validate=True), max_output_size=cap
        )
    except zstandard.ZstdError as error:
        raise ValueError(f"the body is not zstd: {error}") from error
