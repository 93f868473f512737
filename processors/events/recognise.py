"""From a reading and its places to events: triggers, status, date, place, parties, tolls, assembly."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from msgspec import structs

from processors.events import actors, casualties, domain, memories, status, tolls, triggers, where
from processors.events.actors import Mention
from processors.events.assembly import assemble, salience
from processors.events.clues import Context
from processors.events.domain import INCIDENT
from processors.events.draft import Draft, published
from processors.events.reading import Reading
from processors.events.triggers import Trigger
from processors.languages import casualties as local_casualties
from processors.languages import dating, lending, retyping
from processors.messages import Casualties, Event, Place
from processors.taxonomy import FAMILIES
from processors.text.lexicon import Hit
from processors.text.sentences import Sentence

_HURTING = FAMILIES["violence"] | FAMILIES["protests"] | FAMILIES["disasters"] | {"arrest", "displacement"}
_MANNERS = frozenset(
    {"shooting", "attack", "execution", "mob-violence"}
)  # ways of dying in some larger event
_LEADING = FAMILIES["violence"] | {"protest", "protest-crackdown", "protest-intervention", "robbery", "arson"}
# What costs lives along the way: a toll counts for these where nothing of _HURTING is told beside them.
_COSTLY = frozenset({"organised-crime", "robbery", "arson", "looting", "property-destruction"})
_ANOTHER = re.compile(
    r"\b(?:separate|another|different|unrelated|second|other|similar)\s+(?:\w+\s+)?$", re.IGNORECASE
)
_OF_CROWDS = FAMILIES["unrest"] | FAMILIES["disasters"]
_TAKING = frozenset(
    {"arrest", "raid", "abduction", "protest", "protest-intervention", "protest-crackdown", "riot"}
)
_PEACEFUL = frozenset(
    {"protest", "labour-strike"}
)  # 'protests over the murder of two students' killed nobody
MAX_TRIGGERS = 1_000  # a text that names more events is a list; the rest is left out
TOLL_REACH = 10  # sentences between a toll without an event of its own and the main event that it counts for


def triggers_of(reading: Reading) -> list[Trigger]:
    """All triggers of a document that survive the refusals."""
    found: list[Trigger] = []
    for sentence in reading.sentences:
        hits = reading.hits_in(sentence)
        if hits:
            told = triggers.find(_context(reading, sentence), sentence, reading.lexicon)
            found += [trigger for trigger in told if not _is_month(reading, trigger)]
    if reading.local:
        found = retyping.retyped(retyping.serious(reading, found))
    return domain.keep(reading, found)


_DAY = re.compile(r"March,?\s+(?:\d|of\s\d)")
_CAPITAL = re.compile(r"(?:['’]s?|\b[A-Z][a-z][\w’'-]*|\b(?:the|a|an|this|that|their|our))\s+$")


def _is_month(reading: Reading, trigger: Trigger) -> bool:
    """Whether 'March' is the month: in a date, or where no article or name introduces it."""
    text, start = reading.text, trigger.start
    if not text.startswith("March", start):
        return False
    if _DAY.match(text, start) or _in_a_date(reading, trigger):
        return True
    before = text[max(0, start - 24) : start]
    return bool(before.strip()) and before[-1:] == " " and not _CAPITAL.search(before)


def _in_a_date(reading: Reading, trigger: Trigger) -> bool:
    times = reading.times_in(trigger.sentence)
    return any(time.start <= trigger.start and trigger.end <= time.end for time in times)


def events_of(reading: Reading, found: Sequence[Trigger], places: Sequence[Place]) -> tuple[Event, ...]:
    """The document's events, the main one first."""
    if not found:
        return ()
    known = actors.known_actors(reading.text)
    told = [trigger for trigger in found if not _in_name(reading.text, trigger, places)]
    drafts = [_draft(reading, trigger, places, known) for trigger in named(reading.text, told[:MAX_TRIGGERS])]
    memories.inherit(reading, drafts)
    dating.settle(reading, drafts, places)
    _attach_tolls(reading, drafts)
    lending.lend(reading, drafts, places)
    return tuple(_detailed(reading, event, places) for event in assemble(drafts, places, reading.text))


_IN = re.compile(r"\b(?:in|near|at|from|to|of|around|outside)\s$")


def _in_name(text: str, trigger: Trigger, places: Sequence[Place]) -> bool:
    """Whether the word is a place's name: policemen killed 'in Tank'."""
    if not (text[trigger.start].isupper() and _IN.search(text, max(0, trigger.start - 9), trigger.start)):
        return False
    at = bisect_right(places, trigger.start, key=lambda place: place.start) - 1
    place = places[at] if at >= 0 else None
    known = place is not None and place.role == "place" and place.kind != "unknown"
    return known and place is not None and trigger.end <= place.end


