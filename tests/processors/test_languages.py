"""Tolls, days and status in the ten languages other than English."""

from __future__ import annotations

import time
from datetime import date

import pytest

from benchmarks import golden, golden_sentences
from processors.languages import casualties, cues, data, numbers, solar, times
from processors.languages.local import LocalText
from processors.pipeline import Pipeline
from processors.text import sentences

LANGUAGES = ("ar", "de", "es", "fa", "fr", "he", "pt", "ru", "tr", "uk")
WEDNESDAY = date(2026, 3, 4)


def local(language: str, text: str) -> LocalText:
    loaded = data.load(language)
    assert loaded is not None
    return LocalText(text, loaded)


def tolls(language: str, text: str) -> set[tuple[str, int, int | None]]:
    found = casualties.find(local(language, text), 0, len(text))
    return {(toll.kind, toll.min, toll.max) for toll in found if not toll.subset}


@pytest.mark.parametrize("language", LANGUAGES)
def test_golden_sentences(language: str, pipeline: Pipeline) -> None:
    rows = golden_sentences.load(language)
    documents = pipeline.enrich_many(
        golden_sentences.as_document(row["text"], language, number) for number, row in enumerate(rows)
    )
    problems = [golden_sentences.wrong(row, document) for row, document in zip(rows, documents, strict=True)]
    missed = [f"{row['text']}: {found}" for row, found in zip(rows, problems, strict=True) if found]
    assert len(missed) <= 0.08 * len(rows), "\n".join(missed)


@pytest.fixture(scope="module")
def tally(pipeline: Pipeline) -> golden.Tally:
    articles = [article for rows in golden.by_language().values() for article in rows]
    documents = list(pipeline.enrich_many([golden.as_document(article) for article in articles]))
    assert {document.language for document in documents} == set(LANGUAGES)
    return golden.score(articles, documents)


@pytest.mark.parametrize("aspect", golden.ASPECTS)
def test_reports_in_other_languages(aspect: str, tally: golden.Tally) -> None:
    assert tally.share(aspect) >= 0.9, "\n".join(tally.misses)


def test_background_of_reports_in_other_languages(tally: golden.Tally) -> None:
    assert tally.past_share >= 0.95, "\n".join(tally.misses)


@pytest.mark.parametrize(
    ("language", "text", "killed"),
    [
        ("ar", "قُتل جندي في كمين", 1),
        ("de", "Ein 43 Jahre alter Mann wurde getötet", 1),
        ("es", "Un soldado murió en la emboscada", 1),
        ("fa", "یک سرباز کشته شد", 1),
        ("fr", "Un policier a été tué", 1),
        ("he", "חייל נהרג בפיגוע", 1),
        ("pt", "Um jovem morreu baleado", 1),
        ("ru", "Погиб полицейский", 1),
        ("tr", "Saldırıda bir asker öldü", 1),
        ("uk", "Загинула 62-річна жінка", 1),
    ],
)
def test_a_victim_without_a_number_is_one(language: str, text: str, killed: int) -> None:
    assert tolls(language, text) == {("killed", killed, killed)}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ar", "إن شخصين قتلا وأصيب ثلاثة آخرون بجروح", {("killed", 2, 2), ("injured", 3, 3)}),
        ("ar", "مقتل خمسة وعشرين شخصا", {("killed", 25, 25)}),
        ("de", "Dreiundzwanzig Menschen starben", {("killed", 23, 23)}),
        ("es", "Murieron treinta y cinco personas", {("killed", 35, 35)}),
        ("fa", "شمار کشته‌ها به بیست و سه نفر رسید", {("killed", 23, 23)}),
        ("fr", "Le bilan est passé à 12 morts", {("killed", 12, 12)}),
        ("fr", "Soixante-dix-sept personnes ont été tuées", {("killed", 77, 77)}),
        ("he", "נהרגו שלושה עשר בני אדם", {("killed", 13, 13)}),
        ("pt", "Pelo menos vinte e duas pessoas morreram", {("killed", 22, None)}),
        ("ru", "Теракт унёс жизни более 100 человек", {("killed", 100, None)}),
        ("ru", "Десятки человек ранены", {("injured", 20, None)}),
        ("tr", "On iki kişi öldü, 30'dan fazla kişi yaralandı", {("killed", 12, 12), ("injured", 30, None)}),
        ("uk", "Кількість загиблих зросла до п’ятьох", {("killed", 5, 5)}),
        ("de", "Drei Frauen und zwei Kinder wurden getötet", {("killed", 5, 5)}),
        (
            "es",
            "Un policía murió y diez personas resultaron heridas",
            {("killed", 1, 1), ("injured", 10, 10)},
        ),
        ("he", "אישה בת 54 נהרגה בקריית שמונה", {("killed", 1, 1)}),
        ("ru", "Сначала сообщалось о двух погибших", set()),
        ("fr", "La frappe n'a fait aucune victime", {("killed", 0, 0), ("injured", 0, 0)}),
        ("de", "Rund 250 Polizisten durchsuchten 14 Wohnungen", set()),
    ],
)
def test_numbers_are_read_as_the_language_writes_them(
    language: str, text: str, expected: set[tuple[str, int, int | None]]
) -> None:
    assert tolls(language, text) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "قتل تسعة أشخاص، بينهم ثلاثة أطفال"),
        ("ar", "قتل تسعة أشخاص وأوضح أن بين القتلى ثلاثة أطفال"),
        ("de", "Neun Menschen, darunter drei Kinder, wurden getötet"),
        ("es", "Nueve personas murieron, entre ellas tres niños"),
        ("fa", "نه نفر، از جمله سه کودک، کشته شدند"),
        ("fr", "Neuf personnes, dont trois enfants, ont été tuées"),
        ("he", "תשעה בני אדם נהרגו, בהם שלושה ילדים"),
        ("pt", "Nove pessoas morreram, entre elas três crianças"),
        ("ru", "Погибли девять человек, среди них трое детей"),
        ("tr", "Üçü çocuk dokuz kişi öldü"),
        ("uk", "Загинули дев'ятеро людей, серед них троє дітей"),
    ],
)
def test_parts_of_a_toll_are_parts(language: str, text: str) -> None:
    found = casualties.find(local(language, text), 0, len(text))
    assert {(toll.min, toll.subset) for toll in found} == {(9, False), (3, True)}, found


