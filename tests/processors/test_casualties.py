from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.events import casualties

Toll = tuple[str, int, int | None, str, bool]


def tolls(text: str) -> set[Toll]:
    return {(c.kind, c.min, c.max, c.category, c.subset) for c in casualties.find(text, 0, len(text))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("At least 13 people were killed on Thursday.", {("killed", 13, None, "all", False)}),
        (
            "13 people were killed, including six children and four women.",
            {
                ("killed", 13, 13, "all", False),
                ("killed", 6, 6, "children", True),
                ("killed", 4, 4, "women", True),
            },
        ),
        (
            "18 Palestinians, including four children, were killed by fire.",
            {("killed", 18, 18, "all", False), ("killed", 4, 4, "children", True)},
        ),
        (
            "Nine men, four women and a child were killed.",
            {
                ("killed", 14, 14, "all", False),
                ("killed", 4, 4, "women", True),
                ("killed", 1, 1, "children", True),
            },
        ),
        (
            "The strike killed 13 civilians and wounded 20 others.",
            {("killed", 13, 13, "civilians", False), ("injured", 20, 20, "all", False)},
        ),
        (
            "A soldier was killed and three were wounded, it added.",
            {("killed", 1, 1, "soldiers", False), ("injured", 3, 3, "all", False)},
        ),
        (
            "leaving two people dead and 16 injured.",
            {("killed", 2, 2, "all", False), ("injured", 16, 16, "all", False)},
        ),
        (
            "Two killed and 11 wounded in blast",
            {("killed", 2, 2, "all", False), ("injured", 11, 11, "all", False)},
        ),
        ("The death toll has risen to 66.", {("killed", 66, 66, "all", False)}),
        ("The number of people killed in the raid has risen to seven.", {("killed", 7, 7, "all", False)}),
        ("killing at least 29 Turkish soldiers", {("killed", 29, None, "soldiers", False)}),
        ("There were no casualties.", {("killed", 0, 0, "all", False), ("injured", 0, 0, "all", False)}),
        ("The blast did not cause any injuries.", {("injured", 0, 0, "all", False)}),
        ("Nobody was killed.", {("killed", 0, 0, "all", False)}),
        ("Five bodies had been brought to the hospital.", {("killed", 5, 5, "some", True)}),
        ("Gunmen shot dead the vice-principal.", {("killed", 1, 1, "some", True)}),
        ("Mexican mayor gunned down outside home", {("killed", 1, 1, "some", True)}),
        (
            "Israeli killed, three wounded in ramming",
            {("killed", 1, 1, "some", True), ("injured", 3, 3, "all", False)},
        ),
        ("Police shot a student dead on Thursday.", {("killed", 1, 1, "all", False)}),
        ("Two youths aged 16 and 19 were killed on Friday.", {("killed", 2, 2, "all", False)}),
        (
            "A judge was gunned down near the court along with his bodyguard.",
            {("killed", 2, 2, "all", False)},
        ),
        ("Police detain 86 in raids in Istanbul.", {("detained", 86, 86, "all", False)}),
        (
            "26 protesters were treated for injuries, two of them in serious condition.",
            {("injured", 26, 26, "all", False), ("injured", 2, 2, "some", True)},
        ),
        (
            "The missiles killed 25 people including three children, injuring 73, the minister said.",
            {
                ("killed", 25, 25, "all", False),
                ("killed", 3, 3, "children", True),
                ("injured", 73, 73, "all", False),
            },
        ),
        ("Dozens of people were arrested.", {("detained", 24, None, "all", False)}),
        (
            "Eight people died, three of them children.",
            {("killed", 8, 8, "all", False), ("killed", 3, 3, "children", True)},
        ),
        ("Two peasants, Juan Perez and Pedro Lopez, were killed.", {("killed", 2, 2, "all", False)}),
        ("guerrillas murdered Mayor Pedro Gonzalez", {("killed", 1, 1, "some", True)}),
        ("Between 10 and 15 fighters were killed in clashes.", {("killed", 10, 15, "fighters", False)}),
        ("Gunmen killed nine people, a doctor said.", {("killed", 9, 9, "all", False)}),
        ("Twelve vaccinators were killed on Tuesday.", {("killed", 12, 12, "all", False)}),
        ("At least 25 members of one family died.", {("killed", 25, None, "all", False)}),
        ("Six Jesuits and two employees of the school were murdered.", {("killed", 8, 8, "all", False)}),
        ("Mayor Pedro Diaz and two bodyguards were killed.", {("killed", 3, 3, "all", False)}),
        ("A peasant woman died when a bomb exploded.", {("killed", 1, 1, "women", False)}),
        ("The six priests' slaying was condemned.", {("killed", 6, 6, "all", False)}),
        ("Teams were recovering 107 burnt bodies of the victims.", {("killed", 107, 107, "some", True)}),
        ("A hospital received 20 patients, seven of whom were dead.", {("killed", 7, 7, "some", True)}),
        (
            "The mine killed a couple and their three children.",
            {("killed", 5, 5, "all", False), ("killed", 3, 3, "children", True)},
        ),
        ("They fired at tourists, killing two of them and their guide.", {("killed", 3, 3, "all", False)}),
        ("Landmine kills family of five", {("killed", 5, 5, "all", False)}),
        (
            "Twenty people were killed, seven of whom were children.",
            {("killed", 20, 20, "all", False), ("killed", 7, 7, "some", True)},
        ),
        ("The attack cost the lives of 23 people.", {("killed", 23, 23, "all", False)}),
        ("Two people died on the spot and another in hospital.", {("killed", 3, 3, "all", False)}),
        (
            "It left one dead on the spot and two more died in hospital.",
            {("killed", 3, 3, "all", False)},
        ),
        ("The reporter asks whether those who were killed were armed.", set()),
        (
            "A clerk, who was off duty, and his wife were killed.",
            {("killed", 2, 2, "all", False), ("killed", 1, 1, "women", True)},
        ),
        (
            "The murder of six Jesuits, a woman, and her son shocked the town.",
            {("killed", 8, 8, "all", False), ("killed", 1, 1, "women", True)},
        ),
        (
            "Six Jesuits (five Spaniards and one Basque) and two women were murdered.",
            {("killed", 8, 8, "all", False), ("killed", 2, 2, "women", True)},
        ),
        (
            "Thousands marched for two brothers who were shot dead by police during the dictatorship.",
            set(),
        ),
        (
            "It killed a commander of al-Shabab and two other fighters.",
            {("killed", 3, 3, "all", False), ("killed", 2, 2, "fighters", True)},
        ),
        ("The murder of a local writer drew protests.", {("killed", 1, 1, "all", False)}),
        ("Gunmen killed Juan Diaz, prosecutor of Tulua, and his driver.", {("killed", 2, 2, "all", False)}),
        ("His wife and daughter were killed.", {("killed", 2, 2, "all", False)}),
        ("Not a single person was killed.", {("killed", 0, 0, "all", False)}),
        ("The mayor of a town in the south and his nephew were shot dead.", {("killed", 2, 2, "all", False)}),
        ("Judge Maria Diaz and two of her drivers were killed.", {("killed", 3, 3, "all", False)}),
        ("Six bodies with gunshot wounds were found in a van.", {("killed", 6, 6, "some", True)}),
        ("The observatory puts the dead at 87.", {("killed", 87, 87, "all", False)}),
        ("A woman from St. Thomas died in hospital.", {("killed", 1, 1, "women", False)}),
        ("He was taken to hospital, where he died.", {("killed", 1, 1, "some", True)}),
        ("A judge died at the scene and her driver in hospital.", {("killed", 2, 2, "all", False)}),
        (
            "Luis Castillo, the president of the bank and one of the richest men, was shot dead.",
            {("killed", 1, 1, "all", False)},
        ),
    ],
)
def test_reads_tolls(text: str, expected: set[Toll]) -> None:
    assert tolls(text) == expected


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The murder of Senator Carlos Ruiz Gomez shocked the country.", 1),
        ("Magistrate Carlos Ruiz Garcia's murder was condemned.", 1),
        ("Jose Marin, 32, was killed when dynamite exploded.", 1),
        ("Fathers Ruiz, Montes and Baro were killed.", 3),
        ("They killed Hector Ruiz, leader of the National Movement, and the deputy Gilda Flores.", 2),
        ("Gunmen murdered the judge Carlos Ruiz Garcia, Colonel Pedro Diaz, and Senator Juan Gomez.", 3),
        ("The murder in Guatemala of the leaders Hector Ruiz and Gilda Flores was condemned.", 2),
        ("The murder of Carlos Ruiz and the arrest of Andres Pardo shocked the town.", 1),
        ("The assassination of judge Ruiz shocked the town.", 1),
        ("Ruiz, leader of the union, and Gilda Flores, a lawyer, were killed.", 2),
        ("The bodies of Thomas Pell and Corine Seg were found.", 2),
        ("In December 2024 the minister for refugees was killed by a bomber.", 1),
    ],
)
def test_named_people_count_one_each_as_part_of_what_else_is_told(text: str, count: int) -> None:
    assert tolls(text) == {("killed", count, count, "some", True)}


