"""Deterministic ids: doing a step twice changes nothing."""

from __future__ import annotations

import hashlib


def digest(*parts: str) -> str:
    """A short deterministic id: 80 bits of SHA-256 over the parts, in hexadecimal."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]
