"""One alert on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from alerts.messages import Alert, Evidence
from console.article_view import amount
from console.text import clean, one_line, stamp
from processors.messages import Casualties

SEVERITY_STYLES = {
    "critical": "bold white on red",
    "high": "bold red",
    "medium": "yellow",
    "low": "cyan",
    "info": "dim",
}

_GRAVITY = {"killed": 0, "injured": 1, "missing": 2}


def alert_panel(alert: Alert) -> Panel:
    """Headline, facts, and the evidence with the match marked."""
    style = SEVERITY_STYLES.get(alert.severity, "default")
    name = one_line(alert.rule_name or alert.rule)
    title = Text.assemble((f" {alert.severity.upper()} ", style), (f" {name} ", "bold"))
    rows: list[RenderableType] = [Text(one_line(alert.headline), "bold"), Text()]
    rows.append(facts_grid(_facts(alert)))
    for item in alert.evidence:
        rows += [Text(), evidence(item)]
    return Panel(
        Group(*rows), title=title, title_align="left", subtitle=Text(alert.id, "dim"), padding=(1, 2)
    )


def facts_grid(facts: Iterable[tuple[str, str]]) -> Table:
    """Names and values in two columns; facts without a value are left out."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in facts:
        if value:
            grid.add_row(name, Text(one_line(value)))
    return grid


def tolls(casualties: Sequence[Casualties]) -> list[tuple[str, str]]:
    """One fact a kind: rival figures side by side with who said so, the same figure of one source once."""
    found: dict[str, dict[str, str]] = {}
    for item in casualties:
        if not item.subset:
            said = f"{amount(item)} ({item.source})" if item.source else amount(item)
            found.setdefault(item.kind, {}).setdefault(said.casefold(), said)
    kinds = sorted(found, key=lambda kind: _GRAVITY.get(kind, len(_GRAVITY)))
    return [(kind, " · ".join(found[kind].values())) for kind in kinds]


def _facts(alert: Alert) -> list[tuple[str, str]]:
    place = alert.place
    spot = ""
    if place is not None:
        at = (
            ""
            if place.latitude is None
            else f" ({place.latitude:.2f} {place.longitude or 0:.2f}, {place.precision})"
        )
        spot = (
            place.name + (f", {place.admin1 or place.country}" if place.admin1 or place.country else "") + at
        )
    sources = "1 source" if alert.publishers == 1 else f"{alert.publishers} independent sources"
    return [
        ("what", f"{alert.event_type or alert.kind}, {alert.status}"),
        ("where", spot),
        ("when", alert.date.start if alert.date else stamp(alert.occurred)),
        *tolls(alert.casualties),
        ("who", ", ".join(f"{actor.name} ({actor.role})" for actor in alert.actors)),
        ("sources", sources + (", corroborated" if alert.corroborated else "")),
        ("changed", "; ".join(change.text for change in alert.changes)),
    ]


def evidence(item: Evidence) -> Text:
    """Publisher, title, the sentence that matched with the match marked, and the link."""
    text = Text.assemble((one_line(item.publisher or "unknown publisher"), "bold"))
    text.append(f" · {stamp(item.published)}\n", "dim")
    start = len(text)
    text.append(
        "".join(char if clean(char) and char != "\n" else " " for char in item.sentence) or item.title
    )
    for first, last in item.highlights:
        text.stylize("bold underline", start + first, start + last)
    if item.matched:
        text.append(f"\n{one_line(' · '.join(item.matched))}", "dim")
    if item.url:
        text.append(f"\n{one_line(item.url)}", "cyan")
    return text
