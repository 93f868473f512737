"""Bytes to a parsed feed: picks the parser, falls back. Runs inside a killable process."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import msgspec

from config.errors import ParseError
from ingest.feeds.fast import Unsuited, parse_fast
from ingest.feeds.hints import read_hints
from ingest.feeds.jsonfeed import parse_json_feed
from ingest.feeds.model import ParsedFeed, ParsedItems, ParseTask
from ingest.feeds.sitemap import parse_sitemap
from ingest.feeds.thorough import parse_thorough
from ingest.identity import identify
from ingest.messages import EntryFacts

MAX_DEPTH = 500  # of open elements; feeds have fewer than 20
_HTML = re.compile(rb"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
_FEED = re.compile(rb"<(?:rss|feed|rdf:rdf|channel|urlset|sitemapindex)[\s>:]", re.IGNORECASE)
_TAG = re.compile(rb"<(/?)[a-zA-Z_][^<>]*?(/?)>")
_CDATA = re.compile(rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->", re.DOTALL)


def parse_task(payload: bytes) -> bytes:
    """The sandbox's entry point: a ParseTask in, ParsedItems out, both as MessagePack."""
    task = msgspec.msgpack.decode(payload, type=ParseTask)
    parsed = parse_feed(task.body, task.url, task.content_type, task.kind)
    feed = msgspec.structs.replace(parsed, entries=tuple(filter(_says_something, parsed.entries)))
    if task.feed_id is None:
        return msgspec.msgpack.encode(ParsedItems(feed=feed))
    items = identify(task.feed_id, feed.entries, feed.link or task.url)
    return msgspec.msgpack.encode(
        ParsedItems(feed=msgspec.structs.replace(feed, entries=()), items=tuple(items))
    )


def parse_feed(body: bytes, url: str, content_type: str = "", kind: str = "feed") -> ParsedFeed:
    """Parse whatever a feed's address answered with. Raises ParseError with a reason fit for people."""
    if not body.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise ParseError("the feed is empty")
    if kind == "sitemap":
        return parse_sitemap(body)
    start = body[:1024].lstrip(b" \t\r\n\xef\xbb\xbf")
    if start.startswith((b"{", b"[")):
        return parse_json_feed(body, url)
    body = body.replace(b"\x00", b"") if b"\x00" in body and not _wide(body) else body
    return _parse_xml(body, url, content_type)


def _parse_xml(body: bytes, url: str, content_type: str) -> ParsedFeed:
    try:
        parsed = parse_fast(body, url)
    except Unsuited:
        _refuse_deep(body)
        parsed = parse_thorough(body, url, content_type)
    if not parsed.entries and not parsed.parser:
        raise ParseError(_no_feed(body))
    hints = read_hints(body)
    return msgspec.structs.replace(
        parsed,
        ttl=hints.ttl,
        hub=hints.hub,
        self_url=hints.self_url,
        entries=tuple(_absolute_link(entry, url) for entry in parsed.entries),
    )


def _says_something(entry: EntryFacts) -> bool:
    """False for what nobody could read or visit: what is left of an entry where a document was cut."""
    return bool(entry.title or entry.link or entry.summary or entry.content)


def _absolute_link(entry: EntryFacts, url: str) -> EntryFacts:
    link = entry.link
    if link is None or link.startswith(("http://", "https://")):
        return entry
    try:
        return msgspec.structs.replace(entry, link=urljoin(url, link))
    except ValueError:
        return msgspec.structs.replace(entry, link=None)


def _no_feed(body: bytes) -> str:
    head = body[:4096]
    if _HTML.search(head):
        return "this is an HTML page, not a feed; 'tocsin feeds discover URL' finds a site's feeds"
    if _FEED.search(head):
        return "the feed is broken: nothing in it could be read"
    return "this is no feed (neither RSS, Atom, RDF nor JSON Feed)"


def _wide(body: bytes) -> bool:
    """UTF-16 or UTF-32, where zero bytes are part of the text."""
    return body[:2] in (b"\xff\xfe", b"\xfe\xff") or body[:4].count(0) >= 2 or body[:2].count(0) == 1


def _refuse_deep(body: bytes) -> None:
    """Deep nesting takes parsers quadratic time and C stacks; count it in one pass without building anything.

    Only documents with many more opening than closing tags are looked at.
    """
    if body.count(b"<") < MAX_DEPTH:
        return
    bare = _CDATA.sub(b"", body)
    depth = 0
    for match in _TAG.finditer(bare):
        if match.group(1):
            depth = max(0, depth - 1)
        elif not match.group(2):
            depth += 1
            if depth > MAX_DEPTH:
                raise ParseError(f"refused: more than {MAX_DEPTH} nested elements")
