"""``dlq list|show|replay``: records that a stage could not process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import UsageError
from console.command import command
from console.context import Context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.records import Record

Topic = Annotated[
    str | None, typer.Argument(metavar="[TOPIC]", help="articles, documents, enriched or alerts.")
]
Place = Annotated[str, typer.Argument(metavar="ID", help="As listed, for example articles:0:12.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="Dead letters: records that a stage could not process.", no_args_is_help=True)
    command(group, "list")(list_)
    command(group, "show")(show)
    command(group, "replay")(replay)
    app.add_typer(group, name="dlq", rich_help_panel="Operate")


def list_(
    context: Context,
    topic: Topic = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, the newest.")] = 50,
) -> int | None:
    """List dead letters with the stage and the reason."""
    from console.text import one_line

    letters = [_facts(context, record) for record in _letters(context, topic)][-limit:]
    if context.json:
        context.emit(letters)
        return None
    if not letters:
        context.say("no dead letters")
        return None
    rows = [
        (
            letter["id"],
            letter["time"],
            letter["stage"],
            one_line(f"{letter['exception']}: {letter['message']}", 100),
        )
        for letter in letters
    ]
    context.table(None, ("id", "when (UTC)", "stage", "reason"), rows)
    context.hint("tocsin dlq show ID · tocsin dlq replay ID…, or --all")
    return None


def show(context: Context, letter: Place) -> int | None:
    """Show one dead letter: reason, stack trace and the record as it was."""
    from console.text import clean

    record = _one(context, letter)
    facts = _facts(context, record)
    value = record.value.decode("utf-8", "replace")
    if context.json:
        context.emit({**facts, "stack": _header(record, "DLQ_STACK"), "value": value})
        return None
    for name, text in facts.items():
        context.out.print(f"{name:<10} {clean(text)}", markup=False)
    context.out.print(clean(_header(record, "DLQ_STACK")), markup=False, style="dim")
    context.out.print(
        clean(value if len(value) <= _SHOWN else value[:_SHOWN] + " … (--json shows all)"), markup=False
    )
    return None


def replay(
    context: Context,
    letters: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="As listed.")] = None,
    topic: Annotated[
        str | None, typer.Option("--topic", help="With --all: only those of this topic.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every dead letter.")] = False,
) -> int | None:
    """Write dead letters back to the topic that they came from, as they were, to be tried again.

    They stay listed. A record that comes to be processed twice changes nothing.
    """
    if bool(letters) == everything:
        raise UsageError("name the dead letters to replay, or say --all")
    records = (
        list(_letters(context, topic)) if everything else [_one(context, name) for name in letters or ()]
    )
    count = _write_back(context, records)
    if context.json:
        context.emit({"replayed": count})
    else:
        context.say(f"{count} records written back")
    return None


_SHOWN = 4000  # characters of a record


def _write_back(context: Context, records: list[Record]) -> int:
    from streams.deadletters import revive

    producer = context.broker.producer()
    try:
        for record in records:
            producer.send(revive(record))
        producer.flush()
    finally:
        producer.close()
    return len(records)


def _letters(context: Context, topic: str | None) -> Iterator[Record]:
    from console.scan import scan
    from streams.topics import DLQ_SUFFIX, PIPELINE

    if topic is not None and topic not in PIPELINE:
        raise UsageError(f"no topic called {topic!r}; there are {', '.join(PIPELINE)}")
    for name in (topic,) if topic else PIPELINE:
        yield from scan(context.broker, context.config.topic(name) + DLQ_SUFFIX)


def _one(context: Context, name: str) -> Record:
    from streams.records import TopicPartition
    from streams.topics import DLQ_SUFFIX

    topic, _, rest = name.partition(":")
    partition, _, offset = rest.partition(":")
    if not (partition.isdigit() and offset.isdigit()):
        raise UsageError(
            f"{name!r} is no dead letter's id; it looks like articles:0:12, see: tocsin dlq list"
        )
    place = TopicPartition(context.config.topic(topic) + DLQ_SUFFIX, int(partition))
    for record in _letters(context, topic):
        if record.place == place and record.offset == int(offset):
            return record
    raise UsageError(f"no dead letter {name}; see: tocsin dlq list")


def _origin(record: Record) -> str:
    from streams.topics import DLQ_SUFFIX

    return _header(record, "DLQ_TOPIC") or record.topic.removesuffix(DLQ_SUFFIX)


def _header(record: Record, name: str) -> str:
    from streams import headers

    value = record.header(getattr(headers, name))
    return "" if value is None else value.decode("utf-8", "replace")


def _facts(context: Context, record: Record) -> dict[str, str]:
    from datetime import UTC, datetime

    from console.text import stamp
    from streams.topics import DLQ_SUFFIX

    short = record.topic.removeprefix(context.config.settings.prefix).removesuffix(DLQ_SUFFIX)
    return {
        "id": f"{short}:{record.partition}:{record.offset}",
        "time": stamp(datetime.fromtimestamp(record.timestamp / 1000, UTC)),
        "stage": _header(record, "DLQ_STAGE"),
        "from": f"{_origin(record)}[{_header(record, 'DLQ_PARTITION')}]@{_header(record, 'DLQ_OFFSET')}",
        "key": (record.key or b"").decode("utf-8", "replace"),
        "exception": _header(record, "DLQ_EXCEPTION"),
        "message": _header(record, "DLQ_MESSAGE"),
    }
