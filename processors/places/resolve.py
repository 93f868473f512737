"""Which place a name means: every candidate of every name scored together, document by document.

One sense per document: mentions of the same name are one *topic*. A candidate starts from its prior (fame:
log population, number of alternate names, kind, whether the name is its first name). Then, a few rounds
long, it
gains from the other topics: candidates nearby, in the same admin-1 or country, and, much more, from an
explicit "X, Y" where it lies in Y. Demonyms and the feed's country vote for countries. This is mean-field
inference on a fully connected graph; nothing random, nothing learned.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from processors.places.records import EARTH_RADIUS_KM, Entry, Hit

Matrix = NDArray[np.float32]

MAX_CANDIDATES = 40  # per name, the best by prior and those that another name holds
MAX_TOPICS = 150  # names that support each other; further ones only receive support
ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Weights:
    """The constants of the score, in units of log-odds."""

    population: float = 0.30  # per natural log of inhabitants
    alternates: float = 0.45  # per natural log of alternate names
    primary: float = 0.8
    romanized: float = -1.0
    country: float = 6.0
    region: float = 3.0
    admin1: float = 3.6
    admin2: float = 0.6
    supplement: float = 3.0
    own: float = 9.0
    capital: float = 0.0
    near: float = 3.2  # all other names lie nearby
    near_km: float = 120.0
    same_admin1: float = 1.8
    same_country: float = 1.6
    same_place: float = 0.5
    containment: float = 7.0
    home_country: float = 1.5
    demonym: float = 1.2
    temperature: float = 1.0


DEFAULT = Weights()


@dataclass(slots=True)
class Topic:
    """One name of a document with all its mentions and what it may mean."""

    key: str
    hits: list[Hit]
    weight: float = 1.0  # how much it supports others
    within: set[int] = field(default_factory=set)  # topics that "X, Y" puts around it
    order: int = 0
    entries: list[Entry] = field(default_factory=list)
    priors: list[float] = field(default_factory=list)
    probabilities: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    support: list[str] = field(default_factory=list)


def prior(hit: Hit, w: Weights) -> float:
    """The score of a candidate without any context."""
    entry = hit.entry
    score = w.population * math.log(entry.population + 100) + w.alternates * math.log(entry.alternates + 1)
    score += w.primary if hit.primary else 0.0
    score += w.romanized if hit.loose else 0.0
    score += {"country": w.country, "region": w.region, "water": w.region, "site": w.region}.get(
        entry.kind, 0.0
    )
    score += {"admin1": w.admin1, "admin2": w.admin2}.get(entry.kind, 0.0)
    score += (0.0, w.supplement, w.own)[entry.priority]
    return score


def _unit_vectors(lat: Matrix, lon: Matrix) -> Matrix:
    phi, lam = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1)


@dataclass(slots=True)
class _Field:
    """All candidates of all topics side by side."""

    topic: NDArray[np.int64]
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
        ranked = sorted(
            ((prior(hit, weights), i, hit) for i, hit in enumerate(topic.hits)), key=lambda x: (-x[0], x[1])
        )
        kept = _kept(ranked, topic, topics)
        topic.entries = [hit.entry for _, _, hit in kept]
        topic.priors = [score for score, _, _ in kept]
    active = [t for t in topics if t.entries]
    if active:
        _infer(active, list(topics), votes, home, weights)


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
    return _Field(
        topic=np.repeat(np.arange(len(active)), [len(t.entries) for t in active]),
        prior=np.array([p for t in active for p in t.priors], dtype=np.float32),
        points=_unit_vectors(lat, lon),
        country=country,
        admin1=np.array([e.admin1_row if e.admin1_row >= 0 else -2 - i for i, e in enumerate(entries)]),
        admin2=np.array([e.admin2_row for e in entries]),
        row=np.array([e.row for e in entries]),
        is_country=np.array([e.kind == "country" for e in entries]),
        is_region=np.array([e.kind in ("region", "water") for e in entries]),
    )


def _softmax(scores: Matrix, topic: NDArray[np.int64], count: int, temperature: float) -> Matrix:
    top = np.full(count, -np.inf, dtype=np.float32)
    np.maximum.at(top, topic, scores)
    weights = np.exp((scores - top[topic]) / temperature)
    total = np.zeros(count, dtype=np.float32)
    np.add.at(total, topic, weights)
    return np.asarray(weights / total[topic], dtype=np.float32)


def _affinity(f: _Field, supporters: NDArray[np.int64], w: Weights) -> Matrix:
    """How much each supporter, were it true, would support each candidate."""
    cosine = np.clip(f.points @ f.points[supporters].T, -1.0, 1.0)
    km = EARTH_RADIUS_KM * np.arccos(cosine)
    wide = f.is_country | f.is_region
    affinity = w.near * np.exp(-km / w.near_km)
    affinity[wide] = 0.0
    affinity[:, wide[supporters]] = 0.0
    same_country = (f.country[:, None] == f.country[supporters][None, :]) & (f.country[:, None] >= 0)
    affinity += w.same_country * same_country
    affinity += w.same_admin1 * (f.admin1[:, None] == f.admin1[supporters][None, :])
    affinity[f.topic[:, None] == f.topic[supporters][None, :]] = 0.0
    return np.asarray(affinity, dtype=np.float32)


def _holds(f: _Field, inner: NDArray[np.int64], outer: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For pairs of candidates: outer is the division or country of inner."""
    row = f.row[outer][None, :]
    division = (f.admin1[inner][:, None] == row) | (f.admin2[inner][:, None] == row)
    nation = f.is_country[outer][None, :] & (f.country[inner][:, None] == f.country[outer][None, :])
    different = f.row[inner][:, None] != row
    return np.asarray((division | nation) & different)