def _detailed(reading: Reading, event: Event, places: Sequence[Place]) -> Event:
    """A current event with the place and day told after it, where it was told with neither or a country."""
    if event.status != "current" or event.sentence is None:
        return event
    index = bisect_left(reading.sentences, event.sentence[0], key=lambda sentence: sentence.start)
    sentence = reading.sentences[index]
    best = places[event.places[0]] if event.places else None
    vague = best is not None and sentence.title and best.kind == "city" and where.beside(reading, best)
    if best is not None and (vague or best.kind in {"country", "admin1", "region"}):
        found = where.detail(reading, sentence, places, best)
        rest = () if vague else event.places
        event = structs.replace(event, places=(*found, *rest)) if found else event
    if event.date is not None and event.date.text is None and reading.language == "en":
        time = status.told_after(reading, sentence) or status.told_before(reading, sentence)
        time = time or reading.yesterday(sentence)
        event = structs.replace(event, date=published(time.first, time.last, time)) if time else event
    return event


def named(text: str, found: Sequence[Trigger]) -> list[Trigger]:
    """'The incident', 'the operation' take the type of the violence told last before; without one they go."""
    kept: list[Trigger] = []
    last: Trigger | None = None
    for trigger in found:
        if trigger.type != INCIDENT:
            kept.append(trigger)
            last = trigger if trigger.type in _HURTING else last
        elif (
            last is not None and trigger.sentence.index != last.sentence.index and _fits(text, trigger, last)
        ):
            kept.append(structs.replace(trigger, type=last.type))
    return kept


def _fits(text: str, trigger: Trigger, told: Trigger) -> bool:
    """Whether the words may mean what was told: not 'a separate incident', nor an operation a crowd."""
    if _ANOTHER.search(text, max(0, trigger.start - 24), trigger.start):
        return False
    return told.type not in _OF_CROWDS or not text.startswith("operation", trigger.start)


def _context(reading: Reading, sentence: Sentence) -> Context:
    return Context(reading.text, sentence.start, sentence.end, reading.hits_in(sentence), reading.is_place)


def _draft(reading: Reading, trigger: Trigger, places: Sequence[Place], known: Sequence[Mention]) -> Draft:
    sentence = trigger.sentence
    judgement = status.of_trigger(reading, sentence, trigger.start, trigger.end, trigger.type)
    own = where.of_trigger(reading, sentence, trigger.start, trigger.end, places)
    own = own or where.under_heading(reading, sentence, places)
    first = bisect_left(known, sentence.start, key=lambda mention: mention.start)
    inside = known[first : bisect_left(known, sentence.end, lo=first, key=lambda mention: mention.start)]
    return Draft(
        trigger=trigger,
        judgement=judgement,
        places=own or where.fallback(reading, sentence, places),
        own_place=where.names_place(reading, own, places),
        definite=memories.definite(reading, trigger),
        days=status.event_date(reading, judgement),
        actors=actors.roles(
            _context(reading, sentence),
            Hit(trigger.start, trigger.end, ()),
            inside,
            reading.among(sentence),
        ),
    )


def _attach_tolls(reading: Reading, drafts: list[Draft]) -> None:
    """Give each toll to an event of its sentence, else to the last one of the sentences before."""
    by_sentence: dict[int, list[Draft]] = {}
    for draft in drafts:
        by_sentence.setdefault(draft.trigger.sentence.index, []).append(draft)
    last: list[Draft] = []
    main = _main(drafts, by_sentence)
    for sentence in reading.sentences:
        here = by_sentence.get(sentence.index, [])
        candidates = _hurting(here)
        elsewhere = _within_reach(sentence, last, main)
        for toll in _tolls_in(reading, sentence) if candidates or any(elsewhere) else ():
            homes = _homes(reading.text, toll, candidates)
            for larger in _meant(homes, main, toll):
                larger.casualties.append(tolls.part(toll))
            if not homes or _along(homes):  # a village burnt in the attack that the text is about
                homes = _carried(reading, sentence, elsewhere, toll) or homes
            for home in homes:
                home.casualties.append(toll)
        last = _current(candidates) or last


def _along(drafts: Sequence[Draft]) -> bool:
    """Whether these are but what happened along with some violence told of elsewhere."""
    return all(
        draft.trigger.type in {"arson", "looting", "property-destruction"}
        and draft.judgement.status == "current"
        for draft in drafts
    )


def _hurting(drafts: Sequence[Draft]) -> list[Draft]:
    """Those that can have a toll."""
    hurting = [draft for draft in drafts if draft.trigger.type in _HURTING]
    return hurting or [draft for draft in drafts if draft.trigger.type in _COSTLY]


