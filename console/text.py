"""Text for terminals: foreign text made harmless, times and spans in people's words."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

_KEEP = {"\n", "\t"}
# Bidirectional overrides and isolates can make a line read as something else than it says.
_BIDI = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def clean(text: str) -> str:
    """``text`` without control characters, escape sequences' introducers and direction overrides."""
    return "".join(
        character
        for character in text
        if character in _KEEP or (unicodedata.category(character) != "Cc" and character not in _BIDI)
    )


def one_line(text: str, width: int | None = None) -> str:
    """:func:`clean` text on one line, cut to ``width`` characters with an ellipsis."""
    flat = " ".join(clean(text).split())
    if width is not None and len(flat) > width:
        return flat[: max(0, width - 1)].rstrip() + "…"
    return flat


def ago(then: datetime, now: datetime) -> str:
    """'3 min ago', 'in 2 h': the distance between two aware times in one unit."""
    seconds = (now - then).total_seconds()
    spoken = span(timedelta(seconds=abs(seconds)))
    return f"{spoken} ago" if seconds >= 0 else f"in {spoken}"


def span(length: timedelta) -> str:
    """A length of time in its largest fitting unit: '850 ms', '12 s', '3 min', '5 h', '2 d'."""
    seconds = length.total_seconds()
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    for unit, size, below in (("s", 1, 120), ("min", 60, 7200), ("h", 3600, 172_800)):
        if seconds < below:
            return f"{round(seconds / size)} {unit}"
    return f"{round(seconds / 86_400)} d"


def stamp(moment: datetime | None) -> str:
    """A time in UTC to the second; '–' for none."""
    return "–" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
