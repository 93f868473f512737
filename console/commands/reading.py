"""``extract``, ``enrich`` and ``explain``: intake, enrichment and rules tried on one article or a file."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import UsageError
from console import exits
from console.command import command
from console.context import Context

if TYPE_CHECKING:
    from alerts.matches import RuleOutcome
    from config.models.root import Config
    from ingest.messages import Document
    from processors.messages import EnrichedDocument
    from processors.pipeline import Pipeline

_PANEL = "Try"
_TARGET = "FILE|URL"


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    command(app, "extract", rich_help_panel=_PANEL)(extract)
    command(app, "enrich", rich_help_panel=_PANEL)(enrich)
    command(app, "explain", rich_help_panel=_PANEL)(explain)


def extract(
    context: Context,
    target: Annotated[str, typer.Argument(metavar=_TARGET, help="A web page, or an HTML file.")],
) -> int | None:
    """Show what the extractor reads from a page: text, title, date, language, and how far to trust it."""
    from console.one_page import read_document
    from console.text import clean, one_line, stamp

    document = read_document(target, context.config_or_defaults.settings.intake)
    if context.json:
        context.emit(document)
        return None
    how = document.extraction
    facts = {
        "title": document.title,
        "published": stamp(document.published),
        "authors": ", ".join(document.authors) or "–",
        "language": document.language or "–",
        "publisher": document.publisher or "–",
        "canonical": document.canonical_url or "–",
        "method": f"{how.method}, quality {how.quality:.2f}",
        "flags": ", ".join(how.flags) or "–",
        "note": how.note or "–",
    }
    for name, value in facts.items():
        context.out.print(f"{name:<10} {one_line(value)}", markup=False)
    context.out.print()
    context.out.print(clean(document.text), markup=False)
    return None


def enrich(
    context: Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE.jsonl", help="One article a line; - for standard input.")
    ],
    on_demand: Annotated[
        bool,
        typer.Option(
            "--on-demand", help="Run the statistical model only where a configured rule could use it."
        ),
    ] = False,
) -> int | None:
    """Enrich articles offline: one line {"id", "title"?, "text", "published"?, …} in, one enriched line out.

    The user's own places come from the configuration where there is one. Exit code 1 when a line was no
    article; the others are enriched.
    """
    from rich.markup import escape

    if file != "-" and not Path(file).is_file():
        raise UsageError(f"{file}: no such file")
    pipeline = _pipeline(context, everything=not on_demand)
    problems: list[str] = []
    for enriched in pipeline.enrich_many(_documents(context, file, problems)):
        context.emit(enriched)
    for problem in problems:
        context.err.print(f"[yellow]refused[/yellow] {escape(problem)}")
    return exits.NO if problems else exits.OK


def _pipeline(context: Context, *, everything: bool) -> Pipeline:
    from processors.pipeline import Pipeline, options_of, with_demand

    return Pipeline(with_demand(options_of(context.config_or_defaults), everything))


def _documents(context: Context, file: str, problems: list[str]) -> Iterator[Document]:
    """The documents of a file's lines with a progress bar; lines that are none go to ``problems``."""
    from rich.progress import Progress

    if file == "-":
        lines = enumerate(sys.stdin.buffer, 1)
        yield from _readable(lines, problems)
        return
    path = Path(file)
    try:
        size = path.stat().st_size
        with path.open("rb") as handle, Progress(console=context.err, transient=True) as bar:
            task = bar.add_task("enriching", total=size)
            for number, raw in enumerate(handle, 1):
                yield from _readable([(number, raw)], problems)
                bar.advance(task, len(raw))
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror})") from error


def _readable(lines: Iterable[tuple[int, bytes]], problems: list[str]) -> Iterator[Document]:
    from console.one_page import line_document

    for number, raw in lines:
        if not raw.strip():
            continue
        try:
            yield line_document(raw, number)
        except UsageError as error:
            problems.append(str(error))


def explain(
    context: Context,
    target: Annotated[
        str,
        typer.Argument(
            metavar=_TARGET, help="A web page, an HTML or text file, or a file with one JSON line."
        ),
    ],
    rule: Annotated[str | None, typer.Option("--rule", help="Only this rule, with every condition.")] = None,
) -> int | None:
    """Show an article with what was found in it and, rule by rule, which condition failed on what."""
    from console.article_view import print_article
    from console.one_page import read_document
    from console.rule_view import print_outcomes

    config = context.config_or_defaults
    document = read_document(target, config.settings.intake)
    enriched = _pipeline(context, everything=True).enrich(document)
    outcomes = _outcomes(config, enriched, rule)
    if context.json:
        context.emit({"document": enriched, "rules": outcomes})
        return None
    print_article(context.out, enriched)
    print_outcomes(context.out, outcomes, full=rule is not None)
    return None


def _outcomes(config: Config, enriched: EnrichedDocument, rule: str | None) -> list[RuleOutcome]:
    from alerts.rules import compile_rules

    rules = compile_rules(config)
    if rule is not None and rule not in rules.by_id:
        raise UsageError(f"no rule {rule!r}; there are {', '.join(rules.by_id) or 'none'}")
    found = rules.explain(enriched)
    return [outcome for outcome in found if rule in (None, outcome.rule)]
