"""The whole system as a user runs it: publishers on loopback, ``tocsin run``, mail and Slack."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil

from config.errors import MalformedRecord
from config.models.root import Config
from console.demo.sinks import MailSink, SlackDouble
from console.loading import load_config
from console.scan import scan
from processors.messages import EnrichedDocument
from streams.codec import decode
from streams.open import open_broker

_PAGE = (
    "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{title}</title></head><body>"
    "<header><nav><a href='/'>Home</a></nav></header><main><article><h1>{title}</h1>{body}</article></main>"
    "</body></html>"
)


@dataclass(frozen=True)
class News:
    """One article."""

    number: int
    title: str
    text: str  # paragraphs separated by newlines
    published: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(minutes=10))


class Publishers:
    """``count`` feeds on one loopback port; what is put into ``news`` is shown from then on."""

    def __init__(self, count: int = 1) -> None:
        self.count = count
        self._news: list[News] = []
        self._lock = threading.Lock()
        publishers = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                kind, body = publishers.answer(self.path)
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Tests read the system's own log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()

    def publish(self, *news: News) -> None:
        """Show these from now on."""
        with self._lock:
            self._news += news

    def url(self, news: News) -> str:
        """Where an article is."""
        return f"{self.base}/feed-{news.number % self.count}/{news.number}.html"

    def answer(self, path: str) -> tuple[str, bytes]:
        """Content type and body; an empty body is a 404."""
        feed, _, name = path.lstrip("/").partition("/")
        with self._lock:
            mine = [item for item in self._news if feed == f"feed-{item.number % self.count}"]
        if name == "feed.xml":
            return "application/rss+xml; charset=utf-8", self._feed(feed, mine)
        for item in mine:
            if name == f"{item.number}.html":
                body = "".join(f"<p>{escape(part)}</p>" for part in item.text.split("\n"))
                return "text/html; charset=utf-8", _PAGE.format(title=escape(item.title), body=body).encode()
        return "text/plain", b""

    def _feed(self, feed: str, news: list[News]) -> bytes:
        items = "".join(
            f"<item><title>{escape(item.title)}</title><link>{self.url(item)}</link>"
            f"<guid>{self.url(item)}</guid><pubDate>{format_datetime(item.published)}</pubDate></item>"
            for item in reversed(news)
        )
        text = (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
            f"<title>{feed}</title><link>{self.base}/</link><description>x</description>{items}</channel></rss>"
        )
        return text.encode()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


RULES = """
rules:
  - id: strikes
    name: Strikes in Ukraine
    severity: high
    when: { regions: [ukraine], events: [airstrike, drone-strike, shelling, missile-attack] }
"""
CHANNELS = """
channels:
  mail:
    type: email
    to: [desk@test.invalid]
    from: tocsin@test.invalid
    smtp: {{ host: 127.0.0.1, port: {smtp} }}
  slack: {{ type: slack, token: test-token, channel: C0TEST, api_url: "{slack}" }}
route:
  channel: mail
  group_by: [alert]
  group_wait: 0s
  group_interval: 0s
  repeat_interval: 0s
  routes:
    - {{ channel: mail, continue: true }}
    - {{ channel: slack }}
