"""Actors and targets of an event: names from the alias table, descriptions from the lexicon's parties."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

import ahocorasick
import msgspec
from msgspec import structs

from processors.events.aliases import KnownActor, all_actors
from processors.events.clues import Context
from processors.messages import Actor, Place
from processors.text.lexicon import Hit, lower
from processors.text.sieve import ENGLISH

_KIND = {
    "state": "state-force",
    "rebel": "armed-group",
    "protester": "protesters",
    "rioter": "protesters",
    "civilian": "civilians",
    "gang": "criminal-group",
    "mob": "crowd",
    "official": "named-person",
}
_ADJECTIVES = re.compile(
    r"(?:(?:[A-Z][\w.’'-]*|U\.S\.|US|government|state|federal|regime|rebel|Islamist|unidentified|"
    r"unknown|masked|armed|suspected|local|allied|opposition|special|elite|"
    r"pro-government|anti-government|military|masked|heavily|leftist|rightist|national|army|police|"
    r"security|border|young|foreign)(?: |-(?=\w)))+$"
)
_UNIDENTIFIED = re.compile(
    r"\b(?:unidentified|unknown|gunmen|masked|armed men|assailants|attackers|suspected)\b", re.IGNORECASE
)


class Mention(msgspec.Struct, frozen=True, gc=False):
    """A known actor's name in the text."""

    start: int
    end: int
    known: KnownActor


@lru_cache(maxsize=1)
def _automaton() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for known in all_actors():
        for alias in (known.name, *known.aliases):
            automaton.add_word(alias.lower(), (len(alias), alias, known))
    automaton.make_automaton()
    return automaton


@lru_cache(maxsize=1)
def known_actors(text: str) -> tuple[Mention, ...]:
    """Mentions of the alias table's actors, the longest where they overlap; acronyms need their capitals.

    The last answer is kept: events and entities ask for the same text, one after the other.
    """
    found: list[Mention] = []
    for end, (length, alias, known) in _automaton().iter(lower(text)):
        start, stop = end + 1 - length, end + 1
        if (start and text[start - 1].isalnum()) or (stop < len(text) and text[stop].isalnum()):
            continue
        if alias.isupper() and text[start:stop] != alias:
            continue
        found.append(Mention(start, stop, known))
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda m: (m.start, -m.end)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return tuple(kept)


def apart(places: tuple[Place, ...], known: Sequence[Mention]) -> tuple[Place, ...]:
    """Places told from parts of names: nothing happens in the 'Islamic State West Africa Province'."""
    if not known:
        return places
    starts = [mention.start for mention in known]
    return tuple(
        structs.replace(place, role="organisation") if _inside(place, known, starts) else place
        for place in places
    )


def _inside(place: Place, known: Sequence[Mention], starts: Sequence[int]) -> bool:
    at = bisect_right(starts, place.start) - 1
    return place.role == "place" and at >= 0 and place.end <= known[at].end


def roles(context: Context, trigger: Hit, known: Sequence[Mention], among: int) -> list[Actor]:
    """Agent and patient of the trigger, as far as the sentence says; ``among``: its possible patterns."""
    found = []
    agent, patient = context.agent(trigger), context.patient(trigger)
    if agent is not None and not _only(agent, "civilian") and not _negated(context, agent):
        found.append(_actor(context, agent, "agent", known))
    if patient is not None and patient is not agent:
        found.append(_actor(context, patient, "patient", known))
    if not any(actor.role == "agent" for actor in found):
        blamed = _blamed(context, known, among)
        if blamed:
            found.append(blamed)
    return found


def _negated(context: Context, hit: Hit) -> bool:
    before = context.text[max(context.start, hit.start - 4) : hit.start].lower()
    return before.strip() in {"no", "nor"}


def _only(hit: Hit, concept: str) -> bool:
    return concept in hit.concepts and not {"state", "rebel", "gang", "protester"}.intersection(hit.concepts)


def _actor(context: Context, hit: Hit, role: str, known: Sequence[Mention]) -> Actor:
    start = _extend(context, hit)
    text = context.text[start : hit.end]
    for mention in known:
        if start < mention.end and mention.start < hit.end:
            return Actor(
                name=mention.known.name,
                role=role,
                text=text,
                kind=mention.known.kind,
                country=mention.known.country,
            )
    kind = next((_KIND[concept] for concept in hit.concepts if concept in _KIND), None)
    if _UNIDENTIFIED.search(text):
        kind = "unidentified"
    return Actor(name=text, role=role, text=text, kind=kind)


def _extend(context: Context, hit: Hit) -> int:
    begin = max(context.start, hit.start - 60)
    match = _ADJECTIVES.search(context.text, begin, hit.start)
    return match.start() if match else hit.start


_BLAMED = ENGLISH.add(
    r"(?P<name>[^,.;]{2,60}?)\s+(?:has\s+|have\s+)?(?:claimed|claims|took|takes)\s+(?:responsibility|credit)"
    r"|\b(?:blamed on|claimed by|attributed to|carried out by|at the hands of|"
    r"blam\w+)\s+(?:the\s+)?(?P<by>[^,.;]{2,60})"
)


def _blamed(context: Context, known: Sequence[Mention], among: int) -> Actor | None:
    if not known:
        return None
    match = _BLAMED.search(among, context.text, context.start, context.end)
    if not match:
        return None
    for mention in known:
        if match.start() <= mention.start < match.end():
            return Actor(
                name=mention.known.name,
                role="agent",
                text=context.text[mention.start : mention.end],
                kind=mention.known.kind,
                country=mention.known.country,
            )
    return None
