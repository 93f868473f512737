"""What the demo says at its end: what was due, what came, where to look, what to try next."""

from __future__ import annotations

from pathlib import Path

import msgspec
from rich.markup import escape

from alerts.messages import Alert
from console.context import Context
from console.demo.articles import Article
from console.demo.due import Outcome
from console.demo.folder import DemoFolder
from console.text import one_line

_PHONE = frozenset({"high", "critical"})  # what the demo's routing sends to Slack
_LOG_LINES = 5  # of the stages' log, where the system ended by itself
_QUIET = frozenset({"low", "info"})  # what it sends to the file only


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that arrived."""

    seconds: float
    articles: tuple[Article, ...]
    outcomes: tuple[Outcome, ...]
    unexpected: tuple[Alert, ...]
    mails: int
    posts: int
    replies: int  # posts that went into a thread
    counts: dict[str, int]  # records in each topic
    ended_early: bool

    @property
    def mails_due(self) -> int:
        """One for each revision of each alert that is not quiet."""
        return sum(alert.severity not in _QUIET for alert in self._due())

    @property
    def posts_due(self) -> int:
        """One for each revision of each alert that is loud."""
        return sum(alert.severity in _PHONE for alert in self._due())

    def _due(self) -> list[Alert]:
        return [alert for outcome in self.outcomes for alert in outcome.alerts] + list(self.unexpected)

    @property
    def problems(self) -> list[str]:
        """Every difference from what was due, in words."""
        found = [f"{item.due.name}: {item.problem}" for item in self.outcomes if item.problem]
        found += [f"not due: {one_line(alert.headline, 100)} ({alert.rule})" for alert in self.unexpected]
        for what, came, due in (
            ("emails", self.mails, self.mails_due),
            ("Slack posts", self.posts, self.posts_due),
        ):
            if came != due:
                found.append(f"{came} {what} instead of {due}")
        dead = sum(count for topic, count in self.counts.items() if topic.endswith(".dlq"))
        if dead:
            found.append(f"{dead} dead letters")
        if self.ended_early:
            found.append("the system ended by itself")
        return found

    @property
    def ok(self) -> bool:
        """True when what arrived is what was due."""
        return not self.problems


def print_report(context: Context, folder: DemoFolder, result: Result) -> None:
    """For people, or as one JSON object."""
    if context.json:
        context.emit(_machine(folder, result))
        return
    context.out.rule("what was due, and what came")
    context.table(None, ("article", "alert", "why"), [_row(article, result) for article in result.articles])
    for problem in result.problems:
        context.out.print(f"[bold red]different[/bold red] {escape(one_line(problem))}")
    if result.ended_early:
        for line in folder.log.read_text(errors="replace").splitlines()[-_LOG_LINES:]:
            context.out.print(one_line(line, 300), style="dim", markup=False)
    verdict = (
        "[bold green]as it should be[/bold green]"
        if result.ok
        else "[bold red]not as it should be[/bold red]"
    )
    context.out.print(
        f"{verdict}: {len(result.articles)} articles, {len(result.outcomes)} incidents, "
        f"{result.mails} emails, {result.posts} Slack posts ({result.replies} in a thread), "
        f"{result.seconds:.0f} seconds"
    )
    _where(context, folder)


def _row(article: Article, result: Result) -> tuple[str, str, str]:
    outcome = next((item for item in result.outcomes if article in item.due.articles), None)
    if outcome is None:
        return one_line(article.title, 60), "–", article.why
    return one_line(article.title, 60), f"{outcome.due.rule}{' ✗' if outcome.problem else ''}", article.why


def _where(context: Context, folder: DemoFolder) -> None:
    shown = _short(folder.root)
    lines = (
        ("mail as it arrived", f"{shown}/mail/*.eml"),
        ("Slack's calls", f"{shown}/slack/*.json"),
        ("every alert, one JSON line each", f"{shown}/alerts.jsonl"),
        ("the log of the stages", f"{shown}/run.log"),
        ("configuration to read and change", f"{shown}/config/"),
    )
    context.out.print()
    for what, where in lines:
        context.out.print(f"  {what:<34}{where}", markup=False)
    context.out.print("\nTry next:")
    for command in (
        f"tocsin --config {shown}/config alerts list",
        f"tocsin --config {shown}/config rules test",
        f"tocsin --config {shown}/config replay enriched --from 2d",
        "tocsin init config && tocsin check && tocsin run    # the same on real feeds",
    ):
        context.out.print(f"  {command}", markup=False)


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _machine(folder: DemoFolder, result: Result) -> dict[str, object]:
    return {
        "ok": result.ok,
        "problems": result.problems,
        "seconds": round(result.seconds, 1),
        "articles": len(result.articles),
        "mails": result.mails,
        "slack_posts": result.posts,
        "records": result.counts,
        "alerts": [
            {
                "incident": item.due.name,
                "rule": item.due.rule,
                "revisions": len(item.alerts),
                "problem": item.problem,
            }
            for item in result.outcomes
        ],
        "folder": folder.root,
    }
