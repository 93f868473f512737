"""Conditions on the event itself and on the document's labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from alerts.conditions import Leaf, Outcome
from alerts.facts import Facts, Unit
from alerts.inflection import fold, without_accents
from alerts.tolls import least
from processors.messages import Actor, Event
from processors.taxonomy import display_name


@dataclass(frozen=True, slots=True)
class EventIs:
    """One event of the unit satisfies all of these together. Empty fields ask nothing.

    A unit without events satisfies it only where nothing but the status is asked.
    """

    types: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    actors: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    min_killed: int | None = None
    min_injured: int | None = None
    min_casualties: int | None = None
    min_confidence: float | None = None
    max_age: timedelta | None = None
    written: tuple[str, ...] = field(default=(), compare=False)  # the types as the rule says them

    @property
    def asks_about_event(self) -> bool:
        """Whether it asks for more than the status, which sentences without an event have too."""
        counted = (self.min_killed, self.min_injured, self.min_casualties)
        return bool(self.types or self.actors or self.targets or self.min_confidence is not None) or any(
            count is not None for count in counted
        )

    def holds(self, unit: Unit, facts: Facts) -> bool:
        """See Node."""
        if not unit.events:
            return self._bare(unit, facts)
        return any(self.accepts(event, facts) for event in unit.events)

    def accepts(self, event: Event, facts: Facts) -> bool:
        """Whether one event satisfies all of it. Many rules share one condition, so the answer is kept."""
        key = (id(self), id(event))
        known = facts.accepted.get(key)
        if known is None:
            known = facts.accepted[key] = self._accepts(event, facts)
        return known

    def _accepts(self, event: Event, facts: Facts) -> bool:
        if self.types and event.type not in self.types:
            return False
        if self.statuses and event.status not in self.statuses:
            return False
        return not any(self._rest(event, facts))

    def leaves(self, unit: Unit, facts: Facts) -> tuple[Leaf, ...]:  # noqa: ARG002
        """See Node."""
        return (self,)

    def outcome(self, unit: Unit, facts: Facts) -> Outcome:
        """See Node."""
        if not unit.events:
            return self._bare_outcome(unit, facts)
        best = min((self._failures(event, facts) for event in unit.events), key=len)
        if best:
            return Outcome("events", False, "; ".join(best))
        return Outcome("events", True, "; ".join(self.reasons(unit, facts)))

    def reasons(self, unit: Unit, facts: Facts) -> list[str]:
        """'event raid, current (the text says …)' of the first event that holds."""
        for event in unit.events:
            if self.accepts(event, facts):
                why = f" ({event.status_why})" if event.status_why else ""
                named = f"event {display_name(event.type)}"
                return [f"{named}, {event.status}{why}"] if self.statuses else [named]
        return [f"status {facts.status(unit)}"] if self.statuses and not unit.events else []

    def _bare(self, unit: Unit, facts: Facts) -> bool:
        return not self.asks_about_event and (not self.statuses or facts.status(unit) in self.statuses)

    def _bare_outcome(self, unit: Unit, facts: Facts) -> Outcome:
        status = facts.status(unit)
        if self._bare(unit, facts):
            return Outcome("events", True, f"no event asked for; status {status}")
        if self.statuses and status not in self.statuses:
            wanted = " or ".join(sorted(self.statuses))
            return Outcome("status", False, f"the sentence reads as {status}; wanted {wanted}")
        wanted = ", ".join(self.written) or "an event with actors, casualties or confidence"
        return Outcome("events", False, f"no event was found here; wanted {wanted}")

    def _failures(self, event: Event, facts: Facts) -> list[str]:
        found = []
        if self.types and event.type not in self.types:
            found.append(f"the event is {display_name(event.type)}; wanted {', '.join(self.written)}")
        if self.statuses and event.status not in self.statuses:
            why = f" ({event.status_why})" if event.status_why else ""
            found.append(
                f"the {display_name(event.type)} is {event.status}{why};"
                f" wanted {' or '.join(sorted(self.statuses))}"
            )
        return found + list(self._rest(event, facts))

    def _rest(self, event: Event, facts: Facts) -> Iterable[str]:
        if self.actors:
            yield from _names("actor", self.actors, event.actors, patient=False)
        if self.targets:
            yield from _names("target", self.targets, event.actors, patient=True)
        for wanted, kinds in (
            (self.min_killed, ("killed",)),
            (self.min_injured, ("injured",)),
            (self.min_casualties, ("killed", "injured")),
        ):
            if wanted is None:
                continue
            count = sum(least(event.casualties, kind) for kind in kinds)
            if count < wanted:
                yield f"{count} {' or '.join(kinds)}; wanted at least {wanted}"
        if self.min_confidence is not None and event.confidence < self.min_confidence:
            yield f"confidence {event.confidence:.2f}; wanted at least {self.min_confidence:.2f}"
        if self.max_age is not None and (age := age_of(event, facts)) is not None and age > self.max_age:
            yield f"the event is {age.days} days older than the article; wanted at most {self.max_age.days}"


@dataclass(frozen=True, slots=True)
class DocumentIs:
    """A label of the document is one of these: language, publisher, feed or tag."""

    name: str  # languages | publishers | feeds | tags
    values: frozenset[str]  # folded

    def holds(self, unit: Unit, facts: Facts) -> bool:  # noqa: ARG002
        """See Node."""
        return not self.values.isdisjoint(labels(self.name, facts))

    def leaves(self, unit: Unit, facts: Facts) -> tuple[Leaf, ...]:  # noqa: ARG002
        """See Node."""
        return ()

    def outcome(self, unit: Unit, facts: Facts) -> Outcome:
        """See Node."""
        here = ", ".join(sorted(labels(self.name, facts))) or "none"
        if self.holds(unit, facts):
            return Outcome(self.name, True, here)
        return Outcome(self.name, False, f"{here}; wanted {', '.join(sorted(self.values))}")


def age_of(event: Event, facts: Facts) -> timedelta | None:
    """How long before the article the event ended; None where either date is unknown."""
    stated = facts.doc.published or facts.doc.effective
    if event.date is None or stated is None:
        return None
    try:
        ended = date.fromisoformat(event.date.end)
    except ValueError:
        return None
    return max(stated.date() - ended, timedelta(0))


@lru_cache(maxsize=50_000)
def plain(name: str) -> str:
    """A name for comparison: folded, without accents, hyphens and doubled spaces."""
    return " ".join(without_accents(fold(name)).replace("-", " ").split())


def _names(what: str, wanted: tuple[str, ...], actors: tuple[Actor, ...], *, patient: bool) -> Iterable[str]:
    here = [actor for actor in actors if (actor.role == "patient") == patient]
    for actor in here:
        names = [f" {plain(name)} " for name in (actor.name, actor.text, actor.kind) if name]
        if any(f" {name} " in known for name in wanted for known in names):
            return
    found = ", ".join(actor.name for actor in here) or "none known"
    yield f"{what} {found}; wanted {' or '.join(wanted)}"


def labels(name: str, facts: Facts) -> frozenset[str]:
    """The document's languages, publishers, feeds or tags, folded."""
    doc = facts.doc
    if name == "languages":
        return frozenset((facts.language,)) if facts.language else frozenset()
    if name == "publishers":
        return frozenset((fold(doc.publisher),)) if doc.publisher else frozenset()
    if name == "feeds":
        return frozenset((fold(doc.feed),)) if doc.feed else frozenset()
    return frozenset(fold(tag) for tag in doc.tags)
