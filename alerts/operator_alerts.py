"""Alerts about Tocsin itself: a feed that went silent, fails, is gone, or is well again."""

from __future__ import annotations

from datetime import datetime

from alerts.ids import digest
from alerts.messages import Alert, Change
from alerts.sql_store import SqlStore
from alerts.stores import AlertState
from ingest.health import Transition

RULE = "tocsin.feeds"
_SEVERITY = {"gone": "high", "failing": "medium", "stale": "medium", "recovered": "info"}


def feed_alert(transition: Transition, store: SqlStore, now: datetime) -> Alert | None:
    """The alert for a change of a feed's health; None where it was told before.

    One illness is one alert: what follows up to the recovery are its revisions, so one thread.
    """
    told = f"told:{transition.id}"
    if store.memory(RULE, told) is not None:
        return None
    store.remember(RULE, told, b"1")
    episode_key = f"episode:{transition.feed_id}"
    begun = store.memory(RULE, episode_key)
    episode = begun.decode() if begun else str(transition.id)
    store.remember(RULE, episode_key, b"" if transition.kind == "recovered" else episode.encode())
    incident = digest("feed", transition.feed_id, episode)
    known = store.alert(digest("alert", RULE, incident))
    alert = _alert(transition, incident, known.alert if known else None, now)
    store.save_alert(AlertState(alert=alert, raised=True, sent=True))
    return alert


def _alert(transition: Transition, incident: str, known: Alert | None, now: datetime) -> Alert:
    name = transition.title or transition.feed_id
    text = f"{transition.kind}: {transition.reason}"
    return Alert(
        id=digest("alert", RULE, incident),
        revision=known.revision + 1 if known else 1,
        rule=RULE,
        rule_name="Feed health",
        kind="operator",
        severity=_SEVERITY.get(transition.kind, "medium"),
        incident=incident,
        reason="status" if known else "new",
        headline=f"Feed {name} {text}",
        labels={"feed": transition.feed_id, "state": transition.kind},
        publishers=0,
        changes=(Change(kind="status", text=text),) if known else (),
        occurred=transition.at,
        created=known.created if known else now,
        updated=now,
    )
