from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.errors import EnrichmentError
from config.models.root import Config
from config.models.rules import Rule
from processors import demand, model, offline
from processors.demand import Demand
from processors.events import recognise
from processors.messages import EnrichedDocument
from processors.pipeline import Options, Pipeline, options_of
from processors.places import resolver
from processors.version import pipeline_version
from streams.codec import decode, encode

Enrich = Callable[..., EnrichedDocument]
STORY = (
    "A drone strike killed two people near Kharkiv on Tuesday, the governor said. "
    "Last year a missile attack there killed 19 people."
)


def sound(document: EnrichedDocument) -> None:
    """Every offset of the document points at what it says, and every index exists."""
    text = document.text
    spans = [*document.places, *document.entities]
    for event in document.events:
        spans += [event.trigger, *event.mentions]
        assert all(0 <= index < len(document.places) for index in event.places)
        for toll in event.casualties:
            assert toll.max is None or toll.max >= toll.min >= 0
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == span.text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "\0",
        "raid\0 on \0Idlib killed 3\0 people",
        "🙂" * 50 + " A raid in Paris killed 𝟛 people 🙂. Drone strike! 👩‍👩‍👧",
        "\u202eغارة جوية على إدلب\u202c قتلت 4 أشخاص A raid in Idlib \u200f",
        "İstanbul'da polis baskını: İİİ beş kişi gözaltına alındı. ẞ attack in İzmir",
        "a" * 100_000,
        "killed " * 1_500,
        "." * 20_000,
        "(" * 5_000 + "raid" + ")" * 5_000,
        "1 " * 10_000 + "killed",
        "Raid in Paris, " * 500,
        "\ud800 lone surrogate raid in Paris",
        "A\u0300\u0301" * 1_000 + " raid in Pa\u0301ris",
        "<p>raid</p> &amp; <script>alert(1)</script> in Idlib",
    ],
)
def test_hostile_input_gives_a_sound_document(enrich: Enrich, text: str) -> None:
    sound(enrich(text))


@given(st.text(max_size=300))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_gives_a_sound_document(enrich: Enrich, text: str) -> None:
    sound(enrich(text))


WORDS = [
    "raid",
    "in",
    "Idlib",
    ",",
    "Syria",
    "killed",
    "12",
    "people",
    "on",
    "Tuesday",
    ".",
    "The",
    "army",
    "denied",
    "an",
    "airstrike",
    "near",
    "Paris",
    "2019",
    "said",
    "🙂",
]


@given(
    st.lists(st.sampled_from(WORDS), max_size=40),
    st.sampled_from([None, "2026-03-04", "0001-01-01", "9999-12-31"]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_heap_of_words_on_any_day_gives_a_sound_document(
    enrich: Enrich, words: list[str], published: str | None
) -> None:
    sound(enrich(" ".join(words), published=published))


def test_a_list_of_too_many_places_is_cut_with_a_mark(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver, "MAX_MENTIONS", 2)
    text = "Shells fell in Kharkiv, in Sumy and in Poltava."
    document = pipeline.enrich(offline.document(offline.InputLine(id="1", text=text)))
    assert [place.text for place in document.places] == ["Kharkiv", "Sumy"]
    assert document.cut == "2 of 3 names of places were resolved"


def test_a_list_of_too_many_events_is_cut_with_a_mark(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognise, "MAX_TRIGGERS", 1)
    text = "A raid in Kharkiv killed two. Shelling in Sumy killed three."
    document = pipeline.enrich(offline.document(offline.InputLine(id="1", text=text)))
    assert [event.type for event in document.events] == ["raid"]
    assert document.cut == "1 of 2 mentions of events were read"


def test_a_very_long_document_is_cut_with_a_mark(pipeline: Pipeline) -> None:
    words = " ".join([STORY] * 8_000)
    assert len(words.split()) > 150_000
    document = pipeline.enrich(
        offline.document(offline.InputLine(id="1", text=words, published="2026-03-04"))
    )
    assert document.cut is not None
    assert document.text == words
    assert max(event.trigger.end for event in document.events) <= pipeline.options.max_characters
    sound(document)


def test_the_same_document_gives_the_same_result(enrich: Enrich) -> None:
    assert encode(enrich(STORY)) == encode(enrich(STORY))


def test_results_travel_through_the_codec(enrich: Enrich) -> None:
    document = enrich(STORY, title="Drone strike near Kharkiv")
    assert decode(encode(document), EnrichedDocument) == document


def test_many_documents_keep_their_order(pipeline: Pipeline) -> None:
    lines = [offline.InputLine(id=str(n), text=STORY) for n in range(40)]
    found = pipeline.enrich_many(offline.document(line) for line in lines)
    assert [document.id for document in found] == [str(n) for n in range(40)]


def test_facts_of_the_document_are_kept(enrich: Enrich) -> None:
    document = enrich("Text.", title="Title", url="https://example.org/a", source_country="UA", language="en")
    assert (document.title, document.url, document.source_country) == ("Title", "https://example.org/a", "UA")
    assert document.text == "Title\nText."
    assert document.pipeline


def test_without_a_date_relative_times_stay_unread(enrich: Enrich) -> None:
    document = enrich("A raid in Paris on Tuesday killed two people.", published=None)
    assert all(event.date is None for event in document.events)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Four people were killed in a raid near the town, residents said on Tuesday.", "en"),
        ("قتل أربعة أشخاص في غارة جوية على مدينة إدلب شمال غربي سوريا.", "ar"),
        ("Четыре человека погибли при обстреле города Херсон, сообщили власти.", "ru"),
        ("Чотири людини загинули внаслідок обстрілу міста Херсон, повідомила влада.", "uk"),
        ("Quatre personnes ont été tuées dans une frappe aérienne sur la ville.", "fr"),
        ("Cuatro personas murieron en un ataque aéreo contra la ciudad.", "es"),
        ("Bei einem Luftangriff auf die Stadt wurden vier Menschen getötet.", "de"),
        ("Quatro pessoas morreram num ataque aéreo contra a cidade.", "pt"),
        ("Kente düzenlenen hava saldırısında dört kişi öldü, yetkililer açıkladı.", "tr"),
        ("ארבעה בני אדם נהרגו בתקיפה אווירית על העיר.", "he"),
        ("چهار نفر در حمله هوایی به شهر کشته شدند.", "fa"),
    ],
)
def test_the_language_is_identified(enrich: Enrich, text: str, language: str) -> None:
    assert enrich(text).language == language


