"""The fast parser, for documents where it agrees with the thorough one."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

import fastfeedparser

from ingest.dates import parse_date
from ingest.feeds.model import ParsedFeed
from ingest.messages import EntryFacts
from ingest.text import clean, one_line

_HEAD_BYTES = 8192
_ROOT = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]")
_ODD = re.compile(
    rb"xml:base|<!DOCTYPE|<!ENTITY|encoding=[\"'](?!utf-8)|<feed[^>]*version=|xmlns=\"http://purl.org/atom",
    re.IGNORECASE,
)
_LATER_BASE = re.compile(rb"\sxml:base\s*=")


class Unsuited(Exception):
    """This document is for the thorough parser; the message says why."""


def parse_fast(body: bytes, url: str) -> ParsedFeed:
    """Parse ``body`` with the fast parser.

    Raises Unsuited for documents where it is known, or seen, to go wrong: other encodings than UTF-8,
    relative bases, entities of its own, old Atom, no entries.
    """
    _check_suited(body)
    try:
        parsed = fastfeedparser.parse(body, include_media=False, include_enclosures=False)
    except Exception as error:
        raise Unsuited(f"{type(error).__name__}: {one_line(str(error))[:120]}") from error
    feed = parsed.get("feed") or {}
    link = _absolute(url, feed.get("link"))
    entries = tuple(_entry(raw, link or url) for raw in parsed.get("entries") or ())
    if not entries:
        raise Unsuited("no entries found")
    return ParsedFeed(
        title=one_line(feed.get("title") or ""),
        link=link,
        language=feed.get("language") or None,
        entries=entries,
        parser="fast",
    )


def _check_suited(body: bytes) -> None:
    head = body[:_HEAD_BYTES]
    if not _ROOT.search(head):
        raise Unsuited("no feed element near the start")
    odd = _ODD.search(head)
    if odd:
        raise Unsuited(f"unusual document: {odd.group(0).decode('latin-1')[:40]}")
    if _LATER_BASE.search(body):
        raise Unsuited("xml:base inside entries")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unsuited("not UTF-8") from error


def _entry(raw: dict[str, Any], base: str) -> EntryFacts:
    contents = [c.get("value") or "" for c in raw.get("content") or ()]
    summary = raw.get("description") or ""
    content = max(contents, key=len, default="")
    return EntryFacts(
        guid=_guid(raw),
        link=_absolute(base, raw.get("link")),
        title=one_line(raw.get("title") or ""),
        summary=clean(summary),
        content="" if content == summary else clean(content),
        authors=_names(raw),
        published=parse_date(raw.get("published")),
        updated=parse_date(raw.get("updated")),
        tags=tuple(dict.fromkeys(one_line(t["term"]) for t in raw.get("tags") or () if t.get("term"))),
    )


def _guid(raw: dict[str, Any]) -> str | None:
    guid = raw.get("id")
    return guid.strip() or None if guid else None


def _names(raw: dict[str, Any]) -> tuple[str, ...]:
    names = [author.get("name") or "" for author in raw.get("authors") or ()] or [raw.get("author") or ""]
    return tuple(dict.fromkeys(name for name in map(one_line, names) if name))


def _absolute(base: str, link: str | None) -> str | None:
    if not link or not link.strip():
        return None
    try:
        return urljoin(base, clean(link.strip()))
    except ValueError:
        return None
