"""Mentions of one event become one event; the main event of the document comes first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from processors.events import roundups, spread, where
from processors.events.draft import Draft
from processors.events.tolls import settled
from processors.messages import Actor, Event, Place, Span
from processors.taxonomy import compatible, specificity

_SLACK = timedelta(days=1)


def assemble(drafts: Sequence[Draft], places: Sequence[Place], text: str) -> tuple[Event, ...]:
    """Merge what is the same, order by salience, and give the public form."""
    merged: list[Draft] = []
    hit = spread.countries(drafts, places)
    for draft in drafts:
        home = _home(merged, draft, places, hit)
        if home is None:
            merged.append(draft.copy())
        else:
            _merge(home, draft, places)
            merged.remove(home)
            merged.append(home)  # the event told last is the one that 'the attack' means
    roundups.without_sums(merged, places)
    ranked = sorted(merged, key=lambda draft: -salience(draft))
    return tuple(_publish(draft, text) for draft in ranked)


def _home(
    merged: Sequence[Draft], draft: Draft, places: Sequence[Place], hit: frozenset[str]
) -> Draft | None:
    for other in reversed(merged):
        if spread.wider(other, draft, places, hit):
            continue
        if draft.definite and _meant(other, draft):
            return other
        if _same(other, draft, places):
            return other
    return None


def _meant(other: Draft, draft: Draft) -> bool:
    """Whether 'the attack' in ``draft`` can mean ``other``, wherever and whenever it is said to have been."""
    if (other.trigger.type == "arrest") != (draft.trigger.type == "arrest"):
        return False
    same_status = other.judgement.status == draft.judgement.status
    apart = _told_apart(other, draft) and not _same_days(other, draft)
    return same_status and not apart and compatible(other.trigger.type, draft.trigger.type)


def _same(one: Draft, other: Draft, places: Sequence[Place]) -> bool:
    if one.judgement.status != other.judgement.status:
        return False
    if not _same_type(one, other):
        return False
    slack = timedelta() if _elsewhere(one, other, places) else _SLACK
    return _same_place(one, other, places) and _same_days(one, other, slack)


def _elsewhere(one: Draft, other: Draft, places: Sequence[Place]) -> bool:
    """Whether each names a town of its own: another town on another day is another event, however near."""
    if not (one.places and other.places and one.own_place and other.own_place):
        return False
    first, second = places[one.places[0]], places[other.places[0]]
    return first.geoname_id != second.geoname_id and first.kind == second.kind == "city"


def _same_type(one: Draft, other: Draft) -> bool:
    first, second = one.trigger.type, other.trigger.type
    if first == second:
        return True
    if not {"arrest", "raid"}.isdisjoint({first, second}):
        return False  # an attack does not become the arrest of its suspects, nor the raid on their homes
    return compatible(first, second) and 0 in {specificity(first), specificity(second)}


def _same_place(one: Draft, other: Draft, places: Sequence[Place]) -> bool:
    if not one.places or not other.places or not (one.own_place and other.own_place):
        return True
    first, second = places[one.places[0]], places[other.places[0]]
    if where.fits(first, second):
        return True
    titled = one.trigger.sentence.title or other.trigger.sentence.title
    same_country = first.country is not None and first.country == second.country
    return titled and same_country and _same_days(one, other, timedelta())


def _same_days(one: Draft, other: Draft, slack: timedelta = _SLACK) -> bool:
    if one.days is None or other.days is None:
        return True
    if one.days[2] is None or other.days[2] is None:
        return True
    first, second = one.days, other.days
    slack = timedelta() if _told_apart(one, other) or _two_days(one, other) else slack
    return _before(first[0], second[1], slack) and _before(second[0], first[1], slack)


def _told_apart(one: Draft, other: Draft) -> bool:
    """Whether 'a day earlier' tells the day of one from that of the other."""
    times = [days[2] for days in (one.days, other.days) if days and days[2]]
    return len(times) > 1 and times[0].stepped != times[1].stepped


def _two_days(one: Draft, other: Draft) -> bool:
    """Whether each is told of a day of its own, in other words: an attack on Tuesday, a drone on Monday."""
    times = [days[2] for days in (one.days, other.days) if days and days[2]]
    exact = len(times) > 1 and all(time.granularity == "day" and time.first == time.last for time in times)
    return exact and one.trigger.type != other.trigger.type and one.own_place and other.own_place


def _before(one: date, other: date, slack: timedelta) -> bool:
    return one - slack <= other if one > date.min + slack else True


def _merge(home: Draft, draft: Draft, places: Sequence[Place]) -> None:
    if (specificity(draft.trigger.type), draft.trigger.weight) > (
        specificity(home.trigger.type),
        home.trigger.weight,
    ) and specificity(home.trigger.type) == 0:
        home.mentions.append(home.trigger)
        home.trigger = draft.trigger
    else:
        home.mentions.append(draft.trigger)
    if draft.own_place and (not home.own_place or _finer(draft, home, places)):
        home.places, home.own_place = _union(draft.places, home.places, places), True
    if home.days is None or _says_more(draft, home):
        home.days = draft.days or home.days
    if draft.judgement.score > home.judgement.score:
        home.judgement = draft.judgement
    home.casualties += [toll for toll in draft.casualties if toll not in home.casualties]
    home.actors = merge_actors([*home.actors, *draft.actors])


def _says_more(draft: Draft, home: Draft) -> bool:
    """Whether a draft dates the event better: at all, or 'Monday' within 'this week'."""
    if draft.days is None or home.days is None or draft.days[2] is None:
        return False
    if home.days[2] is None:
        return True
    return home.days[0] <= draft.days[0] <= draft.days[1] <= home.days[1] and (
        draft.days[1] - draft.days[0] < home.days[1] - home.days[0]
    )


def _finer(draft: Draft, home: Draft, places: Sequence[Place]) -> bool:
    return bool(
        draft.places and home.places and where.contains(places[home.places[0]], places[draft.places[0]])
    )


def _union(best: tuple[int, ...], more: tuple[int, ...], places: Sequence[Place]) -> tuple[int, ...]:
    return best + tuple(
        index for index in more if index not in best and where.fits(places[index], places[best[0]])
    )


def merge_actors(found: Sequence[Actor]) -> list[Actor]:
    """One entry a name and role."""
    seen: dict[tuple[str, str], Actor] = {}
    for actor in found:
        seen.setdefault((actor.name.casefold(), actor.role), actor)
    return list(seen.values())


def salience(draft: Draft) -> float:
    """What the document is mainly about ranks first: current, clear, early, often mentioned."""
    told = [trigger.sentence for trigger in (draft.trigger, *draft.mentions)]
    current = 2.0 if draft.judgement.status == "current" else 0.0
    headline = 0.8 if any(sentence.title for sentence in told) else 0.0
    early = 0.25 * min(6, *(sentence.index for sentence in told))
    return current + headline + draft.trigger.weight - early + 0.1 * min(len(draft.mentions), 5)


def confidence(draft: Draft) -> float:
    """0..1 from how clear the trigger is, how sure the status, and whether place and toll are known."""
    value = 0.35 + 0.13 * min(draft.trigger.weight, 2.5)
    value += 0.08 if draft.own_place else 0.0
    value += 0.05 if draft.casualties or draft.actors else 0.0
    value += 0.12 * abs(2 * draft.judgement.score - 1)
    value += 0.03 * min(len(draft.mentions), 3)
    return round(min(value, 0.99), 3)


def _publish(draft: Draft, text: str) -> Event:
    trigger = draft.trigger
    return Event(
        type=trigger.type,
        trigger=Span(start=trigger.start, end=trigger.end, text=text[trigger.start : trigger.end]),
        status=draft.judgement.status,
        status_why=draft.judgement.why,
        places=draft.places,
        date=draft.date,
        actors=tuple(draft.actors),
        casualties=tuple(settled(draft.casualties, text)),
        confidence=confidence(draft),
        score=round(draft.judgement.score, 3),
        sentence=(trigger.sentence.start, trigger.sentence.end),
        mentions=tuple(
            Span(start=other.start, end=other.end, text=text[other.start : other.end])
            for other in draft.mentions
        ),
    )