"""


class System:
    """``with System(folder) as system: system.start()``: configuration, sinks, and the processes."""

    def __init__(
        self,
        folder: Path,
        *,
        feeds: int = 1,
        log: str = "embedded",
        settings: str = "",
        intake: str = "",
        every: str = "1s",
        publishers: Publishers | None = None,
    ) -> None:
        self.folder = folder
        self.config_folder = folder / "config"
        self.config_folder.mkdir(parents=True)
        self.run_log = folder / "run.log"
        self.publishers = publishers or Publishers(feeds)
        self.mail = MailSink(folder / "mail")
        self.slack = SlackDouble(folder / "slack")
        self.process: subprocess.Popen[bytes] | None = None
        self._every = every
        self._write(log, settings, intake)

    def _write(self, log: str, settings: str, intake: str) -> None:
        self.write(
            "tocsin.yaml",
            f"data_dir: {self.folder / 'data'}\nlog: {log}\nprefix: t{os.urandom(4).hex()}.\npartitions: 2\n"
            "intake:\n  allow_addresses: [127.0.0.0/8]\n  min_interval: 1s\n"
            f"  host_spacing: 0s\n  per_host: 32\n  robots: false\n  {intake}\n{settings}",
        )
        feeds = "".join(
            f"  - {{ id: feed-{number}, url: '{self.publishers.base}/feed-{number}/feed.xml', "
            f"publisher: Publisher {number} }}\n"
            for number in range(self.publishers.count)
        )
        self.write("feeds.yaml", f"defaults: {{ every: {self._every}, adaptive: false }}\nfeeds:\n{feeds}")
        self.write("regions.yaml", "regions: [{ id: ukraine, name: Ukraine, countries: [UA] }]\n")
        self.write("rules.yaml", RULES)
        self.write("channels.yaml", CHANNELS.format(smtp=self.mail.port, slack=self.slack.url))

    def write(self, name: str, text: str) -> None:
        """Replace one configuration file at once."""
        scratch = self.folder / f"{name}.new"
        scratch.write_text(text, encoding="utf-8")
        scratch.replace(self.config_folder / name)

    @property
    def config(self) -> Config:
        """The configuration as it is now."""
        return load_config(self.config_folder)

    def __enter__(self) -> System:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.publishers.close()
        self.mail.close()
        self.slack.close()

    # processes

    def command(self, *arguments: str) -> list[str]:
        """``tocsin`` on this configuration."""
        return [sys.executable, "-m", "console.main", "--config", str(self.config_folder), *arguments]

    def tocsin(self, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.command(*arguments), capture_output=True, text=True, timeout=timeout, check=False
        )

    def start(self) -> None:
        """``tocsin run`` in the background."""
        with self.run_log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command("run"), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def stop(self, number: int = signal.SIGTERM) -> int | None:
        """Stop it and wait; the exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(60)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()

    def stages(self) -> dict[str, psutil.Process]:
        """The stage processes that run now."""
        if self.process is None or self.process.poll() is not None:
            return {}
        found = {}
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(self.process.pid).children():
                with contextlib.suppress(psutil.Error):
                    arguments = child.cmdline()
                    if "worker" in arguments and child.status() != psutil.STATUS_ZOMBIE:
                        found[arguments[arguments.index("worker") + 1]] = child
        return found

    def wait(self, what: Callable[[], bool], seconds: float, words: str) -> None:
        """Return once ``what()`` holds; fail with the end of the log after ``seconds``."""
        until = time.monotonic() + seconds
        while not what():
            assert self.process is None or self.process.poll() is None, f"tocsin run ended:\n{self.tail()}"
            assert time.monotonic() < until, f"not within {seconds} s: {words}\n{self.tail()}"
            time.sleep(0.1)

    def tail(self, lines: int = 40) -> str:
        """The end of the log of all stages."""
        return "\n".join(self.run_log.read_text(errors="replace").splitlines()[-lines:])

    # what came of it

    def enriched(self) -> list[EnrichedDocument]:
        """Every document in the topic ``enriched``; records that are none are dead letters elsewhere."""
        found = []
        for value in self.values("enriched"):
            with contextlib.suppress(MalformedRecord):
                found.append(decode(value, EnrichedDocument))
        return found

    def values(self, topic: str) -> Iterator[bytes]:
        """The values of a topic (short name), oldest first within each partition."""
        config = self.config
        broker = open_broker(config)
        try:
            for record in scan(broker, config.topic(topic)):
                yield record.value
        finally:
            broker.close()

    def alert_ids_mailed(self) -> Counter[str]:
        """How often each alert revision came by mail: by the reference that every mail carries."""
        return Counter(str(message["Subject"]) for message in list(self.mail.messages))
