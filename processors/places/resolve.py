"""Which place a name means: every candidate of every name scored together, document by document.

One sense per document: mentions of the same name are one *topic*. A candidate starts from its prior (fame:
log population, number of alternate names, kind, whether the name is its first name). Then, a few rounds
long, it
gains from the other topics: candidates nearby, in the same admin-1 or country, and, much more, from an
explicit "X, Y" where it lies in Y. Demonyms and the feed's country vote for countries. This is mean-field
inference on a fully connected graph; nothing random, nothing learned.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processors.messages import Place
from processors.places.records import EARTH_RADIUS_KM, Entry, Hit
from processors.places.sources import table_rows

Matrix = NDArray[np.floating[Any]]

MAX_CANDIDATES = 40  # per name, the best by prior and those that another name holds
MAX_TOPICS = 150  # names that support each other
MAX_JOINT = 400  # names that receive support; a text with more is taken in parts
ROUNDS = 4


@dataclass(frozen=True, slots=True, eq=False)  # its hash is asked for each candidate
class Weights:
    """The constants of the score, in units of log-odds."""

    population: float = 0.32  # per natural log of inhabitants
    alternates: float = 0.2  # per natural log of alternate names
    primary: float = 1.5
    romanized: float = -1.0
    country: float = 3.0
    region: float = 3.0
    admin1: float = 1.66
    admin2: float = 1.2
    supplement: float = 3.0
    own: float = 9.0
    near: float = 4.0  # other names lie nearby ...
    near_km: float = 75.0
    near_slope: float = 1.33  # ... how few suffice
    same_admin1: float = 3.0
    admin1_slope: float = 0.8
    same_country: float = 0.6  # all other names lie in this country
    containment: float = 6.0
    home_country: float = 2.5
    demonym: float = 1.5
    division_of_city: float = -0.5  # a division called after its city, where the text does not say "province"
    division_of_nation: float = -6.0  # a division called as its country: 'Mexico' is hardly Mexico City
    said_division: float = 4.0
    said_city: float = 2.0
    usual: float = 2.5  # the sense that the news usually means


DEFAULT = Weights()


@dataclass(slots=True)
class Topic:
    """One name of a document with all its mentions and what it may mean."""

    key: str
    hits: list[Hit]
    weight: float = 1.0  # how much it supports others
    within: set[int] = field(default_factory=set)  # topics that "X, Y" puts around it
    order: int = 0
    said_division: bool = False  # "X province", "the governorate of X"
    said_city: bool = False  # "the city of X"
    entries: list[Entry] = field(default_factory=list)
    priors: list[float] = field(default_factory=list)
    probabilities: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    place: Place | None = None  # what all its mentions have in common, once resolved


def prior(hit: Hit, w: Weights) -> float:
    """The score of a candidate without any context."""
    entry = hit.entry
    score = w.population * math.log(entry.population + 100) + w.alternates * math.log(entry.alternates + 1)
    score += w.primary if hit.primary else 0.0
    score += w.romanized if hit.loose else 0.0
    score += _of_kinds(w).get(entry.kind, 0.0)
    score += (0.0, w.supplement, w.own)[entry.priority]
    return score


@lru_cache(maxsize=8)
def _of_kinds(w: Weights) -> dict[str, float]:
    regions = dict.fromkeys(("region", "water", "site"), w.region)
    return {"country": w.country, "admin1": w.admin1, "admin2": w.admin2, **regions}


def _unit_vectors(lat: Matrix, lon: Matrix) -> Matrix:
    phi, lam = np.radians(lat), np.radians(lon)
    flat = np.cos(phi)
    points = np.empty((len(lat), 3), dtype=lat.dtype)
    points[:, 0], points[:, 1], points[:, 2] = flat * np.cos(lam), flat * np.sin(lam), np.sin(phi)
    return points


@dataclass(slots=True)
class _Field:
    """All candidates of all topics side by side."""

    topic: NDArray[np.int64]
    starts: list[int]  # of each topic's candidates, and the end of the last
    prior: Matrix
    points: Matrix
    country: NDArray[np.int64]
    admin1: NDArray[np.int64]
    admin2: NDArray[np.int64]
    row: NDArray[np.int64]
    is_country: NDArray[np.bool_]
    is_region: NDArray[np.bool_]


def resolve(
    topics: Sequence[Topic],
    votes: dict[str, float],
    home: str | None = None,
    weights: Weights = DEFAULT,
) -> None:
    """Fill each topic's entries, probabilities and scores, the best candidate first.

    ``votes`` are weights for countries (ISO codes) from demonyms; ``home`` is the country of the feed.
    """
    for topic in topics:
        ranked = _ranked(topic, weights)
        kept = _kept(ranked, topic, topics)
        topic.entries = [hit.entry for _, _, hit in kept]
        topic.priors = [score for score, _, _ in kept]
    active = [t for t in topics if t.entries]
    gain = _country_gain(votes, home, weights)
    for start in range(0, len(active), MAX_JOINT):
        _infer(active[start : start + MAX_JOINT], topics, gain, weights)


def _ranked(topic: Topic, w: Weights) -> list[tuple[float, int, Hit]]:
    """The topic's hits with their priors, the best first."""
    scores = [prior(hit, w) for hit in topic.hits]
    kinds = [hit.entry.kind for hit in topic.hits]
    usual = usual_senses().get(topic.key.split(",", 1)[0])
    nations = {hit.entry.country for hit in topic.hits if hit.entry.kind == "country"}
    for i, hit in enumerate(topic.hits):
        if kinds[i] == "city":
            scores[i] += w.said_city if topic.said_city else 0.0
        elif kinds[i] in ("admin1", "admin2") and topic.said_division:
            scores[i] += w.said_division
        elif kinds[i] in ("admin1", "admin2"):
            scores[i] += w.division_of_nation if hit.entry.country in nations else 0.0
            _prefer_seat(i, hit.entry.row, topic, scores, w)
    for i, hit in enumerate(topic.hits):
        scores[i] += w.usual if usual == hit.entry.geoname_id else 0.0
    return sorted(
        ((s, i, hit) for i, (s, hit) in enumerate(zip(scores, topic.hits, strict=True))), key=_best_first
    )


