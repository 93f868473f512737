"""What happened, whether it is news, where, when, who: on short articles written for the project."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from processors.messages import EnrichedDocument, Event

Enrich = Callable[..., EnrichedDocument]


def current(document: EnrichedDocument) -> list[Event]:
    return [event for event in document.events if event.status == "current"]


@pytest.mark.parametrize(
    ("text", "killed"),
    [
        (
            "The mayor of Abrego was killed on Monday by gunmen. The driver of the car, who has not been "
            "named, was also killed.",
            [(2, 2)],
        ),
        (
            "Gunmen killed three people in Saravena on Thursday. A guard died later in hospital, bringing "
            "the number of dead to four.",
            [(4, 4)],
        ),
        (
            "Two bombs went off on Tuesday, killing at least nine people.\n\nIn the "
            "first attack, a bomb exploded in Kunduz and killed six people.\n\nHours later a roadside bomb "
            "struck a minibus in Mazar-i-Sharif, killing three passengers.",
            [(6, 6), (3, 3)],
        ),
        (
            "Ten bodies were found in two towns of Sinaloa.\n\nSeven bodies with gunshot wounds were found "
            "in a truck near Navolato on Monday.\n\nThree men were shot dead in Guasave on Monday.",
            [(7, 7), (3, 3)],
        ),
        (
            'Gunmen shot dead a farmer and her son in Tela on Tuesday. "That makes three dead and no '
            'arrests," the mayor said.',
            [(3, 3)],
        ),
        (
            "Seven soldiers were killed in fighting near Idlib on Friday, the army said. A worker was killed "
            "in the fighting, too.",
            [(7, 7), (1, 1)],
        ),
        ("An attack in Dagestan on Monday wounded two. There were no casualties among civilians.", []),
    ],
)
def test_tolls_of_a_text(enrich: Enrich, text: str, killed: list[tuple[int, int]]) -> None:
    told = [toll for event in current(enrich(text)) for toll in event.casualties if not toll.subset]
    assert [(toll.min, toll.max) for toll in told if toll.kind == "killed"] == killed


@pytest.mark.parametrize(
    "text",
    [
        "Soldiers killed three journalists on Sunday near Usulutan.",
        "Police are investigating the killing of a shopkeeper in Leeds on Saturday.",
        "The mayor of Abrego was killed on Tuesday.",
        "The union condemned on Friday the murder of a political analyst in Lima.",
    ],
)
def test_killings_of_no_told_manner_are_events(enrich: Enrich, text: str) -> None:
    assert {event.type for event in current(enrich(text))} & {"attack", "assassination"}


def test_strikes_on_two_towns_on_two_days_are_two_events(enrich: Enrich) -> None:
    document = enrich(
        "An air strike on a school in Nuseirat killed 16 people on Wednesday.\n\n"
        "On Tuesday an air strike on a tent in Khan Younis killed a couple and their three sons."
    )
    tolls = [{c.min for c in event.casualties if not c.subset} for event in current(document)]
    assert tolls == [{16}, {5}]


@pytest.mark.parametrize(
    "text",
    [
        "He raided the fridge after the long match and ate all the cheese.",
        "She was shelling peas when the postman rang at the door.",
        "A price war between the supermarkets has reached the north of London.",
        "The Oakland Raiders beat the Saints with a late attack in a shoot-out that the coach called a "
        "battle.",
        "The striker fired a rocket into the goal in the second half of the match, the coach said after "
        "the game.",
        "He died of a heart attack at home, his family said in a statement.",
        "The film is a bombshell: the explosive thriller stormed the box office.",
        "Shares rallied on Monday after the bank struck a deal with its investors.",
        "The minister attacked the government's plan for the budget.",
        "Workers struck gold with a new recipe for shelled pistachios.",
        "Barcelona launched a second-half blitz to beat Atletico 3-2 in Madrid. Madrid bombarded the box but "
        "the striker fired a shot from 25 metres. The coach said his side had come under attack.",
        "The new film opened on Friday. In its most harrowing scene, soldiers raid a hospital in Aleppo; "
        "cinemas were full, and audiences wept.",
    ],
)
def test_sports_business_fiction_and_idioms_are_no_events(enrich: Enrich, text: str) -> None:
    violent = [e for e in current(enrich(text)) if e.type not in {"protest", "labour-strike"}]
    assert violent == []


@pytest.mark.parametrize(
    "text",
    [
        "The confirmation battle over the judge moved to the Senate on Tuesday.",
        "The president's long battle with parliament over the budget ended on Friday.",
        "The finance minister went on a charm offensive in Brussels on Monday.",
        "The ruling party was hit by infighting over the choice of a candidate.",
        "The minister hit back on Tuesday at opposition attacks on his record.",
        "The committee called on Friday for new steps in fighting terrorism.",
        "The two leaders clashed over migration at the summit on Friday.",
        "The parties clashed in parliament on Tuesday over the pension bill.",
        "The rebels were intercepted March 23 near the border, the navy said.",
        "Houses sit in floodwater on the outskirts of Lumberton on Monday.",
        "The foreign minister struck a different tone on Monday.",
        "Activists have joined forces for the election on Monday.",
        "The president renewed his attacks on the justice ministry on Monday.",
        "The government will combat corruption, the minister said on Monday.",
        "Palm oil for March delivery rose 2 percent on Monday.",
        "CBOT March wheat fell on Thursday.",
        "The opposition leader spoke at an election rally in Samsun on Sunday.",
        "The city's planning minister opened a demonstration farm on Tuesday.",
        "The army's execution of the budget was criticised on Tuesday.",
        "Police can be given powers to detain people without charge under the bill.",
        "The bank was fined on Monday for helping clients evade taxes.",
    ],
)
def test_politics_trade_and_months_are_no_events(enrich: Enrich, text: str) -> None:
    assert [e for e in current(enrich(text)) if e.type not in {"diplomatic-event", "attribution"}] == []


@pytest.mark.parametrize(
    "text",
    [
        "A court in Dakar convicted two men on Friday of the murder of a taxi driver.",
        "A jury found the former officer guilty of murder in the death of a student.",
        "The woman pleaded guilty on Tuesday to kidnapping her neighbour's child.",
        "The trawler captain was jailed for 12 years on Monday for the killing of two crewmen.",
        "Murder trial of three soldiers opens in Accra",
        "Prosecutors charged a 22-year-old man with murder on Thursday.",
        "Police in Cebu charged two men with the kidnapping of a Korean businessman.",
        "Four charged over the murder of a union leader in Cali",
        "A militiaman wanted for the bombing of a church was arrested near Goma on Thursday.",
        "The bombing suspect was flown to Nairobi on Friday.",
        "The judge acquitted the mayor on all counts of abduction.",
        "Iran hanged a man on Wednesday for the rape and murder of a girl.",
        "Texas executed a man on Tuesday for the shooting of a shop owner.",
        "He faces up to 20 years in prison on charges of bombing a railway line.",
    ],
)
def test_what_a_court_deals_with_happened_before(enrich: Enrich, text: str) -> None:
    assert [e for e in current(enrich(text)) if e.type not in {"arrest", "execution"}] == []


@pytest.mark.parametrize(
    ("text", "event_type"),
    [
        ("Police charged two men with Sunday's murder of a priest in Jos.", "assassination"),
        ("Police charged two men with the murder of a priest in Jos on Sunday.", "assassination"),
        ("The Women's March drew thousands in Washington on Saturday.", "protest"),
        (
            "Fighting raged near parliament in Khartoum on Monday as soldiers shelled rebel posts.",
            "armed-clash",
        ),
        ("The army accused rebels of shelling the town of Goma on Monday.", "shelling"),
        ("Troops arrested two wanted men in a raid on Jenin.", "raid"),
        ("Ten people were killed in Borno on Saturday by gunmen, police said.", "attack"),
        ("Two soldiers were killed in Borno on Saturday by suspected militants.", "armed-clash"),
        ("Five villagers were killed overnight in Ituri by rebels of the ADF.", "attack"),
        ("Militants executed nine villagers in an attack on a hamlet near Menaka.", "execution"),
        ("Police charged demonstrators with batons as a riot broke out in Tbilisi.", "riot"),
        ("Residents accused soldiers of kidnapping 12 men near Menaka.", "abduction"),
        ("The ministry counts 20 dead in shelling of Kherson.", "shelling"),
        ("Gunmen shot dead a judge in Quetta after the verdict in a terrorism trial.", "shooting"),
        ("Lightning strikes killed 12 farmers in Jharkhand on Monday.", "natural-disaster"),
        ("Five soldiers were killed in close combat near Kupiansk on Monday.", "armed-clash"),
        ("Rebel militias joined forces in the north on Monday, the army said.", "group-change"),
        ("Students held a sit-in at the university in Dhaka on Monday.", "protest"),
    ],
)
def test_charges_of_the_day_and_fighting_by_parliament_are_events(
    enrich: Enrich, text: str, event_type: str
) -> None:
    assert event_type in {event.type for event in current(enrich(text))}


@pytest.mark.parametrize(
    ("text", "event_type", "status"),
    [
        ("Special forces raided a house in Atme on Wednesday, residents said.", "raid", "current"),
        ("Police moved into a favela in an operation against traffickers on Friday.", "raid", "current"),
        ("Gunmen seize 200 pupils from school", "abduction", "current"),
        ("An Israeli strike on a car killed three people on Sunday.", "airstrike", "current"),
        ("Five inmates died in unrest at a jail on Sunday.", "riot", "current"),
        ("The army denied carrying out a raid on Atme.", "raid", "denied"),
        ('"There was no raid in Salqin last night," a spokesman said.', "raid", "denied"),
        ("Reports of an airstrike on Damascus were false, the ministry said.", "airstrike", "denied"),
        ("The army is preparing to launch a raid on Atme.", "raid", "planned"),
        ("Unions called for a protest in Paris.", "protest", "planned"),
        ("The army will shell the town, an officer said.", "shelling", "planned"),
        ("If rebels shell the town, troops will answer.", "shelling", "hypothetical"),
        ("Officials warned of a suicide bombing in Kabul.", "suicide-bombing", "hypothetical"),
        ("Rescuers rehearsed what to do after an airstrike in Idlib.", "airstrike", "hypothetical"),
        ("In February 2022 a raid in Atme killed 13 people.", "raid", "background"),
        ("The operation was the biggest since the 2019 raid in Barisha.", "raid", "background"),
        (
            "Families marked the anniversary of the airstrike on Khan Shaykhun in April 2017.",
            "airstrike",
            "background",
        ),
        ("Ten years after the massacre, Houla remembers.", "massacre", "background"),
        ("Two years to the day after the massacre, Houla remembers.", "massacre", "background"),
        ("Three men jailed over a massacre in Houla were released on Tuesday.", "massacre", "background"),
        ("Witnesses told a court in Aden on Tuesday how missiles hit it.", "missile-attack", "background"),
        ("More than 20 people were shot dead in Kabul.", "shooting", "current"),
        ("The opposition calls a week of marches.", "protest", "planned"),
        ("Farmers protest in Gonaives. Drones will be used against them.", "drone-strike", "planned"),
        ("The warrant says that fighters opened fire on villagers.", "shooting", "background"),
        ("The army will begin an offensive this week to retake Masisi.", "territory-regained", "planned"),
    ],
)
def test_status_is_judged_for_each_trigger(enrich: Enrich, text: str, event_type: str, status: str) -> None:
    found = [event.status for event in enrich(text).events if event.type == event_type]
    assert found == [status]


def test_one_sentence_can_hold_news_and_memory(enrich: Enrich) -> None:
    document = enrich(
        "A drone strike hit Kharkiv on Tuesday, the worst since the 2023 shelling of the market."
    )
    statuses = {event.type: event.status for event in document.events}
    assert statuses == {"drone-strike": "current", "shelling": "background"}


def test_undated_mentions_follow_the_dated_one(enrich: Enrich) -> None:
    document = enrich(
        "In October 2019 soldiers raided a house in Barisha. The raid lasted two hours and made headlines.",
        title="Years after the raid, a village in Idlib plants olive trees",
    )
    assert {event.status for event in document.events if event.type == "raid"} == {"background"}


def test_the_place_of_the_event_is_not_any_place(enrich: Enrich) -> None:
    document = enrich(
        "Police raided a flat in Paris on Tuesday and arrested two men. Among the buyers were refugees "
        "from Idlib."
    )
    for event in current(document):
        assert {document.places[index].name for index in event.places} == {"Paris"}


def test_demonyms_are_no_event_places(enrich: Enrich) -> None:
    document = enrich("An Israeli drone strike hit a car near Nabatieh on Tuesday.")
    (event,) = current(document)
    assert all(document.places[index].role == "place" for index in event.places)


def test_mentions_of_one_event_merge_and_tolls_of_all_come_together(enrich: Enrich) -> None:
    document = enrich(
        "Special forces raided a house on the edge of Atme on Wednesday.\n\n"
        "Four people were killed in the raid, the civil defence said, including two children.",
        title="Special forces raid house near Atme in Syria",
    )
    (raid,) = [event for event in document.events if event.type == "raid"]
    assert len(raid.mentions) == 2
    assert raid.date is not None
    assert raid.date.start == "2026-03-04"
    assert {(c.min, c.category, c.subset) for c in raid.casualties} == {
        (4, "all", False),
        (2, "children", True),
    }
    assert "special forces" in {actor.name.lower() for actor in raid.actors if actor.role == "agent"}


def test_the_day_of_the_report_is_not_the_day_of_the_event(enrich: Enrich) -> None:
    document = enrich("Gunmen killed two farmers in Zamfara on Monday, the police said on Wednesday.")
    assert {event.date.start for event in current(document) if event.date} == {"2026-03-02"}


def test_a_planned_event_is_on_the_coming_weekday(enrich: Enrich) -> None:
    (event,) = enrich("Unions called for a protest in Paris on Friday.").events
    assert (event.status, event.date and event.date.start) == ("planned", "2026-03-06")


def test_known_actors_take_their_common_name(enrich: Enrich) -> None:
    document = enrich("ISIS fighters attacked a checkpoint near Palmyra on Tuesday, killing three soldiers.")
    names = {(actor.name, actor.role) for event in current(document) for actor in event.actors}
    assert ("Islamic State", "agent") in names


def test_every_event_says_why(enrich: Enrich) -> None:
    document = enrich("A car bomb exploded in Homs on Tuesday. In 2014 a bombing there killed 40 people.")
    assert len(document.events) == 2
    assert all(event.status_why and 0 < event.confidence < 1 for event in document.events)


def test_a_toll_told_later_counts_for_all_that_the_sentence_told(enrich: Enrich) -> None:
    document = enrich(
        "Special forces raided a house in Atme on Wednesday, killing a militant commander, sources said.\n\n"
        "Civil defence workers said they pulled seven bodies from the rubble."
    )
    told = {event.type: {c.min for c in event.casualties} for event in current(document)}
    assert told["raid"] >= {1, 7}


@pytest.mark.parametrize(
    "text",
    [
        "No group has claimed responsibility in Kano so far.",
        "There was no immediate claim of responsibility in Kano on Monday.",
        "Riot police stood guard outside the parliament in Tbilisi on Monday.",
        "Soldiers called on the people in the building to surrender.",
    ],
)
def test_what_did_not_happen_is_not_current(enrich: Enrich, text: str) -> None:
    assert current(enrich(text)) == []


def test_what_else_was_hit_is_an_event_of_its_own(enrich: Enrich) -> None:
    document = enrich(
        "Missiles and drones struck Ternopil overnight, killing 25 people, the ministry said.\n\n"
        "Energy plants were hit in Lviv and Kharkiv; in Kharkiv 36 people were wounded."
    )
    where = {document.places[index].name for event in current(document) for index in event.places}
    assert where == {"Ternopil", "Lviv", "Kharkiv"}


@pytest.mark.parametrize(
    ("text", "event_type", "where"),
    [
        ("M23 rebels entered the city of Uvira on Tuesday.", "territory-overtaken", "Uvira"),
        ("Thousands of families fled Uvira on Tuesday.", "displacement", "Uvira"),
        ("Marines captured a senior figure of a cartel in Culiacan on Tuesday.", "arrest", "Culiacán"),
        ("US aircraft bombed a camp near Jamaame on Tuesday.", "airstrike", "Jamaame"),
        ("US strikes killed four men in Sanaa on Tuesday.", "airstrike", "Sanaa"),
        ("Special forces stormed a dormitory in Nairobi on Tuesday.", "raid", "Nairobi"),
        ("A bomb exploded in Mondomo, in Colombia's Cauca department, on Tuesday.", "bombing", "Mondomo"),
    ],
)
def test_an_event_has_its_type_and_its_place(enrich: Enrich, text: str, event_type: str, where: str) -> None:
    document = enrich(text)
    found = {
        event.type: {document.places[index].name for index in event.places} for event in current(document)
    }
    assert where in found.get(event_type, set())
    assert "United States" not in found[event_type]


def test_an_accord_abroad_is_not_where_the_shots_fell(enrich: Enrich) -> None:
    document = enrich(
        "Rebels entered the city of Uvira in eastern Congo on Tuesday, days after an accord was signed in "
        "Washington.\n\nGunfire rang out in several parts of town. Congo's army sent troops to Bukavu."
    )
    (shots,) = [event for event in current(document) if event.type == "shooting"]
    assert document.places[shots.places[0]].name == "Uvira"


def test_what_a_reward_is_for_has_not_happened(enrich: Enrich) -> None:
    document = enrich("The US has offered a reward for information leading to his arrest in Culiacan.")
    assert current(document) == []


def test_a_denial_ends_where_a_claim_begins(enrich: Enrich) -> None:
    document = enrich(
        "The group denied any losses and said its fighters had killed eight soldiers near Jamaame on Tuesday."
    )
    assert [event.status for event in document.events] == ["current"]


def test_what_the_headline_tells_comes_first(enrich: Enrich) -> None:
    document = enrich(
        "Two soldiers were killed when gunmen ambushed a convoy near Diapaga on Tuesday, the army said.\n\n"
        "It was the second attack in a week: on Monday a roadside bomb killed two drivers near Fada.",
        title="Two soldiers killed in ambush in eastern Burkina Faso",
    )
    assert document.events[0].type == "armed-clash"


def test_the_place_told_after_the_headline_completes_it(enrich: Enrich) -> None:
    document = enrich(
        "Air strike on school in Myanmar kills nine. A jet dropped bombs on Monywa at nine in the morning."
    )
    names = [document.places[index].name for index in document.events[0].places]
    assert names == ["Monywa", "Myanmar"]


def test_football_fans_who_fight_the_police_are_news(enrich: Enrich) -> None:
    document = enrich(
        "Fans clashed with riot police outside the stadium in Athens on Tuesday after Olympiacos beat "
        "Panathinaikos 2-1. Five officers were injured."
    )
    assert [event.type for event in current(document)] == ["riot"]


def test_a_groups_name_and_a_border_are_no_place_of_an_event(enrich: Enrich) -> None:
    document = enrich(
        "MAIDUGURI - Fighters of Islamic State West Africa Province overran a base at Wulgo, near the border "
        "with Cameroon, on Tuesday, killing eight soldiers."
    )
    where = {document.places[index].country for event in current(document) for index in event.places}
    assert where == {"NG"}


def test_a_date_of_the_main_clause_is_not_that_of_a_side_clause(enrich: Enrich) -> None:
    text = "A store in Kharkiv that was shelled by Russian forces opened its doors again on Monday."
    (event,) = [event for event in enrich(text).events if event.type == "shelling"]
    assert event.date is None or event.date.text != "Monday"


def test_survivors_of_a_bombing_are_not_bombed_today(enrich: Enrich) -> None:
    document = enrich(
        "Survivors of the bombing of a market in Homs met the governor of the province on Monday."
    )
    assert all(event.date is None or event.date.text != "Monday" for event in document.events)


def test_a_report_that_counts_the_years_looks_back(enrich: Enrich) -> None:
    document = enrich(
        "Norway remembers, 15 years on\nBells rang in Oslo on Wednesday.\n\n"
        "A gunman opened fire on the beach. He shot dead eight people near the school."
    )
    assert current(document) == []
    document = enrich(
        "A mosque reopens\nSeven years and one day after the shooting in Christchurch, 600 people came.\n\n"
        "The gunman arrived during Friday prayers and killed 44 people."
    )
    assert current(document) == []


def test_a_listed_month_of_an_earlier_year(enrich: Enrich) -> None:
    text = "In January a student shot dead five people in Sousse, and in March a bomber blew up a bus."
    assert current(enrich(text)) == []


def test_a_count_of_days_dates_what_follows(enrich: Enrich) -> None:
    document = enrich("Troops hunt gunmen in Jolo two days after the raid")
    (raid,) = [event for event in document.events if event.type == "raid"]
    assert (raid.status, raid.date and raid.date.start) == ("current", "2026-03-02")
