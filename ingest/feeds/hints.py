"""What a feed says about itself near its start: how often to ask, its hub, its own address."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WINDOW = 16384
_TTL = re.compile(rb"<ttl>\s*(?:<!\[CDATA\[)?\s*(\d{1,6})\s*(?:\]\]>)?\s*</ttl>", re.IGNORECASE)
_PERIOD = re.compile(
    rb"<(?:\w+:)?updatePeriod[^>]{0,100}>\s*(hourly|daily|weekly|monthly|yearly)", re.IGNORECASE
)
_FREQUENCY = re.compile(rb"<(?:\w+:)?updateFrequency[^>]{0,100}>\s*(\d{1,4})", re.IGNORECASE)
_LINK = re.compile(rb"<(?:\w{1,20}:)?link\s([^<>]{1,1000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"(\w+)\s*=\s*[\"']([^\"']*)[\"']")
_SECONDS = {b"hourly": 3600, b"daily": 86400, b"weekly": 604800, b"monthly": 2592000, b"yearly": 31536000}


@dataclass(frozen=True, slots=True)
class FeedHints:
    """Hints found; None where absent."""

    ttl: float | None = None  # seconds
    hub: str | None = None
    self_url: str | None = None


def read_hints(body: bytes) -> FeedHints:
    """``ttl``, ``sy:updatePeriod``, ``rel=hub`` and ``rel=self`` before the first entry. Never raises."""
    head = body[:_WINDOW]
    cut = re.search(rb"<(?:item|entry)[\s>]", head)
    head = head[: cut.start()] if cut else head
    links = {}
    for match in _LINK.finditer(head):
        attributes = {k.lower(): v for k, v in _ATTRIBUTE.findall(match.group(1))}
        rel = attributes.get(b"rel", b"").lower()
        if rel in (b"hub", b"self") and rel not in links:
            links[rel] = attributes.get(b"href", b"").decode("utf-8", "replace").replace("&amp;", "&")
    return FeedHints(_ttl(head), links.get(b"hub") or None, links.get(b"self") or None)


def _ttl(head: bytes) -> float | None:
    found = _TTL.search(head)
    if found:
        return int(found.group(1)) * 60.0 or None
    period = _PERIOD.search(head)
    if period is None:
        return None
    frequency = _FREQUENCY.search(head)
    times = max(1, int(frequency.group(1))) if frequency else 1
    return _SECONDS[period.group(1).lower()] / times
