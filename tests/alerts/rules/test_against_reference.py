"""No document on which the compiled rules and the plain reference differ."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from processors.messages import Casualties, EnrichedDocument, Event, Place, Sentence, Span
from tests.support.enriched import NOON
from tests.support.rules import config_of, rule_set


def _load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


reference = _load("reference")

_TEXT = """raid raids raided Raid army armies US us HTS rights Assad's ambassador special forces force strike
struck été ete مداهمة والمداهمات غارة 2019 2026 anniversary attaque attaquent"""
WORDS = st.sampled_from(_TEXT.split())
GAPS = st.sampled_from([" ", " ", " ", "-", ", ", " ("])
TYPES = st.sampled_from(["raid", "airstrike", "protest", "arrest"])
STATUSES = st.sampled_from(["current", "current", "background", "denied", "planned"])
PLACES = [
    {"name": "Atme", "country": "SY", "admin1": "SY-ID", "latitude": 36.31, "longitude": 36.69},
    {"name": "Aleppo", "country": "SY", "admin1": "SY-HL", "latitude": 36.2, "longitude": 37.16},
    {"name": "Paris", "country": "FR", "admin1": "FR-IDF", "latitude": 48.85, "longitude": 2.35},
]
REGIONS = (
    {"id": "idlib", "admin1": ["SY-ID"]},
    {"id": "near-aleppo", "within": {"lat": 36.2, "lon": 37.1, "radius_km": 60}},
    {"id": "syria", "countries": ["SY"], "exclude": {"admin1": ["SY-HL"]}},
    {"id": "anywhere", "regions": ["syria", "france"]},
    {"id": "france", "countries": ["FR"]},
)
TERMS = st.sampled_from(
    ["raid", "army", "=raid", "=Raid", "US", "us", "HTS", "hts", "assad", "special forces", "=special forces",
     '"army" NEAR/3 "raid"', '"special forces" NEAR/2 "raid"', "/ra[a-z]+ed/", "/forces.+raid/", "ete",
     {"ar": ["مداهمة", "غارة"]}, {"fr": ["attaque"]}, {"en": ["strike"]}]
)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> EnrichedDocument:
    text, sentences, places, events = "", [], [], []
    for _ in range(draw(st.integers(1, 4))):
        start = len(text)
        for position in range(draw(st.integers(1, 7))):
            text += draw(GAPS) if position else ""
            word = draw(WORDS)
            if draw(st.integers(0, 6)) == 0:
                events.append((len(text), word))
            text += word
        if draw(st.booleans()):
            facts = draw(st.sampled_from(PLACES))
            precision = draw(st.sampled_from(["city", "city", "admin1", "country", "unknown"]))
            text += " "
            spot = {"start": len(text), "end": len(text) + len(facts["name"]), "text": facts["name"]}
            places.append(Place(**spot, **facts, precision=precision))
            text += facts["name"]
        text += "."
        sentences.append(Sentence(start=start, end=len(text)))
        text += draw(st.sampled_from([" ", "\n"]))
    starts = [Span(start=start, end=start + len(word), text=word) for start, word in events]
    made = tuple(_event(draw, trigger, len(places), starts) for trigger in starts)
    return EnrichedDocument(
        id="d",
        title="",
        text=text,
        language=draw(st.sampled_from(["en", "en", "fr", "ar", None])),
        publisher=draw(st.sampled_from([None, "Orontes Post", "Aleppo Courier"])),
        tags=tuple(draw(st.sets(st.sampled_from(["war", "sport"])))),
        published=NOON,
        effective=NOON,
        places=tuple(places),
        events=made,
        sentences=tuple(sentences),
    )


def _event(draw: st.DrawFn, trigger: Span, places: int, starts: list[Span]) -> Event:
    killed = draw(st.integers(0, 3))
    return Event(
        type=draw(TYPES),
        status=draw(STATUSES),
        trigger=trigger,
        mentions=tuple(draw(st.lists(st.sampled_from(starts), max_size=2))),
        places=tuple(draw(st.sets(st.integers(0, places - 1), max_size=2))) if places else (),
        casualties=(Casualties(kind="killed", min=killed, max=killed),) if killed else (),
    )


LEAVES = st.fixed_dictionaries(
    {},
    optional={
        "regions": st.lists(st.sampled_from([r["id"] for r in REGIONS]), min_size=1, max_size=2),
        "events": st.lists(TYPES, min_size=1, max_size=2),
        "keywords": st.lists(TERMS, min_size=1, max_size=3),
        "status": st.lists(
            st.sampled_from(["current", "background", "denied", "any"]), min_size=1, max_size=2
        ),
        "min_killed": st.integers(1, 3),
        "languages": st.lists(st.sampled_from(["en", "fr", "ar"]), min_size=1, max_size=2),
        "publishers": st.just(["orontes post"]),
        "tags": st.lists(st.sampled_from(["war", "sport"]), min_size=1, max_size=2),
        "use": st.just(["shared"]),
    },
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "keywords": st.lists(TERMS, min_size=1, max_size=2),
            "regions": st.lists(st.sampled_from(["idlib", "syria"]), min_size=1, max_size=1),
            "all": st.lists(inner, min_size=1, max_size=2),
            "any": st.lists(inner, min_size=1, max_size=3),
            "not": st.lists(inner, min_size=1, max_size=2),
        },
    ),
    max_leaves=5,
)
RULES = st.lists(
    st.fixed_dictionaries(
        {"when": CONDITIONS, "scope": st.sampled_from(["event", "event", "sentence", "document"])}
    ),
    min_size=1,
    max_size=6,
)
# Rules are sets of bits inside: these put the drawn ones beyond the first machine word.
FILLING = [{"when": {"regions": ["france"], "keywords": ["raid"], "tags": ["nothing"]}}] * 70
SHARED = {"shared": {"any": [{"keywords": ["raid", "special forces"]}, {"events": ["airstrike"]}]}}


@settings(max_examples=400, deadline=None)
@given(RULES, st.sampled_from([0, 0, 5, 70]), st.lists(documents(), min_size=1, max_size=3))
def test_compiled_rules_and_reference_agree(
    drawn: list[dict[str, Any]], before: int, docs: list[EnrichedDocument]
) -> None:
    rules = [*FILLING[:before], *drawn]
    options: dict[str, Any] = {"regions": REGIONS, "snippets": SHARED}
    compiled, config = rule_set(*rules, **options), config_of(*rules, **options)
    scope = {rule.id: rule.scope for rule in config.rules}
    for doc in docs:
        found = {
            (match.rule, match.event.trigger.start if match.event and scope[match.rule] == "event" else None)
            for match in compiled.evaluate(doc, NOON)
        }
        assert found == reference.Reference(config, doc).fired()
        explained = {told.rule for told in compiled.explain(doc) if told.matched}
        assert explained == {rule for rule, _ in found}
