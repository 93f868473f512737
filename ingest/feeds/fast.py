"""The fast parser, for documents where it agrees with the thorough one."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

import fastfeedparser

from ingest.dates import parse_date
from ingest.feeds.model import ParsedFeed
from ingest.messages import EntryFacts
from ingest.text import one_line

_HEAD_BYTES = 8192
_ROOT = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]")
_ODD = re.compile(rb"<!ENTITY|<feed[^>]*version=|xmlns=[\"']http://purl.org/atom", re.IGNORECASE)
_ODD_MARKS = (b"<!entity", b"<feed", b"/purl.org/atom")  # quick: the expression alone takes long to say no
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_BASE = b"xml:base"
_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 13))
_ID_MARKS = (b"<guid", b"<id>", b"<id ", b"<atom:id", b"rdf:about=")
_MODE = b'mode="base64"'
_NONCHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_OWN_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)[a-zA-Z]\w{0,30};")
_DECLARED = re.compile(rb"(<\?xml[^>]{0,100}?encoding\s*=\s*)[\"'][\w.:-]*[\"']", re.IGNORECASE)


class Unsuited(Exception):
    """This document is for the thorough parser; the message says why."""


def parse_fast(body: bytes, url: str) -> ParsedFeed:
    """Parse ``body`` with the fast parser.

    Raises Unsuited for documents where it is known, or seen, to go wrong: other encodings than UTF-8,
    relative bases, entities of its own, old Atom, no entries.
    """
    body = _suited(body)
    try:
        parsed = fastfeedparser.parse(body, include_media=False, include_enclosures=False)
    except Exception as error:
        raise Unsuited(f"{type(error).__name__}: {one_line(str(error))[:120]}") from error
    raws = parsed.get("entries") or []
    _check_sure(raws, body)
    feed = parsed.get("feed") or {}
    link = _absolute(url, feed.get("link"))
    own_ids = sum(body.count(mark) for mark in _ID_MARKS) >= len(raws)
    base = feed["link"] if _is_absolute(feed.get("link")) and link else url
    entries = tuple(_entry(raw, base, own_ids) for raw in raws)
    return ParsedFeed(
        title=one_line(feed.get("title") or ""),
        link=link,
        language=feed.get("language") or None,
        entries=entries,
        parser="fast",
    )


def _suited(body: bytes) -> bytes:
    """The document as the parser should see it: declared as UTF-8, without forbidden characters."""
    for code in _NONCHARACTERS:
        body = body.replace(code, b"")
    body = body.translate(None, _CONTROLS)
    head = body[:_HEAD_BYTES]
    if not _ROOT.search(head):
        raise Unsuited("no feed element near the start")
    odd = _ODD.search(head) if any(mark in head.lower() for mark in _ODD_MARKS) else None
    if odd:
        raise Unsuited(f"unusual document: {odd.group(0).decode('latin-1')[:40]}")
    if _DOCTYPE.search(head) and _OWN_ENTITY.search(body):
        raise Unsuited("entities of a DTD")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unsuited("not UTF-8") from error
    return _DECLARED.sub(rb'\1"utf-8"', head, count=1) + body[_HEAD_BYTES:]


def _is_absolute(link: str | None) -> bool:
    return link is None or link.startswith(("http://", "https://"))


def _check_sure(raws: list[dict[str, Any]], body: bytes) -> None:
    """Refuse results that show the signs of the fast parser's known mistakes."""
    if not raws:
        raise Unsuited("no entries found")
    if _BASE in body and not all(_is_absolute(raw.get("link")) for raw in raws):
        raise Unsuited("relative links under an xml:base")
    if not all(raw.get("title") for raw in raws) and _titles_missed(raws, body):
        raise Unsuited("titles that were not read")
    if _MODE in body:
        raise Unsuited("content in base64")
    if b"<entry" in body and not all(_has_alternate(raw) for raw in raws):
        raise Unsuited("Atom entries without an alternate link")


def _titles_missed(raws: list[dict[str, Any]], body: bytes) -> bool:
    written = body.count(b"<title") - body.count(b"<title/>") - body.count(b"<title></title>")
    of_feed = 1 if len(raws) > 1 else 0
    return written > sum(1 for raw in raws if raw.get("title")) + of_feed


def _has_alternate(raw: dict[str, Any]) -> bool:
    """True when the link is one to the article, not to an enclosure, a licence or the entry itself."""
    links = raw.get("links") or ()
    chosen = raw.get("link")
    return any(
        (link.get("rel") or "alternate") == "alternate" and link.get("href") == chosen for link in links
    )


def _entry(raw: dict[str, Any], base: str, own_ids: bool) -> EntryFacts:
    contents = [c.get("value") or "" for c in raw.get("content") or ()]
    summary = raw.get("description") or ""
    content = max(contents, key=len, default="")
    return EntryFacts(
        guid=_guid(raw, own_ids),
        link=_absolute(base, raw.get("link")) or _permalink(raw.get("id")),
        title=one_line(raw.get("title") or ""),
        summary=summary,
        content="" if content == summary else content,
        authors=_names(raw),
        published=parse_date(raw.get("published")),
        updated=parse_date(raw.get("updated")),
        tags=tuple(dict.fromkeys(one_line(t["term"]) for t in raw.get("tags") or () if t.get("term"))),
    )


def _guid(raw: dict[str, Any], own_ids: bool) -> str | None:
    """The entry's own id; the parser puts the link in its place where there is none."""
    guid = raw.get("id")
    if guid == raw.get("link") and not own_ids:
        return None
    return guid.strip() or None if guid else None


def _permalink(guid: str | None) -> str | None:
    """A guid that is an address stands in for a missing link."""
    return guid.strip() if guid and _is_absolute(guid.strip()) else None


def _names(raw: dict[str, Any]) -> tuple[str, ...]:
    names = [author.get("name") or "" for author in raw.get("authors") or ()] or [raw.get("author") or ""]
    return tuple(dict.fromkeys(name for name in map(one_line, names) if name))


def _absolute(base: str, link: str | None) -> str | None:
    if not link or not link.strip():
        return None
    link = link.strip()
    if _is_absolute(link):
        return link
    try:
        return urljoin(base, link)
    except ValueError:
        return None
