"""A tree of letters matches what the list of words does."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from processors.text.alternatives import any_of

WORDS = st.lists(st.text("ab .-?", min_size=1, max_size=5), min_size=1, max_size=12)


@given(words=WORDS, text=st.text("ab .-?", max_size=20))
def test_the_longest_word_is_found_at_each_place(words: list[str], text: str) -> None:
    listed = "|".join(map(re.escape, sorted(set(words), key=len, reverse=True)))
    expected = [match.span() for match in re.finditer(listed, text)]
    assert [match.span() for match in re.finditer(any_of(words), text)] == expected


def test_words_share_their_beginnings() -> None:
    assert any_of(["man", "men", "mental"]) == "m(?:an|en(?:tal)?)"