def _tolls_in(reading: Reading, sentence: Sentence) -> list[Casualties]:
    if reading.language == "en":
        return casualties.find(reading.text, sentence.start, sentence.end, reading.sifted)
    return local_casualties.find(reading.local, sentence.start, sentence.end) if reading.local else []


def _homes(text: str, toll: Casualties, candidates: Sequence[Draft]) -> list[Draft]:
    """The events of the toll's sentence that it counts for: the nearest, and those told along with it."""
    fitting = [draft for draft in candidates if _suits(toll, draft)]
    start = toll.start or 0
    nearest = min(fitting, key=lambda draft: abs(draft.trigger.start - start), default=None)
    if nearest is None:
        return []
    told = [draft for draft in fitting if draft.judgement.status == nearest.judgement.status]
    deadly = nearest.trigger.type not in _PEACEFUL
    told = [draft for draft in told if not (deadly and draft.trigger.type in _PEACEFUL)]
    return [draft for draft in told if draft is nearest or not _apart(text, nearest, draft)]


_LATER = re.compile(r"\b(?:days?|hours?|weeks?|months?)\s+(?:after|before|earlier|later)\b")


def _apart(text: str, one: Draft, other: Draft) -> bool:
    """'Took 86 people into custody, a day after two officers were killed in a shootout': two events."""
    first, last = sorted((one.trigger.start, other.trigger.start))
    return bool(_LATER.search(text, first, last))


def _meant(homes: Sequence[Draft], main: Sequence[Draft], toll: Casualties) -> list[Draft]:
    """'A driver who tried to turn round was shot dead', after a kidnapping: it cost that life as well.

    Such a sentence tells how somebody died and names neither another place nor another day.
    """
    if toll.kind != "killed" or not homes or not main or main[0] in homes:
        return []
    first = main[0]
    for home in homes:
        after = home.trigger.sentence.index - first.trigger.sentence.index
        current = home.judgement.status == "current"
        if home.trigger.type not in _MANNERS or home.own_place or not current or _dated(home, first):
            return []
        if not 0 < after <= TOLL_REACH:
            return []
    return [first] if _suits(toll, first) and first.trigger.type in _LEADING else []


def _dated(draft: Draft, main: Draft) -> bool:
    """Whether the draft's sentence itself names a day, another one than ``main`` has."""
    time = draft.days[2] if draft.days else None
    inside = time is not None and draft.trigger.sentence.start <= time.start < draft.trigger.sentence.end
    return inside and (draft.days and draft.days[:2]) != (main.days and main.days[:2])


def _suits(toll: Casualties, draft: Draft) -> bool:
    if toll.kind == "detained":
        return draft.trigger.type in _TAKING
    if toll.kind == "kidnapped":
        return draft.trigger.type in {"abduction", "attack", "raid"}
    return draft.trigger.type != "arrest"


def _main(drafts: Sequence[Draft], by_sentence: Mapping[int, Sequence[Draft]]) -> list[Draft]:
    """The current event that the document is mainly about, as tolls go, and those told along with it."""
    hurting = _hurting(_current(drafts))
    first = max(hurting, key=salience, default=None)
    if first is None:
        return []
    along = [d for d in by_sentence[first.trigger.sentence.index] if d in hurting]
    return [first, *(d for d in along if d is not first)]


def _current(drafts: Sequence[Draft]) -> list[Draft]:
    """The current ones, the clearest first."""
    current = [draft for draft in drafts if draft.judgement.status == "current"]
    return sorted(current, key=lambda draft: -draft.trigger.weight)


Told = tuple[Sequence[Draft], Sequence[Draft]]  # in the paragraph's last sentence with any; the main event's


def _within_reach(sentence: Sentence, last: Sequence[Draft], main: Sequence[Draft]) -> Told:
    """The events that a toll in a sentence without an event of its own may count for.

    Those of the last sentence of the same paragraph that told of any, then the document's main event and
    those told along with it ('raided a house, killing three').
    """
    if last and last[0].trigger.sentence.paragraph == sentence.paragraph:
        return last, main
    near = bool(main) and abs(sentence.index - main[0].trigger.sentence.index) <= TOLL_REACH
    return (), main if near else ()


def _carried(reading: Reading, sentence: Sentence, told: Told, toll: Casualties) -> list[Draft]:
    """Whose a toll is that stands in a sentence without an event of its own, where that one is current."""
    homes: list[Draft] = []
    for drafts in told:
        homes = homes or [draft for draft in drafts if _suits(toll, draft)]
    if not homes:
        return []
    judged = status.of_trigger(
        reading, sentence, toll.start or sentence.start, toll.end or sentence.end, "toll"
    )
    return homes if judged.status == "current" else []
