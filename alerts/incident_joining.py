"""Is this report about that incident? A score with its reasons, so that wrong joins can be looked into.

What rules a join out: types of different families, places that cannot be one place at their precisions,
stated dates that do not meet. What remains adds up: type, place, date, actors, tolls, names, wording, and
whether the text is a copy of one that was joined before. The weights were set by hand from the cases in
benchmarks/data/incidents.jsonl; docs/incidents.md explains them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from alerts.event_conditions import plain
from alerts.incidents import PRECISION, Incident
from alerts.messages import AlertPlace
from alerts.region_shapes import distance_km
from alerts.reports import Day, Report
from processors.messages import Actor
from processors.places.admin import same_admin1
from processors.taxonomy import compatible, specificity

THRESHOLD = 2.5
HORIZON = timedelta(days=10)  # articles further apart than this are about different incidents
_SAME_SPOT_KM = 3.0  # two settlements nearer than this are one
_IN_DISTRICT_KM = 45.0  # and centres of one settlement in different gazetteers


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a report fits an incident; ``score`` None: it cannot be."""

    score: float | None
    reasons: tuple[str, ...]

    @property
    def joins(self) -> bool:
        """Whether the report belongs to the incident."""
        return self.score is not None and self.score >= THRESHOLD


def choose(report: Report, candidates: Iterable[Incident]) -> Incident | None:
    """The incident that the report belongs to; of several the best, then the oldest; None: a new one."""
    best: tuple[float, float, str] | None = None
    chosen: Incident | None = None
    for incident in candidates:
        found = fit(report, incident)
        if not found.joins or found.score is None:
            continue
        rank = (-found.score, incident.first.timestamp(), incident.id)
        if best is None or rank < best:
            best, chosen = rank, incident
    return chosen


def fit(report: Report, incident: Incident) -> Fit:
    """Score a report against an incident."""
    if any(source.key == report.key for source in incident.sources):
        return Fit(100.0, ("the same document's event",))
    if report.story and report.story in incident.stories and _could_be(report, incident):
        return Fit(50.0, ("a copy of a text already joined",))
    total = 0.0
    reasons = []
    for part in (_type, _place, _day, _actors, _tolls, _wording):
        points, reason = part(report, incident)
        if points is None:
            return Fit(None, (reason,))
        total += points
        if reason:
            reasons.append(f"{reason} ({points:+.1f})")
    return Fit(total, tuple(reasons))


Points = tuple[float | None, str]


def _could_be(report: Report, incident: Incident) -> bool:
    return all(part(report, incident)[0] is not None for part in (_type, _place, _day))


def _type(report: Report, incident: Incident) -> Points:
    if report.is_mention or incident.type == "mention":
        return 0.0, "no event type"
    if report.type in incident.types:
        return 1.0, "same type"
    others = [known for known in incident.types if known != "mention" and compatible(report.type, known)]
    if others:
        vague = not specificity(report.type) or not all(specificity(known) for known in others)
        return (0.7 if vague else 0.3), f"{report.type} may be {incident.type}"
    if any(source.document == report.document for source in incident.sources):
        return 0.3, "told in the same article"
    return None, f"{report.type} is no {incident.type}"


def _place(report: Report, incident: Incident) -> Points:
    told, known = report.place, incident.place
    if told is None or known is None or "unknown" in {told.precision, known.precision}:
        if told is not None and known is not None and plain(told.name) == plain(known.name):
            return 1.5, "same place name"
        return -0.5, "place unknown"
    if told.country and known.country and told.country != known.country:
        return _homonyms(report, incident, told, known)
    coarse = min(PRECISION.get(told.precision, 0), PRECISION.get(known.precision, 0))
    if coarse >= PRECISION["city"]:
        return _settlements(told, known)
    if coarse <= PRECISION["country"]:
        return 0.2, "same country"
    if told.admin1 and known.admin1 and not same_admin1(told.admin1, known.admin1):
        return None, f"{told.admin1} is not {known.admin1}"
    if coarse == PRECISION["admin1"]:
        return (1.2 if told.precision == known.precision else 0.7), "same province"
    return _district(told, known)


def _homonyms(report: Report, incident: Incident, told: AlertPlace, known: AlertPlace) -> Points:
    """One name in two countries: one of the articles was misread where the same number of people died."""
    same_toll = report.killed is not None and report.killed == incident.killed and report.killed[0] > 1
    if same_toll and plain(told.name) == plain(known.name):
        return 0.3, f"{told.name} may be misplaced"
    return None, f"{told.country} is not {known.country}"


