"""Noticing that the configuration folder changed, and reading it anew without ever losing the old one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from config.errors import ConfigError
from config.models.root import Config

Fingerprint = dict[str, tuple[int, int]]

_OURS = frozenset({".py", ".pyc", ".json"})  # in the shipped folder, code; in a starter folder, schemas

_YAML = (".yaml", ".yml")
_SUFFIXES = (*_YAML, ".geojson", ".json")

# What each stage never looks at: a change there alone does not restart it.
_IGNORED: dict[str, frozenset[str]] = {
    "poller": frozenset({"regions", "rules", "snippets"}),
    "extractor": frozenset({"regions", "rules", "snippets", "channels"}),
    "enricher": frozenset({"feeds", "channels"}),
    "alerter": frozenset({"feeds"}),
    "notifier": frozenset({"feeds"}),
}


def fingerprint(folder: Path) -> Fingerprint:
    """Modification time (ns) and size of every YAML and polygon file under ``folder``, by path."""
    found: Fingerprint = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix not in _SUFFIXES:
            continue
        with contextlib.suppress(OSError):  # removed while we looked
            facts = path.stat()
            found[str(path)] = (facts.st_mtime_ns, facts.st_size)
    return found


def only_yaml(before: Fingerprint, after: Fingerprint) -> bool:
    """True when every changed file is YAML, so that comparing the models tells whether anything changed."""
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    return all(path.endswith(_YAML) for path in changed)


def matters(stage: str, old: Config, new: Config) -> bool:
    """True when ``stage`` would behave differently under ``new``."""
    ignored = _IGNORED.get(stage, frozenset())
    return any(
        getattr(old, name) != getattr(new, name) for name in type(old).model_fields if name not in ignored
    )


class ConfigWatch:
    """Looks at one folder when asked to; remembers what it saw last. Not thread-safe."""

    def __init__(self, config: Config, load: Callable[[Path], Config]) -> None:
        self._load = load
        self._seen = fingerprint(config.folder)
        self.current = config

    def changed(self) -> bool:
        """True when a file changed since the last look or :meth:`reload`."""
        return fingerprint(self.current.folder) != self._seen

    def reload(self, stage: str, *, force: bool = False) -> Config | None:
        """The new configuration where it matters to ``stage``, else None.

        Raises ConfigError when it is invalid; the current one then stays, and the same files are not
        tried again.
        """
        before, self._seen = self._seen, fingerprint(self.current.folder)
        try:
            new = self._load(self.current.folder)
        except OSError as error:
            raise ConfigError([f"{self.current.folder}: cannot be read ({error.strerror})"]) from error
        old, self.current = self.current, new
        if force or not only_yaml(before, self._seen) or matters(stage, old, new):
            return new
        return None
