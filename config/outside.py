"""Values from outside the files: ``${ENV}``, ``${ENV:-default}`` and secret files (``token_file: …``).

Whatever comes from outside is marked in ``Source.withheld``, so that no message ever repeats it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

from config.fields import FREE_KEYS
from config.problems import Path, Problem, one_line
from config.yamltree import Source

MAX_SECRET_BYTES = 65_536
_VARIABLE = re.compile(r"\$(?P<escaped>\$)?\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}")
_FILE = "_file"


def expand(
    source: Source, folder: FilePath, environment: Mapping[str, str], secret_fields: frozenset[str]
) -> list[Problem]:
    """Replace variables and secret files in place; one problem for each that cannot be had."""
    return _Expansion(source, folder, environment, secret_fields).run()


class _Expansion:
    def __init__(
        self, source: Source, folder: FilePath, environment: Mapping[str, str], secret_fields: frozenset[str]
    ) -> None:
        self._source = source
        self._folder = folder
        self._environment = environment
        self._secret_fields = secret_fields
        self._problems: list[Problem] = []

    def run(self) -> list[Problem]:
        self._source.data = self._value(self._source.data, ())
        return self._problems

    def _value(self, value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            expanded = {key: self._value(item, (*path, key)) for key, item in value.items()}
            return self._files(expanded, path)
        if isinstance(value, list):
            return [self._value(item, (*path, index)) for index, item in enumerate(value)]
        return self._text(value, path) if isinstance(value, str) and "${" in value else value

    def _text(self, text: str, path: Path) -> str:
        def replace(match: re.Match[str]) -> str:
            if match["escaped"]:
                return match[0][1:]
            self._source.withheld.add(path)
            value = self._environment.get(match["name"])
            if match["default"] is not None:
                return value or match["default"]  # as in the shell: empty counts as unset
            if value is None:
                self._unset(match["name"], path)
                return ""
            return value

        return _VARIABLE.sub(replace, text)

    def _unset(self, name: str, path: Path) -> None:
        hint = f"export it, or write ${{{name}:-default}}"
        message = f"environment variable {name} is not set ({hint})"
        self._problems.append(self._source.problem(path, message))

    def _files(self, mapping: dict[str, Any], path: Path) -> dict[str, Any]:
        """``token_file: /run/secrets/token`` becomes ``token: <content>``."""
        free = bool(path) and path[-1] in FREE_KEYS
        result: dict[str, Any] = {}
        for key, value in mapping.items():
            stem = key.removesuffix(_FILE)
            if key == stem or not (free or stem in self._secret_fields):
                result[key] = value
                continue
            here = (*path, key)
            self._source.withheld.add((*path, stem))
            self._source.lines[(*path, stem)] = self._source.line(here)
            if stem in mapping:
                self._problems.append(
                    self._source.problem(here, f'give either "{stem}" or "{key}", not both')
                )
            else:
                result[stem] = self._read(value, here)
        return result

    def _read(self, value: Any, path: Path) -> str:
        try:
            return _secret_file(self._folder, value)
        except ValueError as error:
            shown = "" if path in self._source.withheld else f" {one_line(value)}"
            self._problems.append(self._source.problem(path, f"cannot read the secret file{shown}: {error}"))
            return ""


def _secret_file(folder: FilePath, name: Any) -> str:
    """The file's text without the last line break; ValueError says what is wrong with it."""
    if not isinstance(name, str) or not name.strip() or "\0" in name:
        raise ValueError("write the path of a file")
    try:
        with (folder / name).expanduser().open("rb") as file:
            raw = file.read(MAX_SECRET_BYTES + 1)
        text = raw.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError("it is not text in UTF-8") from None
    except (OSError, RuntimeError) as error:
        raise ValueError(getattr(error, "strerror", None) or "it cannot be opened") from None
    if len(raw) > MAX_SECRET_BYTES:
        raise ValueError(f"it is larger than {MAX_SECRET_BYTES // 1024} KiB")
    if not text:
        raise ValueError("it is empty")
    return text