def _infer(
    active: list[Topic], topics: list[Topic], votes: dict[str, float], home: str | None, w: Weights
) -> None:
    f = _lay_out(active)
    count = len(active)
    base = f.prior + _votes(active, votes, home, w)
    index = {id(t): i for i, t in enumerate(active)}
    order = sorted(range(count), key=lambda i: (-active[i].weight, active[i].order))[:MAX_TOPICS]
    supporters = np.flatnonzero(np.isin(f.topic, order))
    affinity = _affinity(f, supporters, w)
    weight = np.array([t.weight for t in active], dtype=np.float32)
    total = weight[order].sum()
    links = _links(active, topics, index, f)
    score = base
    for _ in range(ROUNDS):
        p = _softmax(score, f.topic, count, w.temperature)
        strength = p[supporters] * weight[f.topic[supporters]]
        others = np.maximum(total - weight[f.topic] * np.isin(f.topic, order), 1.0)
        score = base + (affinity @ strength) / others * np.minimum(1.0, 0.45 + 0.2 * np.sqrt(others))
        for inner, outer, holds in links:
            score[inner] += w.containment * (holds * p[outer][None, :]).max(axis=1)
            score[outer] += 0.6 * w.containment * (holds * p[inner][:, None]).max(axis=0)
    p = _softmax(score, f.topic, count, w.temperature)
    _store(active, f, score, p)


def _votes(active: list[Topic], votes: dict[str, float], home: str | None, w: Weights) -> Matrix:
    total = sum(votes.values())
    gain = []
    for topic in active:
        for entry in topic.entries:
            value = w.demonym * votes.get(entry.country, 0.0) / total if total else 0.0
            gain.append(value + (w.home_country if home and entry.country == home else 0.0))
    return np.array(gain, dtype=np.float32)


Link = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]


def _links(active: list[Topic], topics: list[Topic], index: dict[int, int], f: _Field) -> list[Link]:
    links = []
    for topic in active:
        inner = np.flatnonzero(f.topic == index[id(topic)]) if topic.within else None
        for other in sorted(topic.within):
            if inner is not None and id(topics[other]) in index:
                outer = np.flatnonzero(f.topic == index[id(topics[other])])
                links.append((inner, outer, _holds(f, inner, outer)))
    return links


def _store(active: list[Topic], f: _Field, score: Matrix, p: Matrix) -> None:
    for i, topic in enumerate(active):
        mine = np.flatnonzero(f.topic == i)
        order = mine[np.argsort(-score[mine], kind="stable")]
        start = mine[0]
        topic.entries = [topic.entries[j - start] for j in order]
        topic.priors = [topic.priors[j - start] for j in order]
        topic.scores = [float(score[j]) for j in order]
        topic.probabilities = [float(p[j]) for j in order]
