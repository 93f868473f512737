"""Reports of several places: what is said of a whole country is no single town's.

'Strikes across the country killed six. In one town four died, in another two': three tolls, told apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from processors.events import where
from processors.events.draft import Draft
from processors.messages import Place

_WIDE = frozenset({"country", "admin1", "unknown"})


def countries(drafts: Sequence[Draft], places: Sequence[Place]) -> frozenset[str]:
    """Those in which the text tells of several towns, each with its own dead."""
    towns: dict[str, list[Place]] = {}
    for draft in drafts:
        place = _town(draft, places)
        known = towns.setdefault(place.country or "", []) if place else []
        if place and not any(where.fits(place, other) for other in known):
            known.append(place)
    return frozenset(country for country, found in towns.items() if country and len(found) > 1)


def _town(draft: Draft, places: Sequence[Place]) -> Place | None:
    """The town where the draft, of today and of the body, tells of dead."""
    if not (draft.own_place and draft.places) or draft.trigger.sentence.title:
        return None
    place = places[draft.places[0]]
    told = draft.judgement.status == "current" and place.precision not in _WIDE
    return place if told and _deadly(draft) else None


def _deadly(draft: Draft) -> bool:
    return any(toll.kind == "killed" and not toll.subset and toll.min for toll in draft.casualties)


def wider(one: Draft, other: Draft, places: Sequence[Place], hit: frozenset[str]) -> bool:
    """Whether one is told of a country in which several towns were ``hit``, and the other of a town."""
    if not (one.own_place and other.own_place and one.places and other.places):
        return False
    first, second = places[one.places[0]], places[other.places[0]]
    apart = (first.precision == "country") != (second.precision == "country")
    titled = one.trigger.sentence.title or other.trigger.sentence.title
    return apart and not titled and first.country in hit and first.country == second.country
