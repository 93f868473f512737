"""Messages to bytes and back: JSON with the schema version inside."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from config.errors import MalformedRecord

T = TypeVar("T", bound=msgspec.Struct)

_encoder = msgspec.json.Encoder()
_decoders: dict[type[msgspec.Struct], msgspec.json.Decoder[msgspec.Struct]] = {}


def encode(message: msgspec.Struct) -> bytes:
    """The message as compact JSON (UTF-8)."""
    return _encoder.encode(message)


def decode(value: bytes, kind: type[T]) -> T:
    """Read ``value`` as ``kind``; unknown fields are ignored, so that older readers can follow newer writers.

    Raises MalformedRecord when the bytes are no such message.
    """
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind)
    try:
        return decoder.decode(value)  # type: ignore[return-value]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedRecord(f"not a {kind.__name__}: {error}") from error