@lru_cache(maxsize=1)
def usual_senses() -> dict[str, int]:
    """Folded names to the GeoNames id that the news usually means, where fame would say otherwise."""
    return {row[0]: int(row[1]) for row in table_rows("usual.tsv", 3)}


def _best_first(item: tuple[float, int, Hit]) -> tuple[float, int]:
    return -item[0], item[1]


def _prefer_seat(division: int, row: int, topic: Topic, scores: list[float], w: Weights) -> None:
    """A division called after a city in it: the bare name means the city, which is as well known as both."""
    seats = [
        i
        for i, hit in enumerate(topic.hits)
        if hit.entry.kind == "city" and row in (hit.entry.admin1_row, hit.entry.admin2_row)
    ]
    if seats:
        seat = max(seats, key=scores.__getitem__)
        scores[seat] = max(scores[seat], scores[division])
        scores[division] += w.division_of_city


def _kept(
    ranked: list[tuple[float, int, Hit]], topic: Topic, topics: Sequence[Topic]
) -> list[tuple[float, int, Hit]]:
    seen: set[int] = set()
    unique = []
    for item in ranked:
        if item[2].entry.row not in seen:
            seen.add(item[2].entry.row)
            unique.append(item)
    if len(unique) <= MAX_CANDIDATES:
        return unique
    holders = {h.entry.row for i in topic.within for h in topics[i].hits}
    head, rest = unique[:MAX_CANDIDATES], unique[MAX_CANDIDATES:]
    return (
        head + [x for x in rest if {x[2].entry.admin1_row, x[2].entry.admin2_row} & holders][:MAX_CANDIDATES]
    )


def _lay_out(active: list[Topic]) -> _Field:
    entries = [e for t in active for e in t.entries]
    codes: dict[str, int] = {"": -1}
    country = np.array([codes.setdefault(e.country, len(codes)) for e in entries])
    lat = np.array([e.latitude for e in entries], dtype=np.float32)
    lon = np.array([e.longitude for e in entries], dtype=np.float32)
    sizes = [len(t.entries) for t in active]
    return _Field(
        topic=np.repeat(np.arange(len(active)), sizes),
        starts=[0, *itertools.accumulate(sizes)],
        prior=np.array([p for t in active for p in t.priors], dtype=np.float32),
        points=_unit_vectors(lat, lon),
        country=country,
        admin1=np.array([e.admin1_row if e.admin1_row >= 0 else -2 - i for i, e in enumerate(entries)]),
        admin2=np.array([e.admin2_row for e in entries]),
        row=np.array([e.row for e in entries]),
        is_country=np.array([e.kind == "country" for e in entries]),
        is_region=np.array([e.kind in ("region", "water") for e in entries]),
    )


def _softmax(scores: Matrix, f: _Field) -> Matrix:
    """Probabilities within each topic."""
    starts = f.starts[:-1]
    weights = np.exp(scores - np.maximum.reduceat(scores, starts)[f.topic])
    return np.asarray(weights / np.add.reduceat(weights, starts)[f.topic], dtype=np.float32)


@dataclass(slots=True)
class _Ties:
    """Who supports whom, for every candidate (rows) and every supporter (columns)."""

    near: Matrix
    admin1: Matrix
    country: Matrix


