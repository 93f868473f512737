"""Divisions called so after their name, and villages that only the words around them tell to be places."""

from __future__ import annotations

import pytest

from processors.places.resolver import PlaceFinder


@pytest.mark.parametrize(
    ("text", "name", "admin1"),
    [
        ("Fifteen people died in Cordoba Department, in northern Colombia.", "Cordoba", "CO-COR"),
        ("Bombs went off in three towns of Antioquia Department, Colombia.", "Antioquia", "CO-ANT"),
        ("Armed men entered the locality of Qirusmayo, Junin Department, in Peru.", "Qirusmayo", "PE-JUN"),
        ("Three peasants were killed in Yalpamir Canton, Morazan, in El Salvador.", "Yalpamir", "SV-MO"),
        (
            "The clash occurred in Quebrelinda. Antioquia Department is in Colombia.",
            "Quebrelinda",
            "CO-ANT",
        ),
    ],
)
def test_words_around_a_name_say_that_it_is_a_place(
    finder: PlaceFinder, text: str, name: str, admin1: str
) -> None:
    found = {place.text: place for place in finder.find(text)}
    assert found[name].admin1 == admin1
    assert found[name].role == "place"


def test_a_police_department_is_no_division(finder: PlaceFinder) -> None:
    found = {place.text: place for place in finder.find("The Cordoba Department of Health closed.")}
    assert (
        "Cordoba" not in found or found["Cordoba"].role != "place" or found["Cordoba"].precision != "admin1"
    )


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("انفجار في طرابلس اللبنانية أسفر عن مقتل ثلاثة أشخاص.", "طرابلس", "LB"),
        ("قصف مدفعي على مدينة طرابلس الليبية.", "طرابلس", "LY"),
        ("Взрыв в ливанском Триполи унес жизни трёх человек.", "Триполи", "LB"),
        ("Une attaque près de Beni a fait dix morts, selon l'armée congolaise.", "Beni", "CD"),
    ],
)
def test_an_adjective_says_the_country(finder: PlaceFinder, text: str, name: str, country: str) -> None:
    found = {place.text: place for place in finder.find(text)}
    assert found[name].country == country


@pytest.mark.parametrize(
    ("text", "name", "admin1"),
    [
        ("Bombs fell on Kan Dawlu village in Magway Region of Myanmar.", "Kan Dawlu", "MM-03"),
        ("Benue State: gunmen raided Tse Orbiam in Kwande Local Government Area.", "Kwande", "NG-BE"),
        (
            "MOGADISHU - Troops took the town of Qirusmayo, an officer said.\n\n"
            "Qirusmayo, in the Hiran region, lies on a road.",
            "Qirusmayo",
            "SO-HI",
        ),
        (
            "A blast was heard near Deir Qirus, a spokesman in Beirut said. Deir Qirus is close to Tyre.",
            "Deir Qirus",
            "LB-JA",
        ),
        ("Two died in Linz in Austria. A flat in the Qirusau quarter was searched.", "Qirusau", "AT-4"),
        ("An object was found in the village of Qirusgan, County Armagh.", "Qirusgan", "GB-NIR"),
    ],
)
def test_an_unknown_name_lies_where_the_text_explains_it(
    finder: PlaceFinder, text: str, name: str, admin1: str
) -> None:
    found = [place for place in finder.find(text) if place.text == name]
    assert {place.admin1 for place in found} == {admin1}


def test_a_river_is_not_the_division_called_after_it(finder: PlaceFinder) -> None:
    places = finder.find("Troops shelled villages west of the Ayeyarwady near Pakokku in Myanmar.")
    assert "Ayeyarwady" not in {place.text for place in places}