@pytest.mark.parametrize(
    ("language", "text", "first", "last"),
    [
        ("ar", "يوم الاثنين", date(2026, 3, 2), date(2026, 3, 2)),
        ("ar", "قبل عامين", date(2024, 1, 1), date(2024, 12, 31)),
        ("ar", "تشرين الأول/أكتوبر الماضي", date(2025, 10, 1), date(2025, 10, 31)),
        ("de", "am Montagabend", date(2026, 3, 2), date(2026, 3, 2)),
        ("de", "vor drei Jahren", date(2023, 1, 1), date(2023, 12, 31)),
        ("es", "el próximo sábado", date(2026, 3, 7), date(2026, 3, 7)),
        ("fa", "۱۲ اسفند ۱۴۰۴", date(2026, 3, 3), date(2026, 3, 3)),
        ("fa", "پاییز ۱۴۰۱", date(2022, 9, 1), date(2022, 11, 30)),
        ("fr", "en octobre dernier", date(2025, 10, 1), date(2025, 10, 31)),
        ("fr", "la semaine dernière", date(2026, 2, 23), date(2026, 3, 1)),
        ("he", "לפני שבועיים", date(2026, 2, 15), date(2026, 2, 21)),
        ("pt", "há dois dias", date(2026, 3, 2), date(2026, 3, 2)),
        ("ru", "в октябре прошлого года", date(2025, 10, 1), date(2025, 10, 31)),
        ("tr", "pazar günü", date(2026, 3, 1), date(2026, 3, 1)),
        ("uk", "торік", date(2025, 1, 1), date(2025, 12, 31)),
        ("ru", "14.02.2022", date(2022, 2, 14), date(2022, 2, 14)),
    ],
)
def test_time_expressions(language: str, text: str, first: date, last: date) -> None:
    found = times.find(local(language, text), WEDNESDAY, 0, len(text))
    assert [(time.first, time.last) for time in found] == [(first, last)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_times_without_a_day_of_publication_do_not_fail(language: str) -> None:
    rows = golden_sentences.load(language)
    for row in rows:
        times.find(local(language, row["text"]), date(1, 1, 1), 0, len(row["text"]))


@pytest.mark.parametrize(
    ("solar_day", "expected"),
    [
        ((1399, 12, 30), date(2021, 3, 20)),
        ((1403, 1, 1), date(2024, 3, 20)),
        ((1404, 1, 1), date(2025, 3, 21)),
        ((1401, 7, 1), date(2022, 9, 23)),
    ],
)
def test_solar_days(solar_day: tuple[int, int, int], expected: date) -> None:
    assert solar.day(*solar_day) == expected
    assert solar.year_of(expected) == solar_day[0]


def test_days_that_the_solar_calendar_lacks() -> None:
    with pytest.raises(ValueError, match="no day"):
        solar.day(1404, 12, 30)


@pytest.mark.parametrize(
    "text", ["22 адреса", "62-летний", "в 2019 году", "5 марта", "18:30", "40 %", "12-й этаж"]
)
def test_what_counts_no_people(text: str) -> None:
    assert numbers.counts(local("ru", text), 0, len(text)) == []


def test_a_table_of_tolls_costs_little(pipeline: Pipeline) -> None:
    pipeline.enrich(golden_sentences.as_document("Взрыв в Одессе. " * 10, "ru", 0))  # loads what it needs
    started = time.process_time()
    text = "В Одессе 5 убиты, 7 ранены и двое похищены среди них " * 3_500
    pipeline.enrich(golden_sentences.as_document(text[:190_000], "ru", 1))
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Das sagte der Sprecher, wie er am Dienstag mitteilte", True),
        ("de", "Am Dienstag wurden fünf Menschen getötet, teilte er mit", False),
        ("tr", "Bakanlık salı günü açıkladı", True),
        ("tr", "Salı günü beş kişinin öldüğünü bildirdi", False),
        ("fa", "پلیس روز سه‌شنبه اعلام کرد", True),
        ("fa", "پلیس می‌گوید این رویداد سه‌شنبه رخ داد", False),
        ("ru", "сообщили во вторник", True),
    ],
)
def test_the_day_of_a_report_is_told_apart(language: str, text: str, expected: bool) -> None:
    said = local(language, text)
    sentence = sentences.split(text, 0)[0]
    found = times.find(said, WEDNESDAY, 0, len(text))
    assert [cues.dates_report(said, sentence, time) for time in found] == [expected]


