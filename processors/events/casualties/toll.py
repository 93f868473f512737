"""A group as the casualties that are published."""

from __future__ import annotations

from processors.events.casualties.said import affiliation
from processors.events.groups import Group
from processors.messages import Casualties


def with_parts(kind: str, group: Group, source: str | None) -> list[Casualties]:
    """A group as a toll, and its parts that have a category as parts of it."""
    return [
        published(kind, group, source, subset=False),
        *[published(kind, part, source, subset=True) for part in group.parts if part.category != "all"],
    ]


def published(kind: str, group: Group, source: str | None, *, subset: bool) -> Casualties:
    """A group as it is published."""
    return Casualties(
        kind=kind,
        min=group.min,
        max=group.max,
        category="some" if subset and group.category == "all" else group.category,
        affiliation=affiliation(group.described),
        source=source,
        subset=subset,
        start=group.start,
        end=group.end,
    )
