"""The demo's publishers: a web server on loopback with their feeds and pages."""

from __future__ import annotations

import threading
from datetime import datetime
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from console.demo.articles import Article, Source

_FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel>
<title>{publisher}</title><link>{base}/</link>
<description>Demo feed</description><language>{language}</language>
{items}
</channel></rss>
"""
_ITEM = (
    '<item><title>{title}</title><link>{link}</link><guid isPermaLink="true">{link}</guid>'
    "<pubDate>{date}</pubDate><description>{summary}</description></item>"
)
_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title} | {publisher}</title>
<link rel="canonical" href="{link}"><meta property="og:type" content="article">
<meta property="og:title" content="{title}"><meta property="og:site_name" content="{publisher}">
<meta property="article:published_time" content="{iso}"></head>
<body><header><a href="{base}/">{publisher}</a>
<nav><ul><li><a href="{base}/world">World</a></li><li><a href="{base}/sport">Sport</a></li>
<li><a href="{base}/weather">Weather</a></li></ul></nav></header>
<main><article><h1>{title}</h1><p class="byline"><time datetime="{iso}">{day}</time></p>
{paragraphs}
</article></main>
<aside><h2>Most read</h2><ul><li><a href="{base}/a">Ten walks for a rainy weekend</a></li>
<li><a href="{base}/b">What the new timetable means for commuters</a></li></ul></aside>
<footer><p>Subscribe to our newsletter. All rights reserved.</p></footer></body></html>
"""


class Site:
    """What the publishers show at a moment, for a demo that began at ``start``."""

    def __init__(self, sources: tuple[Source, ...], articles: tuple[Article, ...], start: datetime) -> None:
        self._sources = {source.id: source for source in sources}
        self._articles = articles
        self._start = start
        self.latest = False  # show the later articles too
        self.base = ""  # set when the server listens

    def url(self, article: Article) -> str:
        """Where an article's page is."""
        return f"{self.base}/{article.source}/{article.id}.html"

    def answer(self, path: str) -> tuple[str, str] | None:
        """Content type and body for a path; None where nothing is."""
        source_id, _, name = path.lstrip("/").partition("/")
        source = self._sources.get(source_id)
        if source is None:
            return None
        if name == "feed.xml":
            return "application/rss+xml; charset=utf-8", self._feed(source)
        for article in self._articles:
            if article.source == source_id and name == f"{article.id}.html":
                return "text/html; charset=utf-8", self._page(source, article)
        return None

    def shown(self, source: str) -> list[Article]:
        """The articles that a feed lists now, the newest first."""
        mine = [item for item in self._articles if item.source == source and (self.latest or not item.later)]
        return sorted(mine, key=lambda item: item.age)

    def _feed(self, source: Source) -> str:
        items = [
            _ITEM.format(
                title=escape(item.title),
                link=escape(self.url(item)),
                date=format_datetime(item.published(self._start)),
                summary=escape(item.paragraphs(self._start)[0]),
            )
            for item in self.shown(source.id)
        ]
        return _FEED.format(
            publisher=escape(source.publisher),
            base=f"{self.base}/{source.id}",
            language=source.language,
            items="\n".join(items),
        )

    def _page(self, source: Source, article: Article) -> str:
        published = article.published(self._start)
        return _PAGE.format(
            language=article.language,
            title=escape(article.title),
            publisher=escape(source.publisher),
            link=escape(self.url(article)),
            base=f"{self.base}/{source.id}",
            iso=published.isoformat(timespec="seconds"),
            day=published.strftime("%d %B %Y, %H:%M UTC"),
            paragraphs="\n".join(f"<p>{escape(text)}</p>" for text in article.paragraphs(self._start)),
        )


class SiteServer:
    """Serves a :class:`Site` on a free loopback port, in threads, until closed."""

    def __init__(self, site: Site) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                answer = site.answer(self.path)
                kind, text = answer or ("text/plain; charset=utf-8", "not found")
                body = text.encode()
                self.send_response(200 if answer else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing: the demo's screen is for alerts."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        site.base = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)
