"""Silences by command, and inhibition."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from alerts import silences
from alerts.inhibition import Inhibitors, compile_inhibitions
from alerts.routing_labels import labels_of
from config.errors import UsageError
from config.models.channels import ChannelsFile
from streams.state import open_state
from tests.support.delivery import START, Recorder, Rig, make_alert, make_config, update_of

HOUR = timedelta(hours=1)


@pytest.fixture
def engine(state_url: str) -> Iterator[Engine]:
    engine = open_state(state_url)
    yield engine
    engine.dispose()


def rig(engine: Engine, tmp_path: Path, **more: Any) -> Rig:
    config = make_config(tmp_path, {"channels": {"one": {"type": "terminal"}}, **more})
    return Rig(engine, config, {"one": Recorder()})


def test_a_silence_by_command_holds_from_now_until_its_end(engine: Engine, tmp_path: Path) -> None:
    test = rig(engine, tmp_path)
    made = silences.add(
        engine, {"region": ["idlib"]}, until=START + HOUR, reason="exercise", by="desk", now=START
    )
    test.tell(make_alert(1), make_alert(2, regions=("paris",)))
    assert test.states() == {"suppressed": 1, "sent": 1}
    assert made.id in test.rows(state="suppressed")[0].why
    assert "exercise" in test.rows(state="suppressed")[0].why
    test.advance(hours=1)
    test.tell(make_alert(3))
    assert test.states() == {"suppressed": 1, "sent": 2}
    test.oracle()


def test_a_silence_ended_by_hand(engine: Engine, tmp_path: Path) -> None:
    test = rig(engine, tmp_path)
    made = silences.add(engine, {"rule": ["/idlib.*/"]}, until=START + HOUR, reason="x", by="y", now=START)
    silences.expire(engine, made.id, START)
    test.tell(make_alert())
    assert test.states() == {"sent": 1}
    assert silences.list_all(engine, test.config.channels, START) == ()
    assert len(silences.list_all(engine, test.config.channels)) == 1
    with pytest.raises(UsageError, match="no running silence"):
        silences.expire(engine, made.id, START)
    with pytest.raises(UsageError, match=r"channels\.yaml"):
        silences.expire(engine, "file-0", START)


def test_silences_that_make_no_sense_are_refused(engine: Engine) -> None:
    with pytest.raises(UsageError, match="at least one matcher"):
        silences.add(engine, {}, until=START + HOUR, reason="x", by="y", now=START)
    with pytest.raises(UsageError, match="end"):
        silences.add(engine, {"rule": ["a"]}, until=START - HOUR, reason="x", by="y", now=START)


def inhibitors(sources: list[Any], **rule: Any) -> Inhibitors:
    channels = ChannelsFile.model_validate({"inhibit": [rule]})
    return Inhibitors(compile_inhibitions(channels), sources, START)


def test_an_inhibitor_needs_equal_labels() -> None:
    source = make_alert(1, severity="critical")
    found = inhibitors(
        [source], source={"severity": "critical"}, target={"severity": ["low", "high"]}, equal=["region"]
    )
    near, far = make_alert(2), make_alert(3, regions=("paris",))
    assert found.reason(near, labels_of(near)) == f"inhibited by alert {source.id} of rule {source.rule}"
    assert found.reason(far, labels_of(far)) is None
    assert found.reason(source, labels_of(source)) is None


def test_no_alert_inhibits_itself_nor_its_peer() -> None:
    one, other = make_alert(1), make_alert(2)
    found = inhibitors([one, other], source={"severity": "high"}, target={"region": "idlib"})
    assert found.reason(one, labels_of(one)) is None
    assert found.reason(other, labels_of(other)) is None


def test_an_inhibitor_wears_off() -> None:
    old = make_alert(1, severity="critical", updated=START - timedelta(hours=7))
    found = inhibitors([old], source={"severity": "critical"}, target={"severity": "high"})
    target = make_alert(2)
    assert found.reason(target, labels_of(target)) is None


def test_inhibited_over_the_database_and_told_once_it_is_over(engine: Engine, tmp_path: Path) -> None:
    test = rig(
        engine,
        tmp_path,
        inhibit=[{"source": {"severity": "critical"}, "target": {"severity": "high"}, "lasts": "1h"}],
    )
    alert = make_alert(2)
    test.tell(make_alert(1, severity="critical"), alert)
    assert test.states() == {"sent": 1, "suppressed": 1}
    test.advance(hours=2)
    test.tell(update_of(alert, updated=test.now))
    assert test.states() == {"sent": 2, "suppressed": 1}
    recorder = test.senders["one"]
    assert isinstance(recorder, Recorder)
    assert recorder.sent[-1].items[0].first  # the target never heard of it before
    test.oracle()
