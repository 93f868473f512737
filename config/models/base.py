"""Types shared by the configuration models."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from config.problems import one_line

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
DURATION = r"(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+"  # as a pattern for editors
_DURATION = re.compile(DURATION, re.ASCII)
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])", re.ASCII)


class Model(BaseModel):
    """Base of every configuration model: frozen, unknown keys are errors."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True
    )


def parse_duration(value: Any) -> timedelta:
    """'90s', '10m', '1h30m', '2d', '1w' as a timedelta; raises ValueError with an example."""
    if isinstance(value, timedelta):
        return value
    text = str(value).strip().replace(" ", "")
    if text == "0":
        return timedelta(0)
    if isinstance(value, bool) or not _DURATION.fullmatch(text):
        raise ValueError(f'"{one_line(text)}" is no duration; write for example 30s, 10m, 4h, 2d or 1h30m')
    try:
        return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text)))
    except OverflowError:
        raise ValueError(f'"{one_line(text)}" is too long a duration') from None


def format_duration(value: timedelta) -> str:
    """The shortest spelling that :func:`parse_duration` reads back."""
    seconds = value.total_seconds()
    if seconds == 0:
        return "0s"
    for unit in ("w", "d", "h", "m", "s"):
        if seconds % _UNITS[unit] == 0:
            return f"{int(seconds // _UNITS[unit])}{unit}"
    return f"{round(seconds * 1000)}ms"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema(
        {
            "type": ["string", "integer"],
            "pattern": f"^({DURATION}|0)$",
            "examples": ["30s", "10m", "4h", "1h30m"],
        }
    ),
]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=80)]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


def in_utc(value: datetime) -> datetime:
    """A moment with a time zone: what was written without one means UTC."""
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(in_utc)]


def cron_expression(value: str) -> str:
    """``value`` unchanged; raises ValueError where it is no five-field cron expression."""
    from apscheduler.triggers.cron import CronTrigger

    try:
        CronTrigger.from_crontab(value)
    except (ValueError, TypeError, AttributeError):
        hint = "write five fields such as '*/15 * * * *' (minute hour day month weekday, UTC)"
        raise ValueError(f'"{one_line(value)}" is no cron expression; {hint}') from None
    return value


Cron = Annotated[str, AfterValidator(cron_expression)]


def time_zone(value: str) -> str:
    """``value`` unchanged; raises ValueError where no such IANA time zone is known."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f'"{one_line(value)}" is no time zone; write for example UTC or Asia/Damascus'
        ) from None
    return value


TimeZone = Annotated[str, AfterValidator(time_zone)]


def one_or_many(value: Any) -> Any:
    """Let people write a single value where a list is meant."""
    return value if value is None or isinstance(value, list | tuple) else [value]


class _OneOrMany:
    """Marks a list for which people may write its one element alone."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(one_or_many, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        many = handler(schema)
        return {"anyOf": [many.get("items", {}), many]}


ONE_OR_MANY = _OneOrMany()
