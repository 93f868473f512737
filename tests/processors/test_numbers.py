from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.text import numbers

UNITS = list(numbers.UNITS)
TENS = list(numbers.TENS)


def spelled(number: int) -> str:
    """The English name of a number below a million."""
    if number >= 1000:
        rest = number % 1000
        return spelled(number // 1000) + " thousand" + (f" {spelled(rest)}" if rest else "")
    if number >= 100:
        rest = number % 100
        return UNITS[number // 100] + " hundred" + (f" and {spelled(rest)}" if rest else "")
    if number < 20:
        return UNITS[number]
    return TENS[number // 10 - 2] + (f"-{UNITS[number % 10]}" if number % 10 else "")


@given(st.integers(1, 999_999))
def test_reads_the_name_of_every_number(number: int) -> None:
    text = f"There were {spelled(number)} people."
    found = next(numbers.find(text))
    assert (found.min, found.max) == (number, number)
    assert text[found.start : found.end] == spelled(number)


@given(st.integers(0, 99_999_999))
def test_reads_grouped_digits(number: int) -> None:
    found = next(numbers.find(f"x {number:,} y"))
    assert (found.min, found.max) == (number, number)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("at least 13 people", 13, None),
        ("more than 20", 20, None),
        ("up to 50 people", 1, 50),
        ("between five and ten men", 5, 10),
        ("5 to 10 men", 5, 10),
        ("5-10 men", 5, 10),
        ("dozens of people", 24, None),
        ("two dozen people", 24, 24),
        ("half a dozen", 6, 6),
        ("several hundred people", 300, None),
        ("nearly 300", 270, 300),
        ("fewer than ten", 0, 9),
        ("tens of thousands", 20_000, None),
        ("1.5 million", 1_500_000, 1_500_000),
        ("a couple of men", 2, 2),
    ],
)
def test_reads_vague_and_qualified_numbers(text: str, low: int, high: int | None) -> None:
    found = next(numbers.find(text))
    assert (found.min, found.max) == (low, high)


@pytest.mark.parametrize("text", ["F-16", "12.30", "$20", "20%", "9/11", "no numbers here", ""])
def test_leaves_what_counts_nothing(text: str) -> None:
    assert list(numbers.find(text)) == []


@given(st.text(max_size=300))
def test_any_text_gives_ordered_ranges_within_it(text: str) -> None:
    last = 0
    for found in numbers.find(text):
        assert last <= found.start < found.end <= len(text)
        assert found.min >= 0
        assert found.max is None or found.max >= found.min
        last = found.end


@given(
    st.lists(
        st.sampled_from(["two", "and", "to", "-", "hundred", "5", "dozen", "between", "up to"]), max_size=12
    )
)
def test_any_heap_of_number_words_gives_ordered_ranges(words: list[str]) -> None:
    for found in numbers.find(" ".join(words)):
        assert found.max is None or found.max >= found.min
