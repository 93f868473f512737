"""What is done once, before the stages start: the state's schema, the topics, the gazetteer."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from config.errors import EnrichmentError, LogUnavailable, StateUnavailable
from console.worker import wait_seconds

if TYPE_CHECKING:
    from pathlib import Path

    from config.models.root import Config

log = logging.getLogger("tocsin")


def prepare(config: Config) -> None:
    """Migrate the state, create missing topics, build the gazetteer's index where it is missing.

    Waits for a log or database that is not there yet; Ctrl-C ends the waiting.
    """
    patiently(lambda: _open_everything(config))
    if config.settings.workers.enricher:
        build_gazetteer(config.settings.processors.gazetteer)


def patiently(action: Callable[[], None], sleep: Callable[[float], None] = time.sleep) -> None:
    """Do ``action``, again and again while the log or the database is unavailable, with growing pauses."""
    attempt = 0
    while True:
        try:
            action()
        except (LogUnavailable, StateUnavailable) as error:
            attempt += 1
            wait = wait_seconds(attempt)
            log.warning("waiting: %s; next try in %.0f s", error, wait)
            sleep(wait)
        else:
            if attempt:
                log.info("available again")
            return


def _open_everything(config: Config) -> None:
    from streams.open import open_broker, state_url
    from streams.state import open_state
    from streams.topics import create_topics

    open_state(state_url(config)).dispose()
    broker = open_broker(config)
    try:
        create_topics(broker, config)
    finally:
        broker.close()


def build_gazetteer(path: Path | None) -> None:
    """Have the index built, in a process of its own, where it is missing; raises EnrichmentError."""
    command = [sys.executable, "-m", "console.gazetteer", *([str(path)] if path else [])]
    if subprocess.run(command, check=False).returncode != 0:  # noqa: S603 - our own interpreter
        raise EnrichmentError("the gazetteer's index cannot be used: see the line above")
