"""Names in their own scripts, with the prefixes and endings that these languages put on them."""

from __future__ import annotations

import pytest

from processors.places.resolver import PlaceFinder


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("وقعت غارة جوية على مدينة إدلب أمس", {"SY-ID"}),
        ("قصف على بلدة أطمة في ريف إدلب", {"SY-ID"}),
        ("انفجار في خان يونس ودير البلح", {"PS-GZZ"}),
        ("اشتباكات في الفاشر بدارفور", {"SD-DN"}),
        ("Взрывы прогремели в Харькове", {"UA-63"}),
        ("Обстрел Авдеевки и Бахмута продолжается", {"UA-14"}),
        ("Вибухи у Харкові та Одесі", {"UA-63", "UA-51"}),
        ("Бої біля Часового Яру та в Покровську", {"UA-14"}),
        ("حمله به شهر دمشق", {"SY-DI"}),
        ("פיגוע ירי בירושלים", {"IL-JM"}),
        ("טיל נפל ליד תל אביב", {"IL-TA"}),
        ("İdlib'de hava saldırısı düzenlendi", {"SY-ID"}),
        ("Une attaque à Ménaka, au Mali, a fait dix morts", {"ML-9"}),
        ("Un atentado en Bogotá dejó tres muertos", {"CO-DC"}),
        ("Ein Angriff in Charkiw forderte drei Tote", {"UA-63"}),
        ("Um ataque em Palma, Moçambique, matou dez", {"MZ-P"}),
    ],
)
def test_places_are_found_in_ten_languages(finder: PlaceFinder, text: str, where: set[str]) -> None:
    assert where <= {place.admin1 for place in finder.find(text)}


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("سوريا", "SY"),
        ("Сирия", "SY"),
        ("Syrie", "SY"),
        ("Suriye", "SY"),
        ("סוריה", "SY"),
        ("Україна", "UA"),
        ("اوکراین", "UA"),
        ("Deutschland", "DE"),
        ("États-Unis", "US"),
        ("الولايات المتحدة", "US"),
    ],
)
def test_countries_are_known_under_their_names_abroad(finder: PlaceFinder, name: str, country: str) -> None:
    hits = finder.gazetteer.lookup(name)
    assert country in {hit.entry.country for hit in hits if hit.entry.kind == "country"}


def test_the_outskirts_of_a_town_are_that_town(finder: PlaceFinder) -> None:
    found = {place.text: place for place in finder.find("قتيلان في غارة جوية على أطراف أريحا بريف إدلب")}
    assert found["أريحا"].admin1 == "SY-ID"
    assert found["إدلب"].precision == "admin1"
