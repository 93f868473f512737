"""When messages go: groups, quiet hours, digests, reminders, escalations, rate limits. Time is injected."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from alerts.acknowledgements import acknowledge
from alerts.outbox import enqueue
from config.errors import ChannelPermanent
from streams.state import writing
from tests.support.delivery import Recorder, Rig, make_alert, make_config, update_of
from tests.support.slack import Slack, limits_broken


class Flow:
    """A rig over recorders."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder

    def __call__(self, route: dict[str, Any] | None = None, **more: Any) -> Rig:
        channels = more.pop("channels", {"one": {"type": "terminal"}, "boss": {"type": "terminal"}})
        contents = {"channels": channels, "route": route or {"channel": "one"}, **more}
        config = make_config(self.folder, contents)
        return Rig(self.engine, config, {name: Recorder() for name in channels})


@pytest.fixture
def flow(engine: Engine, tmp_path: Path) -> Flow:
    return Flow(engine, tmp_path)


def sent(rig: Rig, channel: str = "one") -> list[Any]:
    recorder = rig.senders[channel]
    assert isinstance(recorder, Recorder)
    return recorder.sent


def test_without_settings_an_alert_goes_at_once(flow: Flow) -> None:
    rig = flow()
    rig.tell(make_alert())
    assert len(sent(rig)) == 1
    assert sent(rig)[0].form == "single"


def test_a_group_waits_and_goes_together(flow: Flow) -> None:
    rig = flow({"channel": "one", "group_by": "region", "group_wait": "30s"})
    rig.tell(make_alert(1))
    rig.advance(seconds=20)
    rig.tell(make_alert(2), make_alert(3, regions=("paris",)))
    assert sent(rig) == []
    rig.advance(seconds=10)
    assert [len(message.items) for message in sent(rig)] == [2]
    assert sent(rig)[0].form == "group"
    rig.advance(seconds=20)
    assert [len(message.items) for message in sent(rig)] == [2, 1]


def test_group_interval_spaces_the_messages_of_a_group(flow: Flow) -> None:
    rig = flow({"channel": "one", "group_by": "region", "group_interval": "5m"})
    rig.tell(make_alert(1))
    rig.advance(minutes=1)
    rig.tell(make_alert(2))
    rig.advance(minutes=1)
    rig.tell(make_alert(3))
    assert len(sent(rig)) == 1
    assert rig.rows(state="pending")[0].why == "group_interval"
    rig.advance(minutes=3)
    assert [len(message.items) for message in sent(rig)] == [1, 2]
    rig.oracle()


def test_updates_within_the_wait_join(flow: Flow) -> None:
    rig = flow({"channel": "one", "group_wait": "1m"})
    alert = make_alert()
    rig.tell(alert, update_of(alert, headline="now 14"))
    rig.advance(minutes=1)
    (message,) = sent(rig)
    (item,) = message.items
    assert (item.alert.revision, item.first, item.changes) == (2, True, ())
    assert rig.states() == {"sent": 2}


def test_quiet_hours_wait_and_never_drop(flow: Flow) -> None:
    rig = flow(
        {"channel": "one", "mute": "night"},
        intervals={"night": {"from": "22:00", "to": "07:00", "timezone": "Asia/Damascus"}},
    )
    rig.now = datetime(2026, 9, 1, 20, 0, tzinfo=UTC)
    rig.tell(make_alert(1), make_alert(2))
    assert sent(rig) == []
    assert "quiet: in interval night until 2026-09-02 04:00 UTC" in rig.rows()[0].why
    rig.advance(hours=7, minutes=59)
    assert sent(rig) == []
    rig.advance(minutes=2)
    assert len(sent(rig)) == 2
    rig.oracle()


