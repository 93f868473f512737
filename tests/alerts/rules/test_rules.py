"""What rules hold for, and what they say about it."""

from __future__ import annotations

from datetime import timedelta

from tests.support.enriched import ALEPPO, ATME, NOON, PARIS, enriched
from tests.support.rules import rule_set

IDLIB_RAIDS = {
    "id": "idlib-raids",
    "when": {
        "regions": ["idlib"],
        "any": [{"events": ["raid", "airstrike"]}, {"keywords": ["raid", "special forces"]}],
        "not": {"keywords": ["anniversary"]},
    },
}
FLAT = f"Police {{{{raid|raid current @0}}}} a flat in [[Paris|{PARIS}]]"
REFUGEES = f"{FLAT}, home of refugees from [[Idlib|{ATME}]]."


def fired(rule: dict[str, object], marked: str, **fields: object) -> list[str]:
    return [match.sentence for match in rule_set(rule).evaluate(enriched(marked, **fields), NOON)]


def test_region_and_event_must_be_the_same_event() -> None:
    there = f"US forces {{{{raid|raid current}}}} a house in [[Atme|{ATME}]]."
    assert fired(IDLIB_RAIDS, there)
    assert not fired(IDLIB_RAIDS, REFUGEES)


def test_wider_scopes_take_region_and_event_apart() -> None:
    assert fired({**IDLIB_RAIDS, "scope": "sentence"}, REFUGEES)
    two = REFUGEES.replace(", home of refugees", ". Refugees came")
    assert not fired({**IDLIB_RAIDS, "scope": "sentence"}, two)
    assert fired({**IDLIB_RAIDS, "scope": "document"}, two)


def test_only_current_events_by_default() -> None:
    for status in ("background", "planned", "hypothetical", "denied"):
        assert not fired(IDLIB_RAIDS, f"The {{{{raid|raid {status}}}}} in [[Atme|{ATME}]].")
    asked = {**IDLIB_RAIDS, "when": {**IDLIB_RAIDS["when"], "status": ["planned", "current"]}}
    assert fired(asked, f"The {{{{raid|raid planned}}}} in [[Atme|{ATME}]].")


def test_an_event_of_years_ago_is_no_news_whatever_its_status() -> None:
    assert not fired(IDLIB_RAIDS, f"The {{{{raid|raid current on=2019-10-26}}}} in [[Atme|{ATME}]].")


def test_keywords_alone_need_no_event_but_no_look_back() -> None:
    rule = {"when": {"regions": ["idlib"], "keywords": ["dam collapse"]}}
    assert fired(rule, f"The dam collapsed near [[Atme|{ATME}]].")
    assert not fired(rule, f"The dam collapsed near [[Atme|{ATME}]] in 2019.")
    assert not fired(rule, f"The dam collapsed. [[Atme|{ATME}]] was quiet.")


def test_a_keyword_of_another_event_does_not_count() -> None:
    text = (
        f"Special forces {{{{raided|raid current}}}} a flat in [[Paris|{PARIS}]]. "
        f"Shells {{{{hit|shelling current}}}} [[Atme|{ATME}]]."
    )
    assert not fired(IDLIB_RAIDS, text)


def test_match_shows_the_sentence_with_what_matched() -> None:
    doc = enriched(f"News. US forces {{{{raided|raid current}}}} a house in [[Atme|{ATME}]]. Nobody spoke.")
    (match,) = rule_set(IDLIB_RAIDS).evaluate(doc, NOON)
    marked = [match.sentence[start:end] for start, end in match.highlights]
    assert match.sentence == "US forces raided a house in Atme."
    assert marked == ["raided", "Atme"]
    assert match.regions == ("idlib",)
    assert any("region idlib: Atme" in reason for reason in match.reasons)
    assert any("event raid" in reason for reason in match.reasons)
    assert any('keyword "raid" (raided)' in reason for reason in match.reasons)


def test_thresholds_count_within_one_event() -> None:
    rule = {"when": {"regions": ["idlib"], "events": ["airstrike"], "min_killed": 5}}
    assert fired(rule, f"A {{{{strike|airstrike current killed=7}}}} on [[Atme|{ATME}]].")
    assert not fired(rule, f"A {{{{strike|airstrike current killed=3}}}} on [[Atme|{ATME}]].")
    assert not fired(
        rule,
        f"A {{{{strike|airstrike current killed=3}}}} on [[Atme|{ATME}]]. "
        f"A {{{{strike|airstrike current killed=9}}}} on [[Aleppo|{ALEPPO}]].",
    )


def test_actors_and_targets_are_told_apart() -> None:
    text = f"A {{{{raid|raid current by=US_special_forces against=Islamic_State}}}} in [[Atme|{ATME}]]."
    assert fired({"when": {"actors": ["special forces"]}}, text)
    assert not fired({"when": {"actors": ["Islamic State"]}}, text)
    assert fired({"when": {"targets": ["islamic state"]}}, text)


def test_labels_of_the_document() -> None:
    text = f"A {{{{raid|raid current}}}} in [[Atme|{ATME}]]."
    fields = {"publisher": "The Daily", "feed": "daily-en", "tags": ("war",), "language": "en"}
    for label in (
        {"publishers": "the daily"},
        {"feeds": "daily-en"},
        {"tags": ["War"]},
        {"languages": ["en"]},
    ):
        assert fired({"when": {"events": ["raid"], **label}}, text, **fields)
    for label in ({"publishers": "the weekly"}, {"feeds": "x"}, {"tags": ["sport"]}, {"languages": ["fr"]}):
        assert not fired({"when": {"events": ["raid"], **label}}, text, **fields)


def test_snippets_are_joined_with_all() -> None:
    rules = rule_set(
        {"when": {"use": ["north"], "events": ["raid"]}},
        snippets={"north": {"any": [{"regions": ["idlib"]}, {"regions": ["aleppo"]}]}},
    )
    assert rules.evaluate(enriched(f"A {{{{raid|raid current}}}} in [[Aleppo|{ALEPPO}]]."), NOON)
    assert not rules.evaluate(enriched(f"A {{{{raid|raid current}}}} in [[Paris|{PARIS}]]."), NOON)


def test_old_articles_are_marked_stale() -> None:
    doc = enriched(f"A {{{{raid|raid current}}}} in [[Atme|{ATME}]].")
    rules = rule_set(IDLIB_RAIDS)
    assert not rules.evaluate(doc, NOON + timedelta(days=1))[0].stale
    assert rules.evaluate(doc, NOON + timedelta(days=3))[0].stale


def test_disabled_rules_are_explained_but_never_fire() -> None:
    doc = enriched(f"A {{{{raid|raid current}}}} in [[Atme|{ATME}]].")
    rules = rule_set({**IDLIB_RAIDS, "enabled": False})
    assert rules.evaluate(doc, NOON) == ()
    (told,) = rules.explain(doc)
    assert not told.matched
    assert told.note == "the rule is disabled"


def test_explain_says_which_condition_failed_on_what() -> None:
    doc = enriched(f"Police {{{{raided|raid current}}}} a flat in [[Paris|{PARIS}]].")
    (told,) = rule_set(IDLIB_RAIDS).explain(doc)
    assert not told.matched
    assert told.why_not == ("regions: Paris (FR-IDF, city precision): not in idlib",)
    doc = enriched(f"The {{{{raid|raid background}}}} in [[Atme|{ATME}]], on its anniversary.")
    (told,) = rule_set(IDLIB_RAIDS).explain(doc)
    said = " | ".join(told.why_not)
    assert "the raid is background; wanted current" in said
    assert 'excluded by keywords: keyword "anniversary"' in said