@pytest.mark.parametrize(
    ("today", "year"), [(date(2026, 8, 10), 2025), (date(2026, 10, 10), 2026), (date(2026, 2, 1), 2025)]
)
def test_last_summer_is_over(today: date, year: int) -> None:
    text = "прошлым летом"
    assert times.find(local("ru", text), today, 0, len(text))[0].first == date(year, 6, 1)


@pytest.mark.parametrize(
    ("language", "text", "killed"),
    [
        ("fr", "Le chauffeur et cinq passagers ont été tués", 6),
        ("tr", "Otobüs şoförü ile beş yolcu can verdi", 6),
        ("ar", "مقتل جنديين بانفجار لغم", 2),
        ("uk", "Загинула сім'я з чотирьох осіб", 4),
        ("ru", "Погибли отец и двое его сыновей", 3),
    ],
)
def test_people_are_counted_together(language: str, text: str, killed: int) -> None:
    assert ("killed", killed, killed) in tolls(language, text)


def test_what_a_witness_says_is_no_toll() -> None:
    assert tolls("uk", "«Ми складали тіла на візки», — каже один із волонтерів") == set()


def test_bodies_that_are_found_are_parts() -> None:
    text = "انتشلت فرق الإنقاذ ست جثث"
    found = casualties.find(local("ar", text), 0, len(text))
    assert [(toll.min, toll.subset) for toll in found if toll.kind == "killed"] == [(6, True)]


@pytest.mark.parametrize(
    ("language", "text", "killed"),
    [
        ("pt", "Homens armados raptaram 15 pessoas em Macomia. Na fuga decapitaram dois camponeses.", 2),
        ("ar", "خطف مسلحون ثلاثة عمال قرب كيدال. وقال مسؤول إن السائق قتل بالرصاص.", 1),
    ],
)
def test_deaths_of_killings_are_those_of_the_abduction(
    language: str, text: str, killed: int, pipeline: Pipeline
) -> None:
    [document] = pipeline.enrich_many([golden_sentences.as_document(text, language, 0)])
    [event] = [event for event in document.events if event.type == "abduction"]
    assert golden.deaths(event.casualties) == (killed, killed)


@pytest.mark.parametrize(
    ("language", "text", "country"),
    [
        ("ru", "Дроны ударили по нефтебазе в Саратовской области", "RU"),
        ("uk", "Балістика вдарила по Кривому Рогу", "UA"),
        ("uk", "Поїзд зійшов з рейок під Познанню", "PL"),
        ("ru", "Автобус столкнулся с грузовиком под Самарой", "RU"),
        ("tr", "Port-au-Prince'te çeteler 50 kişiyi katletti", "HT"),
        ("de", "Israelische Kampfjets fliegen Angriffe auf Ziele im Südlibanon", "LB"),
        ("de", "Kämpfe im Osten Kongos", "CD"),
        ("fa", "انفجار مین در هلمند سه کودک را کشت", "AF"),
        ("he", "גבר נדקר למוות בלוד", "IL"),
        ("es", "Perú: detonan un explosivo en Trujillo", "PE"),
    ],
)
def test_names_of_places_inflect(language: str, text: str, country: str, pipeline: Pipeline) -> None:
    [document] = pipeline.enrich_many([golden_sentences.as_document(text, language, 0)])
    assert country in {place.country for place in document.places}
