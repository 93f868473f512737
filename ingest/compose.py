"""Article and page text to a document: which text, title, date and language, and how far to trust it."""

from __future__ import annotations

from datetime import datetime

from ingest.dates import effective_date
from ingest.extract.model import PageMetadata, PageText
from ingest.messages import Article, Document, Extraction
from ingest.text import clean, content_hash, one_line, plain_text
from ingest.urls import site_of

FEED_QUALITY = 0.7  # a feed's full content is as good as a page, but nobody checked that it is full
SUMMARY_QUALITY = 0.3
TITLE_QUALITY = 0.1
_NO_PAGE = PageText(metadata=PageMetadata())
MAX_CHARACTERS = 1_000_000


def compose(article: Article, page: PageText | None, failure: str | None = None) -> Document:
    """The document of an article. ``page`` is None where there is none, and ``failure`` says why. Pure.

    The page's text is used unless the feed's own is clearly better: the page is a wall or an error, or holds
    less than half of what the feed carries.
    """
    page = page or _NO_PAGE
    metadata, entry = page.metadata, article.entry
    body, extraction = _choose_text(article, page, failure)
    title = one_line(entry.title) or metadata.title or body.partition("\n")[0][:200]
    text = _join(title, metadata.title, body)
    published = entry.published or metadata.published or entry.updated
    return Document(
        id=article.id,
        revision=article.revision,
        url=article.url or article.final_url or "",
        canonical_url=_canonical(article, metadata),
        title=title,
        text=text,
        language=_language(article, metadata),
        authors=metadata.authors or entry.authors,
        section=metadata.section,
        published=published,
        modified=metadata.modified or _later(entry.updated, published),
        fetched=article.fetched,
        effective=effective_date(published, article.fetched),
        publisher=article.feed.publisher
        or metadata.publisher
        or site_of(article.url or article.feed.url)
        or None,
        feed=article.feed.id,
        source_country=article.feed.country,
        tags=article.feed.tags,
        content_hash=content_hash(text),
        extraction=extraction,
    )


def _choose_text(article: Article, page: PageText, failure: str | None) -> tuple[str, Extraction]:
    content = plain_text(article.entry.content)
    summary = plain_text(article.entry.summary)
    feed_text = max(content, summary, key=len)
    if page.text and (len(page.text) * 2 >= len(feed_text) or (page.quality >= 0.5 and not content)):
        text = page.text[:MAX_CHARACTERS]
        flags = page.flags + (("truncated",) if len(text) < len(page.text) else ())
        return text, Extraction(method=page.method, quality=page.quality, flags=flags, note=page.note)
    note = failure or page.note
    flags = tuple(f for f in page.flags if f not in ("short", "no-text"))
    if failure is not None:
        flags += ("page-failed",)
    elif page is not _NO_PAGE and not page.text:
        flags += ("page-unusable",)
    if _is_pdf(article):
        flags += ("pdf",)
    text = feed_text[:MAX_CHARACTERS]
    if len(text) < len(feed_text):
        flags += ("truncated",)
    return text, _feed_extraction(text, content, flags, note)


def _feed_extraction(text: str, content: str, flags: tuple[str, ...], note: str | None) -> Extraction:
    if not text:
        return Extraction(method="title-only", quality=TITLE_QUALITY, flags=flags, note=note)
    if content and text == content[: len(text)] and len(text) > 400:
        return Extraction(method="feed-content", quality=FEED_QUALITY, flags=flags, note=note)
    return Extraction(method="feed-summary", quality=SUMMARY_QUALITY, flags=flags, note=note)


def _join(title: str, page_title: str, body: str) -> str:
    """The title as the first line, once."""
    body = clean(body).strip()
    first, _, rest = body.partition("\n")
    if title and one_line(first).casefold() in (title.casefold(), page_title.casefold()):
        body = rest.strip()
    return f"{title}\n{body}" if body else title


def _canonical(article: Article, metadata: PageMetadata) -> str | None:
    return metadata.canonical_url or article.final_url or article.url or None


def _language(article: Article, metadata: PageMetadata) -> str | None:
    for value in (article.feed.language, metadata.language, article.entry.language):
        code = (value or "").lower().replace("_", "-").partition("-")[0]
        if len(code) == 2:
            return code
    return None


def _later(updated: datetime | None, published: datetime | None) -> datetime | None:
    return updated if updated is not None and (published is None or updated > published) else None


def _is_pdf(article: Article) -> bool:
    content_type = (article.http.content_type or "") if article.http else ""
    return "pdf" in content_type.lower() or article.url.lower().partition("?")[0].endswith(".pdf")
