"""``feeds list|test|discover|import|export``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import UsageError
from console import exits
from console.command import command
from console.context import Context

if TYPE_CHECKING:
    from config.models.feeds import Feed
    from config.models.root import Config
    from ingest.overview import FeedStatus
    from ingest.preview import FeedPreview


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="Feeds: what is watched, and how it is.", no_args_is_help=True)
    command(group, "list")(list_)
    command(group, "test")(try_feed)
    command(group, "discover")(discover)
    command(group, "import")(import_)
    command(group, "export")(export)
    app.add_typer(group, name="feeds", rich_help_panel="Operate")


def list_(
    context: Context,
    unhealthy: Annotated[
        bool, typer.Option("--unhealthy", help="Only those that fail, are stale or gone; exit code 1 if any.")
    ] = False,
) -> int | None:
    """List feeds: health, when each is asked next and why, entries a day, last error."""
    from ingest.overview import feed_overview

    found = [one for one in feed_overview(context.engine, context.config) if one.unhealthy or not unhealthy]
    if context.json:
        context.emit(found)
    elif not found:
        context.say(
            "all feeds are well" if unhealthy else "no feeds configured; see: tocsin feeds discover URL"
        )
    else:
        now = datetime.now(UTC)
        columns = ("feed", "health", "next poll", "why", "polls>", "a day>", "late>", "trouble")
        context.table(None, columns, [_row(one, now) for one in found])
    return exits.NO if unhealthy and found else exits.OK


def _row(one: FeedStatus, now: datetime) -> tuple[str, ...]:
    from console.text import ago, one_line, span

    return (
        one.id,
        one.health,
        ago(one.next_poll, now) if one.next_poll else "–",
        one_line(one.why, 60),
        str(one.polls),
        "–" if one.entries_per_day is None else f"{one.entries_per_day:g}",
        "–" if one.latency is None else span(timedelta(seconds=one.latency)),
        one_line(one.health_reason or one.last_error or "", 80),
    )


def try_feed(
    context: Context,
    feed: Annotated[str, typer.Argument(metavar="URL|ID", help="An address, or a configured feed.")],
    limit: Annotated[int, typer.Option("--limit", min=1, help="Show so many entries.")] = 10,
) -> int | None:
    """Show what polling a feed would bring: entries, dates, one article, warnings. Nothing is stored."""
    from ingest.preview import preview

    config = context.config_or_defaults
    seen = preview(_chosen(config, feed), config.settings.intake, config.feeds.defaults)
    if context.json:
        context.emit(seen)
        return None
    _print_preview(context, seen, limit)
    return None


def _chosen(config: Config, wanted: str) -> Feed:
    """The configured feed with this id or address, else a feed at this address."""
    from config.models.feeds import Feed

    for feed in config.feeds.feeds:
        if wanted in (feed.id, feed.url):
            return feed
    if "://" not in wanted and "." not in wanted:
        raise UsageError(f"no feed {wanted!r} is configured, and it is no address")
    return Feed(id="preview", url=wanted if "://" in wanted else f"https://{wanted}")


def _print_preview(context: Context, seen: FeedPreview, limit: int) -> None:
    from rich.markup import escape

    from console.text import one_line, span, stamp

    took = span(timedelta(seconds=seen.seconds))
    context.out.print(one_line(seen.title or seen.url), style="bold", markup=False)
    context.out.print(f"{seen.url}  {len(seen.entries)} entries, {seen.parser} parser, {took}", markup=False)
    rows = [
        (stamp(entry.published), one_line(entry.title, 90), "full text" if entry.has_content else "")
        for entry in seen.entries[:limit]
    ]
    context.table(None, ("published (UTC)", "title", "carries"), rows)
    for warning in seen.warnings:
        context.out.print(f"[yellow]warning[/yellow] {escape(one_line(warning))}")
    if seen.article is not None:
        how = seen.article.extraction
        words = len(seen.article.text.split())
        context.out.print("the newest article as it would be read:", style="bold")
        context.out.print(f"  {one_line(seen.article.title)}", markup=False)
        context.out.print(f"  {words} words by {how.method}, quality {how.quality:.2f}", markup=False)
        context.out.print(f"  {one_line(seen.article.text[len(seen.article.title) :], 300)}", markup=False)


def discover(
    context: Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A site or any page of it.")],
) -> int | None:
    """Find a site's feeds, tried out, as lines for feeds.yaml."""
    from rich.markup import escape

    from console.feed_file import feed_line, fresh_id
    from console.text import one_line
    from ingest.discover import discover as find

    found = find(url, context.config_or_defaults.settings.intake)
    if context.json:
        context.emit(found)
        return exits.OK if found else exits.NO
    if not found:
        context.say("no feed found; if you know one, try: tocsin feeds test URL")
        return exits.NO
    taken: set[str] = set()
    for feed in found:
        values: dict[str, object] = {"id": fresh_id(feed.title, feed.url, taken), "url": feed.url}
        if feed.kind != "feed":
            values["type"] = feed.kind
        context.out.print(feed_line(values), markup=False, soft_wrap=True)
        newest = f", newest {feed.newest[:10]}" if feed.newest else ""
        context.hint(f"    {escape(one_line(feed.title))}: {feed.entries} entries{newest}; {feed.how}")
    return None


def import_(
    context: Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.opml", help="A list exported from a feed reader.")],
    into: Annotated[
        str | None,
        typer.Option("--into", metavar="NAME", help="Write feeds/NAME.yaml; default: FILE's name."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite that file.")] = False,
) -> int | None:
    """Bring feeds in from OPML: a new file under feeds/, folders as tags; known addresses are left out."""
    from console.feed_file import feeds_file
    from ingest.opml import read_opml

    config = context.config_or_defaults
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror})") from error
    target = config.folder / "feeds" / f"{into or file.stem}.yaml"
    known = {feed.url for feed in config.feeds.feeds}
    read = read_opml(data, {feed.id for feed in config.feeds.feeds})
    new = [feed for feed in read if feed.url not in known]
    if new:
        _write(target, feeds_file(new), force=force)
    if context.json:
        context.emit({"file": target if new else None, "imported": len(new), "known": len(read) - len(new)})
        return None
    context.say(
        f"{len(new)} feeds written to {target}, {len(read) - len(new)} were there" if new else "no new feed"
    )
    return None


def _write(target: Path, text: str, *, force: bool) -> None:
    if target.exists() and not force:
        raise UsageError(f"{target} is there already; name another with --into, or say --force")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{target}: cannot be written ({error.strerror})") from error


def export(
    context: Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE.opml]", help="Where to; without it, standard output.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> int | None:
    """Write the configured feeds as OPML, for feed readers; the first tag becomes the folder."""
    from ingest.opml import write_opml

    feeds = context.config.feeds.feeds
    text = write_opml(feeds)
    if file is None:
        typer.echo(text, nl=False)
        return None
    _write(file, text, force=force)
    if context.json:
        context.emit({"file": file, "feeds": len(feeds)})
    else:
        context.say(f"{len(feeds)} feeds written to {file}")
    return None
