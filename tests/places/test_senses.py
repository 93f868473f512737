"""Sentences in the manner of agency reports: which place is meant, and what is no place."""

from __future__ import annotations

import pytest

from processors.messages import Place
from processors.places.resolver import PlaceFinder


def places(finder: PlaceFinder, text: str, **context: str) -> dict[str, Place]:
    return {place.text: place for place in finder.find(text, **context)}


@pytest.mark.parametrize(
    ("text", "name", "where"),
    [
        ("Police in Paris, Texas, arrested two men.", "Paris", "US-TX"),
        ("Talks between the two sides opened in Paris on Monday.", "Paris", "FR-IDF"),
        ("Gunmen kidnapped a banker in Guatemala city on Friday.", "Guatemala city", "GT-01"),
        ("A bomb exploded in Tripoli, Lebanon. The army closed Tripoli's port.", "Tripoli", "LB-AS"),
        (
            "A bomb exploded in Tripoli, Libya's capital, as militias from Misrata arrived.",
            "Tripoli",
            "LY-TB",
        ),
        ("Lebanese troops raided a house in Tripoli on Monday.", "Tripoli", "LB-AS"),
        ("Libyan troops raided a house in Tripoli on Monday.", "Tripoli", "LY-TB"),
        ("Venezuelan police arrested three men in Valencia.", "Valencia", "VE-G"),
        ("Honduran police shot two men in La Ceiba and in Trujillo.", "Trujillo", "HN-CL"),
        ("Spanish police arrested a man in Cartagena.", "Cartagena", "ES-MC"),
        ("Atlanta police said the suspect fled Georgia for Alabama.", "Georgia", "US-GA"),
        ("He flew to Birmingham, Alabama, on Friday.", "Birmingham", "US-AL"),
        ("Soldiers entered Kandahar after clashes in Helmand and Kabul.", "Kandahar", "AF-KAN"),
        ("Clashes in the city of Idlib left three dead.", "Idlib", "SY-ID"),
        ("The cities of Hama and Homs were shelled by Syrian troops.", "Homs", "SY-HI"),
        ("Columbus, Ohio, police said the man came from Newark, Ohio.", "Newark", "US-OH"),
        (
            "Sheriff's deputies in Lexington, Kentucky, searched homes in Richmond and Berea.",
            "Richmond",
            "US-KY",
        ),
        ("The mayor of London, Ontario, met colleagues from Windsor and Hamilton.", "London", "CA-ON"),
        ("Prosecutors in Cordoba, Argentina, said the gang was from Rosario.", "Cordoba", "AR-X"),
        ("Militants attacked a base near Menaka in Mali.", "Menaka", "ML-9"),
        ("Gunmen abducted students in Jangebe, Zamfara state.", "Jangebe", "NG-ZA"),
        ("Gang members attacked Kenscoff, in the hills above Port-au-Prince.", "Kenscoff", "HT-OU"),
        ("Haiti's police condemned the attack on Kenscoff.", "Kenscoff", "HT-OU"),
    ],
)
def test_homonyms_are_told_apart_by_their_context(
    finder: PlaceFinder, text: str, name: str, where: str
) -> None:
    assert places(finder, text)[name].admin1 == where


def test_a_country_and_a_state_of_one_name(finder: PlaceFinder) -> None:
    found = places(finder, "The Georgian parliament in Tbilisi voted; Georgia's president objected.")
    assert (found["Georgia"].kind, found["Georgia"].country) == ("country", "GE")


def test_two_senses_in_one_text_stay_two_where_the_text_says_so(finder: PlaceFinder) -> None:
    found = finder.find("He was born in Alexandria, Louisiana, and moved to Alexandria, Egypt.")
    assert [p.country for p in found if p.text == "Alexandria"] == ["US", "EG"]


def test_one_sense_per_document_where_it_does_not(finder: PlaceFinder) -> None:
    found = finder.find(
        "Police in Paris, Texas, were called at dawn.\n\nThe Paris fire chief praised his crew."
    )
    assert {p.admin1 for p in found if p.text == "Paris"} == {"US-TX"}


def test_the_country_of_the_feed_helps_where_nothing_else_does(finder: PlaceFinder) -> None:
    text = "A shop burned down in Cambridge overnight, firefighters said."
    assert places(finder, text)["Cambridge"].country == "GB"
    assert places(finder, text, source_country="US")["Cambridge"].country == "US"


