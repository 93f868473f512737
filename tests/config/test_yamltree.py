"""Reading YAML: data, lines, and files made to hurt."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.yamltree import MAX_BYTES, MAX_DEPTH, read_yaml

Problems = Callable[..., list[str]]


def lines(raw: bytes | str) -> list[str]:
    _, problems = read_yaml("f.yaml", raw.encode() if isinstance(raw, str) else raw)
    return [str(problem) for problem in problems]


LAUGHS = "a: &a [x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
CHAIN = "a0: &a0 [x]\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n}]\n" for n in range(60))

HOSTILE: dict[str, tuple[bytes | str, str]] = {
    "billion laughs": (LAUGHS, "f.yaml:7: more than 250,000 values (aliases expanded); split the file"),
    "long chain of aliases": (CHAIN, f"f.yaml:40: nested deeper than {MAX_DEPTH} levels"),
    "alias to itself": (
        "a: &a [*a]",
        "f.yaml:1: an alias (*) to nothing; a value that begins with * must be quoted",
    ),
    "alias to nothing": (
        "a: 1\nb: *x",
        "f.yaml:2: an alias (*) to nothing; a value that begins with * must be quoted",
    ),
    "deep lists": ("\n" + "[" * 100_000, f"f.yaml:2: nested deeper than {MAX_DEPTH} levels"),
    "deep mappings": ("{a: " * 5_000, f"f.yaml:1: nested deeper than {MAX_DEPTH} levels"),
    "too large": (b"#" * (MAX_BYTES + 1), "f.yaml: larger than 2 MB; split it (feeds/*.yaml, rules/*.yaml)"),
    "NUL": (b"a: 1\nb: \0\n", "f.yaml:2: a NUL byte; this is no text file in UTF-8"),
    "UTF-16": ("a: 1\n".encode("utf-16"), "f.yaml:1: a NUL byte; this is no text file in UTF-8"),
    "Latin-1": ("a: 1\nb: é\n".encode("latin-1"), "f.yaml:2: not UTF-8; save the file in UTF-8"),
    "control character": ("a: 1\nb: \x07\n", "f.yaml:2: a control character (code 7); remove it"),
    "tab": ("a:\n\t- b\n", "f.yaml:2: a tab where YAML wants spaces; indent with spaces"),
    "open quote": ("a: 'x\nb: 1\n", "f.yaml:3: a quote is opened and never closed"),
    "colon": (
        "a: b: c\n",
        "f.yaml:1: a colon where none can be; quote a value that contains ': ', and check the indentation",
    ),
    "tag": ("a: !secret x\n", "f.yaml:1: a YAML tag; a value that begins with ! must be quoted"),
    "python object": (
        "a: !!python/object/apply:os.system [id]\n",
        "f.yaml:1: a YAML tag; a value that begins with ! must be quoted",
    ),
    "at sign": ("a: @x\n", "f.yaml:1: a value that begins with @ or ` must be quoted"),
    "percent": (
        "a: 1\n%x\n",
        "f.yaml:3: something follows the end of the document; check indentation, brackets and %",
    ),
    "two documents": (
        "a: 1\n---\nb: 1\n",
        "f.yaml:2: a second document ('---'); write one document per file",
    ),
    "escaped NUL": ('a: "x\\0"\n', "f.yaml:1: an escape that stands for NUL; remove it"),
    "half a character": (
        '"\\ud800": 1\n',
        "f.yaml:1: an escape that stands for half a character; write the character",
    ),
    "complex key": ("? [a, b]\n: 1\n", "f.yaml:1: a key must be plain text"),
    "merge of text": ("a: {<<: x}\n", "f.yaml:1: '<<' merges mappings only"),
    "indentation": (
        "a:\n  - b\n c: 1\n",
        "f.yaml:3: not valid YAML: expected <block end>; check indentation, brackets and quotes",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_one_clear_line(name: str) -> None:
    raw, expected = HOSTILE[name]
    assert lines(raw) == [expected]


def test_tags_on_lists_and_mappings_are_refused_too() -> None:
    assert lines("a: !x [1]\n") == ["f.yaml:1: a YAML tag; a value that begins with ! must be quoted"]


def test_lines_of_keys_and_elements() -> None:
    source, problems = read_yaml("f.yaml", b"# top\na:\n  - x\n  - {b: 1,\n     c: 2}\n")
    assert problems == []
    assert source.lines == {(): 2, ("a",): 2, ("a", 0): 3, ("a", 1): 4, ("a", 1, "b"): 4, ("a", 1, "c"): 5}
    assert source.line(("a", 1, "missing")) == 4


@given(st.binary(max_size=300))
def test_any_bytes_give_data_or_lines(raw: bytes) -> None:
    assert all("\n" not in line for line in lines(raw))


@given(st.text(alphabet="ab:-[]{}&*!|>'\"%@`#,? \n\t<~0.", max_size=60))
def test_any_text_gives_data_or_lines(text: str) -> None:
    assert all("\n" not in line and line.startswith("f.yaml") for line in lines(text))


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text(
        st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]),
        max_size=20,
    )
    | st.sampled_from(
        ["no", "on", "1.0", "1e3", "0o7", "12:30", "2026-09-01", "~", "=", "<<x", "null", "- a"]
    )
)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text("abc", min_size=1), inner)
)


@given(TREES, st.sampled_from([None, 2]))
def test_json_is_yaml(tree: Any, indent: int | None) -> None:
    source, problems = read_yaml("f.yaml", json.dumps({"tree": tree}, indent=indent).encode())
    assert problems == []
    assert source.data == {"tree": tree}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5", 1.5),
        ("-3", -3),
        ("1e3", 1000.0),
        ("True", True),
        ("tRue", "tRue"),
        ("", None),
        ("9" * 40, "9" * 40),
    ],
)
def test_scalars(text: str, value: object) -> None:
    source, _ = read_yaml("f.yaml", f"a: {text}\n".encode())
    assert source.data == {"a": value}
    assert type(source.data["a"]) is type(value)


def test_hostile_file_leaves_the_other_files_problems(problems: Problems) -> None:
    found = problems({"tocsin.yaml": LAUGHS, "feeds.yaml": "feed: []\n"})
    assert [line.split(":")[0] for line in found] == ["tocsin.yaml", "feeds.yaml"]
