"""From settings to the log and the state database."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.errors import UsageError
from config.models.root import Config
from config.models.settings import RetentionSettings, Settings
from streams.backoff import Backoff
from streams.embedded import EmbeddedBroker
from streams.kafka import KafkaBroker
from streams.lag import group_lag
from streams.open import open_broker, state_url
from streams.records import TopicSpec
from streams.topics import PIPELINE, topic_specs
from tests.streams.contract import read, write


def config(tmp_path: Path, **settings: object) -> Config:
    return Config(folder=tmp_path / "config", settings=Settings.model_validate(settings))


def test_the_embedded_log_lies_in_the_data_folder(tmp_path: Path) -> None:
    broker = open_broker(config(tmp_path))
    assert isinstance(broker, EmbeddedBroker)
    assert broker.path == tmp_path / "tocsin-data" / "log.db"


def test_the_embedded_log_may_lie_elsewhere(tmp_path: Path) -> None:
    broker = open_broker(config(tmp_path, log=f"embedded://{tmp_path}/x/log.db"))
    assert isinstance(broker, EmbeddedBroker)
    assert broker.path == tmp_path / "x" / "log.db"


def test_kafka_is_opened_without_connecting(tmp_path: Path) -> None:
    with closing(open_broker(config(tmp_path, log="kafka://127.0.0.1:9,127.0.0.1:10"))) as broker:
        assert isinstance(broker, KafkaBroker)


def test_another_address_is_refused(tmp_path: Path) -> None:
    odd = config(tmp_path)
    odd = odd.model_copy(update={"settings": odd.settings.model_copy(update={"log": "redis://x"})})
    with pytest.raises(UsageError, match=r"redis://x.*kafka://host:9092"):
        open_broker(odd)


def test_the_state_is_a_file_in_the_data_folder_unless_it_is_named(tmp_path: Path) -> None:
    assert state_url(config(tmp_path)) == f"sqlite:///{tmp_path}/tocsin-data/state.db"
    assert (tmp_path / "tocsin-data").is_dir()
    named = config(tmp_path, state=SecretStr("postgresql://u:p@h/d"))
    assert state_url(named) == "postgresql://u:p@h/d"


def test_every_topic_has_its_retention_and_its_dead_letters(tmp_path: Path) -> None:
    specs = {spec.name: spec for spec in topic_specs(config(tmp_path, prefix="p.", partitions=7))}
    assert set(PIPELINE) == {"articles", "documents", "enriched", "alerts"}
    assert set(specs) == {f"p.{name}{end}" for name in PIPELINE for end in ("", ".dlq")}
    assert specs["p.articles"] == TopicSpec("p.articles", 7, 14 * 86_400_000)
    assert specs["p.alerts.dlq"].retention_ms == 90 * 86_400_000


def test_retention_zero_keeps_for_ever(tmp_path: Path) -> None:
    kept = config(tmp_path, retention=RetentionSettings.model_validate({"articles": "0"}))
    assert next(spec for spec in topic_specs(kept) if spec.name == "tocsin.articles").retention_ms is None


def test_backoff_grows_to_its_limit_and_begins_anew() -> None:
    backoff = Backoff(first=1, limit=8)
    waits = [backoff.next() for _ in range(6)]
    for wait, step in zip(waits, (1, 2, 4, 8, 8, 8), strict=True):
        assert step / 2 <= wait <= step
    backoff.reset()
    assert backoff.next() <= 1


def test_lag_tells_of_every_partition(tmp_path: Path) -> None:
    times = iter(range(1000, 10_000, 1000))
    broker = EmbeddedBroker(tmp_path / "log.db", clock=lambda: next(times, 10_000))
    broker.ensure_topics([TopicSpec("t", 2)])
    for number in range(3):
        write(broker, "t", 1, start=number, partition=0)
    write(broker, "t", 50, partition=1)
    with closing(broker.consumer("g", ["t"])) as consumer:
        first = next(record for record in read(consumer, 53) if record.partition == 0)
        consumer.commit({first.place: 1})
    near, far = group_lag(broker, "g", ["t", "nowhere"])
    assert (near.partition, near.committed, near.end, near.lag) == (0, 1, 3, 2)
    assert near.oldest is not None
    assert near.oldest > first.timestamp
    assert (far.partition, far.committed, far.end, far.lag) == (1, None, 50, 50)
