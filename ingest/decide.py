"""Which entries of a fetched feed are news? A pure function of the feed and of what is remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.identity import IdentifiedEntry

DAY = 86400.0


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """An entry as remembered."""

    revision: str
    last_seen: float
    revised_day: int = 0
    revised_count: int = 0


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """An article as remembered; ``feed_id`` is the feed that brought it first."""

    feed_id: str
    revision: str


@dataclass(frozen=True, slots=True)
class Limits:
    """For which feed, when, and how much is let through."""

    feed_id: str
    now: float
    max_age: float  # seconds
    revisions_per_day: int


@dataclass(frozen=True, slots=True)
class EntryDecision:
    """What is done with one entry, and why."""

    item: IdentifiedEntry
    action: str  # emit | record
    reason: str  # new | revised | known | old | other-feed | too-many-revisions | same-article
    known: KnownEntry | None
    revised_day: int = 0
    revised_count: int = 0

    @property
    def is_new(self) -> bool:
        """True when this feed had not shown the entry before."""
        return self.known is None


def decide_entries(
    items: Sequence[IdentifiedEntry],
    known: Mapping[str, KnownEntry],
    articles: Mapping[str, KnownArticle],
    limits: Limits,
) -> list[EntryDecision]:
    """Decide for every entry. ``known`` is by entry key, ``articles`` by article id."""
    taken: set[str] = set()
    decisions = []
    for item in items:
        decision = _decide(item, known.get(item.key), articles, taken, limits)
        if decision.action == "emit":
            taken.add(item.article_id)
        decisions.append(decision)
    return decisions


def _decide(
    item: IdentifiedEntry,
    known: KnownEntry | None,
    articles: Mapping[str, KnownArticle],
    taken: set[str],
    limits: Limits,
) -> EntryDecision:
    if known is not None and known.revision == item.revision:
        return EntryDecision(item, "record", "known", known, known.revised_day, known.revised_count)
    article = articles.get(item.article_id)
    if item.article_id in taken:
        return EntryDecision(item, "record", "same-article", known)
    if article is not None and article.feed_id != limits.feed_id:
        return EntryDecision(item, "record", "other-feed", known)
    if known is None:
        if _age(item, limits.now) > limits.max_age:
            return EntryDecision(item, "record", "old", None)
        if article is not None and article.revision == item.revision:
            return EntryDecision(item, "record", "known", None)
        return EntryDecision(item, "emit", "new", None)
    day = int(limits.now // DAY)
    count = known.revised_count if known.revised_day == day else 0
    if count >= limits.revisions_per_day:
        return EntryDecision(item, "record", "too-many-revisions", known, day, count)
    return EntryDecision(item, "emit", "revised", known, day, count + 1)


def _age(item: IdentifiedEntry, now: float) -> float:
    stated = item.entry.published or item.entry.updated
    return now - stated.timestamp() if stated is not None else 0.0


def mean_latency(decisions: Sequence[EntryDecision], now: float) -> float | None:
    """Mean of first seen minus published, in seconds, over the new entries that state a believable date."""
    moment = datetime.fromtimestamp(now, UTC)
    ages = [
        (moment - d.item.entry.published).total_seconds()
        for d in decisions
        if d.reason == "new" and d.item.entry.published is not None and d.item.entry.published <= moment
    ]
    return sum(ages) / len(ages) if ages else None
