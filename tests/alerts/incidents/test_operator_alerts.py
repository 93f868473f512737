"""Alerts about feeds: one for each illness, told once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from alerts.messages import Alert
from alerts.operator_alerts import feed_alert
from alerts.sql_store import SqlStore
from ingest.health import Transition
from streams.state import open_state, writing
from tests.support.enriched import NOON


def told(engine: Engine, number: int, kind: str) -> Alert | None:
    change = Transition(
        number, "daily", kind, f"{kind} since noon", NOON + timedelta(hours=number), "The Daily"
    )
    with writing(engine) as connection:
        return feed_alert(change, SqlStore(connection), change.at)


def test_one_illness_is_one_alert_with_revisions(state_url: str) -> None:
    engine = open_state(state_url)
    first, worse, well = (told(engine, n, kind) for n, kind in enumerate(("stale", "failing", "recovered")))
    again, next_time = told(engine, 1, "failing"), told(engine, 3, "stale")
    engine.dispose()
    assert first is not None
    assert worse is not None
    assert well is not None
    assert next_time is not None
    assert again is None
    assert [alert.revision for alert in (first, worse, well)] == [1, 2, 3]
    assert {first.id, worse.id, well.id} == {first.id}
    assert next_time.id != first.id
    assert (first.kind, well.severity) == ("operator", "info")
    assert "The Daily" in first.headline
