"""Hostile text in alerts: it must arrive as text, everywhere."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from email import message_from_bytes, policy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Tree

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from alerts.channels.atom import AtomSender
from alerts.channels.base import Item, Message
from alerts.channels.email import compose
from alerts.channels.jsonl import JsonlSender
from alerts.channels.terminal import lines_of
from alerts.messages import Alert, Change
from alerts.render import safe_url, segments
from alerts.render_email import html_of
from alerts.render_slack import blocks_of, fallback_of
from alerts.render_title import one_line, title_of
from config.errors import ChannelPermanent
from config.models.channels import AtomChannel, EmailChannel
from tests.support.delivery import make_alert
from tests.support.slack import limits_broken

HOSTILE = [
    "Raid\r\nBcc: everyone@example.org\r\n\r\nbody",
    "Raid\nBcc: everyone@example.org",
    "Raid\u2028Bcc: x\u0085Bcc: y\x0bBcc: z",
    "<!channel> <@U024> <https://evil.example|click> *bold* `code` :bomb: & <b>",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "{{ 7 * 7 }} {% for x in y %} ${HOME} %s %(x)s {0}",
    "\x1b[2J\x1b[31mred\x1b]0;title\x07\x1b]8;;https://evil.example\x1b\\link",
    "\x9b31m C1 and \u202ereversed\u202c and \u200bzero",
    "[bold red]markup[/bold red] [link=https://evil.example]x[/link]",
    '=HYPERLINK("https://evil.example")',
    "lone \ud800 surrogate and \x00 null \uffff",
    "?subject=x&bcc=everyone@example.org",
    "]]> <![CDATA[ &xxe; <!DOCTYPE x>",
    ".\r\n.\r\nQUIT\r\n",
]
EMAIL = EmailChannel.model_validate({"type": "email", "to": "desk@example.org"})


def hostile_alert(text: str, **changes: Any) -> Alert:
    """The text in every field that comes from outside."""
    base = make_alert()
    evidence = tuple(
        msgspec.structs.replace(
            item,
            title=text,
            publisher=text,
            url=text,
            sentence=f"{text} raided {text}",
            highlights=((len(text) + 1, len(text) + 7),),
            matched=(text,),
        )
        for item in base.evidence
    )
    assert base.place is not None
    return msgspec.structs.replace(
        base,
        headline=text,
        rule_name=text,
        evidence=evidence,
        place=msgspec.structs.replace(base.place, name=text),
        casualties=(msgspec.structs.replace(base.casualties[0], source=text, category=text),),
        actors=(msgspec.structs.replace(base.actors[0], name=text),),
        changes=(Change(kind="casualties", text=text),),
        reason=text,
        **changes,
    )


def message_about(alert: Alert, **changes: Any) -> Message:
    item = Item(alert, "alert", alert.severity, first=False, changes=alert.changes)
    values: dict[str, Any] = {
        "id": "d" * 32,
        "channel": "desk",
        "target": "desk:desk@example.org",
        "form": "single",
        "title": title_of([(alert, alert.severity)], "single"),
        "items": (item,),
        "created": datetime(2026, 9, 1, tzinfo=UTC),
        "root": "<first@example.org>",
        "root_title": alert.headline,
    }
    return Message(**(values | changes))


class Tags(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


ALLOWED_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "div", "table"),
    *("tr", "td", "span", "mark", "img", "b", "a", "code"),
}


def check_email(alert: Alert) -> None:
    mail = compose(message_about(alert), EMAIL)
    raw = mail.as_bytes()
    assert raw.split(b"\r\n\r\n")[0].isascii()
    parsed = message_from_bytes(raw, policy=policy.default)
    assert not parsed.defects
    assert parsed["Bcc"] is None
    assert parsed["Cc"] is None
    assert [name for name, _ in parsed.items()].count("Subject") == 1
    assert parsed["To"] == "desk@example.org"
    assert parsed.get_content_type() == "multipart/alternative"
    html = parsed.get_body(("html",)).get_content()  # type: ignore[attr-defined]
    check_html(html)


def check_html(html: str) -> None:
    seen = Tags()
    seen.feed(html)
    assert set(seen.tags) <= ALLOWED_TAGS
    for name, value in seen.attributes:
        assert not name.startswith("on")
        if name in {"href", "src"}:
            assert value.startswith(("https://", "http://", "cid:"))


@pytest.mark.parametrize("text", HOSTILE)
def test_email(text: str) -> None:
    check_email(hostile_alert(text))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300))
def test_email_with_any_text(text: str) -> None:
    check_email(hostile_alert(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_slack(text: str) -> None:
    check_slack(hostile_alert(text))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=5000))
def test_slack_with_any_text(text: str) -> None:
    check_slack(hostile_alert(text))


def check_slack(alert: Alert) -> None:
    message = message_about(alert)
    fallback = fallback_of(message)
    assert "<" not in fallback
    assert ">" not in fallback
    blocks = blocks_of(message)
    assert limits_broken(blocks) is None
    json.dumps(blocks).encode()
    for element in leaves(blocks):
        assert element.get("type") != "mrkdwn"  # no place where Slack would read markup
        if element.get("type") == "link":
            assert element["url"].startswith(("https://", "http://"))
        if "text" in element and isinstance(element["text"], str):
            assert element["text"]


def leaves(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    if isinstance(value, dict):
        return [value, *(leaf for item in value.values() for leaf in leaves(item))]
    return []


@pytest.mark.parametrize("text", HOSTILE)
def test_terminal(text: str) -> None:
    check_terminal(hostile_alert(text))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_terminal_with_any_text(text: str) -> None:
    check_terminal(hostile_alert(text))


def check_terminal(alert: Alert) -> None:
    out = io.StringIO()
    console = Console(
        file=out, force_terminal=False, width=200, markup=False, highlight=False, soft_wrap=True
    )
    for line in lines_of(message_about(alert)):
        console.print(line)
    printed = out.getvalue()
    assert not [char for char in printed if char != "\n" and (ord(char) < 32 or 127 <= ord(char) < 160)]
    assert "\u202e" not in printed


@pytest.mark.parametrize("text", HOSTILE)
def test_atom(text: str, tmp_path: Path) -> None:
    path = tmp_path / "alerts.atom"
    sender = AtomSender(AtomChannel(type="atom", path=path), path)
    sender.send(message_about(hostile_alert(text)))
    root = Tree.fromstring(path.read_bytes())
    (entry,) = root.findall("{http://www.w3.org/2005/Atom}entry")
    assert {child.tag.partition("}")[2] for child in entry} <= {
        *("id", "title", "updated", "published", "link", "category", "summary")
    }
    for link in entry.findall("{http://www.w3.org/2005/Atom}link"):
        assert link.get("href", "").startswith("http")


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\ud800" not in text])
def test_jsonl_stays_one_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    JsonlSender(path).send(message_about(hostile_alert(text)))
    (line,) = path.read_bytes().splitlines()
    assert json.loads(line)["alert"]["headline"] == text


@pytest.mark.parametrize(
    "address",
    [
        "desk@example.org\r\nBcc: x@example.org",
        "desk@example.org, other@example.org",
        "no address",
        "a@b@c",
        "",
    ],
)
def test_a_broken_address_is_final(address: str) -> None:
    with pytest.raises(ChannelPermanent, match="no mail address"):
        compose(message_about(make_alert(), target=f"desk:{address}"), EMAIL)


@pytest.mark.parametrize(
    "wanted",
    ["javascript:alert(1)", "mailto:x@example.org>\r\nBcc: y", "https://a.example/ <x>", "http://plain"],
)
def test_a_broken_unsubscribe_address_is_replaced(wanted: str) -> None:
    channel = EMAIL.model_copy(update={"unsubscribe": wanted})
    mail = compose(message_about(make_alert()), channel)
    assert mail["List-Unsubscribe"] == "<mailto:tocsin@localhost?subject=unsubscribe>"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://user:pass@evil.example/",
        "https://x.example/<script>",
        'https://x.example/"onclick=',
        "https://x.example/a b",
        "//x.example",
        "mailto:a@example.org?bcc=b",
        "https://[broken",
        "https://x.example/" + "a" * 3000,
    ],
)
def test_unsafe_addresses_are_no_links(url: str) -> None:
    assert safe_url(url) is None


def test_right_to_left_text_and_emoji_survive() -> None:
    assert one_line("مداهمة في أطمة \u200cنیم‌فاصله") == "مداهمة في أطمة \u200cنیم‌فاصله"
    assert one_line("a\u202eb") == "ab"
    assert 'dir="auto"' in html_of(message_about(make_alert(headline="مداهمة في أطمة")))


@given(
    st.text(max_size=2000),
    st.lists(st.tuples(st.integers(-5, 2100), st.integers(-5, 2100)), max_size=8),
)
def test_segments_hold_for_any_highlights(text: str, marks: list[tuple[int, int]]) -> None:
    evidence = msgspec.structs.replace(make_alert().evidence[0], sentence=text, highlights=tuple(marks))
    parts = segments(evidence)
    joined = "".join(part.text for part in parts)
    assert len(joined) <= 700
    assert all(part.text for part in parts)
    for part in parts:
        if part.marked:
            assert one_line(part.text).strip() in one_line(text, 5000)
