"""Which sitemaps of an index are read, and what is said about the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from config.errors import FetchError, ParseError
from ingest.feeds.model import SitemapPlace
from ingest.urls import host_of

MOST = 10  # read in one poll
_NEVER = datetime.min.replace(tzinfo=UTC)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Choice:
    """Addresses to read, the newest first, and why the others are not."""

    read: tuple[str, ...]
    left_out: str = ""  # for people; empty where nothing is

    def note(self, failed: Sequence[str] = ()) -> str:
        """One line on what is missing; empty where nothing is."""
        broken = f"{len(failed)} could not be read ({failed[0]})" if failed else ""
        return "; ".join(part for part in (self.left_out, broken) if part)


def choose(places: Sequence[SitemapPlace], host: str, oldest: datetime, *, most: int = MOST) -> Choice:
    """The newest sitemaps by ``lastmod``, at most ``most`` of them.

    One that does not say when it changed comes after those that do, in the index's order. One that has not
    changed since ``oldest`` can hold no entry that is young enough; one on another host is nobody's word.
    """
    at_home = [place for place in places if host_of(place.url) == host]
    young = [place for place in at_home if place.changed is None or place.changed >= oldest]
    young.sort(key=lambda place: place.changed or _NEVER, reverse=True)
    reasons = {
        f"beyond the newest {most}": len(young) - most,
        "too old": len(at_home) - len(young),
        "on another host": len(places) - len(at_home),
    }
    said = ", ".join(f"{count} {reason}" for reason, count in reasons.items() if count > 0)
    read = tuple(place.url for place in young[:most])
    left_out = f"{len(places) - len(read)} of {len(places)} sitemaps left out ({said})" if said else ""
    return Choice(read, left_out)


def oldest_useful(now: datetime, max_age: timedelta) -> datetime:
    """Sitemaps unchanged since then hold only entries that would not be processed."""
    return now - min(max_age, timedelta(days=36500))


async def follow(
    choice: Choice, read: Callable[[str], Awaitable[Sequence[T]]], pause: float
) -> tuple[list[T], str]:
    """Read the chosen ones, one after another and ``pause`` seconds apart; entries, and what is missing.

    Raises the last FetchError or ParseError where none of several can be read.
    """
    found: list[T] = []
    failed: list[str] = []
    for number, place in enumerate(choice.read):
        if number:
            await asyncio.sleep(pause)
        try:
            found += await read(place)
        except (FetchError, ParseError) as error:
            failed.append(str(error))
            if len(failed) == len(choice.read):
                raise
    return found, choice.note(failed)
