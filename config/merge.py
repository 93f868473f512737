"""Several files of one kind made into one, with defaults applied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from config.models.feeds import Feed, FeedDefaults, FeedsFile
from config.models.rules import Condition, Rule, RulesFile

_INHERITED = ("stale_after", "adaptive", "fetch_pages", "robots", "language", "country")


def merge_feeds(files: Sequence[FeedsFile]) -> FeedsFile:
    """All feeds, each with its defaults: those of its own file, else the first file's, else the built-in."""
    common = files[0].defaults if files else FeedDefaults()
    feeds: list[Feed] = []
    for file in files:
        own = file.defaults
        set_here = {name: getattr(own, name) for name in own.model_fields_set}
        if "every" in set_here and "cron" not in set_here:
            set_here["cron"] = None
        defaults = common.model_copy(update=set_here)
        feeds += [apply_defaults(feed, defaults) for feed in file.feeds]
    return FeedsFile.model_construct(defaults=common, feeds=tuple(feeds))


def apply_defaults(feed: Feed, defaults: FeedDefaults) -> Feed:
    """``feed`` with what it leaves open; its tags join the defaults' tags."""
    update: dict[str, Any] = {
        name: getattr(defaults, name) for name in _INHERITED if getattr(feed, name) is None
    }
    if feed.every is None and feed.cron is None:
        update["cron"] = defaults.cron
        update["every"] = None if defaults.cron is not None else defaults.every
    update["tags"] = tuple(dict.fromkeys((*defaults.tags, *feed.tags)))
    return feed.model_copy(update=update)


def merge_rules(files: Sequence[RulesFile]) -> tuple[dict[str, Condition], tuple[Rule, ...]]:
    """Snippets and rules of all files; snippets are shared between files."""
    snippets = {name: condition for file in files for name, condition in file.snippets.items()}
    return snippets, tuple(rule for file in files for rule in file.rules)