def test_a_silence_made_during_quiet_hours_counts(flow: Flow) -> None:
    rig = flow(
        {"channel": "one", "mute": "night"},
        intervals={"night": {"from": "22:00", "to": "07:00"}},
        silences=[
            {
                "match": {"region": "idlib"},
                "from": "2026-09-02T06:00Z",
                "until": "2026-09-02T08:00Z",
                "reason": "drill",
                "by": "desk",
            }
        ],
    )
    rig.now = datetime(2026, 9, 1, 23, 0, tzinfo=UTC)
    rig.tell(make_alert())
    assert rig.states() == {"pending": 1}
    rig.advance(hours=9)
    assert rig.states() == {"suppressed": 1}
    assert "drill" in rig.rows()[0].why


def test_a_digest_collects(flow: Flow) -> None:
    rig = flow(channels={"one": {"type": "terminal", "digest": "0 7 * * *"}})
    rig.tell(make_alert(1), make_alert(2))
    rig.advance(hours=10)
    rig.tell(make_alert(3))
    assert sent(rig) == []
    rig.advance(hours=11)
    (message,) = sent(rig)
    assert (message.form, len(message.items)) == ("digest", 3)
    assert message.title.startswith("[high] Digest: 3 alerts")
    rig.advance(days=2)
    assert len(sent(rig)) == 1  # nothing new, nothing sent
    rig.oracle()


def test_reminders_until_somebody_acknowledges(flow: Flow, engine: Engine) -> None:
    rig = flow({"channel": "one", "repeat_interval": "4h", "repeat_for": "3d"})
    rig.tell(make_alert())
    rig.advance(hours=9)
    assert [message.items[0].kind for message in sent(rig)] == ["alert", "reminder", "reminder"]
    acknowledge(engine, make_alert().id, by="desk", now=rig.now)
    rig.advance(days=3)
    assert len(sent(rig)) == 3
    assert rig.rows(kind="reminder")[-1].state == "suppressed"
    assert "acknowledged by desk" in rig.rows(kind="reminder")[-1].why


def test_an_update_puts_the_reminder_off(flow: Flow) -> None:
    rig = flow({"channel": "one", "repeat_interval": "4h"})
    alert = make_alert()
    rig.tell(alert)
    rig.advance(hours=3)
    rig.tell(update_of(alert))
    rig.advance(hours=3, minutes=59)
    assert len(sent(rig)) == 2
    rig.advance(minutes=2)
    assert sent(rig)[-1].items[0].kind == "reminder"
    assert sent(rig)[-1].items[0].alert.revision == 2


def test_reminders_end_by_themselves(flow: Flow) -> None:
    rig = flow({"channel": "one", "repeat_interval": "4h"})
    rig.tell(make_alert())
    rig.advance(days=5)
    assert len(sent(rig)) == 7  # at 0, 4, ... 24 hours: a day after the last change they end
    assert "reminders end 1d after the last change" in rig.rows(kind="reminder")[-1].why


def test_an_update_after_an_acknowledgement_is_still_told(flow: Flow, engine: Engine) -> None:
    rig = flow({"channel": "one", "repeat_interval": "4h"})
    alert = make_alert()
    rig.tell(alert)
    acknowledge(engine, alert.id, by="desk", now=rig.now)
    rig.tell(update_of(alert))
    assert len(sent(rig)) == 2


def test_escalates_when_nobody_acknowledges(flow: Flow) -> None:
    rig = flow({"channel": "one", "escalate": [{"after": "15m", "channel": "boss", "severity": "critical"}]})
    alert = make_alert()
    rig.tell(alert)
    rig.advance(minutes=10)
    rig.tell(update_of(alert))  # a second revision does not start a second clock
    rig.advance(days=1)
    (message,) = sent(rig, "boss")
    assert (message.items[0].kind, message.items[0].severity) == ("escalation", "critical")
    assert message.items[0].alert.revision == 2
    assert message.title.startswith("[critical]")


