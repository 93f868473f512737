"""What of channels.yaml only delivery itself can judge: regular expressions and foreign addresses."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from alerts.channels.build import build_sender
from alerts.inhibition import compile_inhibitions
from alerts.routing_tree import build_tree
from alerts.silences import from_files
from config.errors import ConfigError
from config.models.root import Config


def check_delivery(config: Config) -> None:
    """Raise ConfigError with the problems of routes, inhibitions, silences and channels. Sends nothing."""
    steps: list[Callable[[], object]] = [
        partial(build_tree, config.channels),
        partial(compile_inhibitions, config.channels),
        partial(from_files, config.channels),
    ]
    steps += [partial(_try_channel, name, config) for name in config.channels.channels]
    problems: list[str] = []
    for step in steps:
        try:
            step()
        except ConfigError as error:
            problems += [f"channels.yaml {problem}" for problem in error.problems]
    if problems:
        raise ConfigError(problems)


def _try_channel(name: str, config: Config) -> None:
    try:
        build_sender(config.channels.channels[name], config).close()
    except ConfigError as error:
        raise ConfigError([f"channels.{name}: {problem}" for problem in error.problems]) from error