def test_tiers_follow_the_demand() -> None:
    nothing = Pipeline(Options(demand=Demand(everything=False, types=frozenset({"drone-strike"}))))
    wanted = nothing.enrich(offline.document(offline.InputLine(id="1", text=STORY)))
    other = nothing.enrich(
        offline.document(offline.InputLine(id="2", text="The mayor opened a bridge in Kharkiv on Tuesday."))
    )
    assert wanted.tiers == (1, 2)
    assert other.tiers == (1,)
    assert other.places  # tier 1 finds places, too


def rule(**when: object) -> Rule:
    return Rule.model_validate({"id": "r", "when": when})


@pytest.mark.parametrize(
    ("rules", "types", "text", "wanted"),
    [
        ([rule(events=["airstrikes"])], {"drone-strike"}, "", True),
        ([rule(events=["airstrikes"])], {"protest"}, "", False),
        ([rule(keywords=["commandos"])], set(), "two COMMANDOS landed", True),
        ([rule(keywords=["raid"])], set(), "they raided", True),
        ([rule(keywords=['"army" NEAR/5 "Idlib"'])], set(), "no such word", False),
        ([rule(keywords=["/ra[i]d/"])], set(), "anything", True),
        ([rule(regions=["idlib"])], set(), "anything", True),
        ([rule(any=[{"events": ["raid"]}, {"keywords": ["siege"]}])], set(), "the siege", True),
        ([], {"raid"}, "raid", False),
    ],
)
def test_only_what_a_rule_could_use_gets_the_model(
    rules: list[Rule], types: set[str], text: str, wanted: bool
) -> None:
    found = demand.of_config(Config(folder=Path("/nowhere"), rules=tuple(rules)))
    assert found.wants(types, text) is wanted


def test_the_full_setting_wants_everything() -> None:
    config = Config.model_validate({"folder": "/nowhere", "settings": {"processors": {"enrichment": "full"}}})
    assert options_of(config).demand.wants((), "")


def test_own_places_are_found_and_change_the_version(pipeline: Pipeline) -> None:
    region = {"id": "r", "places": [{"name": "Qwertyville", "lat": 10.0, "lon": 20.0, "country": "TD"}]}
    own = Pipeline(Config.model_validate({"folder": "/nowhere", "regions": [region]}))
    document = own.enrich(
        offline.document(offline.InputLine(id="1", text="Troops raided the town of Qwertyville on Tuesday."))
    )
    assert [(place.name, place.latitude) for place in document.places] == [("Qwertyville", 10.0)]
    assert own.version != pipeline.version


def test_the_version_depends_on_every_part() -> None:
    assert pipeline_version("a", "b") != pipeline_version("a", "c")
    assert pipeline_version("a", "b") != pipeline_version("ab", "")
    assert pipeline_version("a") == pipeline_version("a")


def test_a_missing_model_is_one_clear_line() -> None:
    with pytest.raises(EnrichmentError, match="no-such-model") as caught:
        model.load("/no-such-model")
    assert "\n" not in str(caught.value)
