"""Pydantic's errors as problems: the place as people wrote it, and words that say what to write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.fields import FREE_KEYS, keys_of, models_at, secret_keys, type_tags
from config.problems import Path, Problem, one_line, suggestion
from config.yamltree import Source

M = TypeVar("M", bound=BaseModel)

_PATTERNS = {
    r"^[A-Z]{2}$": "two capital letters (ISO 3166-1), such as SY",
    r"^https?://": "an address that begins with http:// or https://",
    r"^[a-z0-9][a-z0-9_.-]*$": "an id: lower-case letters, digits, '-', '_' and '.'",
}
_TYPES = {
    "string": "text (put it in quotes)",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "tuple": "a list",
    "list": "a list",
    "dict": "keys and values",
    "model": "keys and values",
    "datetime": "a date and time such as 2026-09-01T10:00Z",
    "date": "a date such as 2026-09-01",
    "time": "a time such as 08:30",
    "path": "a path",
}


def validate(model: type[M], source: Source) -> tuple[M | None, list[Problem]]:
    """The model of one file, or None and everything that is wrong with it."""
    data = {} if source.data is None else source.data
    if not isinstance(data, dict):
        known = ", ".join(keys_of(model))
        return None, [source.problem((), f"must be keys and values (known keys: {known})")]
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        found = error.errors(include_url=False)
    problems: dict[Path, Problem] = {}  # the first for each place: unions report one error a member
    for details in found:
        path = _place(details, data)
        wording = _Wording(model, details, path in source.withheld)
        shown = path if wording.shows_key() else path[:-1]
        problems.setdefault(path, source.problem(path, wording.text()).at(shown))
    return None, list(problems.values())


def _place(details: ErrorDetails, data: Any) -> Path:
    """The path to blame, without a key that may be a key and a secret run together."""
    path = written_path(details["loc"], data, to_key=details["type"] == "missing")
    if details["type"] == "union_tag_invalid":
        return (*path, "type")
    if details["input"] is None and any(step in FREE_KEYS for step in path[:-1]):
        return path[:-1]
    return path


def written_path(loc: Path, data: Any, *, to_key: bool = False) -> Path:
    """``loc`` without what pydantic added (union tags, indices of lists that were written as one value).

    ``to_key``: the last step is a key that is not there.
    """
    path: list[str | int] = []
    here = data
    for step in loc:
        if isinstance(here, dict) and step in here:
            here = here[str(step)]
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            continue
        path.append(step)
    return (*path, loc[-1]) if to_key else tuple(path)


@dataclass(frozen=True)
class _Wording:
    """One of pydantic's errors in our words."""

    root: type[BaseModel]
    details: ErrorDetails
    withheld: bool  # the value came from outside the file

    def text(self) -> str:
        kind = self.details["type"]
        if kind in _SPECIAL:
            return str(_SPECIAL[kind](self))
        if kind.endswith(("_type", "_parsing")):
            word = kind.removesuffix("_type").removesuffix("_parsing").split("_")[0]
            if word in _TYPES:
                return f"must be {_TYPES[word]}"
        return self.validator()

    def shows_key(self) -> bool:
        """False for an unknown key in which a forgotten colon may have joined a key and a secret."""
        if self.details["type"] != "extra_forbidden":
            return True
        *parent, key = self.details["loc"]
        secrets = [secret for model in models_at(self.root, tuple(parent)) for secret in secret_keys(model)]
        return bool(re.fullmatch(r"[a-z_]{1,40}", str(key))) and not str(key).startswith(tuple(secrets))

    def unknown_key(self) -> str:
        *parent, key = self.details["loc"]
        known = [name for model in models_at(self.root, tuple(parent)) for name in keys_of(model)]
        hint = suggestion(str(key), known) or f" (known: {', '.join(dict.fromkeys(known))})"
        if self.shows_key():
            return f'unknown key "{one_line(key)}"{hint}'
        return f"unknown key, not shown (is there a colon and a space after each key?){hint}"

    def missing(self) -> str:
        return "is missing"

    def no_type(self) -> str:
        return f'"type" is missing: one of {", ".join(self._tags())}'

    def wrong_type(self) -> str:
        given = str(self.details.get("ctx", {}).get("tag", ""))
        hint = "" if self.withheld else suggestion(given, self._tags())
        return f"unknown type{hint}: one of {', '.join(self._tags())}"

    def _tags(self) -> list[str]:
        return [tag for model in models_at(self.root, self.details["loc"]) for tag in type_tags(model)]

    def choice(self) -> str:
        known = re.findall(r"'([^']*)'", str(self.details.get("ctx", {}).get("expected", "")))
        given = self.details["input"]
        hint = suggestion(given, known) if isinstance(given, str) and not self.withheld else ""
        return f"must be one of {', '.join(known)}{hint}"

    def pattern(self) -> str:
        pattern = str(self.details.get("ctx", {}).get("pattern", ""))
        return f"must be {_PATTERNS.get(pattern, f'text that fits {pattern}')}"

    def validator(self) -> str:
        if self.withheld:
            return "not a valid value (it comes from outside this file and is not shown)"
        text = " ".join(self.details["msg"].removeprefix("Value error, ").split())
        return text[:1].lower() + text[1:]

    def empty(self) -> str:
        return "must not be empty"


_SPECIAL = {
    "extra_forbidden": _Wording.unknown_key,
    "missing": _Wording.missing,
    "union_tag_not_found": _Wording.no_type,
    "union_tag_invalid": _Wording.wrong_type,
    "literal_error": _Wording.choice,
    "string_pattern_mismatch": _Wording.pattern,
    "value_error": _Wording.validator,
    "too_short": _Wording.empty,
    "string_too_short": _Wording.empty,
}
