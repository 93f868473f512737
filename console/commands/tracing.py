"""``trace URL|ID``: one article's way through the stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.command import command
from console.context import Context

if TYPE_CHECKING:
    from console.journey import Journey


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "trace", rich_help_panel="Operate")(trace)


def trace(
    context: Context,
    article: Annotated[
        str, typer.Argument(metavar="URL|ID", help="The article's address, or its id or the id's beginning.")
    ],
) -> int | None:
    """Show one article's way through the stages with times, its story's other members, and its alerts."""
    from console.journey import trace as follow
    from console.text import stamp
    from processors.stories_query import story_members

    journey = follow(context.broker, context.engine, context.config, article)
    story = story_members(context.engine, journey.story) if journey.story else []
    if context.json:
        context.emit(
            {
                "id": journey.id,
                "url": journey.url,
                "steps": journey.steps,
                "story": {"id": journey.story, "members": story},
                "alerts": journey.alerts,
            }
        )
        return None
    _print_steps(context, journey)
    if len(story) > 1:
        context.table(
            f"story {journey.story}: {len(story)} copies",
            ("published (UTC)", "publisher", "title", "how", "alike>"),
            [
                (stamp(one.effective), one.publisher or "–", one.title, one.how, f"{one.similarity:.2f}")
                for one in story
            ],
        )
    return None


def _print_steps(context: Context, journey: Journey) -> None:
    from console.text import one_line, span

    context.out.print(f"article {journey.id}", style="bold", markup=False)
    context.out.print(one_line(journey.url or ""), markup=False)
    rows = []
    before = None
    for step in journey.steps:
        wait = "" if before is None else f"+{span(step.at - before)}"
        before = step.at
        rows.append((f"{step.at:%Y-%m-%d %H:%M:%S}", wait, step.stage, one_line(step.what), step.topic or ""))
    context.table(None, ("when (UTC)", "after>", "stage", "what", "record"), rows)
