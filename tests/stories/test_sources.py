"""Independent sources: one wire text under five mastheads is one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from processors.stories_query import independent_sources

pairs = st.lists(
    st.tuples(st.sampled_from("ABCD") | st.none(), st.sampled_from("stuv") | st.none()), max_size=8
)


def test_one_text_under_five_mastheads_is_one_source() -> None:
    assert independent_sources([(name, "s") for name in "ABCDE"]) == 1


def test_five_articles_of_one_masthead_are_one_source() -> None:
    assert independent_sources([("A", story) for story in "stuvw"]) == 1


def test_own_texts_of_two_mastheads_are_two_sources() -> None:
    assert independent_sources([("A", "s"), ("B", "t")]) == 2


def test_a_masthead_with_an_own_text_counts_beside_the_wire_it_also_printed() -> None:
    assert independent_sources([("A", "wire"), ("B", "wire"), ("B", "own")]) == 2


def test_unknown_publishers_count_by_their_text() -> None:
    assert independent_sources([(None, "s"), (None, "s"), (None, "t")]) == 2


def test_spelling_of_a_masthead_does_not_matter() -> None:
    assert independent_sources([("The Courier", "s"), ("the courier ", "t")]) == 1


@given(pairs)
def test_never_more_than_publishers_or_stories(evidence: list[tuple[str | None, str | None]]) -> None:
    found = independent_sources(evidence)
    assert (found > 0) == bool(evidence)
    if all(p and s for p, s in evidence):
        assert found <= min(len({p for p, _ in evidence}), len({s for _, s in evidence}))


@given(pairs, st.randoms())
def test_the_order_does_not_matter(evidence: list[tuple[str | None, str | None]], rng: object) -> None:
    shuffled = sorted(evidence, key=lambda pair: rng.random())  # type: ignore[attr-defined]
    known = [pair for pair in evidence if pair[0] and pair[1]]
    assert independent_sources(known) == independent_sources([p for p in shuffled if p[0] and p[1]])