@pytest.mark.parametrize(
    ("text", "word", "country"),
    [
        ("Syrian troops shelled the town.", "Syrian", "SY"),
        ("Two Americans and a Sri Lankan were hurt.", "Sri Lankan", "LK"),
        ("Two Americans and a Sri Lankan were hurt.", "Americans", "US"),
        ("The South Korean navy fired first.", "South Korean", "KR"),
    ],
)
def test_demonyms_are_marked_as_what_they_are(
    finder: PlaceFinder, text: str, word: str, country: str
) -> None:
    place = places(finder, text)[word]
    assert (place.role, place.country) == ("demonym", country)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Jordan Henderson scored twice. Henderson thanked the fans.", "Jordan"),
        ("Mr. Washington said the deal was done.", "Washington"),
        ("The Chicago Bulls beat the Toronto Raptors.", "Chicago"),
        ("The Chicago Bulls beat the Toronto Raptors.", "Toronto"),
        ("Shots were fired on Baltimore Street, witnesses said.", "Baltimore"),
        ("Sgt. Houston told reporters that nobody was hurt.", "Houston"),
        ("In May the army said that it would go.", "May"),
    ],
)
def test_persons_teams_and_streets_called_after_places_are_no_places(
    finder: PlaceFinder, text: str, word: str
) -> None:
    assert word not in places(finder, text)


def test_the_models_person_is_no_place_and_its_surname_neither(finder: PlaceFinder) -> None:
    text = "Israel Houghton sang. Later Houghton left."
    found = finder.find_in(text, [(0, 15, "PERSON"), (29, 37, "GPE")])
    assert found == ()


def test_a_place_in_the_name_of_an_organisation_has_that_role(finder: PlaceFinder) -> None:
    text = "The Idlib Health Directorate said ten people died."
    found = finder.find_in(text, [(0, 28, "ORG")])
    assert [(p.text, p.role) for p in found] == [("Idlib", "organisation")]


@pytest.mark.parametrize(
    ("text", "name", "precision", "admin1"),
    [
        (
            "Clashes broke out in Kafr Xylos, a village in northern Idlib, overnight.",
            "Kafr Xylos",
            "admin1",
            "SY-ID",
        ),
        ("Four died in the village of Qarzaban in Idlib province.", "Qarzaban", "admin1", "SY-ID"),
        ("A convoy was ambushed near Zabradak, north of Kandahar.", "Zabradak", "admin1", "AF-KAN"),
    ],
)
def test_a_place_that_no_gazetteer_knows_takes_the_region_named_for_it(
    finder: PlaceFinder, text: str, name: str, precision: str, admin1: str
) -> None:
    place = places(finder, text)[name]
    assert (place.kind, place.geoname_id) == ("unknown", None)
    assert place.admin1 == admin1
    assert place.precision in (precision, "admin2")
    assert place.confidence <= 0.5
    assert place.why is not None
    assert "not in the gazetteer" in place.why


def test_an_unknown_place_without_any_region_stays_unknown(finder: PlaceFinder) -> None:
    place = places(finder, "Shots were heard in the village of Qarzaban.")["Qarzaban"]
    assert (place.precision, place.latitude, place.country) == ("unknown", None, None)


@pytest.mark.parametrize(
    ("text", "name", "precision", "kind"),
    [
        ("Fighting went on in Syria.", "Syria", "country", "country"),
        ("Fighting went on in Idlib province.", "Idlib", "admin1", "admin1"),
        ("Police in Rapides Parish, Louisiana, were called.", "Rapides Parish", "admin2", "admin2"),
        ("Fighting went on in the town of Sarmin in Idlib.", "Sarmin", "city", "city"),
        ("A drone hit Hmeimim air base in Syria.", "Hmeimim", "point", "site"),
    ],
)
def test_the_precision_follows_the_kind_of_place(
    finder: PlaceFinder, text: str, name: str, precision: str, kind: str
) -> None:
    place = places(finder, text)[name]
    assert (place.precision, place.kind) == (precision, kind)


def test_a_resolved_place_says_why_and_what_else_it_could_be(finder: PlaceFinder) -> None:
    place = places(finder, "Police in Paris, Texas, arrested two men.")["Paris"]
    assert place.why is not None
    assert "lies in" in place.why
    assert "FR" in {other.country for other in place.alternatives}
    assert 0.5 < place.confidence <= 1.0


def test_datelines_and_capitals(finder: PlaceFinder) -> None:
    found = places(finder, "BARISHA, Syria (AP) — A helicopter raid killed the leader.")
    assert found["BARISHA"].admin1 == "SY-ID"


def test_offsets_point_into_the_text(finder: PlaceFinder) -> None:
    text = "🙂 Ma'arrat al-Nu'man’s hospital, in Syria’s Idlib province, was hit — Kafr Nabl too."
    found = finder.find(text)
    assert found
    assert all(text[p.start : p.end] == p.text for p in found)


def test_the_same_text_gives_the_same_places(finder: PlaceFinder) -> None:
    text = "Springfield, Newark and Richmond are in the news with Georgia and Lebanon."
    assert finder.find(text) == finder.find(text)


def test_no_text_no_places(finder: PlaceFinder) -> None:
    assert finder.find("") == ()
    assert finder.find_in(" \n\t ", []) == ()


