"""Tasks that behave badly."""

from __future__ import annotations

import os

from config.errors import ParseError


def double(payload: bytes) -> bytes:
    return payload * 2


def forever(payload: bytes) -> bytes:
    while True:
        payload = payload[:]


def greedy(payload: bytes) -> bytes:
    return bytes(2_000_000_000)[:1]


def dies(payload: bytes) -> bytes:
    os.abort()


def raises(payload: bytes) -> bytes:
    raise ValueError("two\nlines")


def refuses(payload: bytes) -> bytes:
    raise ParseError("no feed at all")


def talkative(payload: bytes) -> bytes:
    print("noise" * 1000)
    os.write(1, b"more noise")
    return b"fine"
