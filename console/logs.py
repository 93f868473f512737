"""Logging of a process: one line a record, for people or as JSON, on standard error."""

from __future__ import annotations

import logging
import sys
import time

import msgspec

from console.text import one_line

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
# Libraries that speak at every request or connection; their warnings are kept.
_CHATTY = (
    "apprise",
    "apscheduler",
    "asyncio",
    "htmldate",
    "kafka",
    "mail",
    "slack_sdk",
    "trafilatura",
    "urllib3",
    "alembic",
)


class LineFormatter(logging.Formatter):
    """``12:03:04 warning ingest.poller: …``; a traceback only when debugging."""

    def __init__(self, *, traceback: bool) -> None:
        super().__init__()
        self._traceback = traceback

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever the message holds."""
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        level = "" if record.levelno == logging.INFO else f"{record.levelname.lower()} "
        line = f"{clock} {level}{record.name}: {one_line(record.getMessage())}"
        if record.exc_info and record.exc_info[1] is not None:
            if self._traceback:
                return f"{line}\n{self.formatException(record.exc_info)}"
            error = record.exc_info[1]
            return f"{line} ({type(error).__name__}: {one_line(str(error), 300)})"
        return line


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, process name, logger, message, error."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        entry: dict[str, object] = {
            "time": record.created,
            "level": record.levelname.lower(),
            "process": self._process,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            entry["error"] = self.formatException(record.exc_info)
        return msgspec.json.encode(entry).decode()


def configure(level: str, *, process: str, json: bool, debug: bool) -> None:
    """Set up the root logger of this process. ``level``: debug, info, warning or error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(process) if json else LineFormatter(traceback=debug))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if debug else _LEVELS[level])
    if not debug:
        for name in _CHATTY:
            logging.getLogger(name).setLevel(logging.WARNING)
