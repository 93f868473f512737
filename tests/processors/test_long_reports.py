"""Constructions of long agency reports: whose place, whose day, whose toll."""

import pytest

from processors import offline
from processors.messages import EnrichedDocument
from processors.pipeline import Demand, Options, Pipeline


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline(Options(demand=Demand(everything=False)))


def read(pipeline: Pipeline, text: str) -> EnrichedDocument:
    """The text as published on a Wednesday, 4 February 2026."""
    return pipeline.enrich(offline.document(offline.InputLine(id="1", text=text, published="2026-02-04")))


def test_a_ministry_elsewhere_is_not_where_it_happened(pipeline: Pipeline) -> None:
    told = "Strikes on eastern Lebanon killed three people, the health ministry in Beirut said."
    document = read(pipeline, told)
    assert [document.places[event.places[0]].text for event in document.events] == ["Lebanon"]


def test_an_arrest_beside_the_shooting_is_an_event(pipeline: Pipeline) -> None:
    events = read(pipeline, "Two men were arrested after the shooting in Lahore on Monday.").events
    assert {event.type for event in events} == {"arrest", "shooting"}


@pytest.mark.parametrize(
    "text",
    [
        "The rebels ambush convoys, abduct travellers for ransom and tax farmers.",
        "Attacks have increased in the region since the withdrawal of the troops.",
        "The United States carried out air strikes in Sokoto on Christmas Day.",
        "It was one of a series of raids in Idlib.",
    ],
)
def test_what_happens_again_and_again_is_no_news(pipeline: Pipeline, text: str) -> None:
    assert all(event.status != "current" for event in read(pipeline, text).events)


def test_a_town_is_no_weapon(pipeline: Pipeline) -> None:
    events = read(pipeline, "Three policemen were shot dead in Tank on Sunday.").events
    assert [event.type for event in events] == ["shooting"]


def test_no_mention_of_casualties_counts_none(pipeline: Pipeline) -> None:
    events = read(pipeline, "The statement made no mention of casualties from the strike in Homs.").events
    assert [event.casualties for event in events] == [()]
