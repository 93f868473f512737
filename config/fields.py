"""What the models allow at a place: known keys, choices, and which fields are secret."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr

from config.problems import Path

Models = tuple[type[BaseModel], ...]

FREE_KEYS = frozenset({"headers", "kafka"})  # mappings whose keys people choose, and whose values are secret


def key_of(model: type[BaseModel], name: str) -> str:
    """The key that people write for a field: its alias where it has one."""
    return model.model_fields[name].alias or name


def keys_of(model: type[BaseModel]) -> dict[str, str]:
    """Every key that people write, with the field's name."""
    return {key_of(model, name): name for name in model.model_fields}


def models_in(annotation: Any) -> Models:
    """The models inside an annotation: unions, tuples, dicts and Annotated are looked through."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return (annotation,)
    return tuple(model for part in get_args(annotation) for model in models_in(part))


def models_at(root: type[BaseModel], path: Path) -> Models:
    """The models that could stand at ``path`` (a pydantic location or a path in the file)."""
    found: Models = (root,)
    for step in path:
        if isinstance(step, int):
            continue
        fields = [model.model_fields[keys_of(model)[step]] for model in found if step in keys_of(model)]
        if fields:
            found = tuple(model for field in fields for model in models_in(field.annotation))
        else:
            found = tuple(model for model in found if step in type_tags(model)) or found
    return found


def type_tags(model: type[BaseModel]) -> tuple[str, ...]:
    """The values of ``type`` that select this model in a union, if it has that key."""
    field = model.model_fields.get("type")
    return choices(field.annotation) if field is not None else ()


def choices(annotation: Any) -> tuple[str, ...]:
    """Every string of the Literals inside an annotation."""
    if get_origin(annotation) is Literal:
        return tuple(str(value) for value in get_args(annotation))
    return tuple(choice for part in get_args(annotation) for choice in choices(part))


def walk(root: type[BaseModel], seen: frozenset[type] = frozenset()) -> Iterator[type[BaseModel]]:
    """``root`` and every model reachable from it, each once a branch."""
    if root in seen:
        return
    yield root
    for field in root.model_fields.values():
        for model in models_in(field.annotation):
            yield from walk(model, seen | {root})


def holds_secret(annotation: Any) -> bool:
    """True where the annotation is, or contains, a SecretStr."""
    return annotation is SecretStr or any(holds_secret(part) for part in get_args(annotation))


def secret_keys(model: type[BaseModel]) -> frozenset[str]:
    """Keys of one model's own secret text fields."""
    return frozenset(
        key_of(model, name)
        for name, field in model.model_fields.items()
        if holds_secret(field.annotation) and get_origin(field.annotation) is not dict
    )


def secret_fields(roots: tuple[type[BaseModel], ...]) -> frozenset[str]:
    """Keys of all secret text fields: each may also be given as ``<key>_file``."""
    return frozenset(key for root in roots for model in walk(root) for key in secret_keys(model))
