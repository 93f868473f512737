"""Slack over HTTP that answers badly, or not at all; time is injected."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.support.delivery import Rig, make_alert, make_config, update_of
from tests.support.slack import TOKEN, Slack, limits_broken


def bot(slack: Slack, **extra: object) -> dict[str, object]:
    return {"type": "slack", "token": TOKEN, "channel": "C024", "api_url": slack.api_url, **extra}


@pytest.fixture(params=["bot", "webhook"])
def rig(request: pytest.FixtureRequest, engine: Engine, slack: Slack, tmp_path: Path) -> Rig:
    channel = bot(slack) if request.param == "bot" else {"type": "slack", "webhook_url": slack.webhook_url}
    return Rig(engine, make_config(tmp_path, {"channels": {"syria": channel}}))


@pytest.fixture
def bot_rig(engine: Engine, slack: Slack, tmp_path: Path) -> Rig:
    return Rig(engine, make_config(tmp_path, {"channels": {"syria": bot(slack)}}))


def test_arrives_once(rig: Rig, slack: Slack) -> None:
    rig.tell(make_alert())
    rig.advance(hours=5)
    assert len(slack.posted) == 1
    assert rig.states() == {"sent": 1}
    rig.oracle()


def test_429_waits_as_long_as_slack_says_and_holds_the_whole_channel(rig: Rig, slack: Slack) -> None:
    slack.script = ["429:37"]
    rig.tell(make_alert(1), make_alert(2))
    assert len(slack.requests) == 1
    rig.advance(seconds=36)
    rig.tell(make_alert(3))
    assert len(slack.requests) == 1
    rig.advance(seconds=2)
    assert len(slack.posted) == 3
    assert rig.states() == {"sent": 3}
    rig.oracle()


def test_500_is_tried_again(rig: Rig, slack: Slack) -> None:
    slack.script = ["500", "503", "500"]
    rig.tell(make_alert())
    rig.advance(minutes=5)
    assert len(slack.posted) == 1
    assert [a.outcome for a in rig.attempts()] == ["transient", "transient", "transient", "sent"]
    rig.oracle()


def test_dropped_after_receipt_is_sent_again_and_marked(rig: Rig, slack: Slack) -> None:
    slack.script = ["drop"]
    rig.tell(make_alert())
    assert len(slack.posted) == 1  # no hidden retry of a library
    rig.advance(minutes=1)
    assert [a.outcome for a in rig.attempts()] == ["unknown", "sent"]
    first, second = (json.dumps(post["blocks"]) for post in slack.posted)
    assert "may be a repeat" not in first
    assert "may be a repeat" in second
    assert rig.states() == {"sent": 1}
    rig.oracle()


def test_an_error_after_which_it_may_be_posted_counts_as_unknown(bot_rig: Rig, slack: Slack) -> None:
    slack.script = ["error:fatal_error"]
    bot_rig.tell(make_alert())
    assert [a.outcome for a in bot_rig.attempts()] == ["unknown"]


def test_nobody_listens(engine: Engine, slack: Slack, tmp_path: Path) -> None:
    url = slack.api_url
    slack.close()
    channel = {"type": "slack", "token": TOKEN, "channel": "C1", "api_url": url}
    rig = Rig(engine, make_config(tmp_path, {"channels": {"syria": channel}}))
    rig.tell(make_alert())
    assert [a.outcome for a in rig.attempts()] == ["transient"]  # nothing arrived: no duplicate to fear
    assert rig.deliveries()[0].possible_duplicate is False


@pytest.mark.parametrize("code", ["token_revoked", "invalid_auth", "channel_not_found"])
def test_a_revoked_token_is_final_and_never_shown(
    bot_rig: Rig, slack: Slack, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    slack.script = [f"error:{code}"]
    bot_rig.tell(make_alert())
    bot_rig.advance(days=4)
    assert bot_rig.states() == {"failed": 1}
    assert code in bot_rig.deliveries()[0].last_error
    assert len(slack.requests) == 1
    assert TOKEN not in caplog.text
    assert all(TOKEN not in str(row) for row in (*bot_rig.attempts(), *bot_rig.deliveries()))
    bot_rig.oracle()


def test_a_webhook_address_is_never_shown(
    engine: Engine, slack: Slack, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channel = {"type": "slack", "webhook_url": slack.webhook_url}
    rig = Rig(engine, make_config(tmp_path, {"channels": {"syria": channel}}))
    slack.script = ["error:invalid_token"]
    rig.tell(make_alert())
    slack.close()
    rig.tell(make_alert(2))
    assert "secret-part" not in caplog.text
    assert all("secret-part" not in str(row) for row in (*rig.attempts(), *rig.deliveries()))
    assert rig.states() == {"failed": 1, "pending": 1}


def test_an_update_is_a_reply_and_edits_the_first_message(bot_rig: Rig, slack: Slack) -> None:
    alert = make_alert()
    bot_rig.tell(alert)
    bot_rig.advance(minutes=1)
    bot_rig.tell(update_of(alert, headline="Raid in Atme, Idlib: 14 killed"))
    first, reply = slack.posted
    assert "thread_ts" not in first
    assert reply["thread_ts"] == slack.edits[0]["ts"]
    assert "killed: 14 (was 13)" in json.dumps(reply["blocks"])
    assert "Raid in Atme, Idlib: 14 killed" in json.dumps(slack.edits[0]["blocks"])


def test_two_rules_on_one_incident_share_the_thread(bot_rig: Rig, slack: Slack) -> None:
    one = make_alert(1, incident="same")
    other = make_alert(2, incident="same", rule="syria-violence")
    bot_rig.tell(one, other)
    assert [post.get("thread_ts") is None for post in slack.posted] == [True, False]


def test_blocks_stay_within_the_limits_whatever_comes(bot_rig: Rig, slack: Slack) -> None:
    alert = make_alert()
    long = "sehr lange Überschrift & <b> " * 200
    many = tuple(
        alert.evidence[0].__class__(
            document=f"d{n}",
            title=long,
            publisher=f"P{n} {long}",
            url="https://x.example/" + "a" * 1900,
            sentence=long,
            highlights=((0, 5), (len(long) - 5, len(long))),
            matched=(long, long, long),
        )
        for n in range(40)
    )
    bot_rig.tell(make_alert(1, headline=long, evidence=many, labels={"x": long}))
    assert bot_rig.states() == {"sent": 1}
    assert limits_broken(slack.posted[0]["blocks"]) is None
