"""Messages per second through the outbox against bare smtplib over one reused connection.

    python benchmarks/delivery.py [--messages 300] [--state sqlite:///...|postgresql://...]

A mail server on loopback (aiosmtpd, in a process of its own) takes everything. Rows:
  smtplib            the same composed messages, one connection, nothing recorded (baseline)
  channel            the email channel without the outbox: composing and sending
  outbox             lease, begin, send, record: one durable transaction a message
  outbox, JSONL      the same outbox into a JSONL file
Then: seconds from enqueue to the JSONL line, one alert at a time (p50, p95).
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import smtplib
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from aiosmtpd.controller import Controller

from alerts.channels.base import Item, Message
from alerts.channels.build import build_sender
from alerts.channels.email import compose
from alerts.messages import Alert
from alerts.notifier import Notifier
from alerts.notifier_core import NotifierCore
from alerts.outbox import enqueue
from alerts.render_title import title_of
from config.models.channels import EmailChannel
from config.models.root import Config
from streams.state import open_state, writing
from tests.support.delivery import make_alert, make_config

NOW = datetime.now(UTC)


class _Sink:
    async def handle_DATA(self, *_: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        return "250 OK"


def _serve(pipe: Connection) -> None:
    controller = Controller(_Sink(), hostname="127.0.0.1", port=pipe.recv())
    controller.start()
    pipe.send("up")
    pipe.recv()
    controller.stop()


@contextlib.contextmanager
def mail_sink() -> Iterator[int]:
    """A mail server in another process."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,))
    process.start()
    ours.send(port)
    ours.recv()
    yield port
    ours.send("stop")
    process.join()


def message(alert: Alert) -> Message:
    item = Item(alert, "alert", alert.severity, first=True)
    title = title_of([(alert, alert.severity)], "single")
    return Message(alert.id, "desk", "desk:desk@example.org", "single", title, (item,), NOW)


@dataclass(frozen=True)
class Rate:
    """Messages per second, and milliseconds of our CPU for each."""

    per_second: float
    cpu_ms: float


def timed(count: int, work: Callable[[], None]) -> Rate:
    begun, cpu = time.perf_counter(), time.process_time()
    work()
    return Rate(count / (time.perf_counter() - begun), (time.process_time() - cpu) / count * 1000)


def bare(port: int, mails: list[bytes]) -> Rate:
    with smtplib.SMTP("127.0.0.1", port) as smtp:

        def work() -> None:
            for mail in mails:
                smtp.sendmail("tocsin@localhost", ["desk@example.org"], mail)

        return timed(len(mails), work)


def channel(config: Config, messages: list[Message]) -> Rate:
    sender = build_sender(config.channels.channels["desk"], config)

    def work() -> None:
        for item in messages:
            sender.send(item)

    rate = timed(len(messages), work)
    sender.close()
    return rate


def outbox(config: Config, state: str, alerts: list[Alert], name: str) -> Rate:
    engine = open_state(state)
    senders = {name: build_sender(config.channels.channels[name], config)}
    core = NotifierCore(config, engine, senders)
    with writing(engine) as connection:
        for alert in alerts:
            enqueue(connection, alert, NOW)
    core.tend(datetime.now(UTC))

    def work() -> None:
        done = 0
        while done < len(alerts):
            made = core.work(name, lambda: datetime.now(UTC))
            if not made:
                raise SystemExit("the outbox came to rest too early")
            done += made

    rate = timed(len(alerts), work)
    core.leave()
    engine.dispose()
    return rate


def latency(config: Config, state: str, folder: Path, count: int) -> list[float]:
    engine = open_state(state)
    notifier = Notifier(config, engine, {"file": build_sender(config.channels.channels["file"], config)})
    stop = threading.Event()
    thread = threading.Thread(target=notifier.run, args=(stop,))
    thread.start()
    out = folder / "data" / "alerts.jsonl"
    time.sleep(1)
    seconds = []
    for number in range(count):
        before = out.stat().st_size if out.exists() else 0
        begun = time.perf_counter()
        with writing(engine) as connection:
            enqueue(connection, make_alert(100_000 + number), datetime.now(UTC))
        while not out.exists() or out.stat().st_size == before:
            time.sleep(0.002)
        seconds.append(time.perf_counter() - begun)
        time.sleep(0.15)
    stop.set()
    thread.join()
    engine.dispose()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument(
        "--state", help="SQLAlchemy URL of an empty database; default: SQLite in a temporary folder"
    )
    options = parser.parse_args()
    alerts = [make_alert(number) for number in range(options.messages)]
    messages = [message(alert) for alert in alerts]
    with tempfile.TemporaryDirectory() as name, mail_sink() as port:
        folder = Path(name)
        state = options.state or f"sqlite:///{folder / 'state.db'}"
        smtp = {"host": "127.0.0.1", "port": port}
        email = {"type": "email", "to": "desk@example.org", "smtp": smtp, "rate_limit": {"count": 1_000_000}}
        config = make_config(folder, {"channels": {"desk": email}})
        mails = [compose(item, EmailChannel.model_validate(email)).as_bytes() for item in messages]
        rows = [("smtplib", bare(port, mails)), ("channel", channel(config, messages))]
        rows.append(("outbox", outbox(config, state, alerts, "desk")))
        files = make_config(folder, {"channels": {"file": {"type": "jsonl", "path": "alerts.jsonl"}}})
        more = [make_alert(50_000 + number) for number in range(options.messages)]
        rows.append(("outbox, JSONL", outbox(files, state, more, "file")))
        print(
            f"{'':16}{'messages/s':>12}{'ratio':>8}{'CPU ms':>9}{'ratio':>8}"
            f"   ({options.messages} messages of {len(mails[0]):,} bytes)"
        )
        base = rows[0][1]
        for label, rate in rows:
            print(
                f"{label:16}{rate.per_second:12.0f}{rate.per_second / base.per_second:8.2f}"
                f"{rate.cpu_ms:9.2f}{rate.cpu_ms / base.cpu_ms:8.2f}"
            )
        seconds = sorted(latency(files, state, folder, 40))
        p95 = seconds[int(len(seconds) * 0.95)]
        print(f"enqueue to line: p50 {statistics.median(seconds):.3f} s, p95 {p95:.3f} s")


if __name__ == "__main__":
    main()
