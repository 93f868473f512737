"""YAML read into plain data with the line of every key and element.

Built from the parser's events, without recursion in the parser and within fixed limits, so that a hostile
file (alias bombs, deep nesting, NUL bytes) costs one clear line and no more time than a good one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from config.problems import Path, Problem, format_path, one_line

MAX_BYTES = 2_000_000
MAX_DEPTH = 40
MAX_NODES = 250_000  # after aliases are expanded

_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,18}|[0-9]{1,18}(?:\.[0-9]{0,18})?)(?:[eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}
_TEXT_TAG = "tag:yaml.org,2002:str"


@dataclass(slots=True)
class Source:
    """One YAML file as plain data, with where everything stands."""

    name: str  # relative to the configuration folder
    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)  # of keys (mappings) and elements (lists), from 1
    withheld: set[Path] = field(default_factory=set)  # values that came from outside the file: never shown

    def line(self, path: Path) -> int:
        """The line of ``path``, or of the nearest thing that holds it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: Path, message: str) -> Problem:
        """A problem at ``path``."""
        return Problem(self.name, self.line(path), format_path(path), message)


class _Refused(Exception):
    """Reading cannot go on past this line."""

    def __init__(self, line: int, message: str) -> None:
        self.line = line
        super().__init__(message)


@dataclass(slots=True)
class _Node:
    """A value with its line; mappings keep (key, key line, value)."""

    line: int
    value: Any
    size: int = 1  # values inside, itself included
    height: int = 0  # levels below

    def grow(self, item: _Node) -> None:
        """Count a new child."""
        self.size += item.size
        self.height = max(self.height, item.height + 1)


def read_yaml(name: str, raw: bytes) -> tuple[Source, list[Problem]]:
    """Parse one file; the source's data is None where the file is empty or cannot be read at all."""
    source = Source(name)
    problems: list[Problem] = []
    try:
        root = _Builder(name, problems).build(_events(_decode(raw)))
    except _Refused as refused:
        return source, [*problems, Problem(name, refused.line, "", str(refused))]
    if root is not None:
        source.lines[()] = root.line
        source.data = _plain(root, (), source.lines)
    return source, problems


