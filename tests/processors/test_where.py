"""What stands before a place: the quick look at its last words misses nothing that the expression finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.events import where

LOOSE = (
    "he was based in Paris-based “fled said, from the a hospital hospitals clinic of main taken to similar "
    "Syria's way on their border with bound for In FROM city reporters talks like"
)
WORDS = st.sampled_from(LOOSE.split(" "))
SPACES = st.sampled_from([" ", " ", " ", "  ", "\n"])


@given(words=st.lists(st.tuples(WORDS, SPACES), max_size=7))
def test_the_quick_look_misses_nothing(words: list[tuple[str, str]]) -> None:
    before = "".join(word + space for word, space in words)
    assert where.is_elsewhere(before) == bool(where.ELSEWHERE.search(before))


@pytest.mark.parametrize(
    ("before", "elsewhere"),
    [
        ("told reporters in ", True),
        ("were taken to the main hospital in ", True),
        ("a Paris-based group that flew from the ", True),
        ("soldiers raided a house in ", False),
        ("near the border with ", True),
        ("from", False),
    ],
)
def test_where_somebody_only_was(before: str, elsewhere: bool) -> None:
    assert where.is_elsewhere(before) is elsewhere
