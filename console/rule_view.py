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
_FAILURES_SHOWN = 2  # conditions of a rule that did not hold, where the rule is told in short


def print_outcomes(screen: Console, outcomes: Sequence[RuleOutcome], *, full: bool = False) -> None:
    """Rule by rule, those that hold first; what did not hold in two lines, unless ``full``."""
    screen.print(Rule("rules", align="left", style="dim"))
    if not outcomes:
        screen.print(Text("no rules configured", style="yellow"))
    shortened = [outcome for outcome in outcomes if not (full or outcome.matched)]
    for outcome in outcomes:
        if full or outcome.matched:
            screen.print(rule_tree(outcome))
    for outcome in shortened:
        screen.print(_in_short(outcome))
    if shortened:
        screen.print(Text("--rule ID shows every condition of one rule", "dim"))


def _in_short(outcome: RuleOutcome) -> Tree:
    """One rule that does not hold: what came nearest, and what it failed on."""
    tree = Tree(_head(outcome), guide_style="dim")
    reasons = [one_line(reason, 160) for reason in outcome.why_not]
    if len(reasons) > _FAILURES_SHOWN:
        reasons = [*reasons[:_FAILURES_SHOWN], "…"]
    nearest = one_line(outcome.units[0].unit, 60) if outcome.units else ""
    line = Text(nearest, "dim").append(" – " if nearest else "")
    tree.add(line.append("; ".join(reasons), "default"))
    return tree


def rule_tree(outcome: RuleOutcome) -> Tree:
    """One rule: the verdict, and the conditions on the events that came nearest."""
    tree = Tree(_head(outcome), guide_style="dim")
    for unit in outcome.units[:_UNITS_SHOWN]:
        _grow(tree.add(_mark(unit.outcome.ok).append(f" {one_line(unit.unit, 120)}")), unit.outcome)
    if not outcome.units:
        tree.add(Text(one_line("; ".join(outcome.why_not)), "dim"))
    elif len(outcome.units) > _UNITS_SHOWN:
        tree.add(Text(f"… and {len(outcome.units) - _UNITS_SHOWN} more", "dim"))
    return tree


def _head(outcome: RuleOutcome) -> Text:
    head = _mark(outcome.matched).append(f" {outcome.rule}", "bold")
    if outcome.name:
        head.append(f"  {one_line(outcome.name)}", "dim")
    if outcome.note:
        head.append(f"  {one_line(outcome.note)}", "yellow")
    return head


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
