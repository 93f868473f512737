"""A notifier as a process of its own, to be killed: python -m tests.support.notifier_process URL FOLDER HANG

``FOLDER/channels.json`` holds the channels. ``HANG`` names a channel whose sender stops for ever after
it has handed its first message to the provider ('name'), or before ('-name'); 'none' for neither.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from alerts.channels.base import Message, Receipt, Sender
from alerts.channels.build import build_senders
from alerts.notifier import Notifier
from streams.state import open_state
from tests.support.delivery import make_config


class Hanging:
    """Says so in a file, then never returns."""

    def __init__(self, sender: Sender, marker: Path, *, first: bool) -> None:
        self._sender = sender
        self._marker = marker
        self._first = first

    def send(self, message: Message) -> Receipt:
        """Hand over (or not), then hang."""
        if not self._first:
            self._sender.send(message)
        self._marker.write_text(message.id)
        time.sleep(3600)
        raise AssertionError

    def close(self) -> None:
        """Close what is inside."""
        self._sender.close()


def start(
    state_url: str, folder: Path, channels: dict[str, Any], hang: str = "none"
) -> subprocess.Popen[bytes]:
    """Start one."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "channels.json").write_text(json.dumps(channels))
    command = [sys.executable, "-m", "tests.support.notifier_process", state_url, str(folder), hang]
    return subprocess.Popen(command, cwd=Path(__file__).parents[2])


def wait_for_file(path: Path, seconds: float = 150.0) -> None:
    """Wait until it is there."""
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path} did not come"
        time.sleep(0.02)


def main(state_url: str, folder: Path, hang: str) -> None:
    """Run until killed."""
    config = make_config(folder, json.loads((folder / "channels.json").read_text()))
    senders = build_senders(config)
    name = hang.lstrip("-")
    if name in senders:
        senders[name] = Hanging(senders[name], folder / "hanging", first=hang.startswith("-"))  # type: ignore[assignment]
    Notifier(config, open_state(state_url), senders).run(threading.Event())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
