"""What rules mean, written plainly and slowly: the compiled rules must never differ from this.

Nothing is indexed, cached or shared between questions; only the inflection of single words, the word pattern
and the distance formula are the product's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from alerts.facts import wording_status
from alerts.inflection import fold, keyword_keys, token_keys
from alerts.keyword_tokens import spans
from alerts.region_shapes import distance_km
from config.models.regions import Area, Region
from config.models.root import Config
from config.models.rules import Condition, Keyword, Rule
from processors.messages import EnrichedDocument, Event, Place
from processors.taxonomy import expand

NEAR = re.compile(r'"([^"]+)" NEAR/(\d+) "([^"]+)"')


@dataclass
class Unit:
    events: list[Event]
    places: list[Place]
    sentences: list[int]
    whole: bool = False


class Reference:
    """The rules of a configuration held against one document."""

    def __init__(self, config: Config, doc: EnrichedDocument) -> None:
        self.config = config
        self.doc = doc
        self.sentences = [(s.start, s.end) for s in doc.sentences]

    def fired(self) -> set[tuple[str, object]]:
        """(rule, start of the event's trigger; None where no event matched)."""
        return {
            (rule.id, unit.events[0].trigger.start if rule.scope == "event" and unit.events else None)
            for rule in self.config.rules
            if rule.enabled
            for unit in self.hits(rule)
        }

    def hits(self, rule: Rule) -> list[Unit]:
        status = None if self.mentions(rule.when, "status") else {"current"}
        if rule.scope == "document":
            everything = list(range(len(self.sentences)))
            units = [Unit(list(self.doc.events), list(self.doc.places), everything, whole=True)]
        elif rule.scope == "sentence":
            units = [self.sentence(n) for n in range(len(self.sentences))]
        else:
            units = [self.event(event) for event in self.doc.events]
        found = [unit for unit in units if self.holds(rule.when, unit, status, top=True)]
        if rule.scope == "event" and not found:
            taken = {n for event in self.doc.events for n in self.event(event).sentences}
            bare = [self.sentence(n) for n in range(len(self.sentences)) if n not in taken]
            spoken = list(self.positive(rule.when))
            found = [
                unit
                for unit in bare
                if any(self.has_keyword(keyword, unit) for keyword in spoken)
                and self.holds(rule.when, unit, status, top=True)
            ][:1]
        return found

    def event(self, event: Event) -> Unit:
        starts = [event.trigger.start, *(mention.start for mention in event.mentions)]
        numbers = {n for n, (start, end) in enumerate(self.sentences) for s in starts if start <= s < end}
        return Unit([event], [self.doc.places[n] for n in event.places], sorted(numbers))

    def sentence(self, number: int) -> Unit:
        start, end = self.sentences[number]
        events = [event for event in self.doc.events if number in self.event(event).sentences]
        places = [place for place in self.doc.places if start <= place.start and place.end <= end]
        return Unit(events, places, [number])

    def holds(self, when: Condition, unit: Unit, status: set[str] | None, *, top: bool = False) -> bool:
        if when.status is not None:
            status = None if "any" in when.status else set(when.status)
        snippets = [self.config.snippets[name] for name in when.use]
        return (
            (not when.regions or any(self.inside(p, r) for p in unit.places for r in when.regions))
            and (not when.languages or self.doc.language in when.languages)
            and (not when.publishers or fold(self.doc.publisher or "") in when.publishers)
            and (not when.tags or bool(set(when.tags) & set(self.doc.tags)))
            and (not when.keywords or any(self.has_keyword(keyword, unit) for keyword in when.keywords))
            and self.about_event(when, unit, status, top=top)
            and all(self.holds(child, unit, status) for child in (*when.all, *snippets))
            and (not when.any or any(self.holds(child, unit, status) for child in when.any))
            and not any(self.holds(child, unit, status) for child in when.not_)
        )

    def about_event(self, when: Condition, unit: Unit, status: set[str] | None, *, top: bool) -> bool:
        asked = bool(when.events) or when.min_killed is not None
        if not asked and when.status is None and not (top and status):
            return True
        if not unit.events:
            return not asked and (status is None or self.bare_status(unit) in status)
        return any(
            (not when.events or event.type in expand(when.events))
            and (status is None or event.status in status)
            and (when.min_killed is None or self.killed(event) >= when.min_killed)
            for event in unit.events
        )

    def bare_status(self, unit: Unit) -> str:
        if len(unit.sentences) != 1:
            return "current"
        start, end = self.sentences[unit.sentences[0]]
        return wording_status(self.doc.text[start:end], self.doc.published)

    def killed(self, event: Event) -> int:
        return max((c.min for c in event.casualties if c.kind == "killed" and not c.subset), default=0)

    def inside(self, place: Place, region_id: str) -> bool:
        region = next(region for region in self.config.regions if region.id == region_id)
        return self.in_area(place, region) and not (region.exclude and self.in_area(place, region.exclude))

    def in_area(self, place: Place, area: Area | Region) -> bool:
        if place.country in area.countries:
            return True
        if any(self.inside(place, name) for name in area.regions):
            return True
        if place.precision in {"country", "unknown"}:
            return False
        if place.admin1 in area.admin1:
            return True
        if place.latitude is None or place.longitude is None or place.precision != "city":
            return False
        return any(
            distance_km(place.latitude, place.longitude, circle.lat, circle.lon) <= circle.radius_km
            for circle in area.within
        )

    def has_keyword(self, keyword: Keyword, unit: Unit) -> bool:
        if keyword.language and self.doc.language and keyword.language != self.doc.language:
            return False
        if keyword.term.startswith("/"):
            pattern = re.compile(keyword.term[1:-1], re.IGNORECASE)
            texts = [self.doc.text] if unit.whole else self.texts(unit)
            return any(pattern.search(text) for text in texts)
        return any(self.in_sentence(keyword, text) for text in self.texts(unit))

    def texts(self, unit: Unit) -> list[str]:
        return [self.doc.text[slice(*self.sentences[n])] for n in unit.sentences]

    def in_sentence(self, keyword: Keyword, text: str) -> bool:
        near = NEAR.fullmatch(keyword.term)
        if near is None:
            return bool(self.phrase(keyword.term, keyword.language, text))
        left = self.phrase(near[1], keyword.language, text)
        right = self.phrase(near[3], keyword.language, text)
        return any(
            0 < b[0] - a[1] <= int(near[2]) or 0 < a[0] - b[1] <= int(near[2]) for a in left for b in right
        )

    def phrase(self, term: str, language: str | None, text: str) -> list[tuple[int, int]]:
        """(first, last) word of every place where the phrase stands."""
        exact = term.startswith("=")
        wanted = [term[start:end] for start, end in spans(term)]
        here = spans(text)
        found = []
        for first in range(len(here) - len(wanted) + 1):
            window = here[first : first + len(wanted)]
            same = all(
                self.same(word, text[start:end], exact, language)
                for word, (start, end) in zip(wanted, window, strict=True)
            )
            gaps = [text[a[1] : b[0]] for a, b in pairwise(window)]
            if same and not any(set(gap) & set(".,;:!?()") for gap in gaps):
                found.append((first, first + len(wanted) - 1))
        return found

    def same(self, wanted: str, word: str, exact: bool, language: str | None) -> bool:
        if exact:
            return word == wanted if wanted != wanted.lower() else fold(word) == fold(wanted)
        if wanted.isupper() and 2 <= len(wanted) <= 6:
            return word in {wanted, wanted + "s"}
        keys = keyword_keys(wanted, language or self.doc.language)
        return bool(set(keys) & set(token_keys(word, self.doc.language)))

    def positive(self, when: Condition) -> Iterator[Keyword]:
        yield from when.keywords
        for child in (*when.all, *when.any, *(self.config.snippets[name] for name in when.use)):
            yield from self.positive(child)

    def mentions(self, when: Condition, field: str) -> bool:
        children = (*when.all, *when.any, *when.not_, *(self.config.snippets[name] for name in when.use))
        return bool(getattr(when, field)) or any(self.mentions(child, field) for child in children)
