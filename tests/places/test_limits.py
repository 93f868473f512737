"""Texts that are lists, adjectives of countries, and what a text can do to the finder."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.places import resolver
from processors.places.adjectives import adjective_votes
from processors.places.resolver import PlaceFinder

NAMES = (
    "Springfield",
    "Aleppo",
    "Kharkiv",
    "San José",
    "Alexandria",
    "دمشق",
    "Bogotá",
    "Qarzaban",
    "Newtown",
)


def test_a_list_longer_than_the_limit_is_cut_off(
    finder: PlaceFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver, "MAX_MENTIONS", 50)
    found = finder.find("Fighting in Aleppo. " * 200)
    assert len(found) == 50
    assert {place.admin1 for place in found} == {"SY-HL"}


def test_more_names_than_are_weighed_together_are_all_resolved(finder: PlaceFinder) -> None:
    cities = [finder.gazetteer.entry(row).name for row in range(60_000, 60_000 + 4_500, 5)]
    found = finder.find("\n".join(f"Fighting in {name} went on." for name in cities))
    assert len(found) > 300
    assert all(place.latitude is not None for place in found if place.kind != "unknown")


@settings(max_examples=40)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(NAMES), st.text(max_size=8), st.sampled_from([", ", " in ", "\n", "'s ", ". "])
        ),
        max_size=30,
    )
)
def test_any_text_gives_places_inside_it_that_do_not_overlap(finder: PlaceFinder, parts: list[str]) -> None:
    text = " ".join(parts)
    found = finder.find(text)
    assert all(text[p.start : p.end] == p.text and p.text for p in found)
    assert all(0.0 <= p.confidence <= 1.0 for p in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 60), st.sampled_from(["GPE", "PERSON", "ORG"])),
        max_size=6,
    )
)
def test_any_spans_of_a_model_are_survived(finder: PlaceFinder, spans: list[tuple[int, int, str]]) -> None:
    text = "Clashes near Aleppo, Syria, and in the village of Qarzaban."
    assert all(p.end <= len(text) for p in finder.find_in(text, spans))


def test_no_adjective_no_vote() -> None:
    assert adjective_votes("Il pleuvait.") == {}
    assert set(adjective_votes("L'armée congolaise à Beni.")) >= {"CD"}
