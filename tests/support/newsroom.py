"""Feeds and article pages written for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

PARAGRAPHS = (
    "The district office said on Tuesday that repair crews had reached the bridge over the Varda shortly "
    "before noon and that one lane would be open to traffic by the evening.",
    "Residents on the eastern bank had been without a direct way into town since the flood tore out two of "
    "the four spans at the beginning of the month, and buses took the long way around through the hills.",
    "An engineer who inspected the remaining piers told reporters that they had held better than expected, "
    "although divers still have to look at the foundations once the water has gone down.",
    "The mayor asked drivers of heavy lorries to keep using the motorway, and said that a temporary bridge "
    "offered by the army would arrive within the week if the access road can be cleared.",
    "Shopkeepers at the market square reported that they had lost about a third of their usual trade, and "
    "some of them asked the council to suspend the rent of their stalls until the spring.",
    "A second crew is working upstream, where a landslide left the railway hanging over the slope; trains "
    "are not expected to run again before the end of the winter, the railway company said.",
)


def article_html(title: str, paragraphs: tuple[str, ...] = PARAGRAPHS, head: str = "") -> str:
    """A plain article page."""
    body = "\n".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    return (
        f"<!doctype html><html lang='en'><head><title>{escape(title)} - The Varda Courier</title>{head}"
        "</head><body><nav><a href='/'>Home</a> <a href='/news'>News</a></nav>"
        f"<article><h1>{escape(title)}</h1>{body}"
        "</article><footer>The Varda Courier, all rights kept</footer></body></html>"
    )


def item(
    number: int,
    link: str,
    *,
    title: str | None = None,
    summary: str = "A short summary of the article.",
    age: timedelta = timedelta(minutes=5),
    now: datetime | None = None,
) -> str:
    """One RSS item."""
    published = (now or datetime.now(UTC)) - age
    return (
        f"<item><guid isPermaLink='false'>item-{number}</guid>"
        f"<title>{escape(title or f'Article {number}')}</title><link>{escape(link)}</link>"
        f"<description>{escape(summary)}</description><pubDate>{format_datetime(published)}</pubDate></item>"
    )


def rss(items: list[str], *, title: str = "The Varda Courier", extra: str = "") -> str:
    """An RSS 2.0 feed."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>{escape(title)}</title><link>http://example.org/</link><description>News</description>{extra}"
        f"{''.join(items)}</channel></rss>"
    )
