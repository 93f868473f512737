"""OPML, the format in which feed readers exchange their lists. Folders become tags and back.

Format: OPML 2.0 subscription lists (http://opml.org/spec2.opml).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from lxml import etree

from config.errors import ParseError
from config.models.feeds import Feed
from ingest.text import clean, one_line
from ingest.urls import canonical_url, site_of

_NOT_IN_ID = re.compile(r"[^a-z0-9]+")


def read_opml(data: bytes, taken: Collection[str] = ()) -> list[Feed]:
    """The feeds of an OPML document, ids made from their titles and different from ``taken``.

    The same address twice becomes one feed with the tags of both. Raises ParseError for other documents.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(f"the OPML cannot be read: {one_line(str(error))[:160]}") from error
    if root is None or not isinstance(root.tag, str) or root.tag.lower() != "opml":
        raise ParseError("this is no OPML: its root element is not <opml>")
    body = root.find("body")
    feeds: dict[str, dict[str, Any]] = {}
    for node, folders in _outlines(body if body is not None else root, ()):
        _collect(feeds, node, folders)
    ids = set(taken)
    return [Feed(id=_fresh_id(values, ids), **values) for values in feeds.values()]


def write_opml(feeds: Sequence[Feed], title: str = "Tocsin") -> str:
    """The feeds as OPML, one folder for each first tag."""
    groups: dict[str, list[Feed]] = {}
    for feed in feeds:
        groups.setdefault(feed.tags[0] if feed.tags else "", []).append(feed)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += [f"  <head><title>{_escaped(title)}</title></head>", "  <body>"]
    for folder in sorted(groups):
        if folder:
            lines.append(f"    <outline text={quoteattr(folder)}>")
        lines += [_line(feed, "      " if folder else "    ") for feed in groups[folder]]
        if folder:
            lines.append("    </outline>")
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _outlines(node: Any, folders: tuple[str, ...]) -> Iterable[tuple[Any, tuple[str, ...]]]:
    todo = [(child, folders) for child in node]
    while todo:
        child, path = todo.pop(0)
        if not isinstance(child.tag, str) or child.tag.lower() != "outline":
            continue
        if child.get("xmlUrl"):
            yield child, path
        else:
            name = one_line(child.get("text") or child.get("title") or "")
            todo = [(inner, (*path, name) if name else path) for inner in child] + todo


def _collect(feeds: dict[str, dict[str, Any]], node: Any, folders: tuple[str, ...]) -> None:
    url = canonical_url(node.get("xmlUrl") or "")
    if not url:
        return
    categories = [c.strip(" /") for c in (node.get("category") or "").split(",") if c.strip(" /")]
    tags = tuple(dict.fromkeys([*folders, *categories]))
    known = feeds.get(url)
    if known is not None:
        known["tags"] = tuple(dict.fromkeys((*known["tags"], *tags)))
        return
    title = one_line(clean(node.get("title") or node.get("text") or "")) or None
    language = (node.get("language") or "").partition("-")[0].lower()
    feeds[url] = {
        "url": url,
        "title": title,
        "tags": tags,
        "language": language if len(language) == 2 else None,
    }


def _fresh_id(values: dict[str, Any], taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", values["title"] or "").encode("ascii", "ignore").decode()
    base = _NOT_IN_ID.sub("-", plain.lower()).strip("-") or _NOT_IN_ID.sub("-", site_of(values["url"])).strip(
        "-"
    )
    base = base[:60].strip("-") or "feed"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    taken.add(name)
    return name


def _line(feed: Feed, indent: str) -> str:
    attributes = [("type", "rss"), ("text", feed.title or feed.publisher or feed.id), ("xmlUrl", feed.url)]
    if feed.tags:
        attributes.append(("category", ",".join(feed.tags)))
    if feed.language:
        attributes.append(("language", feed.language))
    return f"{indent}<outline {' '.join(f'{name}={quoteattr(value)}' for name, value in attributes)}/>"


def _escaped(text: str) -> str:
    return quoteattr(text)[1:-1]
