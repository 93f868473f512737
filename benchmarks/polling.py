"""Polling at scale: 10,000 feeds on a loopback server, nine of ten answers "not modified".

    python benchmarks/polling.py [--feeds 10000] [--seconds 300] [--reader PYTHON] [--news 10] [--hostile 0]

Three runs of the real poller process (embedded log, SQLite state, no article pages, default manners
towards 5,000 host names) against one server: first polls of all feeds; sustained polling, feeds due evenly
over ``--seconds``; a burst in which all are due at once. PYTHON is an interpreter that has lemon24/reader;
its ``update_feeds`` on the same feeds in the same run is the baseline for feeds per CPU-second.
``--news 0`` leaves nothing but unmodified feeds. ``--hostile N`` polls N feeds more that hang, never end,
explode, nest, loop or parse slowly; lateness is that of the others. CPU is user and system time of the poller
and of its parsing processes; memory is the sum of their resident sets, sampled.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path
from typing import Any, ClassVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psutil

ITEMS = 20
HOSTS = 5000  # the poller counts its manners (spacing, requests at a time) by host
_READER = """
import json, socket, sys, time, tempfile, os
from reader import make_reader
port, count, hosts = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
real = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: real("127.0.0.1", *rest, **more)
reader = make_reader(os.path.join(tempfile.mkdtemp(), "reader.sqlite"))
for n in range(count):
    reader.add_feed(f"http://site-{n % hosts}.example:{port}/feed/{n}")
