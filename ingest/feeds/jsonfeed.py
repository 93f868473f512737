"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urljoin

from config.errors import ParseError
from ingest.dates import parse_date
from ingest.feeds.model import ParsedFeed
from ingest.messages import EntryFacts
from ingest.text import clean, one_line


def parse_json_feed(body: bytes, url: str) -> ParsedFeed:
    """Parse a JSON Feed; raises ParseError for other JSON."""
    try:
        data = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise ParseError(f"the JSON cannot be read: {one_line(str(error))[:160]}") from error
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        raise ParseError("the JSON is no JSON Feed: it has no list 'items'")
    site = _text(data.get("home_page_url"))
    hubs = [hub for hub in data.get("hubs") or () if isinstance(hub, dict)]
    return ParsedFeed(
        title=one_line(_text(data.get("title"))),
        link=site or None,
        language=_text(data.get("language")) or None,
        hub=_text(hubs[0].get("url")) or None if hubs else None,
        self_url=_text(data.get("feed_url")) or None,
        entries=tuple(_entry(item, url) for item in data["items"] if isinstance(item, dict)),
        parser="json",
    )


def _entry(item: dict[str, Any], base: str) -> EntryFacts:
    link = _text(item.get("url")) or _text(item.get("external_url"))
    content = _text(item.get("content_html")) or _text(item.get("content_text"))
    return EntryFacts(
        guid=_text(item.get("id")) or None,
        link=_join(base, link),
        title=one_line(_text(item.get("title"))),
        summary=_text(item.get("summary")),
        content=content,
        authors=_authors(item),
        published=parse_date(_text(item.get("date_published"))),
        updated=parse_date(_text(item.get("date_modified"))),
        tags=tuple(one_line(_text(tag)) for tag in _list(item.get("tags")) if _text(tag)),
        language=_text(item.get("language")) or None,
    )


def _authors(item: dict[str, Any]) -> tuple[str, ...]:
    authors = _list(item.get("authors")) or [item.get("author")]
    names = (one_line(_text(a.get("name"))) for a in authors if isinstance(a, dict))
    return tuple(dict.fromkeys(name for name in names if name))


def _join(base: str, link: str) -> str | None:
    try:
        return urljoin(base, link) if link else None
    except ValueError:
        return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    """Strings as they are, numbers (common as ids) as digits, anything else as nothing."""
    if isinstance(value, str):
        return clean(value).strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
