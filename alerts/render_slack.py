"""A message as Slack blocks, within Slack's limits.

Texts from articles go only into plain_text and rich_text elements, where Slack reads no markup: no mention,
link or emphasis can be made from a title. Only the fallback text is mrkdwn, and it is escaped.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from alerts.channels.base import Message
from alerts.render import Card, cards_of
from alerts.render_title import one_line

Block = dict[str, Any]

MAX_BLOCKS = 50
MAX_HEADER = 150
MAX_CHARACTERS = 12_000  # of all blocks as JSON; Slack refuses from about 13,000
_FULL = 5  # alerts in full before only headlines are listed
_MARKS = {"critical": "🚨", "high": "🔴", "medium": "🟠", "low": "🔵", "info": "⚪"}


def escape(text: str) -> str:
    """For mrkdwn text: the three characters that Slack treats as its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fallback_of(message: Message) -> str:
    """What notifications and screen readers show."""
    kicker = cards_of(message, 1)[0].kicker if len(message.items) == 1 else ""
    text = message.title if kicker in {"", "New"} else f"{kicker}: {message.title}"
    return escape(one_line(text, 280))


def blocks_of(message: Message) -> list[Block]:
    """The blocks of the message."""
    cards = cards_of(message)
    full = 1 if message.form == "single" else _FULL
    for shown in range(min(full, len(cards)), -1, -1):
        blocks = _head(message, cards) + [block for card in cards[:shown] for block in _card(card, message)]
        listed = _listed(cards[shown:], MAX_CHARACTERS - _size(blocks))
        if len(blocks) + len(listed) <= MAX_BLOCKS and _size(blocks + listed) <= MAX_CHARACTERS:
            return blocks + listed
    return _head(message, cards)


def root_blocks_of(message: Message) -> list[Block]:
    """The first message of a thread, edited to how things stand now; empty where nothing changed."""
    changed = [item for item in message.items if item.kind == "alert" and not item.first]
    if len(changed) != 1 or len(message.items) != 1:
        return []
    card = cards_of(message)[0]
    return [_header(card), _context(f"Updated, see the thread. {card.kicker}"), *_body(card)]


def _head(message: Message, cards: Sequence[Card]) -> list[Block]:
    blocks: list[Block] = []
    if message.form != "single":
        blocks.append({"type": "header", "text": _plain(message.title, MAX_HEADER)})
    if message.possible_duplicate:
        blocks.append(_context("This may be a repeat: Slack's answer to the first attempt was lost."))
    if len(cards) > 1:
        blocks.append(_context(f"{len(cards)} alerts, the gravest first"))
    return blocks


def _card(card: Card, message: Message) -> list[Block]:
    kicker = card.kicker + (" · backfill, not news" if card.backfill else "")
    top = [_header(card)] if message.form == "single" else [_line(card)]
    return [*top, _context(f"{card.severity} · {kicker}"), *_body(card)]


def _header(card: Card) -> Block:
    mark = _MARKS.get(card.severity, "")
    return {"type": "header", "text": _plain(f"{mark} {card.headline}".strip(), MAX_HEADER)}


def _body(card: Card) -> list[Block]:
    elements: list[Block] = []
    if card.sentence:
        parts = [_text(part.text, bold=part.marked) for part in card.sentence]
        if card.sentence_source:
            parts.append(_text(f" — {card.sentence_source}", italic=True))
        elements.append({"type": "rich_text_quote", "elements": parts})
    facts: list[Block] = []
    for label, value in (*card.facts, ("Why", card.why)):
        facts += [_text(f"{label}: ", bold=True), _text(f"{one_line(value, 400)}\n")]
    elements.append({"type": "rich_text_section", "elements": facts})
    if card.sources:
        items = [_source(source.publisher, source.title, source.url) for source in card.sources]
        elements.append({"type": "rich_text_list", "style": "bullet", "elements": items})
    tail: list[Block] = []
    if card.acknowledge_url:
        tail += [{"type": "link", "url": card.acknowledge_url, "text": "Acknowledge"}, _text(" · ")]
    tail.append(_text(f"alert {card.alert_id}, revision {card.revision}", italic=True))
    elements.append({"type": "rich_text_section", "elements": tail})
    return [{"type": "rich_text", "elements": elements}]


def _source(publisher: str, title: str, url: str | None) -> Block:
    said: list[Block] = [_text(f"{publisher}: ", bold=True)]
    said.append({"type": "link", "url": url, "text": title or url} if url else _text(title or "no title"))
    return {"type": "rich_text_section", "elements": said}


def _line(card: Card) -> Block:
    mark = _MARKS.get(card.severity, "")
    text = _text(f"{mark} {card.headline}".strip(), bold=True)
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [text]}]}


def _listed(cards: Sequence[Card], room: int) -> list[Block]:
    """As many headlines as there is room for, then how many more there are."""
    if not cards:
        return []
    items: list[Block] = []
    room -= 400  # for the frame and the last line
    for card in cards:
        item = {
            "type": "rich_text_section",
            "elements": [_text(f"{card.severity} ", bold=True), _text(f"{card.headline} ({card.rule})")],
        }
        room -= len(json.dumps(item))
        if room < 0:
            break
        items.append(item)
    blocks: list[Block] = []
    if items:
        listing = {"type": "rich_text_list", "style": "bullet", "elements": items}
        blocks.append({"type": "rich_text", "elements": [listing]})
    if len(items) < len(cards):
        blocks.append(_context(f"and {len(cards) - len(items)} more; see: tocsin alerts list"))
    return blocks


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_plain(text, 600)]}


def _plain(text: str, longest: int) -> Block:
    return {"type": "plain_text", "text": one_line(text, longest) or "-", "emoji": False}


def _text(text: str, *, bold: bool = False, italic: bool = False) -> Block:
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    return {"type": "text", "text": text or " "} | ({"style": style} if style else {})


def _size(blocks: Sequence[Block]) -> int:
    return len(json.dumps(blocks))
