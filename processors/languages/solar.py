"""Days of the solar calendar of Iran and Afghanistan as days of ours."""

from __future__ import annotations

from datetime import date, timedelta

_LEAP = frozenset((1, 5, 9, 13, 17, 22, 26, 30))  # years of the 33-year cycle with a 30th of Esfand
_NEW_YEAR_1 = date(622, 3, 21)  # the first day as this cycle counts back to it


def day(year: int, month: int, number: int = 1) -> date:
    """The day of ours; right for 1206 to 1498 (1827 to 2120). ValueError where there is no such day."""
    if not (1 <= month <= 12 and 1 <= number <= length(year, month)):
        raise ValueError(f"{year}-{month}-{number} is no day of the solar calendar")
    before = 31 * (month - 1) - max(0, month - 7)
    return _new_year(year) + timedelta(before + number - 1)


def length(year: int, month: int) -> int:
    """How many days the month has."""
    if month <= 6:
        return 31
    return 30 if month < 12 or year % 33 in _LEAP else 29


def year_of(when: date) -> int:
    """The solar year in which a day of ours lies."""
    year = when.year - 621
    return year if when >= _new_year(year) else year - 1


def _new_year(year: int) -> date:
    cycles, rest = divmod(year - 1, 33)
    leaps = 8 * cycles + sum(1 for past in range(1, rest + 1) if past in _LEAP)
    return _NEW_YEAR_1 + timedelta(365 * (year - 1) + leaps)
