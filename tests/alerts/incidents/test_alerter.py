"""The alerter stage: alerts, outbox and offsets in one transaction, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from alerts.alerter import AlerterStage
from alerts.messages import ALERTS, Alert
from alerts.outbox_tables import notices
from alerts.rules import compile_rules
from alerts.tables import alert_revisions, alerts, incidents
from processors.messages import ENRICHED, EnrichedDocument
from streams.codec import decode, encode
from streams.embedded import EmbeddedBroker
from streams.records import OutputRecord, Record, TopicPartition
from streams.state import open_state, reading
from streams.worker import Worker
from tests.support.enriched import ATME, NOON, enriched
from tests.support.rules import config_of

RULE = {"id": "idlib-raids", "when": {"regions": ["idlib"], "events": ["raid"]}}


@pytest.fixture
def engine(state_url: str) -> Iterator[sa.Engine]:
    engine = open_state(state_url)
    yield engine
    engine.dispose()


def raid(number: int, facts: str = "") -> EnrichedDocument:
    return enriched(
        f"Troops {{{{raided|raid current on=2026-09-01 {facts}}}}} a house in [[Atme|{ATME}]].",
        id=f"d{number}",
        publisher=f"Paper {number}",
    )


def record(doc: EnrichedDocument, offset: int) -> Record:
    return Record("tocsin.enriched", 0, offset, 0, doc.id.encode(), encode(doc))


def stage_of(engine: sa.Engine, *rules: dict[str, object], now: datetime = NOON) -> AlerterStage:
    config = config_of(*(rules or (RULE,)))
    return AlerterStage(config, compile_rules(config), engine, lambda: now)


def count(engine: sa.Engine, table: sa.Table) -> int:
    with reading(engine) as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


PLACE = TopicPartition("tocsin.enriched", 0)


def test_a_checkpoint_writes_all_of_it(engine: sa.Engine) -> None:
    stage = stage_of(engine)
    stage.process(record(raid(1), 0))
    assert count(engine, notices) == 0
    stage.checkpoint({PLACE: 1})
    assert [count(engine, table) for table in (incidents, alerts, alert_revisions, notices)] == [1, 1, 1, 1]
    assert stage_of(engine).restore([PLACE]) == {PLACE: 1}


def test_what_is_discarded_leaves_no_trace(engine: sa.Engine) -> None:
    stage = stage_of(engine)
    stage.process(record(raid(1), 0))
    stage.discard()
    stage.checkpoint({PLACE: 1})
    assert count(engine, alerts) == 0


def test_the_same_record_twice_is_one_notice(engine: sa.Engine) -> None:
    stage = stage_of(engine)
    for offset in (0, 1):
        stage.process(record(raid(1), offset))
        stage.checkpoint({PLACE: offset + 1})
    assert count(engine, notices) == 1


def test_a_fenced_member_writes_nothing(engine: sa.Engine) -> None:
    old, new = stage_of(engine), stage_of(engine)
    old.restore([PLACE])
    new.restore([PLACE])
    new.process(record(raid(1), 0))
    new.checkpoint({PLACE: 1})
    old.process(record(raid(2, "killed=5"), 0))
    with pytest.raises(Exception, match="another worker"):
        old.checkpoint({PLACE: 1})
    assert count(engine, notices) == 1


def test_ticks_publish_each_revision_once(engine: sa.Engine) -> None:
    stage = stage_of(engine)
    stage.process(record(raid(1), 0))
    stage.checkpoint({PLACE: 1})
    published = stage.tick()
    assert [decode(output.value, Alert).revision for output in published] == [1]
    stage.checkpoint({})
    assert stage.tick() == []


def raised(engine: sa.Engine, count: int) -> None:
    stage = stage_of(engine)
    for number in range(count):
        stage.process(record(raid(number, f"killed={number + 1}"), number))
        stage.checkpoint({PLACE: number + 1})


def test_what_one_alerter_publishes_another_leaves(engine: sa.Engine) -> None:
    raised(engine, 3)
    one, other = stage_of(engine), stage_of(engine)
    assert len(one.tick()) == 3
    assert other.tick() == []
    other.checkpoint({})
    one.checkpoint({})
    assert (one.tick(), other.tick()) == ([], [])


def test_what_an_alerter_rolled_back_it_publishes_itself_at_once(engine: sa.Engine) -> None:
    raised(engine, 1)
    stage = stage_of(engine)
    assert len(stage.tick()) == 1
    stage.discard()
    assert len(stage.tick()) == 1


@pytest.mark.parametrize("gone", [timedelta(seconds=61), timedelta(seconds=-61)])
def test_what_a_dead_alerter_claimed_another_publishes(engine: sa.Engine, gone: timedelta) -> None:
    raised(engine, 1)
    assert len(stage_of(engine).tick()) == 1
    assert stage_of(engine, now=NOON + timedelta(seconds=30)).tick() == []
    heir = stage_of(engine, now=NOON + gone)
    assert len(heir.tick()) == 1
    heir.checkpoint({})
    assert stage_of(engine, now=NOON + timedelta(hours=1)).tick() == []


def test_two_alerters_at_once_publish_each_revision_once(engine: sa.Engine, state_url: str) -> None:
    raised(engine, 40)
    engines = [open_state(state_url) for _ in range(2)]
    start = threading.Barrier(2)
    published: list[tuple[str, int]] = []

    def work(own: sa.Engine) -> None:
        stage = stage_of(own)
        start.wait()
        for _ in range(5):
            outputs = stage.tick()
            published.extend((a.id, a.revision) for a in (decode(o.value, Alert) for o in outputs))
            stage.checkpoint({})

    threads = [threading.Thread(target=work, args=(own,)) for own in engines]
    for thread in threads:
        thread.start()
    for thread, own in zip(threads, engines, strict=True):
        thread.join()
        own.dispose()
    assert len(published) == 40
    assert len(set(published)) == 40


def test_a_silence_rule_speaks_once(engine: sa.Engine) -> None:
    rule = {"id": "quiet", "when": {"feeds": ["sana"]}, "silence": {"for": "6h"}}
    start = stage_of(engine, rule)
    start.tick()
    start.checkpoint({})
    for hours, expected in ((5, 0), (7, 1), (8, 1), (30, 1)):
        stage = stage_of(engine, rule, now=NOON + timedelta(hours=hours))
        stage.tick()
        stage.checkpoint({})
        assert count(engine, notices) == expected


def test_through_the_worker_on_the_embedded_log(engine: sa.Engine, tmp_path: Path) -> None:
    config = config_of(RULE, folder=tmp_path)
    broker = EmbeddedBroker(tmp_path / "log.db")
    stage = AlerterStage(config, compile_rules(config), engine, lambda: NOON)
    stop = threading.Event()
    worker = Worker(stage, broker, config)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        producer = broker.producer()
        _wait_for_topics(broker, config.topic(ENRICHED))
        for number in range(3):
            doc = raid(number, f"killed={number + 1}")
            producer.send(OutputRecord(config.topic(ENRICHED), b"same key", encode(doc)))
        producer.flush()
        reader = broker.consumer("test", [config.topic(ALERTS)])
        found: list[Alert] = []
        for _ in range(200):
            found += [decode(item.value, Alert) for item in reader.poll(0.1)]
            if len(found) >= 3:
                break
    finally:
        stop.set()
        thread.join()
        broker.close()
    assert [alert.revision for alert in found] == [1, 2, 3]
    assert len({alert.id for alert in found}) == 1


def _wait_for_topics(broker: EmbeddedBroker, topic: str) -> None:
    for _ in range(200):
        if topic in broker.topics():
            return
        threading.Event().wait(0.05)
    raise AssertionError("the worker made no topics")
