"""Both stores lead to the same alerts; several alerters at once open one incident."""

from __future__ import annotations

import threading
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.alerter import AlerterStage
from alerts.raising import Raiser
from alerts.rules import compile_rules
from alerts.sql_store import SqlStore
from alerts.stores import MemoryStore
from alerts.tables import alerts, incidents
from processors.messages import EnrichedDocument
from streams.codec import encode
from streams.records import Record, TopicPartition
from streams.state import open_state, reading, writing
from tests.support.enriched import ALEPPO, ATME, IDLIB, NOON, SYRIA, enriched
from tests.support.rules import config_of, rule_set

RULES = (
    {"id": "idlib", "when": {"regions": ["idlib"], "events": ["any"]}},
    {"id": "twice", "when": {"events": ["raid"]}, "corroboration": {"publishers": 2, "within": "6h"}},
    {"id": "many", "when": {"regions": ["syria"]}, "frequency": {"count": 3, "within": "12h"}},
    {"id": "fresh", "when": {"regions": ["syria"]}, "new": {"field": "place", "absent": "2d"}},
)
SPOTS = {"Atme": ATME, "Idlib": IDLIB, "Aleppo": ALEPPO, "Syria": SYRIA}


@st.composite
def articles(draw: st.DrawFn) -> EnrichedDocument:
    name = draw(st.sampled_from(sorted(SPOTS)))
    kind = draw(st.sampled_from(["raid", "airstrike", "attack"]))
    status = draw(st.sampled_from(["current", "current", "denied"]))
    killed = draw(st.sampled_from(["", "killed=2", "killed=9"]))
    number = draw(st.integers(0, 30))
    return enriched(
        f"Forces {{{{hit|{kind} {status} {killed}}}}} a house in [[{name}|{SPOTS[name]}]].",
        id=f"d{number}-{name}{kind}{status}{killed}",
        publisher=f"P{number % 4}",
        story=f"s{number % 7}",
        published=NOON + timedelta(hours=draw(st.integers(0, 60))),
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(articles(), max_size=12))
def test_the_database_and_the_memory_agree(docs: list[EnrichedDocument]) -> None:
    rules = rule_set(*RULES)
    engine = open_state("sqlite://")
    memory = Raiser(rules, MemoryStore())
    try:
        for doc in docs:
            now = doc.effective or NOON
            matches = rules.evaluate(doc, now)
            with writing(engine) as connection:
                stored = Raiser(rules, SqlStore(connection)).document(doc, matches, now)
            assert memory.document(doc, matches, now) == stored
    finally:
        engine.dispose()


def test_alerters_at_once_open_one_incident(state_url: str) -> None:
    engine = open_state(state_url)
    config = config_of(RULES[0])
    rules = compile_rules(config)
    barrier = threading.Barrier(4)

    def alert(number: int) -> None:
        stage = AlerterStage(config, rules, engine, lambda: NOON)
        doc = enriched(
            f"Forces {{{{hit|raid current on=2026-09-01}}}} a house in [[Atme|{ATME}]].",
            id=f"d{number}",
            publisher=f"P{number}",
        )
        stage.process(Record("tocsin.enriched", number, 0, 0, b"k", encode(doc)))
        barrier.wait()
        stage.checkpoint({TopicPartition("tocsin.enriched", number): 1})

    threads = [threading.Thread(target=alert, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        assert len(connection.execute(incidents.select()).all()) == 1
        assert len(connection.execute(alerts.select()).all()) == 1
    engine.dispose()
