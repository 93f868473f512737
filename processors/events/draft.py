"""An event mention while it is being put together."""

from __future__ import annotations

from datetime import date

import msgspec
from msgspec import structs

from processors.events.status import Judgement
from processors.events.triggers import Trigger
from processors.messages import Actor, Casualties, DateRange
from processors.text.times import Time


class Draft(msgspec.Struct):
    """One trigger with everything known about it; ``places`` are indices, the best first."""

    trigger: Trigger
    judgement: Judgement
    places: tuple[int, ...] = ()
    own_place: bool = False  # the sentence itself names the place
    definite: bool = False  # 'the attack': leans on an earlier mention
    days: tuple[date, date, Time | None] | None = None
    actors: list[Actor] = msgspec.field(default_factory=list)
    casualties: list[Casualties] = msgspec.field(default_factory=list)
    mentions: list[Trigger] = msgspec.field(default_factory=list)

    def copy(self) -> Draft:
        """A draft that can be changed without changing this one."""
        return structs.replace(
            self, actors=list(self.actors), casualties=list(self.casualties), mentions=list(self.mentions)
        )

    @property
    def date(self) -> DateRange | None:
        """The event's date as it is published."""
        return published(*self.days) if self.days else None


def published(first: date, last: date, time: Time | None) -> DateRange:
    """The days of an event in public form, with the expression that they were read from."""
    return DateRange(
        start=first.isoformat(),
        end=last.isoformat(),
        text=time.text if time else None,
        granularity=time.granularity if time else "day",
    )
