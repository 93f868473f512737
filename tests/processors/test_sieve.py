"""The sieve may say "possible" too often, never too seldom."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.text.alternatives import any_of
from processors.text.sieve import ANYTHING, Choice, Sieve, any_possible, demands

PATTERNS = (
    rf"\b{any_of(['deny', 'denied', 'last', 'lasting', 'May'])}(?:s|\b)",
    r"\b(?:den(?:y|ied|ying)|denial of|refut\w+)\b(?!.*\bbail)[^.;]{0,70}$",
    r"(?:last|next)\s+(?:May|June?)\b",
    r"\d{4}-\d\d",
    r"(?:x|ab+c)?(?P<unit>day|week)s?",
    r"[0-5]k|no one|K",
    r"(?:(?:a|the)\s+)*town",
    r"\bsaid\s+(?i:army)\b",
)
_LETTERS = st.sampled_from(
    [*"abdeyiknowsxcu-5٣ſKİı. ", "deny", "denied", "last", "May", "town", "week", "1999-12"]
)
TEXTS = st.lists(_LETTERS, max_size=14).map("".join)


@pytest.mark.parametrize("flags", [0, re.IGNORECASE])
@given(text=TEXTS, start=st.integers(0, 8))
def test_a_match_is_never_missed(flags: int, text: str, start: int) -> None:
    sieve = Sieve()
    sifted = [sieve.add(pattern, flags) for pattern in PATTERNS]
    among = sieve.sift(text).within(start, len(text))
    for pattern in sifted:
        expected = pattern.regex.search(text, start)
        found = pattern.search(among, text, start)
        assert (found and found.span()) == (expected and expected.span())


def test_demands_are_the_rarest_letters() -> None:
    assert demands(r"(?:the\s+)?(?:rocket|missile)s?\s+hit") == [{"rocket", "missile"}, {"hit"}]
    assert demands(r"(?:kill|killed)\b") == [{"kill"}]
    assert demands(r"\w+|town") == []
    assert demands(rf"(?P<who>{any_of(['man', 'men', 'nurse'])})\b") == [{"man", "men", "nurse"}]


def test_what_no_text_holds_is_not_searched_for() -> None:
    sieve = Sieve()
    pattern, other = sieve.add("rockets?"), sieve.add("town")
    among = sieve.sift("a rocket fell").within(0, 13)
    assert pattern.possible(among)
    assert not other.possible(among)
    assert pattern.possible(ANYTHING)
    assert not pattern.possible(sieve.sift("a rocket fell").within(8, 13))


@given(text=TEXTS)
def test_a_choice_holds_what_can_match(text: str) -> None:
    sieve = Sieve()
    sifted = [sieve.add(pattern) for pattern in PATTERNS]
    choice = Choice((pattern, number) for number, pattern in enumerate(sifted))
    for among in (sieve.sift(text).within(0, len(text)), ANYTHING):
        possible = tuple(number for number, pattern in enumerate(sifted) if pattern.possible(among))
        assert choice.of(among) == choice.of(among) == possible
        assert len(any_possible(*sifted).of(among)) == len(possible)