def _decode(raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        raise _Refused(0, f"larger than {MAX_BYTES // 1_000_000} MB; split it (feeds/*.yaml, rules/*.yaml)")
    nul = raw.find(b"\0")
    if nul >= 0:
        raise _Refused(raw.count(b"\n", 0, nul) + 1, "a NUL byte; this is no text file in UTF-8")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _Refused(line, "not UTF-8; save the file in UTF-8") from None
    for number, line_text in enumerate(text.split("\n"), 1):
        odd = next((c for c in line_text if ord(c) < 32 and c not in "\t\r"), None)
        if odd is not None:
            raise _Refused(number, f"a control character (code {ord(odd)}); remove it")
    return text


def _events(text: str) -> Iterator[Event]:
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _Refused(mark.line + 1 if mark else 0, _explain(error)) from None
    except (YAMLError, ValueError, RecursionError, IndexError, AttributeError):
        raise _Refused(
            0, "not YAML that can be read; check quotes, brackets and special characters"
        ) from None


def _explain(error: MarkedYAMLError) -> str:
    """The parser's words, without any of the text that it stumbled over."""
    problem = str(error.problem or "not valid YAML")
    context = str(error.context or "")
    if "'\\t'" in problem:
        return "a tab where YAML wants spaces; indent with spaces"
    for word, sign in (("tag", "!"), ("alias", "*"), ("anchor", "&"), ("directive", "%")):
        if word in problem or word in context:
            return f"a value that begins with {sign} must be quoted"
    if "mapping values are not allowed" in problem:
        return "a colon where none can be; quote a value that contains ': ', and check the indentation"
    if "<document start>" in problem:
        return "something follows the end of the document; check indentation, brackets and %"
    if "unexpected end of stream" in problem:
        return "a quote is opened and never closed"
    if "found character" in problem:
        return "a value that begins with @ or ` must be quoted"
    words = re.sub(r"but (?:got|found) .*", "", problem, flags=re.DOTALL).strip(" ,")
    return f"not valid YAML: {one_line(words)}; check indentation, brackets and quotes"


class _Builder:
    """Turns events into nodes. One per file."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self._name = name
        self._problems = problems
        self._anchors: dict[str, _Node | None] = {}  # None: still open
        self._nodes = 0
        self._documents = 0

    def build(self, events: Iterator[Event]) -> _Node | None:
        root: _Node | None = None
        for event in events:
            if isinstance(event, DocumentStartEvent):
                self._documents += 1
                if self._documents > 1:
                    raise _Refused(_line(event), "a second document ('---'); write one document per file")
            elif isinstance(event, NodeEvent):
                root = self._node(event, events, 0)
        return root

    def _node(self, event: Event, events: Iterator[Event], depth: int) -> _Node:
        line = _line(event)
        if depth > MAX_DEPTH:
            raise _Refused(line, f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, AliasEvent):
            return self._alias(event, line, depth)
        self._spend(1, line)
        if getattr(event, "tag", None) not in (None, "!", _TEXT_TAG):
            raise _Refused(line, "a YAML tag; a value that begins with ! must be quoted")
        anchor = getattr(event, "anchor", None)
        if anchor:
            self._anchors[anchor] = None
        if isinstance(event, MappingStartEvent):
            node = self._mapping(events, line, depth)
        elif isinstance(event, SequenceStartEvent):
            node = self._sequence(events, line, depth)
        elif isinstance(event, ScalarEvent):
            node = _Node(line, _scalar(event))
        else:
            raise _Refused(line, "not YAML that can be read")
        if anchor:
            self._anchors[anchor] = node
        return node

    def _alias(self, event: AliasEvent, line: int, depth: int) -> _Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            raise _Refused(line, "an alias (*) to nothing; a value that begins with * must be quoted")
        self._spend(node.size, line)
        if depth + node.height > MAX_DEPTH:
            raise _Refused(line, f"nested deeper than {MAX_DEPTH} levels")
        return node

    def _spend(self, nodes: int, line: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise _Refused(line, f"more than {MAX_NODES:,} values (aliases expanded); split the file")

    def _sequence(self, events: Iterator[Event], line: int, depth: int) -> _Node:
        node = _Node(line, [])
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            item = self._node(event, events, depth + 1)
            node.value.append(item)
            node.grow(item)
        return node

    def _mapping(self, events: Iterator[Event], line: int, depth: int) -> _Node:
        found: dict[str, tuple[int, _Node]] = {}
        merged: dict[str, tuple[int, _Node]] = {}
        node = _Node(line, found)
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            key, key_line = _key(event)
            item = self._node(next(events), events, depth + 1)
            node.grow(item)
            if key == "<<":
                merged.update(_merge(item, key_line))
            elif key in found:
                first = found[key][0]
                shown = one_line(key) if item.value is not None else ""
                self._problems.append(
                    Problem(self._name, key_line, shown, f"key given twice (first on line {first})")
                )
            else:
                found[key] = (key_line, item)
        for key, pair in merged.items():
            found.setdefault(key, pair)
        return node


def _line(event: Event) -> int:
    return int(event.start_mark.line) + 1


def _key(event: Event) -> tuple[str, int]:
    if not isinstance(event, ScalarEvent):
        raise _Refused(_line(event), "a key must be plain text")
    return _text(event), _line(event)


def _merge(item: _Node, line: int) -> dict[str, tuple[int, _Node]]:
    sources = item.value if isinstance(item.value, list) else [item]
    if not all(isinstance(source.value, dict) for source in sources):
        raise _Refused(line, "'<<' merges mappings only")
    merged: dict[str, tuple[int, _Node]] = {}
    for source in reversed(sources):
        merged.update(source.value)
    return merged


def _text(event: ScalarEvent) -> str:
    """The scalar's text; escapes may have put in what no text can hold."""
    text = str(event.value)
    if "\0" in text:
        raise _Refused(_line(event), "an escape that stands for NUL; remove it")
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")  # joins the halves of a pair
    except UnicodeDecodeError:
        raise _Refused(
            _line(event), "an escape that stands for half a character; write the character"
        ) from None


def _scalar(event: ScalarEvent) -> Any:
    text = _text(event)
    if event.tag is not None or not event.implicit[0]:
        return text
    word = text if text == "~" else text.lower()
    if word in _WORDS and text in (word, word.capitalize(), word.upper()):
        return _WORDS[word]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _plain(node: _Node, path: Path, lines: dict[Path, int]) -> Any:
    """Plain data, noting the line of everything on the way. Depth is bounded by MAX_DEPTH."""
    if isinstance(node.value, dict):
        data = {}
        for key, (line, item) in node.value.items():
            lines[(*path, key)] = line
            data[key] = _plain(item, (*path, key), lines)
        return data
    if isinstance(node.value, list):
        elements = []
        for index, item in enumerate(node.value):
            lines[(*path, index)] = item.line
            elements.append(_plain(item, (*path, index), lines))
        return elements
    return node.value
