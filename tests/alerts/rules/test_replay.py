"""Replaying enriched documents: a dry run reports, an executing one writes once and sends only when asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from alerts.outbox_tables import notices
from alerts.replay import Asked, Replayed, replay_enriched
from alerts.rules import compile_rules
from alerts.tables import alerts
from config.models.root import Config
from processors.messages import ENRICHED
from streams.codec import encode
from streams.embedded import EmbeddedBroker
from streams.records import OutputRecord
from streams.state import open_state, reading
from streams.topics import create_topics
from tests.support.enriched import ATME, NOON, PARIS, enriched
from tests.support.rules import config_of

RULE = {"id": "idlib-raids", "when": {"regions": ["idlib"], "events": ["raid"]}}
TOWNS = {"Atme": ATME, "Paris": PARIS, "Sarmada": "city SY SY-ID 36.19 36.73"}


@pytest.fixture
def engine(state_url: str) -> Iterator[sa.Engine]:
    engine = open_state(state_url)
    yield engine
    engine.dispose()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_of(RULE, folder=tmp_path)


@pytest.fixture
def broker(tmp_path: Path, config: Config) -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker(tmp_path / "log.db")
    create_topics(broker, config)
    producer = broker.producer()
    for number, (name, facts) in enumerate(TOWNS.items()):
        doc = enriched(
            f"Troops {{{{raided|raid current}}}} a house in [[{name}|{facts}]].",
            id=f"d{number}",
            published=NOON + timedelta(days=number),
        )
        producer.send(OutputRecord(config.topic(ENRICHED), doc.id.encode(), encode(doc)))
    producer.send(OutputRecord(config.topic(ENRICHED), b"x", b"not json"))
    producer.flush()
    yield broker
    broker.close()


def count(engine: sa.Engine, table: sa.Table) -> int:
    with reading(engine) as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def replay(broker: EmbeddedBroker, config: Config, engine: sa.Engine, **asked: object) -> Replayed:
    return replay_enriched(broker, config, compile_rules(config), engine, Asked(**asked))


def test_a_dry_run_reports_and_writes_nothing(
    broker: EmbeddedBroker, config: Config, engine: sa.Engine
) -> None:
    found = replay(broker, config, engine, replay_id="r1")
    assert (found.documents, found.malformed, found.new, found.finished) == (3, 1, {"idlib-raids": 2}, True)
    assert count(engine, alerts) == 0
    assert replay(broker, config, engine, replay_id="r1").new == {"idlib-raids": 2}


def test_executing_twice_writes_once_and_sends_nothing(
    broker: EmbeddedBroker, config: Config, engine: sa.Engine
) -> None:
    assert replay(broker, config, engine, replay_id="r1", execute=True).new == {"idlib-raids": 2}
    again = replay(broker, config, engine, replay_id="r2", execute=True)
    assert (again.new, again.documents) == ({}, 3)
    assert (count(engine, alerts), count(engine, notices)) == (2, 0)
    assert replay(broker, config, engine, replay_id="r3").known == {"idlib-raids": 2}


def test_notify_also_sends_once(broker: EmbeddedBroker, config: Config, engine: sa.Engine) -> None:
    for replay_id in ("r1", "r2"):
        replay(broker, config, engine, replay_id=replay_id, execute=True, notify=True)
    assert count(engine, notices) == 2


def test_only_the_articles_of_the_stretch_count(
    broker: EmbeddedBroker, config: Config, engine: sa.Engine
) -> None:
    found = replay(broker, config, engine, replay_id="r1", since=NOON + timedelta(days=1))
    assert (found.documents, found.new) == (2, {"idlib-raids": 1})


def test_an_alert_is_known_by_its_incident_where_the_stretch_begins_after_its_first_report(
    broker: EmbeddedBroker, config: Config, engine: sa.Engine
) -> None:
    later = enriched(
        f"Soldiers {{{{stormed|raid current}}}} a home in [[Atme|{ATME}]].",
        id="later",
        published=NOON + timedelta(hours=5),
    )
    producer = broker.producer()
    producer.send(OutputRecord(config.topic(ENRICHED), b"later", encode(later)))
    producer.flush()
    replay(broker, config, engine, replay_id="r1", execute=True)
    assert count(engine, alerts) == 2
    stretch = {"since": NOON + timedelta(hours=1), "until": NOON + timedelta(hours=9)}
    found = replay(broker, config, engine, replay_id="r2", **stretch)
    assert (found.documents, found.new, found.known) == (1, {}, {"idlib-raids": 1})
