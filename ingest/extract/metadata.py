"""Facts that a page states in its head: JSON-LD, Open Graph, meta tags; else what trafilatura finds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from htmldate import find_date
from trafilatura.metadata import extract_author, extract_title

from ingest.dates import parse_date
from ingest.extract.jsonld import main_item
from ingest.extract.model import PageMetadata
from ingest.extract.title import best_title
from ingest.text import one_line
from ingest.urls import canonical_url

_PUBLISHED = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "pubdate",
    "publishdate",
    "publish-date",
    "article.published",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "date",
    "dc.date",
)
_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "last-modified",
    "article.updated",
)
_SECTION = ("article:section", "parsely-section", "section", "cxenseparse:recs:articlesection")
_AUTHOR = (
    "author",
    "article:author",
    "parsely-author",
    "dc.creator",
    "dcterms.creator",
    "sailthru.author",
    "byl",
)


def read_metadata(tree: Any, url: str) -> PageMetadata:
    """Everything known about the page. Never raises for what is on it."""
    meta = _meta_tags(tree)
    item = main_item(tree)
    published = item.published or _first_date(meta, _PUBLISHED) or _time_tag(tree)
    publisher = item.publisher or one_line(meta.get("og:site_name", "")) or None
    section = item.section or one_line(_first(meta, _SECTION)) or None
    stated = [item.headline, one_line(meta.get("og:title", "")), _heading(tree)]
    return PageMetadata(
        title=best_title(stated, (publisher, section)) or _found_title(tree),
        authors=item.authors or _meta_authors(meta) or _found_authors(tree),
        published=published or _found_date(tree, url),
        modified=item.modified or _first_date(meta, _MODIFIED),
        section=section,
        language=_language(tree, meta, item.language),
        publisher=publisher,
        canonical_url=_canonical(tree, meta, url),
        description=one_line(meta.get("og:description", "") or meta.get("description", "")),
        kind=item.kind or meta.get("og:type") or None,
        paywalled=item.paywalled or meta.get("article:content_tier", "").lower() in ("locked", "metered"),
        tags=item.keywords,
    )


def _heading(tree: Any) -> str:
    """The first main heading, unless there are so many that none is the article's."""
    texts = [text for node in tree.iterfind(".//h1") if (text := one_line(" ".join(node.itertext())))]
    return texts[0] if texts and len(texts) <= 3 else ""


def _meta_tags(tree: Any) -> dict[str, str]:
    """Name or property (lower case) to content; the first one wins."""
    found: dict[str, str] = {}
    for node in tree.iterfind(".//meta"):
        content = node.get("content")
        name = node.get("property") or node.get("name") or node.get("itemprop") or ""
        if name and content and content.strip():
            found.setdefault(name.strip().lower(), content.strip())
    return found


def _found_title(tree: Any) -> str:
    """What trafilatura takes for the title, for a page that states none."""
    try:
        return one_line(extract_title(tree) or "")
    except Exception:  # noqa: BLE001 (third-party heuristics over foreign pages)
        return ""


def _found_date(tree: Any, url: str) -> datetime | None:
    """A date somewhere in the page, for a page that states none in any of the usual places.

    Not searched for in running text: that takes half of the time of a page, 40 MB, and finds other dates.
    """
    try:
        return parse_date(find_date(tree, url=url, original_date=True, extensive_search=False))
    except Exception:  # noqa: BLE001 (third-party heuristics over foreign pages)
        return None


def _found_authors(tree: Any) -> tuple[str, ...]:
    """Names in a byline of the page, for a page that states none in its head."""
    try:
        found = extract_author(tree) or ""
    except Exception:  # noqa: BLE001 (third-party heuristics over foreign pages)
        return ()
    return tuple(one_line(name) for name in found.split(";") if name.strip())


def _first_date(meta: dict[str, str], names: tuple[str, ...]) -> datetime | None:
    for name in names:
        value = parse_date(meta.get(name))
        if value is not None:
            return value
    return None


def _time_tag(tree: Any) -> datetime | None:
    for node in tree.xpath(
        "(//article//time[@datetime] | //time[@itemprop='datePublished'])[position() < 4]"
    ):
        value = parse_date(node.get("datetime"))
        if value is not None:
            return value
    return None


def _first(meta: dict[str, str], names: tuple[str, ...]) -> str:
    return next((meta[name] for name in names if meta.get(name)), "")


def _meta_authors(meta: dict[str, str]) -> tuple[str, ...]:
    text = one_line(_first(meta, _AUTHOR))
    if not text or text.startswith(("http://", "https://")) or len(text) > 200:
        return ()
    text = text.removeprefix("By ").replace(" and ", ", ").replace(";", ",")
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def _language(tree: Any, meta: dict[str, str], stated: str | None) -> str | None:
    for value in (stated, tree.get("lang"), tree.get("{http://www.w3.org/XML/1998/namespace}lang"),
                  meta.get("og:locale"), meta.get("content-language"), meta.get("language")):  # fmt: skip
        code = (value or "").strip().lower().replace("_", "-").partition("-")[0]
        if len(code) == 2 and code.isalpha():
            return code
    return None


def _canonical(tree: Any, meta: dict[str, str], url: str) -> str | None:
    """The page's own idea of its address; a home page, or nothing, is no idea."""
    candidates = [
        node.get("href")
        for node in tree.iterfind(".//link")
        if (node.get("rel") or "").lower() == "canonical"
    ]
    for candidate in [*candidates, meta.get("og:url")]:
        found = canonical_url(candidate or "", url)
        if found and found.rstrip("/").count("/") > 2:
            return found
    return None
