"""An Atom feed of the last alerts: a file that any feed reader (and any Tocsin) can follow."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as Tree

from alerts.channels.base import Item, Message, Receipt
from alerts.channels.locked_file import locked
from alerts.render import card_of, plain
from alerts.render_title import one_line
from config.models.channels import AtomChannel

_NS = "http://www.w3.org/2005/Atom"
_TOC = "urn:tocsin"
Tree.register_namespace("", _NS)


class AtomSender:
    """One entry an alert, replaced by its newer revisions; so a repeat changes nothing."""

    def __init__(self, settings: AtomChannel, path: Path) -> None:
        self._settings = settings
        self._path = path

    def send(self, message: Message) -> Receipt:
        """See :class:`alerts.channels.base.Sender`."""
        # not the feed itself: that is replaced, and its lock with it
        with locked(self._path, self._path.with_name(f".{self._path.name}.lock")):
            entries = self._entries()
            for item in message.items:
                entry = _entry(item)
                entries[_id_of(entry)] = _newer(entries.get(_id_of(entry)), entry)
            self._write(sorted(entries.values(), key=_updated, reverse=True)[: self._settings.entries])
        return Receipt(message.id)

    def close(self) -> None:
        """Nothing is kept open."""

    def _entries(self) -> dict[str, Tree.Element]:
        """The entries of the file as it is; a missing or broken one counts as empty."""
        try:
            root = Tree.fromstring(self._path.read_bytes())  # noqa: S314 (our own file)
        except (FileNotFoundError, Tree.ParseError):
            return {}
        return {_id_of(entry): entry for entry in root.findall(f"{{{_NS}}}entry")}

    def _write(self, entries: list[Tree.Element]) -> None:
        feed = Tree.Element(f"{{{_NS}}}feed")
        _child(feed, "id", f"{_TOC}:feed:{one_line(self._path.stem, 60)}")
        _child(feed, "title", one_line(self._settings.title))
        _child(feed, "updated", _updated(entries[0]) if entries else _stamp(datetime.now(UTC)))
        _child(_child(feed, "author"), "name", "Tocsin")
        _child(feed, "generator", "Tocsin")
        feed.extend(entries)
        data = Tree.tostring(feed, encoding="utf-8", xml_declaration=True)
        temporary = self._path.with_name(f".{self._path.name}.new")
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)


def _entry(item: Item) -> Tree.Element:
    card = card_of(item)
    entry = Tree.Element(f"{{{_NS}}}entry")
    _child(entry, "id", f"{_TOC}:alert:{one_line(item.alert.id)}")
    _child(entry, "title", f"[{card.severity}] {card.headline}")
    _child(entry, "updated", _stamp(max(item.alert.updated, item.alert.created)))
    _child(entry, "published", _stamp(item.alert.created))
    for index, source in enumerate(source for source in card.sources if source.url):
        link = _child(entry, "link")
        link.set("rel", "alternate" if index == 0 else "related")
        link.set("href", source.url or "")
    _child(entry, "category").set("term", card.severity)
    lines = [
        card.kicker,
        plain(card.sentence),
        *(f"{label}: {value}" for label, value in card.facts),
        card.why,
    ]
    _child(entry, "summary", "\n".join(line for line in lines if line)).set("type", "text")
    return entry


def _child(parent: Tree.Element, name: str, text: str | None = None) -> Tree.Element:
    child = Tree.SubElement(parent, f"{{{_NS}}}{name}")
    child.text = text
    return child


def _id_of(entry: Tree.Element) -> str:
    return entry.findtext(f"{{{_NS}}}id") or ""


def _updated(entry: Tree.Element) -> str:
    return entry.findtext(f"{{{_NS}}}updated") or ""


def _newer(old: Tree.Element | None, new: Tree.Element) -> Tree.Element:
    return old if old is not None and _updated(old) > _updated(new) else new


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
