"""JSON Schemas of the five files, for editors (``tocsin config schema FILE``)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from config.errors import UsageError
from config.loader import MODELS
from config.models.base import DURATION, format_duration
from config.problems import suggestion

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_VARIABLE = {"type": "string", "pattern": r"\$\{"}
_DURATIONS: TypeAdapter[timedelta] = TypeAdapter(timedelta)
_NOT_TEXT = ("integer", "number", "boolean")


def schema(name: str, *, event_types: Collection[str] = ()) -> dict[str, Any]:
    """The schema of one file: ``rules``, ``rules.yaml`` or ``rules/syria.yaml``.

    ``event_types``: what ``events`` may hold (any text where empty). Raises UsageError for other names.
    """
    kind = kind_of(name)
    root = MODELS[kind].model_json_schema(by_alias=True)
    for model in (root, *root.get("$defs", {}).values()):
        _allow_secret_files(model)
        _tidy_defaults(model)
    if event_types and "Condition" in root.get("$defs", {}):
        names = {"type": "string", "enum": sorted(event_types)}
        events = root["$defs"]["Condition"]["properties"]["events"]
        events["anyOf"] = [names, {"type": "array", "items": names}]
    allowed: dict[str, Any] = _allow_variables(root)
    return {"$schema": DIALECT, **allowed, "title": f"{kind}.yaml", "type": ["object", "null"]}


def all_schemas(*, event_types: Collection[str] = ()) -> dict[str, dict[str, Any]]:
    """The schemas of all files, by file name."""
    return {f"{kind}.yaml": schema(kind, event_types=event_types) for kind in MODELS}


def kind_of(name: str) -> str:
    """``rules`` for ``rules``, ``rules.yaml``, ``config/rules.yaml`` and ``rules/any.yaml``."""
    parts = name.replace("\\", "/").removesuffix(".yaml").split("/")
    for part in (parts[-1], *parts[-2:-1]):
        if part in MODELS:
            return part
    hint = suggestion(parts[-1], MODELS) or f" (one of {', '.join(MODELS)})"
    raise UsageError(f'no configuration file "{parts[-1]}"{hint}')


def _allow_secret_files(model: dict[str, Any]) -> None:
    """Beside every secret text, ``<key>_file``; a required one may come either way."""
    properties = model.get("properties", {})
    for key in [key for key, value in properties.items() if _is_secret(value)]:
        properties[f"{key}_file"] = {
            "type": "string",
            "description": f"A file that holds {key}; relative to the configuration folder.",
        }
        if key in model.get("required", ()):
            model["required"] = [name for name in model["required"] if name != key]
            ways = [{"required": [key]}, {"required": [f"{key}_file"]}]
            model.setdefault("allOf", []).append({"oneOf": ways})


def _tidy_defaults(model: dict[str, Any]) -> None:
    """Durations as people write them; no defaults that only repeat an inner model's."""
    for value in model.get("properties", {}).values():
        default = value.get("default")
        if isinstance(default, str) and DURATION in str(value.get("pattern")):
            value["default"] = format_duration(_DURATIONS.validate_python(default))
        elif default is None or isinstance(default, dict):
            value.pop("default", None)


def _is_secret(value: dict[str, Any]) -> bool:
    return value.get("format") == "password" or any(_is_secret(part) for part in value.get("anyOf", ()))


def _allow_variables(value: Any) -> Any:
    """What is more than any text (numbers, truth values, patterns, choices) may also come as ``${NAME}``."""
    if isinstance(value, list):
        return [_allow_variables(item) for item in value]
    if not isinstance(value, dict):
        return value
    allowed = {key: _allow_variables(item) for key, item in value.items()}
    narrow = value.get("type") in _NOT_TEXT or isinstance(value.get("pattern"), str) or "enum" in value
    if not narrow:
        return allowed
    kept = {key: allowed.pop(key) for key in ("description", "default", "title") if key in allowed}
    return {**kept, "anyOf": [allowed, _VARIABLE]}