reader.update_feeds()
cpu, wall = time.process_time(), time.monotonic()
reader.update_feeds(scheduled=False)
print(json.dumps({"feeds": count, "cpu": time.process_time() - cpu, "wall": time.monotonic() - wall}))
"""


# --- the server -----------------------------------------------------------------------------------


def body(number: int, version: int) -> bytes:
    items = "".join(
        f"<item><guid>g-{number}-{n}</guid><title>Report {n} of feed {number}</title>"
        f"<link>http://127.0.0.1/a/{number}/{n}</link>"
        f"<description>{'Some words of the report. ' * 8}</description>"
        f"<pubDate>Thu, 01 Jan 2026 {n % 24:02d}:00:00 GMT</pubDate></item>"
        for n in range(version, version + ITEMS)
    )
    head = f"<title>Feed {number}</title><link>http://127.0.0.1/</link><description>d</description>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


def _bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * 1_000_000) for _ in range(300)) + packer.flush()


def _answer(text: bytes, headers: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" % (headers, len(text), text)


# silence, a body that never ends, a bomb, deep nesting, a slow table, a loop, rubbish
HOSTILE = (
    b"",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>",
    _answer(_bomb(), b"Content-Encoding: gzip\r\n"),
    _answer(b"<rss><channel><item><title>" + b"<a>" * 200_000),
    _answer(b"<rss version='0.91'><channel><item><title>x</title><description>" + b"<td>&amp;" * 90_000),
    b"HTTP/1.1 301 Moved\r\nLocation: /hostile/5\r\nContent-Length: 0\r\n\r\n",
    _answer(bytes(range(256)) * 200),
)


class FeedServer(asyncio.Protocol):
    """HTTP/1.1 with as little of its own cost as possible."""

    asked: ClassVar[dict[int, int]] = {}
    news: ClassVar[int] = 10  # one poll in so many finds something new; 0: none does

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.pending = b""

    def data_received(self, data: bytes) -> None:
        self.pending += data
        while b"\r\n\r\n" in self.pending:
            head, _, self.pending = self.pending.partition(b"\r\n\r\n")
            self.transport.write(self.answer(head))

    def answer(self, head: bytes) -> bytes:
        number = int(head.split(b" ", 2)[1].rpartition(b"/")[2] or 0)
        if b"/hostile/" in head:
            return HOSTILE[number % len(HOSTILE)]
        count = self.asked[number] = self.asked.get(number, -1) + 1
        version = (count + number % self.news) // self.news if self.news else 0
        tag = b'"%d"' % version
        if b"\r\nif-none-match: " + tag in head.lower():
            return b"HTTP/1.1 304 Not Modified\r\nETag: " + tag + b"\r\n\r\n"
        text = body(number, version)
        lines = b"Content-Type: application/rss+xml\r\nETag: %s\r\nContent-Length: %d" % (tag, len(text))
        return b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n\r\n" + text


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(FeedServer, "127.0.0.1", 0, backlog=2000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


# --- the poller process -----------------------------------------------------------------------------


def cpu_seconds() -> float:
    """User and system time of this process and its children, those that ended included."""
    times = os.times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in psutil.Process().children(recursive=True):
        spent = child.cpu_times()
        total += spent.user + spent.system
    return total


def poll(base: str, count: int, hostile: int, folder: Path, phase: str, seconds: float) -> None:
    import sqlalchemy as sa

    from config.models.feeds import Feed, FeedDefaults, FeedsFile
    from config.models.root import Config
    from config.models.settings import IntakeSettings, Settings
    from ingest.poller import Poller
    from ingest.tables import feed_state
    from streams.open import open_broker, state_url
    from streams.state import open_state

    port = base.rpartition(":")[2]
    feeds = tuple(
        Feed(id=f"feed-{n}", url=f"http://site-{n % HOSTS}.example:{port}/feed/{n}", fetch_pages=False)
        for n in range(count)
    ) + tuple(
        Feed(id=f"hostile-{n}", url=f"http://bad-{n}.example:{port}/hostile/{n}", fetch_pages=False)
        for n in range(hostile)
    )
    intake = IntakeSettings(allow_addresses=("127.0.0.0/8",), max_age="3650d")
    config = Config(
        folder=folder / "config",
        settings=Settings(intake=intake),
        feeds=FeedsFile(feeds=feeds, defaults=FeedDefaults(every="5m")),
    )
    broker, engine = open_broker(config), open_state(state_url(config))
    now = time.time() + 3.0
    if phase != "first":
        with engine.begin() as connection:
            ids = sorted(connection.execute(sa.select(feed_state.c.id)).scalars(), key=hash)
            step = seconds / len(ids) if phase == "sustained" else 0.0
            rows = [{"key": name, "due": now + n * step} for n, name in enumerate(ids)]
            update = sa.update(feed_state).where(feed_state.c.id == sa.bindparam("key"))
            connection.execute(update.values(next_poll=sa.bindparam("due"), interval_s=300.0), rows)
    watch = Watch(engine, count, now if phase != "first" else 0.0)
    poller = Poller(config, broker, engine, on_poll=watch.note, names=loopback)
    threading.Thread(target=watch.run, daemon=True).start()
    poller.run(watch.stop)
    poller.close()
    broker.close()
    print(json.dumps(watch.result()))


class Watch:
    """Takes the figures of one run: from the moment feeds are due until what they brought is in the log."""

    def __init__(self, engine: Any, count: int, start: float) -> None:
        self._engine = engine
        self._count = count
        self._start = start
        self._late: list[float] = []
        self._outcomes: dict[str, int] = {}
        self._first, self._last = threading.Event(), threading.Event()
        self._polled = 0.0
        self.stop = threading.Event()

    def note(self, feed: str, lateness: float, outcome: str) -> None:
        if feed.startswith("hostile"):
            self._outcomes["hostile"] = self._outcomes.get("hostile", 0) + 1
            return
        self._late.append(lateness)
        self._outcomes[outcome] = self._outcomes.get(outcome, 0) + 1
        if len(self._late) == 1:
            self._first.set()
        if len(self._late) == self._count:
            self._polled = time.monotonic()
            self._last.set()

    def run(self) -> None:
        if self._start:
            time.sleep(max(0.0, self._start - time.time()))
        else:
            self._first.wait()
        self._wall, self._cpu = time.monotonic(), cpu_seconds()
        self._last.wait()
        while self._waiting():
            time.sleep(0.5)
        self._cpu = cpu_seconds() - self._cpu
        self._wall = self._polled - self._wall
        self.stop.set()

    def _waiting(self) -> bool:
        with self._engine.connect() as connection:
            return bool(connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM page_queue)").scalar())

    def result(self) -> dict[str, Any]:
        late = sorted(self._late)
        return {
            "polls": len(late),
            "wall": self._wall,
            "cpu": self._cpu,
            "p50": late[len(late) // 2],
            "p95": late[int(len(late) * 0.95)],
            "worst": late[-1],
            "outcomes": self._outcomes,
        }


def loopback(host: str) -> tuple[str, ...]:
    """Every name is this machine."""
    del host
    return ("127.0.0.1",)


# --- the report -----------------------------------------------------------------------------------


def run(arguments: list[str]) -> dict[str, Any]:
    """One run in a process of its own; its memory is sampled from here, so that this costs it nothing."""
    peak = 0.0
    with subprocess.Popen(
        [sys.executable, __file__, *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        while process.poll() is None:
            peak = max(peak, resident(process.pid))
            time.sleep(0.5)
        assert process.stdout is not None
        found: dict[str, Any] = json.loads(process.stdout.read().strip().splitlines()[-1])
    return {**found, "memory": peak}


def resident(pid: int) -> float:
    """MB of a process and its children."""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for one in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                total += one.memory_info().rss
    return total / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=300.0, help="of the sustained run")
    parser.add_argument("--reader", type=Path, help="an interpreter with lemon24/reader installed")
    parser.add_argument("--reader-feeds", type=int, default=1000)
    parser.add_argument("--news", type=int, default=10, help="one poll in N brings something; 0: none")
    parser.add_argument("--hostile", type=int, default=0, help="hostile feeds polled among the others")
    parser.add_argument("--role", help=argparse.SUPPRESS)
    parser.add_argument("--base", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.role == "serve":
        FeedServer.news = arguments.news
        asyncio.run(serve())
        return
    if arguments.role:
        poll(
            arguments.base,
            arguments.feeds,
            arguments.hostile,
            arguments.folder,
            arguments.role,
            arguments.seconds,
        )
        return
    report(arguments)


def report(arguments: argparse.Namespace) -> None:
    server = subprocess.Popen(
        [sys.executable, __file__, "--role", "serve", "--news", str(arguments.news)],
        stdout=subprocess.PIPE,
        text=True,
    )
    folder = Path(tempfile.mkdtemp())
    try:
        assert server.stdout is not None
        base = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        common = ["--base", base, "--folder", str(folder), "--feeds", str(arguments.feeds)]
        common += ["--hostile", str(arguments.hostile)]
        load = psutil.getloadavg()[0]
        print(f"{arguments.feeds:,} feeds of {ITEMS} entries, {arguments.hostile} hostile ones beside them")
        print(f"{psutil.cpu_count()} cores, load {load:.1f}")
        names = ("feeds/s", "% core", "p50 late", "p95 late", "worst", "MB", "feeds/CPU-s")
        print(" " * 22 + "".join(f"{name:>12}" for name in names))
        ours = 0.0
        for phase in ("first", "sustained", "burst"):
            found = run(["--role", phase, "--seconds", str(arguments.seconds), *common])
            ours = found["polls"] / found["cpu"]
            cells = (
                f"{found['polls'] / found['wall']:.1f}",
                f"{100 * found['cpu'] / found['wall']:.0f}%",
                *(f"{found[name]:.2f}s" for name in ("p50", "p95", "worst")),
                f"{found['memory']:.0f}",
                f"{ours:.0f}",
            )
            print(f"{phase:<22}" + "".join(f"{cell:>12}" for cell in cells), found["outcomes"], flush=True)
        if arguments.reader:
            against_reader(arguments, base, ours)
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def against_reader(arguments: argparse.Namespace, base: str, ours: float) -> None:
    command = [
        str(arguments.reader), "-c", _READER, base.rpartition(":")[2], str(arguments.reader_feeds), str(HOSTS)
    ]  # fmt: skip
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    theirs = found["feeds"] / found["cpu"]
    print(f"{'lemon24/reader update':<22}{found['feeds'] / found['wall']:>12.1f}{'':>60}{theirs:>12.0f}")
    print(f"feeds per CPU-second, burst against reader (baseline): {ours / theirs:.1f}x")


if __name__ == "__main__":
    main()