def _settlements(told: AlertPlace, known: AlertPlace) -> Points:
    same_id = told.geoname_id is not None and told.geoname_id == known.geoname_id
    away = _distance(told, known)
    if same_id or (plain(told.name) == plain(known.name) and (away is None or away < _IN_DISTRICT_KM)):
        return 2.0, "same place"
    if away is not None and away <= _SAME_SPOT_KM:
        return 1.5, f"{away:.0f} km apart"
    return None, f"{told.name} is not {known.name}"


def _district(told: AlertPlace, known: AlertPlace) -> Points:
    if plain(told.name) == plain(known.name):
        return 1.5, "same district"
    away = _distance(told, known)
    if told.precision == known.precision or away is None or away > _IN_DISTRICT_KM:
        return None, f"{told.name} is not in {known.name}"
    return -0.3, "perhaps within the district"


def _distance(told: AlertPlace, known: AlertPlace) -> float | None:
    if told.latitude is None or told.longitude is None or known.latitude is None or known.longitude is None:
        return None
    return distance_km(told.latitude, told.longitude, known.latitude, known.longitude)


def _day(report: Report, incident: Incident) -> Points:
    told, known = report.day, incident.day
    if told.stated and known.stated:
        gap = _gap(told, known)
        if gap == 0:
            return 1.5, "same day"
        return (-2.0, "a day apart") if gap == 1 else (None, f"{gap} days apart")
    if told.stated or known.stated:
        gap = _gap(told, known)
        if gap:
            return -0.7 * gap, f"{gap} days apart"
        stated, assumed = (told, known) if told.stated else (known, told)
        return (1.0, "said on the day") if stated.end == assumed.end else (0.5, "said the day after")
    gap = abs((told.end - known.end).days)
    return (0.8, 0.1, -0.8)[gap] if gap < 3 else -1.5 - 0.3 * gap, f"{gap} days between the articles"


def _gap(one: Day, other: Day) -> int:
    """Whole days between two stretches; 0 where they meet."""
    first: tuple[date, date] = (one.start, one.end)
    second: tuple[date, date] = (other.start, other.end)
    return max(0, (second[0] - first[1]).days, (first[0] - second[1]).days)


def _actors(report: Report, incident: Incident) -> Points:
    told, known = _agents(report.actors), _agents(incident.actors)
    if not told or not known:
        return 0.0, ""
    if told & known:
        return 0.7, "same actor"
    return -0.7, "other actors"


def _agents(actors: tuple[Actor, ...]) -> frozenset[str]:
    return frozenset(
        plain(actor.name) for actor in actors if actor.role == "agent" and actor.kind != "unidentified"
    )


def _tolls(report: Report, incident: Incident) -> Points:
    total = 0.0
    reasons = []
    for what, told, known in (
        ("killed", report.killed, incident.killed),
        ("injured", report.injured, incident.injured),
    ):
        if told is None or known is None:
            continue
        points = _toll(told[0], known[0])
        total += points
        reasons.append(f"{told[0]} and {known[0]} {what}")
    return max(-1.5, min(1.5, total)), ", ".join(reasons)


def _toll(told: int, known: int) -> float:
    if told == known:
        return 0.4 if told <= 1 else 1.0
    low, high = sorted((told, known))
    if high - low <= 2 or high <= low * 1.6:
        return 0.2
    return -0.3 if high <= low * 3 else -1.0


def _wording(report: Report, incident: Incident) -> Points:
    counted = _agents(report.actors) & _agents(incident.actors)  # as "same actor" already
    shared_names = (report.names & incident.names) - counted
    points = min(1.0, 0.5 * len(shared_names))
    same_language = incident.wording.get(report.language or "")
    if not same_language or not report.wording:
        return points, f"shared names {', '.join(sorted(shared_names)[:3])}" if shared_names else ""
    overlap = len(report.wording & same_language) / min(len(report.wording), len(same_language))
    for least, worth in ((0.6, 1.2), (0.4, 0.8), (0.25, 0.4), (0.12, 0.0)):
        if overlap >= least:
            return points + worth, f"wording {overlap:.0%} alike"
    return points - 0.4, f"wording {overlap:.0%} alike"
