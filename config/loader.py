"""Reads a configuration folder: every problem at once, each with file, line and path."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypeVar

from config.errors import ConfigError
from config.fields import secret_fields
from config.files import KINDS, misnamed, sources_of
from config.merge import merge_feeds, merge_rules
from config.models.base import Model
from config.models.channels import ChannelsFile
from config.models.feeds import FeedsFile
from config.models.regions import RegionsFile
from config.models.root import Config
from config.models.rules import RulesFile
from config.models.settings import Settings
from config.outside import expand
from config.problems import Problem
from config.references import Files, check_references
from config.validation import validate
from config.yamltree import Source, read_yaml

M = TypeVar("M", bound=Model)

MODELS: dict[str, type[Model]] = {
    "tocsin": Settings,
    "feeds": FeedsFile,
    "regions": RegionsFile,
    "rules": RulesFile,
    "channels": ChannelsFile,
}


def load(
    folder: Path,
    *,
    event_types: Collection[str] = (),
    environment: Mapping[str, str] | None = None,
    rules_file: Path | None = None,
) -> Config:
    """Read ``tocsin.yaml``, ``feeds.yaml``, ``regions.yaml``, ``rules.yaml``, ``channels.yaml`` and the
    files under ``feeds/`` and ``rules/``; what is missing has its defaults.

    ``event_types``: the names that rules may use under ``events`` (checked only where given).
    ``environment``: what ``${NAME}`` refers to; the process's own by default.
    ``rules_file``: read the rules from this file, and from nowhere else (to try a change).
    Raises ConfigError with every problem found, in the order of files and lines.
    """
    return _Loading(Path(folder), environment, rules_file).run(event_types)


class _Loading:
    def __init__(self, folder: Path, environment: Mapping[str, str] | None, rules_file: Path | None) -> None:
        self._folder = folder.absolute()
        self._rules_file = rules_file
        self._environment = os.environ if environment is None else environment
        self._secrets = secret_fields(tuple(MODELS.values()))
        self._problems: list[Problem] = []

    def run(self, event_types: Collection[str]) -> Config:
        sources = {kind: self._read(kind) for kind in KINDS}
        self._problems += misnamed(self._folder)
        if not any(sources.values()) and not self._problems:
            raise ConfigError([f"{self._folder}: no configuration here; make one with: tocsin init DIR"])
        settings = self._validate(Settings, sources["tocsin"])
        feeds = self._validate(FeedsFile, sources["feeds"])
        regions = self._validate(RegionsFile, sources["regions"])
        rules = self._validate(RulesFile, sources["rules"])
        channels = self._validate(ChannelsFile, sources["channels"])
        files = Files(*(tuple(sources[kind]) for kind in KINDS))
        self._problems += check_references(files, self._folder, event_types)
        if self._problems:
            raise ConfigError([str(problem) for problem in sort(self._problems)])
        snippets, all_rules = merge_rules(rules)
        return Config(
            folder=self._folder,
            settings=settings[0] if settings else Settings(),
            feeds=merge_feeds(feeds),
            regions=tuple(region for file in regions for region in file.regions),
            rules=all_rules,
            snippets=snippets,
            channels=channels[0] if channels else ChannelsFile(),
        )

    def _read(self, kind: str) -> list[Source]:
        sources = []
        instead = self._rules_file if kind == "rules" else None
        for name, raw in sources_of(kind, self._folder, self._problems, instead):
            source, problems = read_yaml(name, raw)
            self._problems += problems
            self._problems += expand(source, self._folder, self._environment, self._secrets)
            sources.append(source)
        return sources

    def _validate(self, model: type[M], sources: list[Source]) -> list[M]:
        models = []
        for source in sources:
            valid, problems = validate(model, source)
            self._problems += problems
            if valid is not None:
                models.append(valid)
        return models


def sort(problems: list[Problem]) -> list[Problem]:
    """In the order of files and lines; of several at one place, the first found."""
    first: dict[tuple[str, int, str], Problem] = {}
    for problem in problems:
        first.setdefault((problem.file, problem.line, problem.path), problem)
    order = {f"{kind}.yaml": index for index, kind in enumerate(KINDS)}
    return sorted(first.values(), key=lambda p: (order.get(p.file, len(order)), p))
