"""Email over a real server that fails in every way; time is injected."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.support.delivery import Rig, make_alert, make_config, update_of
from tests.support.smtp import MailServer


@pytest.fixture
def rig(engine: Engine, mail: MailServer, tmp_path: Path) -> Rig:
    channel = {
        "type": "email",
        "from": "Tocsin <tocsin@alerts.example>",
        "to": ["desk@example.org"],
        "smtp": {"host": "127.0.0.1", "port": mail.port, "timeout": "5s"},
    }
    return Rig(engine, make_config(tmp_path, {"channels": {"desk": channel}}))


def test_arrives_once(rig: Rig, mail: MailServer) -> None:
    rig.tell(make_alert())
    rig.advance(hours=5)
    assert len(mail.received) == 1
    assert mail.received[0].recipient == "desk@example.org"
    assert rig.states() == {"sent": 1}
    rig.oracle()


def test_4xx_is_tried_again_with_the_same_message_id(rig: Rig, mail: MailServer) -> None:
    mail.script.data = ["451 4.3.0 try later", "452 4.2.2 mailbox busy"]
    rig.tell(make_alert())
    assert rig.states() == {"pending": 1}
    assert "451 4.3.0 try later" in rig.deliveries()[0].last_error
    rig.advance(minutes=2)
    assert [a.outcome for a in rig.attempts()] == ["transient", "transient", "sent"]
    assert len(mail.received) == 1
    assert mail.received[0].mail["Message-ID"] == rig.deliveries()[0].provider_id
    assert mail.received[0].mail["X-Tocsin-Possible-Duplicate"] is None


def test_retries_wait_longer_and_longer(rig: Rig, mail: MailServer) -> None:
    mail.script.data = ["451 try later"] * 8
    rig.tell(make_alert())
    rig.advance(hours=1)
    starts = [a.started_at for a in rig.attempts()]
    gaps = [(b - a) / 1000 for a, b in pairwise(starts)]
    assert len(gaps) == 8
    for number, gap in enumerate(gaps):
        assert 2.5 * 2**number <= gap <= 5.01 * 2**number


def test_5xx_is_final(rig: Rig, mail: MailServer) -> None:
    mail.script.rcpt = ["550 5.1.1 no such user"]
    rig.tell(make_alert())
    rig.advance(days=4)
    assert rig.states() == {"failed": 1}
    assert len(rig.attempts()) == 1
    assert "550 5.1.1 no such user" in rig.deliveries()[0].last_error
    assert mail.received == []
    rig.oracle()


def test_dropped_after_data_is_sent_again_and_marked(rig: Rig, mail: MailServer) -> None:
    mail.script.data = ["drop"]
    rig.tell(make_alert())
    assert [a.outcome for a in rig.attempts()] == ["unknown"]
    rig.advance(minutes=1)
    first, second = (received.mail for received in mail.received)
    assert first["Message-ID"] == second["Message-ID"]
    assert first["X-Tocsin-Possible-Duplicate"] is None
    assert second["X-Tocsin-Possible-Duplicate"] == "yes"
    assert "may be a repeat" in second.get_body(("plain",)).get_content()
    assert rig.states() == {"sent": 1}


def test_dropped_after_data_is_held_where_so_configured(
    engine: Engine, mail: MailServer, tmp_path: Path
) -> None:
    channel = {
        "type": "email",
        "to": "desk@example.org",
        "on_unknown": "hold",
        "smtp": {"host": "127.0.0.1", "port": mail.port},
    }
    rig = Rig(engine, make_config(tmp_path, {"channels": {"desk": channel}}))
    mail.script.data = ["drop"]
    rig.tell(make_alert())
    rig.advance(days=4)
    assert len(mail.received) == 1
    assert rig.states() == {"unknown": 1}
    assert "on_unknown: hold" in rig.deliveries()[0].last_error
    rig.oracle()


def test_always_dropped_ends_after_three(rig: Rig, mail: MailServer) -> None:
    mail.script.data = ["drop"] * 50
    rig.tell(make_alert())
    rig.advance(days=4)
    assert len(mail.received) == 3
    assert rig.states() == {"unknown": 1}
    rig.oracle()


def test_down_for_an_hour(rig: Rig, mail: MailServer) -> None:
    mail.down()
    rig.tell(*(make_alert(number) for number in range(1, 21)))
    assert rig.states() == {"pending": 20}
    rig.advance(minutes=60)
    tries = rig.attempts()
    # the whole channel waits together: one probe at a time, not twenty
    assert all(a.outcome == "transient" for a in tries)
    assert len(tries) <= 16
    mail.up()
    rig.advance(minutes=20)
    assert len(mail.received) == 20
    assert len({received.mail["X-Tocsin-Alert"] for received in mail.received}) == 20
    assert rig.states() == {"sent": 20}
    rig.oracle()


def test_refusing_for_ten_minutes_joins_the_updates(rig: Rig, mail: MailServer) -> None:
    mail.down()
    first = make_alert()
    second = update_of(first)
    third = update_of(second, "killed: 15 (was 14)", headline="Raid in Atme, Idlib: 15 killed")
    rig.tell(first)
    rig.advance(minutes=4)
    rig.tell(second)
    rig.advance(minutes=4)
    rig.tell(third)
    rig.advance(minutes=2)
    mail.up()
    rig.advance(minutes=20)
    assert rig.states() == {"sent": 3}
    assert len(mail.received) == 2  # the first, then one update with both changes
    update = mail.received[1].mail
    assert update["In-Reply-To"] == mail.received[0].mail["Message-ID"]
    text = update.get_body(("plain",)).get_content()
    assert "killed: 14 (was 13)" in text
    assert "killed: 15 (was 14)" in text


def test_gives_up_in_the_end(engine: Engine, mail: MailServer, tmp_path: Path) -> None:
    channel = {
        "type": "email",
        "to": "desk@example.org",
        "give_up_after": "2h",
        "smtp": {"host": "127.0.0.1", "port": mail.port},
    }
    rig = Rig(engine, make_config(tmp_path, {"channels": {"desk": channel}}))
    mail.down()
    rig.tell(make_alert())
    rig.advance(hours=3)
    assert rig.states() == {"failed": 1}
    assert "gave up after 2h" in rig.deliveries()[0].last_error
    rig.oracle()


def test_an_idle_connection_that_was_closed_is_no_failure(rig: Rig, mail: MailServer) -> None:
    rig.tell(make_alert(1))
    mail.down()
    mail.up()
    rig.tell(make_alert(2))
    assert [a.outcome for a in rig.attempts()] == ["sent", "sent"]


def test_the_update_threads_and_says_why(rig: Rig, mail: MailServer) -> None:
    alert = make_alert()
    rig.tell(alert)
    rig.advance(minutes=5)
    rig.tell(update_of(alert, headline="Raid in Atme, Idlib: 14 killed"))
    first, second = (received.mail for received in mail.received)
    assert second["Subject"] == f"Re: {first['Subject']}"
    assert second["References"] == first["Message-ID"]
    assert "Update: killed: 14 (was 13)" in second.get_body(("plain",)).get_content()


def test_headers_of_good_manners(rig: Rig, mail: MailServer) -> None:
    rig.tell(make_alert())
    message = mail.received[0].mail
    assert re.fullmatch(r"<mailto:tocsin@alerts\.example\?subject=unsubscribe>", message["List-Unsubscribe"])
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@alerts.example>")
    assert message["Importance"] == "high"
    assert message.get_content_type() == "multipart/alternative"


def test_why_it_fired_is_in_the_message(rig: Rig, mail: MailServer) -> None:
    rig.tell(make_alert())
    message = mail.received[0].mail
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert "Special forces *raided* a house in *Atme*" in text
    assert ">raided</mark>" in html
    for body in (text, html):
        assert "Raids in Idlib" in body
        assert "event raid; region idlib: Atme" in body
        assert "36.300, 36.690" in body
        assert "https://news.example/raid-atme" in body
        assert "Border Gazette" in body
        assert "at least 13 (rescue workers) · 9 (the ministry)" in body
