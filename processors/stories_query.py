"""Looking into stories: who carries them, and how many independent sources that makes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from processors.tables import story_member
from streams.state import reading


@dataclass(frozen=True, slots=True)
class StoryMember:
    """One article of a story."""

    article_id: str
    story: str
    title: str
    publisher: str | None
    url: str | None
    effective: datetime  # UTC
    how: str  # first | url | text | copy
    similarity: float  # containment in the member it was matched with


def story_of(engine: sa.Engine, article_id: str) -> str | None:
    """The story an article belongs to; None where it is unknown or forgotten."""
    query = sa.select(story_member.c.story).where(story_member.c.article_id == article_id)
    with reading(engine) as connection:
        return connection.execute(query).scalar()


def story_members(engine: sa.Engine, story: str) -> list[StoryMember]:
    """The articles of a story, the first first."""
    c = story_member.c
    query = (
        sa.select(c.article_id, c.story, c.title, c.publisher, c.url, c.effective, c.how, c.similarity)
        .where(c.story == story)
        .order_by(c.effective, c.seq)
    )
    with reading(engine) as connection:
        return [
            StoryMember(*row[:5], datetime.fromtimestamp(row[5], UTC), *row[6:])
            for row in connection.execute(query)
        ]


def independent_sources(evidence: Iterable[tuple[str | None, str | None]]) -> int:
    """How many independent sources stand behind pairs of publisher and story.

    One text under five mastheads is one source, and five articles of one masthead are one source. So
    this is the largest number of pairs with no publisher and no story in common: a maximum matching in the
    graph of publishers and stories, found with augmenting paths (Kuhn 1955). A pair without a publisher
    counts by its story and one without a story by its publisher.
    """
    stories: dict[str, list[str]] = {}
    for number, (publisher, story) in enumerate(evidence):
        left = f"p:{publisher.casefold().strip()}" if publisher else f"?:{story or number}"
        right = f"s:{story}" if story else f"?:{left}"
        stories.setdefault(left, []).append(right)
    taken: dict[str, str] = {}
    return sum(_augment(publisher, stories, taken, set()) for publisher in stories)


def _augment(publisher: str, stories: dict[str, list[str]], taken: dict[str, str], tried: set[str]) -> bool:
    for story in stories[publisher]:
        if story in tried:
            continue
        tried.add(story)
        if story not in taken or _augment(taken[story], stories, taken, tried):
            taken[story] = publisher
            return True
    return False
