"""The page behind acknowledge links: GET shows what would be acknowledged, POST acknowledges.

Mail scanners and link previews fetch every link; none of them posts a form, so none of them acknowledges.
Listens on loopback unless told otherwise; put a web server with TLS in front of it (docs/delivery.md).
"""

from __future__ import annotations

import html
import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import Engine, select

from alerts.acknowledge_links import Claim, Linker
from alerts.acknowledgements import acknowledge, read
from alerts.outbox_tables import notices
from alerts.render_title import one_line
from config.errors import ConfigError, StateUnavailable, UsageError
from config.models.root import Config
from streams.broker import Broker
from streams.state import reading

log = logging.getLogger(__name__)

_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("X-Robots-Tag", "noindex"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    ),
)
_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}"
    "button{font:inherit;font-weight:600;padding:.6rem 1.2rem;border:0;border-radius:6px;"
    "background:#1d4f8c;color:#fff}"
)


def build(config: Config, broker: Broker | None, engine: Engine) -> AckServer:  # noqa: ARG001 (the stage's form)
    """The server of a configuration. Raises ConfigError unless public_url and secret_key are set."""
    settings = config.settings
    if not settings.public_url or settings.secret_key is None:
        raise ConfigError(["tocsin.yaml: the acknowledge page needs both public_url and secret_key"])
    host, _, port = settings.ack_listen.rpartition(":")
    return AckServer(Linker(settings), engine, host.strip("[]") or "127.0.0.1", int(port))


class AckServer:
    """Serves until told to stop. Port 0 takes a free one."""

    def __init__(
        self,
        links: Linker,
        engine: Engine,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        handler = type(
            "Handler", (_Handler,), {"links": links, "engine": engine, "clock": staticmethod(clock)}
        )
        try:
            self._server = ThreadingHTTPServer((host, port), handler)
        except OSError as error:
            raise UsageError(
                f"the acknowledge page cannot listen on {host}:{port}: {error.strerror}"
            ) from error
        self._server.daemon_threads = True

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def run(self, stop: threading.Event) -> None:
        """Serve until ``stop`` is set."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.2,), daemon=True)
        thread.start()
        stop.wait()
        self._server.shutdown()
        thread.join()

    def close(self) -> None:
        """Stop listening. Idempotent."""
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    links: Linker
    engine: Engine
    clock: Callable[[], datetime]
    server_version = "Tocsin"
    sys_version = ""
    timeout = 10

    def do_GET(self) -> None:
        """Show what the link would acknowledge."""
        self._answer(self._show)

    def do_HEAD(self) -> None:
        """Like GET."""
        self._answer(self._show)

    def do_POST(self) -> None:
        """Acknowledge."""
        self._answer(self._take)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """Log without the query, which holds the signature."""
        log.info("acknowledge page: %s", one_line(f"{self.command} {urlsplit(self.path).path} {args[1:2]}"))
        del format

    def _answer(self, page: Callable[[Claim], str]) -> None:
        try:
            claim = self._claim()
            status, body = 200, page(claim)
        except UsageError as error:
            status, body = 403, f"<h1>Not possible</h1><p>{html.escape(str(error))}</p>"
        except StateUnavailable:
            status, body = 503, "<h1>Not now</h1><p>The database is away; please try again in a minute.</p>"
        data = _page(body).encode()
        self.send_response(status)
        for name, value in _HEADERS:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _claim(self) -> Claim:
        parts = urlsplit(self.path)
        if not parts.path.startswith("/ack/") or len(self.path) > 4000:
            raise UsageError("this link is not valid")
        fields = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        target, expires, signed = (fields.get(name, "") for name in ("t", "e", "s"))
        return self.links.check(unquote(parts.path[5:]), target, expires, signed, self.clock())

    def _show(self, claim: Claim) -> str:
        headline = self._headline(claim)
        with reading(self.engine) as connection:
            known = read(connection, [claim.alert]).get(claim.alert)
        if known:
            return f"<h1>{headline}</h1><p>Acknowledged by {html.escape(known.describe())}.</p>"
        return (
            f"<h1>{headline}</h1><p>Acknowledging ends reminders and escalations. Updates still come.</p>"
            '<form method="post"><button type="submit">Acknowledge</button></form>'
        )

    def _take(self, claim: Claim) -> str:
        headline = self._headline(claim)
        made = acknowledge(self.engine, claim.alert, by=claim.target, now=self.clock(), via="link")
        return f"<h1>{headline}</h1><p>Acknowledged by {html.escape(made.describe())}. Thank you.</p>"

    def _headline(self, claim: Claim) -> str:
        query = (
            select(notices.c.headline)
            .where(notices.c.alert_id == claim.alert)
            .order_by(notices.c.revision.desc())
            .limit(1)
        )
        with reading(self.engine) as connection:
            found = connection.execute(query).scalar()
        if found is None:
            raise UsageError("this alert is not known any more")
        return html.escape(one_line(found))


def _page(body: str) -> str:
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Tocsin</title><style>{_STYLE}</style></head><body>{body}</body></html>"
    )
