"""From matches to alerts: join reports to incidents, then decide for each rule whether to tell, and why.

One alert is one incident under one rule; its id says so. The same document again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from alerts.counting import Counting
from alerts.evidence import add_evidence, evidence, follow_up_evidence
from alerts.headlines import headline
from alerts.ids import digest
from alerts.incident_changes import CONFIRMED, material_changes, snapshot
from alerts.incident_joining import choose
from alerts.incidents import Incident, absorb, open_incident, side_by_side
from alerts.matches import Match
from alerts.messages import Alert, AlertPlace, Change
from alerts.reports import Report, alert_place, make_report, outline, with_wording
from alerts.rule_compiler import CompiledRule
from alerts.rules import RuleSet
from alerts.sources import most_independent_within
from alerts.stores import AlertState, Store
from processors.messages import EnrichedDocument, Event, Place

_RECENT = timedelta(days=7)  # a past event this near its article may be one that was alerted


@dataclass(frozen=True, slots=True)
class Raised:
    """A revision of an alert; ``send``: it goes to delivery, else it is only kept."""

    alert: Alert
    send: bool


class Raiser:
    """Turns matches into alerts.

    ``backfill``: id of the replay that does it, None for the live stream; ``notify``: whether a replay's
    alerts are also sent; ``learn``: whether ``new`` rules first watch for as long as they look back.
    """

    def __init__(
        self,
        rules: RuleSet,
        store: Store,
        *,
        backfill: str | None = None,
        notify: bool = False,
        learn: bool = True,
    ) -> None:
        self._rules = rules
        self._store = store
        self._backfill = backfill
        self._sends = notify or backfill is None
        self._counting = Counting(store, learn=learn)
        self._silence_rules = [
            rule for rule in rules.rules if rule.rule.enabled and rule.rule.silence is not None
        ]

    def document(self, doc: EnrichedDocument, matches: Sequence[Match], now: datetime) -> list[Raised]:
        """Everything that one document leads to."""
        incidents: dict[str, Incident] = {}
        members: dict[tuple[str, str], list[Match]] = {}
        for group, incident in self._joined(_by_event(matches), now):
            incidents[incident.id] = incident
            for match in group:
                members.setdefault((incident.id, match.rule), []).append(match)
        raised: list[Raised] = []
        for (incident_id, rule), found in members.items():
            raised += self._rule(self._rules.by_id[rule], found, incidents[incident_id], now)
        matched = {match.event.trigger.start for match in matches if match.event is not None}
        raised += self._follow_ups(doc, matched, now)
        return list({item.alert.id: item for item in raised}.values())

    def passed(self, now: datetime) -> list[Raised]:
        """What the passing of time alone leads to: silence rules."""
        raised = []
        for rule in self._silence_rules:
            alert = self._counting.silent(rule, now)
            if alert is not None and self._store.alert(alert.id) is None:
                raised.append(self._keep(alert, fresh=True))
        return raised

    def _joined(self, groups: list[list[Match]], now: datetime) -> Iterator[tuple[list[Match], Incident]]:
        """Each event with its incident. Those that join a known one come first.

        An article that tells of one event in two ways ("raid", "abducted") has only one of them in common
        with the articles before; the other then joins it as told in the same article.
        """
        waiting: list[tuple[list[Match], Report]] = []
        for group in groups:
            report = _report(group[0], now)
            known = self._known(report)
            if known is None:
                waiting.append((group, report))
            else:
                yield group, self._join(report, known)
        for group, report in waiting:
            yield group, self._join(report, self._known(report) if len(groups) > 1 else None)

    def _known(self, report: Report) -> Incident | None:
        return self._store.incident_of(report.key) or choose(report, self._store.candidates(report))

    def _join(self, report: Report, known: Incident | None) -> Incident:
        incident = absorb(known, report) if known else open_incident(report)
        self._store.save_incident(incident, report)
        return incident

    def _rule(
        self, rule: CompiledRule, matches: list[Match], incident: Incident, now: datetime
    ) -> Iterator[Raised]:
        best = max(matches, key=lambda match: len(match.reasons))
        if rule.rule.kind == "match":
            found = self._match(rule, best, incident, now)
            if found is not None:
                yield found
            return
        for match in matches:
            for alert in self._counting.matched(rule, match, incident, now):
                if self._store.alert(alert.id) is None:
                    yield self._keep(alert, fresh=not match.stale)

    def _match(self, rule: CompiledRule, match: Match, incident: Incident, now: datetime) -> Raised | None:
        id_ = digest("alert", rule.id, incident.id)
        state = self._store.alert(id_)
        alert = self._compose(rule, match, incident, state.alert if state else None, now)
        if state is None or not state.sent:
            return self._first(rule, match, incident, state, alert)
        changes = material_changes(state.told, incident)
        if not changes or match.stale:
            self._store.save_alert(msgspec.structs.replace(state, alert=_quiet(alert, state.alert)))
            return None
        return self._update(state, alert, incident, changes)

    def _first(
        self, rule: CompiledRule, match: Match, incident: Incident, state: AlertState | None, alert: Alert
    ) -> Raised | None:
        """The first word on an incident, unless it must wait for a second publisher or comes too late."""
        due = _corroborated(rule, incident) and not match.stale
        before = state is not None and state.raised
        send = due and self._sends
        if not due or (before and not send):
            kept = alert if state is None else _quiet(alert, state.alert)
            self._store.save_alert(AlertState(alert=kept, raised=before, sent=False))
            return None
        revision = alert.revision + 1 if before else 1
        alert = msgspec.structs.replace(alert, revision=revision, reason="new", changes=())
        self._store.save_alert(AlertState(alert=alert, raised=True, sent=send, told=snapshot(incident)))
        return Raised(alert, send)

    def _update(
        self, state: AlertState, alert: Alert, incident: Incident, changes: tuple[Change, ...]
    ) -> Raised:
        alert = msgspec.structs.replace(
            alert,
            revision=state.alert.revision + 1,
            reason=", ".join(dict.fromkeys(change.kind for change in changes)),
            changes=changes,
        )
        self._store.save_alert(msgspec.structs.replace(state, alert=alert, told=snapshot(incident)))
        return Raised(alert, self._sends)

    def _follow_ups(self, doc: EnrichedDocument, matched: set[int], now: datetime) -> Iterator[Raised]:
        """Denials and later tolls of incidents that were alerted, told by articles that no rule asks for."""
        for event in doc.events:
            if event.trigger.start in matched or not _may_follow_up(event, doc, now):
                continue
            place = doc.places[event.places[0]] if event.places else None
            report = outline(doc, event, place, now)
            known, near = self._store.incident_of(report.key), list(self._store.candidates(report))
            if known is None and not near:
                continue
            report = with_wording(report, doc, event, doc.text[slice(*(event.sentence or (0, 0)))])
            known = known or choose(report, near)
            if known is None:
                continue
            incident = absorb(known, report)
            self._store.save_incident(incident, report)
            for state in self._store.alerts_of(incident.id):
                changes = material_changes(state.told, incident) if state.sent else ()
                if changes and state.alert.rule in self._rules.by_id:
                    alert = _with_incident(state.alert, incident, now)
                    alert = msgspec.structs.replace(
                        alert, evidence=add_evidence(alert.evidence, follow_up_evidence(doc, report, event))
                    )
                    yield self._update(state, alert, incident, changes)

    def _keep(self, alert: Alert, *, fresh: bool) -> Raised:
        alert = msgspec.structs.replace(alert, backfill=self._backfill)
        send = fresh and self._sends
        self._store.save_alert(AlertState(alert=alert, raised=True, sent=send))
        return Raised(alert, send)

    def _compose(
        self, rule: CompiledRule, match: Match, incident: Incident, known: Alert | None, now: datetime
    ) -> Alert:
        place = _shown_place(match, incident, self._rules)
        return Alert(
            id=digest("alert", rule.id, incident.id),
            revision=known.revision if known else 1,
            rule=rule.id,
            rule_name=rule.rule.name,
            kind="match",
            severity=rule.rule.severity,
            incident=incident.id,
            headline=headline(incident, place, match.document.title),
            event_type=None if incident.type == "mention" else incident.type,
            status=incident.status,
            regions=tuple(sorted({*(known.regions if known else ()), *match.regions})),
            place=place,
            date=incident.dates(),
            casualties=side_by_side(incident),
            actors=incident.actors,
            publishers=incident.publishers,
            corroborated=incident.publishers >= CONFIRMED,
            confidence=round(min(1.0, incident.confidence + 0.05 * (incident.publishers - 1)), 3),
            evidence=add_evidence(known.evidence if known else (), evidence(match)),
            labels=dict(rule.rule.labels),
            occurred=incident.first,
            created=known.created if known else now,
            updated=now,
            backfill=known.backfill if known else self._backfill,
        )


def _report(match: Match, now: datetime) -> Report:
    places = match.document.places
    place = match.place
    if match.event is not None and match.event.places and match.event.places[0] < len(places):
        place = places[match.event.places[0]]
    return make_report(match.document, match.event, place, match.sentence, now)


def _by_event(matches: Iterable[Match]) -> list[list[Match]]:
    """Matches of several rules on one event (or one sentence) together, in order."""
    groups: dict[tuple[str, int], list[Match]] = {}
    for match in matches:
        event = match.event
        key = ("event", event.trigger.start) if event else (match.sentence, -1)
        groups.setdefault(key, []).append(match)
    return list(groups.values())


def _corroborated(rule: CompiledRule, incident: Incident) -> bool:
    asked = rule.rule.corroboration
    if asked is None:
        return True
    telling = [source for source in incident.sources if source.status != "denied"]
    return most_independent_within(telling, asked.within) >= asked.publishers


def _quiet(alert: Alert, before: Alert) -> Alert:
    """The alert with new evidence, but the revision that people have."""
    return msgspec.structs.replace(
        alert, revision=before.revision, reason=before.reason, changes=before.changes, updated=before.updated
    )


def _with_incident(alert: Alert, incident: Incident, now: datetime) -> Alert:
    title = alert.evidence[0].title if alert.evidence else alert.headline
    return msgspec.structs.replace(
        alert,
        headline=headline(incident, alert.place, title),
        status=incident.status,
        casualties=side_by_side(incident),
        publishers=incident.publishers,
        corroborated=incident.publishers >= CONFIRMED,
        updated=now,
    )


def _shown_place(match: Match, incident: Incident, rules: RuleSet) -> AlertPlace | None:
    """The incident's place; where another of the match's places is the one in the rule's region, that one."""
    own = match.place
    region = match.regions[0] if match.regions else None
    known = incident.place
    if own is None or known is None:
        return known if own is None else alert_place(own, region)
    if known.geoname_id == own.geoname_id or not match.regions:
        return msgspec.structs.replace(known, region=region)
    inside = rules.regions.of(_as_place(known)) & set(match.regions)
    return msgspec.structs.replace(known, region=region) if inside else alert_place(own, region)


def _as_place(place: AlertPlace) -> Place:
    return Place(
        start=0,
        end=0,
        text=place.name,
        name=place.name,
        country=place.country,
        admin1=place.admin1,
        latitude=place.latitude,
        longitude=place.longitude,
        precision=place.precision,
    )


def has_follow_ups(doc: EnrichedDocument, now: datetime) -> bool:
    """Whether the document may change an alert even where no rule asks for it."""
    return any(_may_follow_up(event, doc, now) for event in doc.events)


def _may_follow_up(event: Event, doc: EnrichedDocument, now: datetime) -> bool:
    if event.status == "denied":
        return True
    if event.status != "background" or event.date is None or event.date.text is None:
        return False
    if not event.casualties:
        return False
    told = doc.effective or doc.published or now
    return event.date.end >= (told - _RECENT).date().isoformat()
