#!/usr/bin/env python3
"""Writes the tables of docs/configuration.md from the configuration models.

    python scripts/reference.py            write them
    python scripts/reference.py --check    exit 1 where the page differs from the models

The page holds ``<!-- keys: Model -->`` … ``<!-- end -->``; what stands between is replaced.
"""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from config.fields import choices, holds_secret, key_of, models_in, walk
from config.loader import MODELS
from config.models.base import ONE_OR_MANY, format_duration
from config.models.channels import ChannelBase

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"
BLOCK = re.compile(r"<!-- keys: (\w+) -->\n.*?<!-- end -->", re.DOTALL)
NAMES = {"str": "text", "int": "whole number", "float": "number", "bool": "true/false", "Path": "path"}
NAMES |= {"timedelta": "duration", "datetime": "moment", "date": "date", "time": "time of day"}


def known_models() -> dict[str, type[BaseModel]]:
    """Every model that the five files can hold, by class name, and what all channels have in common."""
    models = {model.__name__: model for root in MODELS.values() for model in walk(root)}
    return models | {ChannelBase.__name__: ChannelBase}


def page_with_tables(text: str) -> str:
    """``text`` with every block written anew."""
    models = known_models()
    return BLOCK.sub(lambda match: f"<!-- keys: {match[1]} -->\n{table(models[match[1]])}<!-- end -->", text)


def table(model: type[BaseModel]) -> str:
    """One row a key: name, type, default, what it means. What channels share stands in a table of its own."""
    rows = ["| key | value | default | meaning |", "|---|---|---|---|"]
    shared = ChannelBase.model_fields if model is not ChannelBase and issubclass(model, ChannelBase) else {}
    for name, field in model.model_fields.items():
        if name in shared:
            continue
        cells = (f"`{key_of(model, name)}`", kind(field), default(field), meaning(model, name, field))
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def kind(field: FieldInfo) -> str:
    """What may be written."""
    many = ONE_OR_MANY in field.metadata
    words = describe(field.annotation)
    return words.replace("list of ", "one or more of ", 1) if many else words


def describe(annotation: Any) -> str:
    """An annotation in words."""
    literal = choices(annotation) if get_origin(annotation) is not dict else ()
    if literal and not models_in(annotation):
        words = " or ".join(f"`{choice}`" for choice in dict.fromkeys(literal))
        return f"one or more of {words}" if "tuple" in str(annotation) else words
    if holds_secret(annotation) and get_origin(annotation) is not dict:
        return "secret text"
    return describe_shape(annotation)


def describe_shape(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(describe(part) for part in arguments if part is not type(None)))
    if origin is tuple:
        return f"list of {describe(arguments[0])}"
    if origin is dict:
        return f"name: {describe(arguments[1])}"
    if arguments:  # Annotated
        return describe(arguments[0])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return NAMES.get(getattr(annotation, "__name__", ""), str(annotation))


def default(field: FieldInfo) -> str:
    """The default as people would write it."""
    value = field.default
    if field.is_required():
        return "required"
    if (
        value is None
        or value is PydanticUndefined
        or value in ((), "")
        or isinstance(value, BaseModel | SecretStr)
    ):
        return ""
    if isinstance(value, timedelta):
        return f"`{format_duration(value)}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`"


def meaning(model: type[BaseModel], name: str, field: FieldInfo) -> str:
    """The description; secrets say how else they may be given."""
    text = " ".join((field.description or "").split())
    secret = holds_secret(field.annotation) and get_origin(field.annotation) is not dict
    return f"{text} Or `{key_of(model, name)}_file`." if secret else text


def main(arguments: list[str]) -> int:
    """Exit status: 0 written or right, 1 (with --check) the page is out of date."""
    text = PAGE.read_text("utf-8")
    right = page_with_tables(text)
    if "--check" in arguments:
        if text != right:
            sys.stderr.write("docs/configuration.md is out of date; run: python scripts/reference.py\n")
        return int(text != right)
    PAGE.write_text(right, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
