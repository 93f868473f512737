"""How rules came out for an article, on a terminal: which held, and which condition failed on what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.rule import Rule
from rich.text import Text
from rich.tree import Tree

from console.text import one_line

if TYPE_CHECKING:
    from alerts.conditions import Outcome
    from alerts.matches import RuleOutcome

_UNITS_SHOWN = 2  # events (sentences) a rule, the nearest to a match first


def print_outcomes(screen: Console, outcomes: Sequence[RuleOutcome]) -> None:
    """Rule by rule."""
    screen.print(Rule("rules", align="left", style="dim"))
    if not outcomes:
        screen.print(Text("no rules configured", style="yellow"))
    for outcome in outcomes:
        screen.print(rule_tree(outcome))


def rule_tree(outcome: RuleOutcome) -> Tree:
    """One rule: the verdict, and the conditions on the events that came nearest."""
    head = _mark(outcome.matched).append(f" {outcome.rule}", "bold")
    if outcome.name:
        head.append(f"  {one_line(outcome.name)}", "dim")
    if outcome.note:
        head.append(f"  {one_line(outcome.note)}", "yellow")
    tree = Tree(head, guide_style="dim")
    for unit in outcome.units[:_UNITS_SHOWN]:
        _grow(tree.add(_mark(unit.outcome.ok).append(f" {one_line(unit.unit, 120)}")), unit.outcome)
    if not outcome.units:
        tree.add(Text(one_line("; ".join(outcome.why_not)), "dim"))
    elif len(outcome.units) > _UNITS_SHOWN:
        tree.add(Text(f"… and {len(outcome.units) - _UNITS_SHOWN} more", "dim"))
    return tree


def _grow(tree: Tree, outcome: Outcome) -> None:
    """The tree of conditions; a plain 'all' on top is left out."""
    if outcome.name == "all" and outcome.children:
        for child in outcome.children:
            _add(tree, child)
    else:
        _add(tree, outcome)


def _add(tree: Tree, outcome: Outcome) -> None:
    line = _mark(outcome.ok).append(f" {outcome.name}")
    if outcome.detail:
        line.append(f": {one_line(outcome.detail)}", "dim" if outcome.ok else "default")
    branch = tree.add(line)
    for child in outcome.children:
        _add(branch, child)


def _mark(ok: bool) -> Text:
    return Text.assemble(("✓", "bold green") if ok else ("✗", "bold red"))
