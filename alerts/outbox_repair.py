"""Sending again by hand what failed, or whose answer was lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select, text, update

from alerts.outbox import WAKE_CHANNEL
from alerts.outbox_tables import FAILED, PENDING, UNKNOWN, channel_states, deliveries, outbox, to_ms
from config.errors import UsageError
from streams.state import writing


def retry(
    engine: Engine, now: datetime, *, channel: str | None = None, delivery: str | None = None
) -> tuple[str, ...]:
    """Put failed and unknown deliveries back, of one channel or a single one; returns their ids.

    What may have arrived is marked as a possible duplicate. The channel's pause ends. Raises UsageError
    where neither is given.
    """
    if channel is None and delivery is None:
        raise UsageError("say which channel or which delivery to send again")
    query = select(deliveries.c.id, deliveries.c.channel).where(deliveries.c.state.in_((FAILED, UNKNOWN)))
    if channel is not None:
        query = query.where(deliveries.c.channel == channel)
    if delivery is not None:
        query = query.where(deliveries.c.id == delivery)
    with writing(engine) as connection:
        found = connection.execute(query).all()
        ids = [row.id for row in found]
        perhaps = deliveries.c.id.in_(ids) & (deliveries.c.state == UNKNOWN)
        connection.execute(update(deliveries).where(perhaps).values(possible_duplicate=True))
        moment = to_ms(now)
        again = {
            "state": PENDING,
            "next_attempt": moment,
            "set_at": moment,
            "created_at": moment,  # the time until giving up begins anew
            "finished_at": None,
        }
        connection.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(again))
        connection.execute(
            update(outbox).where(outbox.c.delivery.in_(ids)).values(state=PENDING, finished_at=None)
        )
        channels = {row.channel for row in found}
        connection.execute(
            update(channel_states)
            .where(channel_states.c.channel.in_(channels))
            .values(paused_until=None, failures=0)
        )
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"NOTIFY {WAKE_CHANNEL}"))
    return tuple(ids)
