"""What the outbox forgets, and what it never does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from alerts.outbox_retention import forget
from alerts.outbox_tables import attempts, deliveries, notices, outbox
from config.errors import ChannelPermanent, ChannelTransient
from streams.state import reading
from tests.support.delivery import START, Recorder, Rig, make_alert, make_config, update_of

KEEP = timedelta(days=90)


def rig_of(engine: Engine, folder: Path, recorder: Recorder | None = None, **channel: Any) -> Rig:
    settings = {"type": "terminal", "rate_limit": {"count": 1000}, **channel}
    config = make_config(folder, {"channels": {"one": settings}, "route": {"channel": "one"}})
    return Rig(engine, config, {"one": recorder or Recorder()})


def counts(engine: Engine) -> list[int]:
    with reading(engine) as connection:
        return [
            connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (notices, outbox, deliveries, attempts)
        ]


def test_what_is_long_over_is_forgotten_within_the_time_nothing_is(engine: Engine, tmp_path: Path) -> None:
    recorder = Recorder()
    recorder.script = [ChannelPermanent("no such channel")]
    rig = rig_of(engine, tmp_path, recorder)
    rig.tell(make_alert(1), make_alert(2))
    assert rig.states() == {"failed": 1, "sent": 1}
    rig.advance(days=89)
    assert counts(engine) == [2, 2, 2, 2]
    rig.advance(days=2)
    assert counts(engine) == [0, 0, 0, 0]


def test_what_is_not_final_is_never_forgotten(engine: Engine, tmp_path: Path) -> None:
    recorder = Recorder()
    recorder.script = [ChannelTransient("later")] * 100_000
    rig = rig_of(engine, tmp_path, recorder, give_up_after="400d")
    rig.tell(make_alert(1))
    assert forget(engine, KEEP, START + timedelta(days=300)) == 0
    assert rig.states() == {"pending": 1}
    assert counts(engine)[:3] == [1, 1, 1]


def test_an_incident_is_kept_whole_until_the_last_word_on_it_is_old(engine: Engine, tmp_path: Path) -> None:
    rig = rig_of(engine, tmp_path)
    rig.tell(make_alert(1))
    rig.advance(days=80)
    rig.tell(update_of(make_alert(1)))
    rig.advance(days=80)
    assert counts(engine) == [2, 2, 2, 2]
    rig.advance(days=11)
    assert counts(engine) == [0, 0, 0, 0]


def test_a_message_about_several_incidents_stays_as_long_as_one_of_them(
    engine: Engine, tmp_path: Path
) -> None:
    rig = rig_of(engine, tmp_path, digest="0 8 * * *")
    rig.tell(make_alert(1), make_alert(2))
    rig.advance(days=1)
    rig.tell(update_of(make_alert(2)))
    rig.advance(days=1)
    assert len(rig.deliveries()) == 2
    over = rig.now + KEEP - timedelta(hours=24)  # after the first digest, before the second
    assert forget(engine, KEEP, over) == 1
    assert counts(engine) == [2, 2, 2, 2]


def test_batches_and_alerts_without_a_route(engine: Engine, tmp_path: Path) -> None:
    config = make_config(tmp_path, {"channels": {"one": {"type": "terminal"}}, "route": {"routes": []}})
    rig = Rig(engine, config, {"one": Recorder()})
    rig.tell(*(make_alert(number) for number in range(7)))
    late = START + timedelta(days=91)
    done = [forget(engine, KEEP, late, at_once=3) for _ in range(4)]
    assert (done, counts(engine)) == ([3, 3, 1, 0], [0, 0, 0, 0])
