"""What holds for every address that goes over the wire."""

from __future__ import annotations

from ingest.urls import wire_url


def check_wire(url: str) -> None:
    """Printable ASCII without blanks, or refused with ValueError."""
    try:
        wire = wire_url(url)
    except ValueError:
        return
    assert wire.isascii()
    assert wire.isprintable()
    assert " " not in wire
