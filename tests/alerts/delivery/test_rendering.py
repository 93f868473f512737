"""Messages of every form, in every channel that people read."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any

import pytest

from alerts.channels.base import Item, Message
from alerts.channels.email import compose
from alerts.channels.terminal import TerminalSender
from alerts.messages import Alert, Change
from alerts.render_email import html_of, text_of
from alerts.render_slack import blocks_of, fallback_of, root_blocks_of
from alerts.render_title import title_of
from config.errors import ChannelPermanent, ChannelTransient
from config.models.channels import EmailChannel, TerminalChannel
from tests.support.delivery import make_alert
from tests.support.slack import limits_broken

CHANGE = Change(kind="casualties", text="killed: 14 (was 13)")
LINK = "https://alerts.example/ack/x?s=1&t=2"


def message(*items: Item, form: Any = "single", **changes: Any) -> Message:
    return Message(
        id="d" * 32,
        channel="desk",
        target="desk:desk@example.org",
        form=form,
        title=title_of([(item.alert, item.severity) for item in items], form),
        items=items,
        created=datetime(2026, 9, 1, tzinfo=UTC),
        **changes,
    )


def item(alert: Alert | None = None, **changes: Any) -> Item:
    values: dict[str, Any] = {"kind": "alert", "severity": "high", "first": True}
    return Item(alert or make_alert(), **(values | changes))


def everywhere(found: Message) -> dict[str, str]:
    """The message as each channel shows it."""
    out = io.StringIO()
    TerminalSender(TerminalChannel(type="terminal", color=False), out).send(found)
    blocks = blocks_of(found)
    assert limits_broken(blocks) is None
    return {
        "text": text_of(found),
        "html": html_of(found),
        "slack": json.dumps(blocks, ensure_ascii=False),
        "terminal": out.getvalue(),
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"first": False, "changes": (CHANGE,)}, "Update: killed: 14 (was 13)"),
        ({"kind": "reminder", "first": False}, "Reminder: nobody has acknowledged yet"),
        ({"kind": "escalation", "severity": "critical"}, "Escalation: nobody has acknowledged yet"),
        (
            {"kind": "reminder", "first": False, "changes": (CHANGE,)},
            "Reminder: nobody has acknowledged yet (killed: 14 (was 13))",
        ),
    ],
)
def test_the_reason_is_named_everywhere(changes: dict[str, Any], said: str) -> None:
    for text in everywhere(message(item(**changes))).values():
        assert said in text


def test_why_it_fired_is_everywhere() -> None:
    for text in everywhere(message(item(acknowledge_url=LINK))).values():
        for wanted in ("Atme", "Raids in Idlib", "event raid; region idlib: Atme", "Northern Courier"):
            assert wanted in text
        assert LINK in text or LINK.replace("&", "&amp;") in text


def test_backfill_and_repeats_are_marked_everywhere() -> None:
    old = item(make_alert(backfill="replay-1"))
    for text in everywhere(message(old, possible_duplicate=True)).values():
        assert "backfill" in text
        assert "repeat" in text or "possibly told before" in text


@pytest.mark.parametrize(("form", "count"), [("group", 3), ("digest", 60), ("summary", 700)])
def test_many_alerts_show_the_gravest_first_and_count_the_rest(form: str, count: int) -> None:
    items = [item(make_alert(n, headline=f"Headline {n}"), severity="low") for n in range(count)]
    items.append(item(make_alert(999, headline="The gravest"), severity="critical"))
    found = message(*items, form=form)
    assert f"{count + 1} alerts" in found.title
    for text in everywhere(found).values():
        assert text.rindex("The gravest") < text.index("Headline 0")
    if count == 700:
        assert "and 196 more" in text_of(found)
        assert "more; see: tocsin alerts list" in everywhere(found)["slack"]


def test_an_alert_about_tocsin_itself_has_little_to_say() -> None:
    quiet = Alert(
        id="op",
        rule="tocsin.feeds",
        kind="operator",
        severity="medium",
        incident="op",
        headline="Feed enab-en stale: nothing for 12h",
        publishers=0,
        created=datetime(2026, 9, 1, tzinfo=UTC),
        updated=datetime(2026, 9, 1, tzinfo=UTC),
    )
    for text in everywhere(message(item(quiet))).values():
        assert "nothing for 12h" in text
        assert "publisher" not in text


def test_the_first_slack_message_is_edited_only_for_changes() -> None:
    update = item(first=False, changes=(CHANGE,))
    assert root_blocks_of(message(update))
    assert root_blocks_of(message(item())) == []
    assert root_blocks_of(message(item(kind="reminder", first=False))) == []
    assert root_blocks_of(message(update, item(make_alert(2)), form="group")) == []
    assert fallback_of(message(update)).startswith("Update: killed: 14 (was 13): [high]")


def test_a_closed_terminal_waits() -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(ChannelTransient, match="terminal is gone"):
        TerminalSender(TerminalChannel(type="terminal"), Closed()).send(message(item()))


EMAIL = EmailChannel.model_validate({"type": "email", "to": "desk@example.org"})


def test_a_repeated_email_is_the_same_to_the_last_byte_and_its_parts_are_apart() -> None:
    told = Item(make_alert(headline="--=_tocsin_1 and --=_tocsin_2--"), "alert", "high", first=True)
    mail = replace(message(told), target="desk:desk@example.org")
    once, again = compose(mail, EMAIL).as_bytes(), compose(mail, EMAIL).as_bytes()
    assert once == again
    parts = [part.get_content_type() for part in message_from_bytes(once).walk()]
    assert parts == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]


def test_domains_with_other_letters_go_as_punycode() -> None:
    found = replace(message(item()), target="desk:desk@bücher.example")
    raw = compose(found, EMAIL).as_bytes()
    assert b"\nTo: desk@xn--bcher-kva.example\r\n" in raw
    assert b"\nSubject: [high] Raid in Atme" in raw


def test_local_parts_with_other_letters_are_refused_with_a_word() -> None:
    found = replace(message(item()), target="desk:дежурный@example.org")
    with pytest.raises(ChannelPermanent, match="before the @ are not supported"):
        compose(found, EMAIL)
