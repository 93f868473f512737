"""Feeds as people write them: lines of feeds.yaml."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

from config.models.feeds import Feed

_NOT_IN_ID = re.compile(r"[^a-z0-9]+")


def fresh_id(title: str, url: str, taken: set[str]) -> str:
    """An id made of the title (else the host), not in ``taken``, to which it is added."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    base = _slug(plain) or _slug(host) or "feed"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    taken.add(name)
    return name


def _slug(text: str) -> str:
    return _NOT_IN_ID.sub("-", text.lower()).strip("-")[:60].strip("-")


def feed_line(values: dict[str, object]) -> str:
    """One feed as a line of feeds.yaml, quoted where YAML needs it."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.default_flow_style = True
    yaml.width = 10_000
    buffer = io.StringIO()
    yaml.dump(values, buffer)
    return f"  - {buffer.getvalue().strip()}"


def feeds_file(feeds: Iterable[Feed]) -> str:
    """A whole feeds file."""
    lines = [feed_line(_written(feed)) for feed in feeds]
    return "\n".join(["feeds:", *lines, ""])


def _written(feed: Feed) -> dict[str, object]:
    """The keys that somebody would write, in their usual order."""
    values = feed.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
    return {key: value for key, value in values.items() if value not in ([], {})}
