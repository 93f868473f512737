"""Names that must exist elsewhere: regions, snippets, channels, intervals, event types, files; and ids
given twice. Works on the files as written, so that one bad value hides no other problem."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from config.problems import Path, Problem, one_line, suggestion
from config.yamltree import Source

Place = tuple[Source, Path]
Found = Iterator[tuple[Path, Any]]


@dataclass(frozen=True)
class Files:
    """The sources by what they hold."""

    settings: tuple[Source, ...] = ()
    feeds: tuple[Source, ...] = ()
    regions: tuple[Source, ...] = ()
    rules: tuple[Source, ...] = ()
    channels: tuple[Source, ...] = ()


def check_references(files: Files, folder: FilePath, event_types: Collection[str] = ()) -> list[Problem]:
    """Every unknown name, every cycle, every id given twice and every missing polygon file."""
    return _References(files, folder, event_types).run()


def elements(data: Any, *path: str) -> Found:
    """The elements of the list (or the one value) under ``path``, each with its own path."""
    here: Path = ()
    for key in path:
        if not isinstance(data, dict) or key not in data:
            return
        data, here = data[key], (*here, key)
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield (*here, index), item
    elif data is not None:
        yield here, data


def under(prefix: Path, found: Found) -> Found:
    """``found`` with paths that begin at ``prefix``."""
    for path, item in found:
        yield (*prefix, *path), item


def pairs(data: Any, key: str) -> Found:
    """The items of the mapping under ``key``, each with its path."""
    mapping = data.get(key) if isinstance(data, dict) else None
    for name, item in mapping.items() if isinstance(mapping, dict) else ():
        yield (key, name), item


class _References:
    def __init__(self, files: Files, folder: FilePath, event_types: Collection[str]) -> None:
        self._files = files
        self._folder = folder
        self._event_types = event_types
        self._problems: list[Problem] = []
        self._feeds = self._ids(files.feeds, "feeds")
        self._regions = self._ids(files.regions, "regions")
        self._rules = self._ids(files.rules, "rules")
        self._snippets = self._names(files.rules, "snippets")
        self._channels = self._names(files.channels, "channels")
        self._intervals = self._names(files.channels, "intervals")

    def run(self) -> list[Problem]:
        for source in self._files.settings:
            for path, name in elements(source.data, "operator_channel"):
                self._known("channel", name, self._channels, source, path)
        for source in self._files.regions:
            for path, region in elements(source.data, "regions"):
                self._area(source, path, region)
                for inner, area in under(path, elements(region, "exclude")):
                    self._area(source, inner, area)
        for source in self._files.rules:
            self._rules_file(source)
        for source in self._files.channels:
            self._channels_file(source)
        self._cycles("region", self._regions, "regions")
        self._cycles("snippet", self._snippets, "use")
        return self._problems

    # names and ids

    def _ids(self, sources: tuple[Source, ...], key: str) -> dict[str, Place]:
        found: dict[str, Place] = {}
        for source in sources:
            for path, item in elements(source.data, key):
                name = item.get("id") if isinstance(item, dict) else None
                if isinstance(name, str):
                    self._first("id", name, (source, (*path, "id")), found)
        return {name: (source, path[:-1]) for name, (source, path) in found.items()}

    def _names(self, sources: tuple[Source, ...], key: str) -> dict[str, Place]:
        found: dict[str, Place] = {}
        for source in sources:
            for path, _ in pairs(source.data, key):
                self._first("name", str(path[-1]), (source, path), found)
        return found

    def _first(self, what: str, name: str, place: Place, found: dict[str, Place]) -> None:
        if name not in found:
            found[name] = place
            return
        first, source = found[name], place[0]
        where = f"{first[0].name}:{first[0].line(first[1])}"
        self._report(source, place[1], what, name, f"given twice (first at {where})")

    def _report(self, source: Source, path: Path, what: str, name: str, rest: str) -> None:
        shown = what if path in source.withheld else f'{what} "{one_line(name)}"'
        self._problems.append(source.problem(path, f"{shown} {rest}"))

    def _known(self, what: str, name: Any, known: Mapping[str, Place], source: Source, path: Path) -> None:
        if not isinstance(name, str) or name in known:
            return
        if path in source.withheld:
            self._problems.append(source.problem(path, f"no such {what}"))
        else:
            hint = suggestion(name, known)
            self._problems.append(source.problem(path, f'no {what} "{one_line(name)}"{hint}'))

    # regions

    def _area(self, source: Source, path: Path, area: Any) -> None:
        for inner, name in under(path, elements(area, "regions")):
            self._known("region", name, self._regions, source, inner)
        for inner, name in under(path, elements(area, "geojson")):
            if isinstance(name, str):
                self._geojson(source, inner, name)

    def _geojson(self, source: Source, path: Path, name: str) -> None:
        shown = "the file" if path in source.withheld else one_line(name)
        try:
            data = json.loads((self._folder / name).read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            why = getattr(error, "strerror", None) or "it is not JSON"
            self._problems.append(source.problem(path, f"cannot read {shown}: {why}"))
            return
        if not isinstance(data, dict) or "type" not in data:
            self._problems.append(source.problem(path, f"{shown} is not GeoJSON (no type)"))

    # rules

    def _rules_file(self, source: Source) -> None:
        for path, condition in pairs(source.data, "snippets"):
            self._condition(source, path, condition)
        for path, rule in elements(source.data, "rules"):
            for inner, condition in under(path, elements(rule, "when")):
                self._condition(source, inner, condition)
            for inner, test in under(path, elements(rule, "tests")):
                for place, expected in under(inner, elements(test, "expect")):
                    self._expectation(source, place, expected)

    def _condition(self, source: Source, path: Path, condition: Any) -> None:
        checks = {"regions": ("region", self._regions), "use": ("snippet", self._snippets)}
        for key, (what, known) in checks.items():
            for inner, name in under(path, elements(condition, key)):
                self._known(what, name, known, source, inner)
        for inner, name in under(path, elements(condition, "feeds")):
            self._known("feed", name, self._feeds, source, inner)
        for inner, name in under(path, elements(condition, "events")):
            self._event_type(source, inner, name)
        for key in ("all", "any", "not"):
            for inner, part in under(path, elements(condition, key)):
                self._condition(source, inner, part)

    def _event_type(self, source: Source, path: Path, name: Any) -> None:
        if self._event_types and isinstance(name, str):
            spelled = "-".join(name.replace("_", " ").replace("/", " ").lower().split())
            if spelled in self._event_types:
                return  # "Air Strike" is as good as "air-strike"
            known = dict.fromkeys(self._event_types, (source, path))
            self._known("event type", name, known, source, path)

    def _expectation(self, source: Source, path: Path, expected: Any) -> None:
        for inner, name in under(path, elements(expected, "region")):
            self._known("region", name, self._regions, source, inner)
        for inner, name in under(path, elements(expected, "channels")):
            self._known("channel", name, self._channels, source, inner)
        for inner, name in under(path, elements(expected, "event")):
            self._event_type(source, inner, name)

    # channels

    def _channels_file(self, source: Source) -> None:
        for path, route in elements(source.data, "route"):
            self._route(source, path, route)
        for path, silence in elements(source.data, "silences"):
            self._matchers(source, (*path, "match"), silence, "match")
        for path, inhibition in elements(source.data, "inhibit"):
            for key in ("source", "target"):
                self._matchers(source, (*path, key), inhibition, key)

    def _route(self, source: Source, path: Path, route: Any) -> None:
        for inner, name in under(path, elements(route, "channel")):
            self._known("channel", name, self._channels, source, inner)
        for key in ("mute", "active"):
            for inner, name in under(path, elements(route, key)):
                self._known("interval", name, self._intervals, source, inner)
        for inner, escalation in under(path, elements(route, "escalate")):
            for place, name in under(inner, elements(escalation, "channel")):
                self._known("channel", name, self._channels, source, place)
        self._matchers(source, (*path, "match"), route, "match")
        for inner, child in under(path, elements(route, "routes")):
            self._route(source, inner, child)

    def _matchers(self, source: Source, path: Path, holder: Any, key: str) -> None:
        """Plain values of the labels region and rule must name one that exists; /regex/ need not."""
        matchers = holder.get(key) if isinstance(holder, dict) else None
        for label, known in (("region", self._regions), ("rule", self._rules)):
            for inner, name in under(path, elements(matchers, label)):
                if isinstance(name, str) and not name.startswith("/"):
                    self._known(label, name, known, source, inner)

    # cycles

    def _cycles(self, what: str, places: Mapping[str, Place], key: str) -> None:
        """One problem for each name that leads back to itself."""
        uses = {
            name: [str(used) for used in _uses(_at(source.data, path), key) if used in places]
            for name, (source, path) in places.items()
        }
        reported: set[str] = set()
        for name, (source, path) in places.items():
            cycle = _cycle(name, uses.__getitem__)
            if cycle and not reported.intersection(cycle):
                reported.update(cycle)
                way = " → ".join(one_line(step) for step in cycle)
                self._problems.append(source.problem(path, f"this {what} contains itself: {way}"))


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _uses(value: Any, key: str) -> Iterator[Any]:
    """Everything named under ``key`` in a region or a condition, at any depth."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == key:
                yield from item if isinstance(item, list) else [item]
            else:
                yield from _uses(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _uses(item, key)


def _cycle(start: str, uses: Callable[[str], list[str]]) -> list[str]:
    """The shortest way from ``start`` back to it, both ends included; empty where there is none."""
    ways: list[list[str]] = [[start]]
    seen: set[str] = set()
    for way in ways:
        for name in uses(way[-1]):
            if name == start:
                return [*way, name]
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []
