"""The cascade: the fast extraction first, the thorough one where the fast one found little."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Any

import msgspec
from trafilatura import bare_extraction
from trafilatura.utils import load_html

from config.errors import ExtractionError
from ingest.extract.charset import decode_page
from ingest.extract.metadata import read_metadata
from ingest.extract.model import ExtractTask, PageText
from ingest.extract.quality import assess, link_share, link_texts
from ingest.text import clean

SHORT = 1500  # characters; below it the fast extraction may have missed the article ...
UNREAD = 4.0  # ... if the page has this many times its length in paragraphs that are not in it
PARAGRAPH = 80  # characters; shorter paragraphs are captions, teasers, buttons
MENU = 0.3  # share of the text that is links; above it the fast extraction took a menu for the article
_SPACES = re.compile(r"[ \t\xa0]+")


def extract_task(payload: bytes) -> bytes:
    """The sandbox's entry point: an ExtractTask in, a PageText out, both as MessagePack."""
    task = msgspec.msgpack.decode(payload, type=ExtractTask)
    return msgspec.msgpack.encode(extract_page(task.body, task.url, task.content_type))


def extract_page(body: bytes, url: str, content_type: str = "") -> PageText:
    """Text and facts of an article page. The same page gives the same answer, whatever came before.

    Raises ExtractionError for bytes that are no web page.
    """
    html = clean(decode_page(body, content_type))
    tree = load_html(html) if html.strip() else None
    if tree is None:
        raise ExtractionError("no web page: nothing that could be read as HTML")
    metadata = read_metadata(tree, url)
    _lighten(tree)
    anchors = link_texts(tree)
    text, method = _cascade(tree, url, anchors)
    return assess(PageText(metadata=metadata, text=text, method=method), anchors, html)


def _lighten(tree: Any) -> None:
    """Take out what is never text and is copied again and again otherwise; JSON-LD may hold the article."""
    for node in list(tree.iter("script", "style", "svg", "link", "template")):
        if node.getparent() is not None and not (node.get("type") or "").startswith("application/ld"):
            node.drop_tree()


def _cascade(tree: Any, url: str, anchors: Set[str]) -> tuple[str, str]:
    fast = _text(tree, url, fast=True)
    if _believable(tree, anchors, fast):
        return fast, "fast"
    thorough = _text(tree, url, fast=False)
    if thorough:
        return thorough, "thorough"
    return fast, "fast" if fast else ""


def _believable(tree: Any, anchors: Set[str], text: str) -> bool:
    """False where the fast extraction took a menu for the article, or missed the article."""
    if not text or link_share(anchors, text) > MENU:
        return False
    return len(text) >= SHORT or _unread(tree, text) < UNREAD * len(text)


def _unread(tree: Any, text: str) -> int:
    """Characters in the page's longer paragraphs that are not in ``text``."""
    paragraphs = (" ".join("".join(node.itertext()).split()) for node in tree.iter("p"))
    return sum(len(p) for p in paragraphs if len(p) >= PARAGRAPH and p not in text)


def _text(tree: Any, url: str, *, fast: bool) -> str:
    # deduplicate stays off: it keeps process-wide state, so output would depend on the order of pages
    document = bare_extraction(
        tree, url=url, fast=fast, include_comments=False, include_tables=True, with_metadata=False
    )
    return tidy(getattr(document, "text", None) or "")


def tidy(text: str) -> str:
    """One paragraph a line, no blank lines, no runs of spaces."""
    lines = (_SPACES.sub(" ", line).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)