def _ties(f: _Field, supporters: NDArray[np.int64], w: Weights) -> _Ties:
    """How much each supporter, were it true, would support each candidate, by kind of support."""
    cosine = np.minimum(np.maximum(f.points @ f.points[supporters].T, -1.0), 1.0)
    near = np.exp(-EARTH_RADIUS_KM * np.arccos(cosine) / w.near_km)
    wide = f.is_country | f.is_region
    near[wide] = 0.0
    near[:, wide[supporters]] = 0.0
    country = (f.country[:, None] == f.country[supporters][None, :]) & (f.country[:, None] >= 0)
    admin1 = (f.admin1[:, None] == f.admin1[supporters][None, :]).astype(np.float32)
    same = f.topic[:, None] == f.topic[supporters][None, :]
    same |= _namesakes(f)[:, None] & (f.row[:, None] == f.row[supporters][None, :])
    ties = _Ties(near.astype(np.float32), admin1, country.astype(np.float32))
    for matrix in (ties.near, ties.admin1, ties.country):
        matrix[same] = 0.0
    return ties


def _namesakes(f: _Field) -> NDArray[np.bool_]:
    """Candidates of names that countries bear: 'Mexico City' nearby does not make 'Mexico' that city."""
    nations = np.zeros(len(f.starts), dtype=np.bool_)
    nations[f.topic[f.is_country]] = True
    return np.asarray(nations[f.topic])


def _holds(f: _Field, inner: slice, outer: slice) -> NDArray[np.bool_]:
    """For pairs of candidates: outer is the division or country of inner."""
    row = f.row[outer][None, :]
    division = (f.admin1[inner][:, None] == row) | (f.admin2[inner][:, None] == row)
    nation = f.is_country[outer][None, :] & (f.country[inner][:, None] == f.country[outer][None, :])
    different = f.row[inner][:, None] != row
    return np.asarray((division | nation) & different)


def _infer(active: list[Topic], topics: Sequence[Topic], gain: dict[str, float], w: Weights) -> None:
    f = _lay_out(active)
    base: Matrix = f.prior + np.array(
        [gain.get(e.country, 0.0) for t in active for e in t.entries], dtype=np.float32
    )
    count = len(active)
    if count == 1 or len(f.topic) == count:  # nothing to weigh against each other
        _store(active, f, base, _softmax(base, f))
        return
    order = sorted(range(count), key=lambda i: (-active[i].weight, active[i].order))[:MAX_TOPICS]
    supports = np.zeros(count, dtype=np.bool_)
    supports[order] = True
    supporters = np.flatnonzero(supports[f.topic])
    ties = _ties(f, supporters, w)
    weight = np.array([t.weight for t in active], dtype=np.float32)
    strength_of = weight[f.topic[supporters]]
    others = np.maximum(weight[order].sum() - (weight * supports)[f.topic], 1.0)
    links = _links(active, topics, f)
    score: Matrix = base
    for _ in range(ROUNDS):
        p = _softmax(score, f)
        strength = p[supporters] * strength_of
        score = base + w.near * (1.0 - np.exp(-w.near_slope * (ties.near @ strength)))
        score += w.same_admin1 * (1.0 - np.exp(-w.admin1_slope * (ties.admin1 @ strength)))
        score += w.same_country * (ties.country @ strength) / others
        for inner, outer, holds in links:
            score[inner] += w.containment * np.maximum.reduce(holds * p[outer][None, :], axis=1)
            score[outer] += 0.6 * w.containment * np.maximum.reduce(holds * p[inner][:, None], axis=0)
    _store(active, f, score, _softmax(score, f))


def _country_gain(votes: dict[str, float], home: str | None, w: Weights) -> dict[str, float]:
    """What a candidate gains from lying in a country."""
    gain: dict[str, float] = {}
    for weight, table in ((w.demonym, votes), (w.home_country, {home: 1.0} if home else {})):
        total = sum(table.values())
        for country, value in table.items():
            gain[country] = gain.get(country, 0.0) + weight * value / total * (1 - math.exp(-total))
    return gain


Link = tuple[slice, slice, NDArray[np.bool_]]


def _links(active: list[Topic], topics: Sequence[Topic], f: _Field) -> list[Link]:
    index = {id(topic): i for i, topic in enumerate(active)}
    links = []
    for i, topic in enumerate(active):
        for other in sorted(topic.within):
            j = index.get(id(topics[other]))
            if j is not None:
                inner = slice(f.starts[i], f.starts[i + 1])
                outer = slice(f.starts[j], f.starts[j + 1])
                links.append((inner, outer, _holds(f, inner, outer)))
    return links


def _store(active: list[Topic], f: _Field, score: Matrix, p: Matrix) -> None:
    scores, probabilities = score.tolist(), p.tolist()
    for i, topic in enumerate(active):
        start = f.starts[i]
        order = sorted(range(len(topic.entries)), key=lambda k: (-scores[start + k], k))
        topic.entries = [topic.entries[k] for k in order]
        topic.priors = [topic.priors[k] for k in order]
        topic.scores = [scores[start + k] for k in order]
        topic.probabilities = [probabilities[start + k] for k in order]