@pytest.mark.parametrize(
    "text",
    [
        "Since 1980, 70,000 people have been killed.",
        "The fighting has killed 40,000 people in nine years.",
        "So far this year, 12 members of the party have been killed.",
        "Nobody claimed the killing.",
        "He received three bullet wounds.",
        "The mayor condemned the multiple murder.",
        "The Liberal Party member's murder rate fell.",
        "He was told of a threat to kill ten judges.",
        "Two bank branches and a restaurant were blown up.",
        "The rebels have killed several tourists in previous attacks.",
        "It was another day in a war that has killed more than 60,000 people.",
        "More than 7,000 people have died during ten years of civil war.",
        "The Jesuits' murder was condemned.",
    ],
)
def test_sums_of_years_and_other_things_are_no_tolls(text: str) -> None:
    assert tolls(text) == set()


def test_the_worst_in_years_is_no_sum_of_years() -> None:
    assert tolls("In the worst attack in 10 years, 13 people were killed.") == {
        ("killed", 13, 13, "all", False)
    }


def test_no_casualties_of_one_side_is_no_zero_for_all() -> None:
    found = casualties.find("There were no US casualties.", 0, 28)
    assert found
    assert all(toll.subset and toll.affiliation == "US" and toll.max == 0 for toll in found)


def test_an_outdated_count_is_left() -> None:
    assert tolls("Rescuers had first counted three bodies; seven people were killed.") == {
        ("killed", 7, 7, "all", False)
    }


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (
            "Six people were killed, the Syrian Observatory for Human Rights said.",
            "the Syrian Observatory for Human Rights",
        ),
        ("According to the ministry, six people were killed.", None),
        ("Six people died, according to the health ministry.", "the health ministry"),
        ("Six people died.", None),
    ],
)
def test_names_who_says_so(text: str, source: str | None) -> None:
    found = casualties.find(text, 0, len(text))
    assert found
    if source is not None:
        assert {toll.source for toll in found} == {source}


@pytest.mark.parametrize("text", ["He died in 2019.", "The 45-year-old was arrested.", "They walked 20 km."])
def test_years_ages_and_distances_are_no_tolls(text: str) -> None:
    assert not [c for c in casualties.find(text, 0, len(text)) if c.max is None or c.max > 1]


WORDS = [
    "killed",
    "wounded",
    "12",
    "people",
    "five",
    "no one",
    "and",
    ",",
    "including",
    "children",
    "were",
    "a soldier",
]
WORDS += ["died", "toll", "to", "at least", "the", "in"]


@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_any_heap_of_words_gives_sane_tolls(words: list[str]) -> None:
    text = " ".join(words)
    for toll in casualties.find(text, 0, len(text)):
        assert toll.min >= 0
        assert toll.max is None or toll.max >= toll.min
        assert toll.start is not None
        assert 0 <= toll.start <= len(text)


@given(st.text(max_size=200))
def test_any_text_is_survived(text: str) -> None:
    casualties.find(text, 0, len(text))
