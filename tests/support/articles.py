"""Articles for tests of the whole system: most say nothing alarming, some report a strike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.support.system import News

# Far apart, so that no two reports can be about the same incident.
TOWNS = (
    "Poltava",
    "Odesa",
    "Lviv",
    "Chernihiv",
    "Vinnytsia",
    "Zhytomyr",
    "Uzhhorod",
    "Chernivtsi",
    "Ternopil",
    "Rivne",
    "Lutsk",
    "Sumy",
    "Kremenchuk",
    "Cherkasy",
    "Mykolaiv",
    "Kherson",
    "Dnipro",
    "Zaporizhzhia",
    "Kharkiv",
    "Kropyvnytskyi",
)
_QUIET = (
    "The town council of district {n} met on Tuesday and talked about the new timetable of line {n}.",
    "Councillors asked for benches at stop {n} and for a roof over the market hall, clerk number {n} wrote.",
    "The budget for year plan {n} will be read again in spring, after the school holidays are over.",
)


def strike(number: int, town: str, killed: int = 2) -> News:
    """A report of a drone strike on a town, this morning."""
    title = f"Drone strike on {town} kills {killed}"
    text = (
        f"A drone hit a warehouse in {town}, Ukraine, on {_day()}, killing {killed} people, "
        "firefighters said.\n"
        f"Firefighters put out the blaze in the west of {town} within two hours. Report number {number}."
    )
    return News(number, title, text)


def quiet(number: int) -> News:
    """An article that no rule wants."""
    text = "\n".join(line.format(n=number) for line in _QUIET)
    return News(number, f"Council of district {number} plans benches", text)


def mixed(count: int, strikes: tuple[str, ...] = TOWNS) -> list[News]:
    """``count`` articles, the strikes spread evenly among them."""
    step = count // len(strikes)
    return [
        strike(number, strikes[number // step])
        if number % step == 0 and number // step < len(strikes)
        else quiet(number)
        for number in range(count)
    ]


def _day() -> str:
    return (datetime.now(UTC) - timedelta(minutes=10)).strftime("%A")