@pytest.mark.parametrize("initials", ["SDF", "HTS", "YPG", "PKK"])
def test_initials_of_armed_groups_are_no_airports(finder: PlaceFinder, initials: str) -> None:
    assert initials not in places(
        finder, f"Fighters of the {initials} advanced in Syria, the {initials} said."
    )


@pytest.mark.parametrize(("name", "country"), [("US", "US"), ("U.S", "US"), ("UK", "GB"), ("UAE", "AE")])
def test_initials_of_countries_are_countries(finder: PlaceFinder, name: str, country: str) -> None:
    place = places(finder, f"Talks in {name}. were planned.".replace("..", "."))[name]
    assert (place.kind, place.country) == ("country", country)


def test_a_name_behind_its_article_is_found(finder: PlaceFinder) -> None:
    assert places(finder, "A restaurant in al-Hilla, Iraq, was hit.")["Hilla"].admin1 == "IQ-BB"


def test_a_namesake_abroad_is_not_where_the_text_puts_the_name(finder: PlaceFinder) -> None:
    text = "Gunmen stormed a school in Maga, in Kebbi state, police said. Families near Maga fled."
    found = [place for place in finder.find(text) if place.text == "Maga"]
    assert [(place.country, place.admin1, place.precision) for place in found] == [
        ("NG", "NG-KE", "admin1")
    ] * 2


def test_a_list_of_places_contradicts_nothing(finder: PlaceFinder) -> None:
    text = "The road passes Ushuaia, Kebbi and Sokoto, said the company."
    (found,) = [place for place in finder.find(text) if place.text == "Ushuaia"]
    assert found.country == "AR"


def test_a_part_of_a_town_lies_there(finder: PlaceFinder) -> None:
    text = "Marines stormed a house in the Tres Rios district of Culiacan, the ministry said."
    found = places(finder, text)["Tres Rios"]
    assert (found.country, found.admin1, found.precision) == ("MX", "MX-SIN", "city")


def test_an_unknown_name_does_not_take_the_country_of_the_next_paragraph(finder: PlaceFinder) -> None:
    text = (
        "Jihadists ambushed a convoy near Diapaga in eastern Burkina Faso.\n\nA bomb killed two outside "
        "Kantchari.\n\nViolence spilled over from Mali."
    )
    assert places(finder, text)["Kantchari"].country == "BF"


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("Armed men attacked the village of Kobo in the Bandiagara area of central Mali.", "Kobo", "ML"),
        (
            "KOSOVO - Gunmen opened fire near the village of Banjska, police in Mitrovica and Pristina said.",
            "Banjska",
            "XK",
        ),
        ("Warplanes hit nine targets in the Gara region of northern Iraq.", "Gara", "IQ"),
        ("Troops shelled the villages of al-Mazraa and Shahba in Sweida province.", "Mazraa", "SY"),
    ],
)
def test_the_text_knows_better_than_a_namesake(
    finder: PlaceFinder, text: str, name: str, country: str
) -> None:
    assert places(finder, text)[name].country == country


def test_no_part_of_a_longer_name_is_a_place(finder: PlaceFinder) -> None:
    text = "A mosque in the Wadi al-Dahab neighbourhood of the Syrian city of Homs was hit."
    assert {"Wadi", "Dahab"}.isdisjoint(places(finder, text))


@pytest.mark.parametrize(
    ("text", "name", "where"),
    [
        (
            "The hamlet of San Roque de la Vega, in Norte de Santander, Colombia.",
            "San Roque de la Vega",
            "CO-NSA",
        ),
        ("Shots fell near the village of Nerkin Hand in Syunik, Armenia.", "Nerkin Hand", "AM-SU"),
        (
            "The men came to Tse Ugbam, in the Guma local government area of Benue state.",
            "Tse Ugbam",
            "NG-BE",
        ),
        (
            "A raid in Congo's Ituri province.\n\nIt took place at Lodda-Tse, some 60 km from a road.",
            "Lodda-Tse",
            "CD-IT",
        ),
        (
            "Six died in South Darfur.\n\nThe bomb hit Umm Zaifa, a village, a group in Nairobi said.",
            "Umm Zaifa",
            "SD-DS",
        ),
    ],
)
def test_villages_that_no_gazetteer_has(finder: PlaceFinder, text: str, name: str, where: str) -> None:
    found = places(finder, text)
    assert name in found, sorted(found)
    assert found[name].admin1 == where


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A girl slipped into a mosque in the Mayo-Sava department of Cameroon.", "Sava"),
        ("Fighting between M23 rebels and the army in North Kivu went on.", "M23"),
    ],
)
def test_parts_of_names_and_groups_are_no_places(finder: PlaceFinder, text: str, name: str) -> None:
    assert name not in places(finder, text)


def test_a_capital_does_not_make_its_country_a_town(finder: PlaceFinder) -> None:
    text = "Gunmen storm wake in Mexico's Zacatecas.\nMEXICO CITY - Nine died. The wake was in Mexico."
    assert places(finder, text)["Mexico"].kind == "country"
