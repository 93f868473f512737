"""Messages survive the way through bytes; other bytes are refused with words."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from config.errors import MalformedRecord
from streams.codec import decode, encode
from streams.embedded.rows import _decode_headers, _encode_headers


class Note(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    schema_version: int = 1
    id: str
    when: datetime | None = None
    score: float = 0.0
    tags: tuple[str, ...] = ()


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
notes = st.builds(
    Note,
    id=text,
    when=st.none() | st.datetimes(timezones=st.just(UTC)),
    score=st.floats(allow_nan=False, allow_infinity=False),
    tags=st.lists(text, max_size=4).map(tuple),
)


@given(notes)
def test_a_message_comes_back_equal(note: Note) -> None:
    assert decode(encode(note), Note) == note


@given(st.binary(max_size=300))
@example(b"")
@example(b"null")
@example(b"[" * 100_000)
@example(b'{"id": "\xff"}')
@example(b'{"id": 3}')
@example(b'{"tags": []}')
def test_other_bytes_are_malformed_and_the_reason_is_one_line(data: bytes) -> None:
    with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        msgspec.json.decode(data, type=Note)
        return  # by chance it is one
    with pytest.raises(MalformedRecord, match=r"^not a Note: .*$"):
        decode(data, Note)


def test_fields_of_a_newer_version_are_ignored() -> None:
    assert decode(b'{"id": "a", "schema_version": 2, "invented": {"x": [1]}}', Note).id == "a"


def test_a_string_is_no_message() -> None:
    with pytest.raises(MalformedRecord):
        decode(b'"id"', Note)


@given(st.lists(st.tuples(text, st.binary(max_size=50)), max_size=6).map(tuple))
def test_headers_survive_the_embedded_form(headers: tuple[tuple[str, bytes], ...]) -> None:
    assert _decode_headers(_encode_headers(headers)) == headers
