"""The compiled form of a condition: a tree of small nodes that answer three questions.

``holds``    does it hold for this unit?
``leaves``   which conditions speak for that (none under a ``not``)? Asked only where it holds.
``outcome``  the same in words, for people, all branches looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from alerts.facts import Facts, Unit
from alerts.keywords import Term


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one condition came out."""

    name: str  # 'all', 'any', 'not', 'regions', 'events', 'keywords', ...
    ok: bool
    detail: str = ""  # what it held on, or what it failed on
    children: tuple[Outcome, ...] = ()

    def failures(self) -> list[str]:
        """The leaves that explain a no, as 'name: detail'."""
        if self.ok:
            return []
        if self.name == "not" or not self.children:
            return [f"{self.name}: {self.detail}"]
        return [line for child in self.children for line in child.failures()]


class Node(Protocol):
    """A compiled condition."""

    def holds(self, unit: Unit, facts: Facts) -> bool:
        """Whether the unit satisfies it."""

    def leaves(self, unit: Unit, facts: Facts) -> tuple[Leaf, ...]:
        """The single conditions by which it holds for the unit, which it does."""

    def outcome(self, unit: Unit, facts: Facts) -> Outcome:
        """The same, explained."""


class Leaf(Protocol):
    """A single condition that can say what it held on."""

    def reasons(self, unit: Unit, facts: Facts) -> list[str]:
        """What held, one line each."""


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every child holds."""

    children: tuple[Node, ...]
    name: str = "all"

    def holds(self, unit: Unit, facts: Facts) -> bool:
        """See Node."""
        for child in self.children:  # noqa: SIM110
            if not child.holds(unit, facts):
                return False
        return True

    def leaves(self, unit: Unit, facts: Facts) -> tuple[Leaf, ...]:
        """See Node."""
        return tuple(leaf for child in self.children for leaf in child.leaves(unit, facts))

    def outcome(self, unit: Unit, facts: Facts) -> Outcome:
        """See Node."""
        found = tuple(child.outcome(unit, facts) for child in self.children)
        return Outcome(self.name, all(child.ok for child in found), "", found)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one child holds."""

    children: tuple[Node, ...]

    def holds(self, unit: Unit, facts: Facts) -> bool:
        """See Node."""
        return any(child.holds(unit, facts) for child in self.children)

    def leaves(self, unit: Unit, facts: Facts) -> tuple[Leaf, ...]:
        """See Node."""
        held = (child for child in self.children if child.holds(unit, facts))
        return tuple(leaf for child in held for leaf in child.leaves(unit, facts))

    def outcome(self, unit: Unit, facts: Facts) -> Outcome:
        """See Node."""
        found = tuple(child.outcome(unit, facts) for child in self.children)
        return Outcome("any", any(child.ok for child in found), "", found)


@dataclass(frozen=True, slots=True)
class Not:
    """The child does not hold."""

    child: Node

    def holds(self, unit: Unit, facts: Facts) -> bool:
        """See Node."""
        return not self.child.holds(unit, facts)

    def leaves(self, unit: Unit, facts: Facts) -> tuple[Leaf, ...]:  # noqa: ARG002
        """See Node."""
        return ()

    def outcome(self, unit: Unit, facts: Facts) -> Outcome:
        """See Node."""
        found = self.child.outcome(unit, facts)
        detail = f"excluded by {'; '.join(_held(found))}" if found.ok else "not excluded"
        return Outcome("not", not found.ok, detail, (found,))


@dataclass(frozen=True, slots=True)
class InRegions:
    """A place of the unit lies in one of the regions."""

    regions: frozenset[str]

    def holds(self, unit: Unit, facts: Facts) -> bool:  # noqa: ARG002
        """See Node."""
        return not self.regions.isdisjoint(unit.regions)

    def leaves(self, unit: Unit, facts: Facts) -> tuple[Leaf, ...]:  # noqa: ARG002
        """See Node."""
        return (self,)

    def outcome(self, unit: Unit, facts: Facts) -> Outcome:
        """See Node."""
        found = self.reasons(unit, facts)
        if found:
            return Outcome("regions", True, "; ".join(found))
        wanted = ", ".join(sorted(self.regions))
        if not unit.places:
            return Outcome("regions", False, f"no place is known; wanted {wanted}")
        here = ", ".join(f"{place.name} ({_where(place)})" for place in unit.places[:5])
        return Outcome("regions", False, f"{here}: not in {wanted}")

    def reasons(self, unit: Unit, facts: Facts) -> list[str]:
        """'region idlib: Atme (within 40 km of …)' for every hit."""
        return [
            f"region {region}: {place.name} ({facts.why_in(place, region)})"
            for place in unit.places
            for region in sorted(facts.regions_of(place) & self.regions)
        ]


@dataclass(frozen=True, slots=True)
class HasKeywords:
    """One of the terms is in the unit's text."""

    numbers: frozenset[int]
    terms: tuple[Term, ...]  # all terms of the index, to name them

    def holds(self, unit: Unit, facts: Facts) -> bool:  # noqa: ARG002
        """See Node."""
        return not self.numbers.isdisjoint(unit.terms)

    def spans(self, unit: Unit, facts: Facts) -> list[tuple[int, int]]:
        """Where the terms stand in the unit."""
        return [span for number in self.numbers & unit.terms for span in facts.spans(number, unit)]

    def reasons(self, unit: Unit, facts: Facts) -> list[str]:
        """'keyword "raid" (raided)' for every term found."""
        found = []
        for number in sorted(self.numbers & unit.terms):
            spans = facts.spans(number, unit)
            written = " ".join(facts.doc.text[slice(*spans[0])].split()) if spans else ""
            found.append(f"keyword {self.terms[number]} ({written})")
        return found

    def leaves(self, unit: Unit, facts: Facts) -> tuple[Leaf, ...]:  # noqa: ARG002
        """See Node."""
        return (self,)

    def outcome(self, unit: Unit, facts: Facts) -> Outcome:
        """See Node."""
        found = self.reasons(unit, facts)
        if found:
            return Outcome("keywords", True, "; ".join(found))
        elsewhere = self.numbers & facts.scan.terms
        if elsewhere:
            words = ", ".join(str(self.terms[number]) for number in sorted(elsewhere)[:5])
            return Outcome("keywords", False, f"{words} is in the text, but not about this")
        words = ", ".join(str(self.terms[number]) for number in sorted(self.numbers)[:5])
        more = f" and {len(self.numbers) - 5} more" if len(self.numbers) > 5 else ""
        return Outcome("keywords", False, f"none of {words}{more} is in the text")


def _where(place: object) -> str:
    parts = [
        getattr(place, "admin1", None) or getattr(place, "country", None) or "unresolved",
        f"{getattr(place, 'precision', 'unknown')} precision",
    ]
    return ", ".join(parts)


def _held(outcome: Outcome) -> Sequence[str]:
    """The leaves that explain a yes."""
    if not outcome.children:
        return [f"{outcome.name}: {outcome.detail}"] if outcome.ok else []
    return [line for child in outcome.children if child.ok for line in _held(child)]
