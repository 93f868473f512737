"""Sitemaps (sitemaps.org 0.9) with the news extension, and sitemap indexes."""

from __future__ import annotations

from typing import Any

from lxml import etree

from config.errors import ParseError
from ingest.dates import parse_date
from ingest.feeds.model import ParsedFeed, SitemapPlace
from ingest.messages import EntryFacts
from ingest.text import one_line

_MAX_CHILDREN = 50_000  # the protocol's own limit


def parse_sitemap(body: bytes) -> ParsedFeed:
    """Parse a sitemap or a sitemap index; raises ParseError for anything else.

    External entities are not fetched, internal ones not expanded.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        recover=True,
        huge_tree=False,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(f"the sitemap cannot be read: {one_line(str(error))[:160]}") from error
    name = _name(root) if root is not None else ""
    if name == "sitemapindex":
        places = [
            SitemapPlace(place, parse_date(_child_text(node, "lastmod")))
            for node in root[:_MAX_CHILDREN]
            if (place := _child_text(node, "loc"))
        ]
        return ParsedFeed(sitemaps=tuple(places), parser="sitemap")
    if name != "urlset":
        raise ParseError(f"no sitemap: its root element is <{name}>, not <urlset> or <sitemapindex>")
    entries = (_entry(node) for node in root[:_MAX_CHILDREN] if _name(node) == "url")
    return ParsedFeed(entries=tuple(e for e in entries if e is not None), parser="sitemap")


def _entry(node: Any) -> EntryFacts | None:
    link = _child_text(node, "loc")
    if not link:
        return None
    news = next((child for child in node if _name(child) == "news"), None)
    title, published, language = "", None, None
    tags: tuple[str, ...] = ()
    if news is not None:
        title = _child_text(news, "title")
        published = parse_date(_child_text(news, "publication_date"))
        words = _child_text(news, "keywords").split(",")
        tags = tuple(word.strip() for word in words if word.strip())
        publication = next((child for child in news if _name(child) == "publication"), None)
        language = (_child_text(publication, "language") or None) if publication is not None else None
    return EntryFacts(
        link=link,
        title=title,
        published=published,
        updated=parse_date(_child_text(node, "lastmod")),
        tags=tags,
        language=language,
    )


def _name(node: Any) -> str:
    return node.tag.rpartition("}")[2].lower() if isinstance(node.tag, str) else ""


def _child_text(node: Any, name: str) -> str:
    for child in node:
        if _name(child) == name:
            return one_line("".join(child.itertext()))
    return ""
