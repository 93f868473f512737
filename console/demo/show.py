"""The demo's run: publishers, mail server and Slack come up, the real stages run, the result is judged."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from alerts.messages import Alert
from console import exits
from console.context import Context
from console.demo.articles import load_articles, load_sources
from console.demo.due import compare, due_alerts
from console.demo.folder import DemoFolder
from console.demo.passage import Passage
from console.demo.report import Result, print_report
from console.demo.sinks import MailSink, SlackDouble
from console.demo.site import Site, SiteServer
from console.preparation import build_gazetteer
from console.supervisor import child_environment
from processors.places.gazetteer import default_path

_QUIET = 2.0  # seconds without anything new, after every article went through, before judging
_LOOK = 0.25  # seconds between two looks
_STOP_SECONDS = 40.0


class _Line(msgspec.Struct, frozen=True):
    """A line of the JSONL channel, as far as it is needed here."""

    alert: Alert


class Show:
    """One demo in one folder."""

    def __init__(self, context: Context, folder: Path, *, keep: bool, seconds: int) -> None:
        self._context = context
        self._keep = keep
        self._seconds = seconds
        self._folder = DemoFolder(folder)
        self._articles = load_articles()
        self._due = due_alerts(self._articles)
        self._sources = load_sources()
        self._site = Site(self._sources, self._articles, datetime.now(UTC))
        self._started = time.monotonic()

    def run(self) -> int:
        """Run to the end; 0 when what arrived is what was due, else 1."""
        build_gazetteer(default_path())  # here, where its progress bar can be seen
        with contextlib.ExitStack() as stack:
            server = SiteServer(self._site)
            stack.callback(server.close)
            mail = MailSink(self._folder.mail)
            stack.callback(mail.close)
            slack = SlackDouble(self._folder.slack)
            stack.callback(slack.close)
            self._configure(mail, slack)
            self._announce(mail, slack)
            process = stack.enter_context(self._system())
            passage = stack.enter_context(contextlib.closing(Passage(self._folder.config)))
            ended_early = self._wait(process, passage, mail, slack)
            result = self._judge(passage, mail, slack, ended_early)
            print_report(self._context, self._folder, result)
            if self._keep and not ended_early:
                self._linger(process)
        return exits.OK if result.ok else exits.NO

    def _configure(self, mail: MailSink, slack: SlackDouble) -> None:
        self._folder.write_config(
            self._sources,
            site=self._site.base,
            smtp_port=mail.port,
            slack_url=slack.url,
            gazetteer=default_path(),
            color=self._context.out.is_terminal,
        )

    def _announce(self, mail: MailSink, slack: SlackDouble) -> None:
        self._context.hint(
            f"{len(self._sources)} made-up publishers at {self._site.base}, mail server on port {mail.port}, "
            f"Slack at {slack.url}"
        )
        self._context.hint(f"{len(self._articles)} articles; alerts are due for {len(self._due)} incidents")

    @contextlib.contextmanager
    def _system(self) -> Iterator[subprocess.Popen[bytes]]:
        """``tocsin run`` on the demo's configuration; its alerts come to this screen, its log to a file."""
        command = [sys.executable, "-m", "console.main", "--config", str(self._folder.config), "run"]
        environment = {**child_environment(os.environ, os.getpid()), "COLUMNS": str(self._context.out.width)}
        with self._folder.log.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - this interpreter, our own arguments
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                start_new_session=True,
            )
            reader = threading.Thread(target=self._pass_on, args=(process,), daemon=True)
            reader.start()
            try:
                yield process
            finally:
                _stop(process)
                reader.join(timeout=5)

    def _pass_on(self, process: subprocess.Popen[bytes]) -> None:
        """Show what the terminal channel prints; under --json it would disturb the answer."""
        assert process.stdout is not None
        with contextlib.suppress(ValueError, OSError):
            for line in process.stdout:
                if not self._context.json:
                    sys.stdout.buffer.write(line)
                    sys.stdout.buffer.flush()

    def _wait(
        self, process: subprocess.Popen[bytes], passage: Passage, mail: MailSink, slack: SlackDouble
    ) -> bool:
        """Until every article went through and it is quiet, or time is up. True when the system ended."""
        self._started = time.monotonic()
        end = self._started + self._seconds
        last: tuple[object, ...] = ()
        changed = time.monotonic()
        with self._context.err.status("starting the stages …") as status:
            while time.monotonic() < end:
                if process.poll() is not None:
                    return True
                state = (passage.counts(), len(mail.messages), len(slack.posts), len(self._received()))
                if state != last:
                    last, changed = state, time.monotonic()
                status.update(self._progress(passage))
                if time.monotonic() - changed >= _QUIET and passage.finished(self._shown()):
                    if self._site.latest and self._complete():
                        break
                    self._site.latest = True  # the later articles come when the first have been told
                time.sleep(_LOOK)
        return False

    def _progress(self, passage: Passage) -> str:
        counts = passage.counts()
        seen, read = counts.get("articles", 0), counts.get("enriched", 0)
        return (
            f"{seen} articles fetched, {read} of {len(self._articles)} read, {len(self._received())} alerts"
        )

    def _shown(self) -> int:
        """Articles that the feeds list now."""
        return sum(len(self._site.shown(source.id)) for source in self._sources)

    def _complete(self) -> bool:
        outcomes, _ = compare(self._due, self._received(), self._site.url)
        return all(outcome.problem is None for outcome in outcomes)

    def _received(self) -> list[Alert]:
        """Every alert message in the JSONL channel's file."""
        if not self._folder.alerts.exists():
            return []
        lines = self._folder.alerts.read_bytes().split(b"\n")[:-1]  # the last line may still be growing
        return [msgspec.json.decode(line, type=_Line).alert for line in lines if line]

    def _judge(self, passage: Passage, mail: MailSink, slack: SlackDouble, ended_early: bool) -> Result:
        outcomes, unexpected = compare(self._due, self._received(), self._site.url)
        return Result(
            seconds=time.monotonic() - self._started,
            articles=self._articles,
            outcomes=tuple(outcomes),
            unexpected=tuple(unexpected),
            mails=len(mail.messages),
            posts=len(slack.posts),
            replies=sum("thread_ts" in post for post in slack.posts),
            counts=passage.counts(),
            ended_early=ended_early,
        )

    def _linger(self, process: subprocess.Popen[bytes]) -> None:
        self._context.hint("still running (--keep); Ctrl-C stops")
        with contextlib.suppress(KeyboardInterrupt):
            process.wait()


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
