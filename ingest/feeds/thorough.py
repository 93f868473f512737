"""The thorough parser: feedparser, for everything that is old, odd or broken."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO
from typing import Any

import feedparser

from config.errors import ParseError
from ingest.dates import from_fields, parse_date
from ingest.feeds.model import ParsedFeed
from ingest.messages import EntryFacts
from ingest.text import clean, one_line

_NO_CHARACTER = re.compile(rb"&#(?:(\d{1,12})|[xX]([0-9a-fA-F]{1,10}));")


def _replaced(reference: re.Match[bytes]) -> bytes:
    """Numbers that stand for no character, which the parser fails on, become the replacement character."""
    number = int(reference[1]) if reference[1] else int(reference[2], 16)
    return reference[0] if 0 < number < 0xD800 or 0xE000 <= number <= 0x10FFFF else b"&#65533;"


def parse_thorough(body: bytes, url: str, content_type: str = "") -> ParsedFeed:
    """Parse ``body`` with feedparser. Never fetches: bytes go in as a stream, nothing is resolved by it.

    A document that is no feed comes back without entries and with an empty ``parser``. Raises ParseError
    where the parser stumbles.
    """
    headers = {"content-location": url}
    if content_type:
        headers["content-type"] = content_type
    try:
        parsed = feedparser.parse(
            BytesIO(_NO_CHARACTER.sub(_replaced, body)),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # the parser is not meant to raise, and does
        raise ParseError(
            f"the feed cannot be read: {one_line(f'{type(error).__name__}: {error}')[:160]}"
        ) from error
    warnings: tuple[str, ...] = ()
    if parsed.get("bozo"):
        problem = parsed.get("bozo_exception")
        warnings = (f"not well-formed: {one_line(str(problem))[:160]}",)
    feed = parsed.get("feed") or {}
    return ParsedFeed(
        title=one_line(feed.get("title") or ""),
        link=clean(feed.get("link") or "") or None,
        language=feed.get("language") or None,
        entries=tuple(_entry(raw) for raw in parsed.get("entries") or ()),
        parser="feedparser" if parsed.get("version") or parsed.get("entries") else "",
        warnings=warnings,
    )


def _entry(raw: Any) -> EntryFacts:
    contents = [c.get("value") or "" for c in raw.get("content") or ()]
    summary = raw.get("summary") or ""
    content = max(contents, key=len, default="")
    names = [a.get("name") or "" for a in raw.get("authors") or ()] or [raw.get("author") or ""]
    return EntryFacts(
        guid=clean(raw.get("id") or "").strip() or None,
        link=clean(raw.get("link") or "").strip() or None,
        title=one_line(raw.get("title") or ""),
        summary=clean(summary),
        content="" if content == summary else clean(content),
        authors=tuple(dict.fromkeys(name for name in map(one_line, names) if name)),
        published=_date(raw, "published"),
        updated=_date(raw, "updated"),
        tags=tuple(dict.fromkeys(one_line(t["term"]) for t in raw.get("tags") or () if t.get("term"))),
    )


def _date(raw: Any, name: str) -> datetime | None:
    # dict.get, because feedparser's own lookup answers for 'updated' with 'published'
    fields = dict.get(raw, f"{name}_parsed")
    if fields:
        try:
            return from_fields(fields)
        except (ValueError, TypeError, OverflowError):
            return None
    return parse_date(dict.get(raw, name))
