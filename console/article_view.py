"""An enriched article on a terminal: its text with what was found marked, and why each was judged so."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from console.text import clean, one_line, stamp
from processors.messages import Actor, Casualties, EnrichedDocument, Event, Place

STATUS_STYLES = {
    "current": "bold white on red",
    "background": "black on yellow",
    "planned": "black on cyan",
    "hypothetical": "black on cyan",
    "denied": "black on green",
}
_PLACE, _ENTITY = "bold underline cyan", "magenta"
_ALTERNATIVES = 3


def print_article(screen: Console, document: EnrichedDocument) -> None:
    """Everything that the pipeline found."""
    screen.print(_head(document))
    screen.print(Padding(marked(document), (1, 2)))
    screen.print(_legend())
    for part in _parts(document):
        screen.print(part)


def _head(document: EnrichedDocument) -> Text:
    facts = [
        document.publisher,
        stamp(document.published or document.effective),
        document.language,
        document.url,
        f"story {document.story}" if document.story else None,
        f"tiers {', '.join(map(str, document.tiers))}" if document.tiers else None,
        f"pipeline {document.pipeline}" if document.pipeline else None,
    ]
    return Text(" · ".join(one_line(fact) for fact in facts if fact), style="dim")


def marked(document: EnrichedDocument) -> Text:
    """The text with events, places and entities coloured; control characters shown as blanks."""
    text = Text("".join(character if clean(character) else " " for character in document.text))
    end = document.text.find("\n")
    text.stylize("bold", 0, end if end >= 0 else len(text))
    for entity in document.entities:
        text.stylize(_ENTITY, entity.start, entity.end)
    for place in document.places:
        text.stylize(_PLACE if place.confidence else "underline", place.start, place.end)
    for event in document.events:
        for span in (event.trigger, *event.mentions):
            text.stylize(STATUS_STYLES.get(event.status, "reverse"), span.start, span.end)
    return text


def _legend() -> Text:
    legend = Text("  ")
    for status, style in STATUS_STYLES.items():
        if status != "hypothetical":
            legend.append(f" {status} ", style).append(" ")
    return legend.append("place", _PLACE).append("  ").append("person, organisation", _ENTITY)


def _parts(document: EnrichedDocument) -> Iterator[RenderableType]:
    if document.events:
        yield Rule("events", align="left", style="dim")
        yield Group(*(_event(event, document) for event in document.events))
    if document.places:
        yield Rule("places", align="left", style="dim")
        yield _places(document)
    if not document.events:
        yield Text("no event found", style="yellow")
    if document.cut:
        yield Text(f"cut: {one_line(document.cut)}", style="yellow")


def _event(event: Event, document: EnrichedDocument) -> Padding:
    line = Text.assemble((f" {event.status} ", STATUS_STYLES.get(event.status, "reverse")))
    line.append(f" {event.type}", "bold").append(f'  "{one_line(event.trigger.text)}"')
    line.append(f"  confidence {event.confidence:.2f}", "dim")
    rows = [line, *(_fact(name, value) for name, value in _facts(event, document) if value)]
    return Padding(Group(*rows), (0, 0, 1, 2))


def _facts(event: Event, document: EnrichedDocument) -> Iterator[tuple[str, str]]:
    yield "why", event.status_why or ""
    yield "where", ", ".join(where(document.places[i]) for i in event.places if i < len(document.places))
    if event.date:
        days = (
            event.date.start
            if event.date.start == event.date.end
            else f"{event.date.start} to {event.date.end}"
        )
        yield "when", days + (f' (from "{event.date.text}")' if event.date.text else "")
    yield "who", ", ".join(_actor(actor) for actor in event.actors)
    yield "toll", "; ".join(toll(item) for item in event.casualties)


def _fact(name: str, value: str) -> Text:
    return Text.assemble((f"  {name:<6}", "dim"), one_line(value))


def where(place: Place) -> str:
    """'Atme (SY-ID, 36.30 36.69)'; an unknown place says so."""
    if place.precision == "unknown" or place.latitude is None or place.longitude is None:
        return f"{place.name} (unknown)"
    area = place.admin1 or place.country or "?"
    return f"{place.name} ({area}, {place.latitude:.2f} {place.longitude:.2f})"


def _actor(actor: Actor) -> str:
    return f"{actor.name} ({'by' if actor.role == 'agent' else 'against'})"


def amount(item: Casualties) -> str:
    """'3 to 5 civilians', 'at least 3'."""
    number = f"at least {item.min}" if item.max is None else str(item.min)
    if item.max is not None and item.max != item.min:
        number = f"{item.min} to {item.max}"
    return number if item.category == "all" else f"{number} {item.category}"


def toll(item: Casualties) -> str:
    """'killed 3 to 5 civilians (source: the hospital)'."""
    words = [item.kind, amount(item)]
    if item.subset:
        words.append("(of these)")
    if item.source:
        words.append(f"(source: {item.source})")
    return " ".join(words)


def _places(document: EnrichedDocument) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 2))
    for column in ("text", "resolved to", "conf.", "why", "instead of"):
        table.add_column(column, style="dim" if column in {"why", "instead of"} else "", overflow="fold")
    seen: set[tuple[str, int | None]] = set()
    for place in document.places:
        key = (place.text, place.geoname_id)
        if key in seen:
            continue
        seen.add(key)
        instead = ", ".join(
            f"{other.name} {other.admin1 or other.country or ''}".strip()
            for other in place.alternatives[:_ALTERNATIVES]
        )
        cells = (place.text, where(place), f"{place.confidence:.2f}", place.why or "", instead)
        table.add_row(*(Text(one_line(cell)) for cell in cells))
    return table
