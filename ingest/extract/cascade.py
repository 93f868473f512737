"""The cascade: the fast extraction first, the thorough one where the fast one found little."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from trafilatura import bare_extraction
from trafilatura.utils import load_html

from config.errors import ExtractionError
from ingest.extract.charset import decode_page
from ingest.extract.metadata import read_metadata
from ingest.extract.model import ExtractTask, PageText
from ingest.extract.quality import assess
from ingest.text import clean

SHORT = 1500  # characters; below it the thorough extraction may do better
MAX_ELEMENTS = 60_000
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
    text, method = _cascade(tree, url)
    return assess(PageText(metadata=metadata, text=text, method=method), tree, html)


def _cascade(tree: Any, url: str) -> tuple[str, str]:
    fast = _text(tree, url, fast=True)
    if len(fast) >= SHORT:
        return fast, "fast"
    thorough = _text(tree, url, fast=False)
    if thorough:
        return thorough, "thorough"
    return fast, "fast" if fast else ""


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
