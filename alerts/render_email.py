"""The bodies of an email: text, and HTML for narrow and wide windows, light and dark."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from alerts.channels.base import Message
from alerts.render import cards_of, plain
from alerts.render_map import map_png

_FULL = 25  # alerts shown in full; the rest of a long summary is listed
_LISTED = 500  # further alerts listed by their headline

COLORS = {  # severity to background of its badge; white on each has a contrast of at least 4.5
    "critical": "#8b0d1a",
    "high": "#b42318",
    "medium": "#93560a",
    "low": "#1d5fa8",
    "info": "#4a5568",
}


def bodies_of(message: Message, *, with_map: bool = False) -> tuple[str, str]:
    """The plain text and the HTML. With a map, its image is expected as ``cid:map@tocsin``."""
    values = _values(message)
    text = _template("email.txt.j2", html=False).render(values)
    return text, _template("email.html.j2", html=True).render(values, with_map=with_map)


def text_of(message: Message) -> str:
    """The plain text alone."""
    return bodies_of(message)[0]


def html_of(message: Message, *, with_map: bool = False) -> str:
    """The HTML alone."""
    return bodies_of(message, with_map=with_map)[1]


def map_of(message: Message) -> bytes | None:
    """A map for a message about one place that is known well enough, as PNG."""
    if len(message.items) != 1:
        return None
    place = message.items[0].alert.place
    return map_png(place) if place else None


def _values(message: Message) -> dict[str, object]:
    cards = cards_of(message)
    return {
        "message": message,
        "recipient": message.target.partition(":")[2] or message.target,
        "cards": cards[:_FULL] if message.form != "summary" else cards[:5],
        "listed": (cards[_FULL:] if message.form != "summary" else cards[5:])[:_LISTED],
        "hidden": max(0, len(cards) - _LISTED - (_FULL if message.form != "summary" else 5)),
        "colors": COLORS,
    }


@lru_cache(maxsize=2)
def _template(name: str, *, html: bool) -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=html,  # noqa: S701 (off only for the plain-text body)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["plain"] = plain
    return environment.get_template(name)
