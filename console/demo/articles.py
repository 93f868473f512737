"""The demo's articles and mastheads. They are fiction, kept as YAML beside this module."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from string import Template
from typing import Any

import msgspec

from config.models.base import parse_duration

_HERE = files("console.demo")


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A masthead with one feed."""

    id: str
    publisher: str
    country: str
    language: str


class Article(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An article, and what Tocsin should make of it."""

    id: str
    source: str
    title: str
    text: str  # paragraphs separated by empty lines; $weekday is the day of publication
    age: timedelta  # published this long before the demo's start
    later: bool  # shown only after the first alerts have arrived
    language: str
    why: str  # one line for people: why it does or does not raise an alert
    alert: str | None = None  # the alert that it belongs to; several articles may share one
    rule: str | None = None  # the rule of that alert
    update: str | None = None  # what it changes in the alert that is already there

    def published(self, start: datetime) -> datetime:
        """When it was published, for a demo that started at ``start``."""
        return start - self.age

    def paragraphs(self, start: datetime) -> list[str]:
        """The text's paragraphs with the dates filled in."""
        filled = Template(self.text).substitute(weekday=self.published(start).strftime("%A"))
        return [" ".join(part.split()) for part in filled.split("\n\n") if part.strip()]


def load_sources() -> tuple[Source, ...]:
    """The mastheads."""
    return tuple(Source(id=name, **facts) for name, facts in _read("sources.yaml").items())


def load_articles() -> tuple[Article, ...]:
    """The articles in the order of their file names."""
    names = sorted(entry.name for entry in (_HERE / "articles").iterdir() if entry.name.endswith(".yaml"))
    return tuple(_article(_read(f"articles/{name}")) for name in names)


def _article(facts: Mapping[str, Any]) -> Article:
    age = parse_duration(facts["published"])
    rest = {key: value for key, value in facts.items() if key != "published"}
    return msgspec.convert({"language": "en", "later": False, **rest, "age": age}, Article)


def _read(name: str) -> dict[str, Any]:
    from ruamel.yaml import YAML

    loaded: dict[str, Any] = YAML(typ="safe").load(_HERE.joinpath(name).read_text(encoding="utf-8"))
    return loaded