def test_no_escalation_after_an_acknowledgement(flow: Flow, engine: Engine) -> None:
    rig = flow({"channel": "one", "escalate": [{"after": "15m", "channel": "boss"}]})
    rig.tell(make_alert())
    rig.advance(minutes=14)
    acknowledge(engine, make_alert().id, by="desk", now=rig.now)
    rig.advance(hours=1)
    assert sent(rig, "boss") == []


def test_escalates_although_the_first_channel_is_dead(flow: Flow) -> None:
    rig = flow({"channel": "one", "escalate": [{"after": "15m", "channel": "boss"}]})
    recorder = rig.senders["one"]
    assert isinstance(recorder, Recorder)
    recorder.script = [ChannelPermanent("no such user")]
    rig.tell(make_alert())
    rig.advance(minutes=15)
    assert len(sent(rig, "boss")) == 1


def test_a_rate_limit_makes_one_summary_and_drops_nothing(flow: Flow) -> None:
    rig = flow(channels={"one": {"type": "terminal", "rate_limit": {"count": 3, "per": "1m"}}})
    rig.tell(*(make_alert(n, severity="critical" if n == 9 else "low") for n in range(1, 11)))
    assert [message.form for message in sent(rig)] == ["single", "single", "summary"]
    assert sent(rig)[0].items[0].severity == "critical"  # the gravest goes by itself
    assert len(sent(rig)[2].items) == 8
    rig.tell(make_alert(11), make_alert(12))
    assert len(sent(rig)) == 3
    assert "rate limit of 3 in 1m" in rig.rows(state="pending")[0].why
    rig.advance(minutes=1)
    assert len(sent(rig)) == 5
    rig.oracle()
    assert rig.states() == {"sent": 12}


def test_ten_thousand_alerts_in_a_minute(engine: Engine, slack: Slack, tmp_path: Path) -> None:
    """Over HTTP, with the default limit of Slack: summaries within Slack's limits, nothing dropped."""
    channel = {"type": "slack", "webhook_url": slack.webhook_url}
    rig = Rig(engine, make_config(tmp_path, {"channels": {"one": channel}}))
    for burst in range(10):
        with writing(engine) as connection:
            for number in range(burst * 1000, burst * 1000 + 1000):
                enqueue(connection, make_alert(number), rig.now)
        rig.advance(seconds=5.9)
    assert len(slack.posted) == 50  # the limit of the first minute
    rig.advance(minutes=5)
    rig.oracle()
    assert rig.states() == {"sent": 10_000}
    assert not [body for body in slack.posted if limits_broken(body["blocks"])]
    assert len(slack.posted) == len(slack.requests) == len(rig.deliveries())
    assert Counter(row.form for row in rig.deliveries())["summary"] >= 1
    assert sum(row.row_count for row in rig.deliveries()) == 10_000
    assert len({(row.alert_id, row.delivery) for row in rig.rows()}) == 10_000


def test_no_channel_is_a_known_end(engine: Engine, tmp_path: Path) -> None:
    rig = Rig(engine, make_config(tmp_path, {}), {})
    rig.tell(make_alert())
    assert rig.states() == {"suppressed": 1}
    assert rig.rows()[0].why == "no route leads to a channel"
    rig.oracle()


def test_a_channel_taken_out_of_the_configuration(flow: Flow, engine: Engine, tmp_path: Path) -> None:
    rig = flow({"channel": "one", "group_wait": "1h"})
    rig.tell(make_alert())
    config = make_config(tmp_path, {"channels": {"boss": {"type": "terminal"}}, "route": {"channel": "boss"}})
    later = Rig(engine, config, {"boss": Recorder()}, now=rig.now)
    later.advance(hours=2)
    assert later.states() == {"failed": 1}
    assert later.rows()[0].why == 'channel "one" is not configured any more'
    later.oracle()


def test_the_same_revision_again_changes_nothing(flow: Flow) -> None:
    rig = flow()
    rig.tell(make_alert())
    rig.tell(make_alert())
    assert len(sent(rig)) == 1
