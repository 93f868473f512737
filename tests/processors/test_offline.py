from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import MalformedRecord
from processors import offline


def test_reads_a_full_line() -> None:
    facts = '"published": "2026-03-04T10:00:00+02:00", "language": "en"'
    line = '{"id": "7", "title": "A  title", "text": "Body.", ' + facts + "}"
    document = offline.read_line(line)
    assert (document.id, document.title, document.text) == ("7", "A title", "A title\nBody.")
    assert document.published is not None
    assert document.published.isoformat() == "2026-03-04T08:00:00+00:00"
    assert document.effective == document.published


def test_needs_only_id_and_text() -> None:
    document = offline.read_line(b'{"id": 7, "text": "Body."}')
    assert (document.id, document.text, document.published) == ("7", "Body.", None)


def test_a_text_that_begins_with_its_title_is_left() -> None:
    assert offline.read_line('{"id": "1", "title": "T", "text": "T\\nBody"}').text == "T\nBody"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "{",
        '{"text": "x"}',
        '{"id": "1", "text": 5}',
        '{"id": "1", "text": "x", "published": "soon"}',
        b"\xff",
    ],
)
def test_a_bad_line_is_named(line: str | bytes) -> None:
    with pytest.raises(MalformedRecord, match="line 12") as caught:
        offline.read_line(line, 12)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=100))
def test_any_line_is_read_or_refused(line: str) -> None:
    with contextlib.suppress(MalformedRecord):
        assert offline.read_line(line).id
