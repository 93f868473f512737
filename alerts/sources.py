"""How many independent sources tell it? Copies of one text are one source; so are texts of one masthead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol


class Told(Protocol):
    """What independence is judged by."""

    @property
    def source(self) -> str:
        """Publisher, feed or host."""

    @property
    def story(self) -> str | None:
        """Cluster of copies."""

    @property
    def effective(self) -> datetime:
        """Event time of the article."""


def independent(reports: Iterable[Told]) -> int:
    """Number of groups when reports of one story, and reports of one source, are put together."""
    parent: dict[str, str] = {}

    def find(node: str) -> str:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for report in reports:
        masthead = find(f"source {report.source}")
        if report.story:
            parent[masthead] = find(f"story {report.story}")
    return len({find(node) for node in list(parent)})


def most_independent_within(reports: Iterable[Told], window: timedelta) -> int:
    """The most independent sources in any stretch of ``window``."""
    ordered = sorted(reports, key=lambda report: report.effective)
    best = 0
    first = 0
    for last in range(len(ordered)):
        while ordered[last].effective - ordered[first].effective > window:
            first += 1
        best = max(best, independent(ordered[first : last + 1]))
    return best
