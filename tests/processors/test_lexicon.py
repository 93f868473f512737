from __future__ import annotations

import tomllib
from importlib import resources
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.text import lexicon, sentences
from processors.text.inflect import forms

LEXICONS = resources.files("processors") / "lexicons"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("raid~", {"raid", "raids", "raided", "raiding"}),
        ("seize~", {"seize", "seizes", "seized", "seizing"}),
        ("carry~ out", {"carry out", "carries out", "carried out", "carrying out"}),
        ("stab+", {"stab", "stabs", "stabbed", "stabbing"}),
        ("army^", {"army", "armies"}),
        ("gunman^", {"gunman", "gunmen"}),
        ("air?strike", {"airstrike", "air strike", "air-strike"}),
    ],
)
def test_entries_give_their_surface_forms(entry: str, expected: set[str]) -> None:
    assert {surface for surface, _ in forms(entry)} == expected


def small() -> lexicon.Lexicon:
    return lexicon.compile_lexicon(
        "xx",
        {
            "concepts": {"refuse": "heart attack^", "stem": "explo*"},
            "triggers": {"attack": "attack~"},
            "prefixes": ["wa"],
        },
    )


def found(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(text[hit.start : hit.end], hit.concepts) for hit in small().find(text)]


def test_the_longest_entry_hides_the_shorter() -> None:
    assert found("A heart attack, an attack.") == [("heart attack", ("refuse",)), ("attack", ("ev:attack",))]


def test_words_are_matched_whole_unless_open() -> None:
    assert found("counterattacker exploding") == [("exploding", ("stem",))]


def test_a_clitic_may_stand_before_a_word() -> None:
    assert found("waattack waxattack") == [("attack", ("ev:attack",))]


@given(st.text(max_size=200))
def test_hits_are_ordered_within_the_text_and_do_not_overlap(text: str) -> None:
    last = 0
    for hit in lexicon.load("en").find(text):
        assert last <= hit.start < hit.end <= len(text)
        last = hit.end


@pytest.mark.parametrize("text", ["İİİ attack İ", "ẞ attack", "𐐀 attack 🙂 attack"])
def test_letters_that_change_length_in_lower_case_do_not_shift_offsets(text: str) -> None:
    assert {text[hit.start : hit.end] for hit in lexicon.load("en").find(text)} == {"attack"}


def test_an_unknown_language_has_an_empty_lexicon() -> None:
    assert lexicon.load("xx").find("attack") == []


@given(st.text(max_size=400), st.integers(0, 40))
def test_sentences_cover_all_that_is_no_white_space(text: str, title: int) -> None:
    split = sentences.split(text, min(title, len(text)))
    kept = "".join(text[s.start : s.end] for s in split)
    assert "".join(kept.split()) == "".join(text.split())
    assert [s.index for s in split] == list(range(len(split)))
    for one, other in pairwise(split):
        assert one.end <= other.start


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Gen. Smith met Mr. Jones in St. Louis. They talked.", 2),
        ("The U.S. Army raided a house. It was 5 a.m. on Monday.", 2),
        ('"Stop." He stopped.', 2),
        ("قتل أربعة أشخاص. أصيب خمسة.", 2),
        ("One line\nanother line", 2),
        ("It rose 2.5 percent in No. 10 Street.", 1),
    ],
)
def test_splits_where_a_reader_would(text: str, count: int) -> None:
    assert len(sentences.split(text)) == count


def test_an_endless_line_is_cut() -> None:
    split = sentences.split("word " * 10_000)
    assert max(s.end - s.start for s in split) <= sentences.LONGEST


@pytest.mark.parametrize(
    ("language", "text", "event"),
    [
        ("ar", "خُطِف خمسة أشخاص", "abduction"),
        ("ar", "قصــف مدفعي", "shelling"),
        ("uk", "Застрелили п’ятьох", "shooting"),
        ("fa", "حملهٔ موشكي", "missile-attack"),
        ("he", "תקיפת מל״ט", "drone-strike"),
    ],
)
def test_spellings_of_one_word_meet(language: str, text: str, event: str) -> None:
    hits = lexicon.load(language).find(text)
    assert any(event in hit.event_types() for hit in hits), hits
    assert all(text[hit.start : hit.end].strip() == text[hit.start : hit.end] for hit in hits)


@pytest.mark.parametrize("language", sorted(lexicon.languages() - {"en"}))
def test_every_language_has_words_for_the_concepts_of_shared_frames(language: str) -> None:
    own = tomllib.loads((LEXICONS / f"{language}.toml").read_text("utf-8"))
    known = {*own["concepts"], *(f"ev:{event_type}" for event_type in own["triggers"])}
    asked: set[str] = set()
    for frame in lexicon.shared_frames():
        for key in ("on", "near", "before", "after", "sentence", "absent", "nowhere"):
            groups = frame.get(key, [])
            for group in [groups] if isinstance(groups, str) else groups:
                asked.update(group.split())
    assert asked <= known, sorted(asked - known)


@pytest.mark.parametrize(
    ("word", "concepts"),
    [("messerangriff", True), ("angriff", True), ("angriffslust", False), ("krawallangriffe", False)],
)
def test_a_star_before_a_word_stands_for_the_first_part_of_a_compound(word: str, concepts: bool) -> None:
    compiled = lexicon.compile_lexicon("de", {"triggers": {"attack": "*angriff"}})
    found = compiled.find(f"der {word} dort")
    assert bool(found) is concepts
    if found:
        assert (found[0].start, found[0].end) == (4, 4 + len(word))
