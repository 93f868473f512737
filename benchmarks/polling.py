"""Polling at scale: 10,000 feeds on a loopback server, nine of ten answers "not modified".

    python benchmarks/polling.py [--feeds 10000] [--seconds 300] [--reader PYTHON]

Three runs of the real poller process (embedded log, SQLite state, no article pages, default manners
towards 5,000 host names) against one server: first polls of all feeds; sustained polling, feeds due evenly
over ``--seconds``; a burst in which all are due at once. PYTHON is an interpreter that has lemon24/reader;
its ``update_feeds`` on the same server in the same run is the baseline for feeds per CPU-second. CPU is user
and system time of the poller and of its parsing process; memory is the sum of their resident sets, sampled.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, ClassVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psutil
from aiohttp.abc import AbstractResolver, ResolveResult

ITEMS = 20
HOSTS = 5000  # the poller counts its manners (spacing, requests at a time) by host
_READER = """
import json, sys, time, tempfile, os
from reader import make_reader
base, count = sys.argv[1], int(sys.argv[2])
reader = make_reader(os.path.join(tempfile.mkdtemp(), "reader.sqlite"))
for n in range(count):
    reader.add_feed(f"{base}/feed/{n}")
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


class FeedServer(asyncio.Protocol):
    """HTTP/1.1 with as little of its own cost as possible."""

    asked: ClassVar[dict[int, int]] = {}

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
        count = self.asked[number] = self.asked.get(number, -1) + 1
        version = (count + number % 10) // 10  # one poll in ten finds something new
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


class Meter:
    """CPU seconds and peak memory of this process and its children."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self.peak = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def cpu(self) -> float:
        total = 0.0
        for process in [self._process, *self._process.children(recursive=True)]:
            times = process.cpu_times()
            total += times.user + times.system
        return total

    def _watch(self) -> None:
        while not self._stop.wait(0.5):
            rss = 0
            for process in [self._process, *self._process.children(recursive=True)]:
                try:
                    rss += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.peak = max(self.peak, rss / 2**20)


def poll(base: str, count: int, folder: Path, phase: str, seconds: float) -> None:
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
            ids = list(connection.execute(sa.select(feed_state.c.id)).scalars())
            step = seconds / len(ids) if phase == "sustained" else 0.0
            rows = [{"key": name, "due": now + n * step} for n, name in enumerate(ids)]
            update = sa.update(feed_state).where(feed_state.c.id == sa.bindparam("key"))
            connection.execute(update.values(next_poll=sa.bindparam("due"), interval_s=300.0), rows)
    late: list[float] = []
    outcomes: dict[str, int] = {}
    stop = threading.Event()
    started: list[float] = []

    def note(_feed: str, lateness: float, outcome: str) -> None:
        if not started:
            started.extend([time.monotonic(), meter.cpu()])
        late.append(lateness)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        if len(late) >= count:
            stop.set()

    poller = Poller(config, broker, engine, on_poll=note, resolver=Loopback())
    meter = Meter()
    poller.run(stop)
    wall, cpu = time.monotonic() - started[0], meter.cpu() - started[1]
    poller.close()
    broker.close()
    late.sort()
    result = {
        "polls": len(late),
        "wall": wall,
        "cpu": cpu,
        "memory": meter.peak,
        "p50": late[len(late) // 2],
        "p95": late[int(len(late) * 0.95)],
        "worst": late[-1],
        "outcomes": outcomes,
    }
    print(json.dumps(result))


class Loopback(AbstractResolver):
    """Every name is this machine, whatever ``family`` is asked for."""

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        del family
        flags = socket.AI_NUMERICHOST
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=flags
            )
        ]

    async def close(self) -> None:
        pass


# --- the report -----------------------------------------------------------------------------------


def run(arguments: list[str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, *arguments], stdout=subprocess.PIPE, check=True, text=True
    )
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=300.0, help="of the sustained run")
    parser.add_argument("--reader", type=Path, help="an interpreter with lemon24/reader installed")
    parser.add_argument("--reader-feeds", type=int, default=1000)
    parser.add_argument("--role", help=argparse.SUPPRESS)
    parser.add_argument("--base", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.role == "serve":
        asyncio.run(serve())
        return
    if arguments.role:
        poll(arguments.base, arguments.feeds, arguments.folder, arguments.role, arguments.seconds)
        return
    report(arguments)


def report(arguments: argparse.Namespace) -> None:
    server = subprocess.Popen(
        [sys.executable, __file__, "--role", "serve"], stdout=subprocess.PIPE, text=True
    )
    folder = Path(tempfile.mkdtemp())
    try:
        assert server.stdout is not None
        base = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        common = ["--base", base, "--folder", str(folder), "--feeds", str(arguments.feeds)]
        load = psutil.getloadavg()[0]
        print(f"{arguments.feeds:,} feeds of {ITEMS} entries, {psutil.cpu_count()} cores, load {load:.1f}")
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
    command = [str(arguments.reader), "-c", _READER, base, str(arguments.reader_feeds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    theirs = found["feeds"] / found["cpu"]
    print(f"{'lemon24/reader update':<22}{found['feeds'] / found['wall']:>12.1f}{'':>60}{theirs:>12.0f}")
    print(f"feeds per CPU-second, burst against reader (baseline): {ours / theirs:.1f}x")


if __name__ == "__main__":
    main()
