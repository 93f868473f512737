"""schema.org facts in JSON-LD scripts (https://schema.org/Article)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingest.dates import parse_date
from ingest.text import one_line

_ARTICLE = re.compile(r"Article|BlogPosting|Report\b|LiveBlogPosting|Review$|SocialMediaPosting")
_CONTROL = re.compile(r"[\x00-\x1f]+")
_MAX_NODES = 500
_MAX_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Item:
    """The page's main item."""

    kind: str | None = None
    headline: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    modified: datetime | None = None
    section: str | None = None
    language: str | None = None
    publisher: str | None = None
    paywalled: bool = False
    keywords: tuple[str, ...] = ()


def main_item(tree: Any) -> Item:
    """The first article-like item that has a headline or a date; else an empty one. Never raises."""
    nodes = list(_nodes(tree))
    best: dict[str, Any] | None = None
    for node in nodes:
        if _ARTICLE.search(_kind(node)) and (node.get("headline") or node.get("datePublished")):
            best = node
            break
    if best is None:
        return Item()
    return Item(
        kind=_kind(best),
        headline=one_line(_text(best.get("headline"))),
        authors=_names(best.get("author") or best.get("creator"), nodes),
        published=parse_date(_text(best.get("datePublished")) or _text(best.get("dateCreated"))),
        modified=parse_date(_text(best.get("dateModified"))),
        section=one_line(_text(_first(best.get("articleSection")))) or None,
        language=_text(_first(best.get("inLanguage"))) or None,
        publisher=next(iter(_names(best.get("publisher"), nodes)), None),
        paywalled=_text(best.get("isAccessibleForFree")).lower() == "false",
        keywords=_keywords(best.get("keywords")),
    )


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    count = 0
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        text = (script.text or "").strip()
        if not text or len(text) > _MAX_BYTES:
            continue
        for node in _walk(_load(text)):
            yield node
            count += 1
            if count >= _MAX_NODES:
                return


def _load(text: str) -> Any:
    text = (
        text.removeprefix("<!--")
        .removesuffix("-->")
        .removeprefix("//<![CDATA[")
        .removesuffix("//]]>")
        .strip()
    )
    for attempt in (text, _CONTROL.sub(" ", text), text.rstrip(";")):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _walk(data: Any) -> Iterator[dict[str, Any]]:
    """Objects at the top, in lists, in ``@graph`` and ``mainEntity``."""
    todo = [data]
    while todo:
        value = todo.pop(0)
        if isinstance(value, list):
            todo = value + todo
        elif isinstance(value, dict):
            yield value
            todo += [
                value[key]
                for key in ("@graph", "mainEntity", "mainEntityOfPage")
                if isinstance(value.get(key), dict | list)
            ]


def _kind(node: dict[str, Any]) -> str:
    kinds = node.get("@type")
    return " ".join(str(k) for k in kinds) if isinstance(kinds, list) else str(kinds or "")


def _names(value: Any, nodes: list[dict[str, Any]]) -> tuple[str, ...]:
    names: list[str] = []
    for stated in value if isinstance(value, list) else [value]:
        one = stated
        if isinstance(stated, dict) and "name" not in stated and "@id" in stated:
            one = next((n for n in nodes if n.get("@id") == stated["@id"] and "name" in n), stated)
        name = one.get("name") if isinstance(one, dict) else one
        for text in name if isinstance(name, list) else [name]:
            if isinstance(text, str) and text.strip() and not text.startswith("http") and len(text) < 200:
                names.append(one_line(text))
    return tuple(dict.fromkeys(name for name in names if name))


def _keywords(value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    words = (one_line(_text(part)) for part in parts[:50])
    return tuple(dict.fromkeys(word for word in words if word))


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""
