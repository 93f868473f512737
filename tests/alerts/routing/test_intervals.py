"""Quiet hours: inside or outside, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.cron import next_time
from alerts.intervals import contains, waits
from config.models.channels import TimeInterval


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def interval(**values: object) -> TimeInterval:
    return TimeInterval.model_validate(values)


NIGHT = interval(**{"from": "22:00", "to": "07:00", "timezone": "Asia/Damascus"})  # UTC+3
WORK = interval(days=["mon", "tue", "wed", "thu", "fri"], **{"from": "09:00", "to": "17:00"})


def test_crosses_midnight_in_its_own_zone() -> None:
    assert not contains(NIGHT, at("2026-09-01T18:59"))
    assert contains(NIGHT, at("2026-09-01T19:00"))
    assert contains(NIGHT, at("2026-09-02T03:59"))
    assert not contains(NIGHT, at("2026-09-02T04:00"))


def test_waits_until_the_end() -> None:
    found = waits(["night"], [], {"night": NIGHT}, at("2026-09-01T23:00"))
    assert found == (at("2026-09-02T04:00"), "quiet: in interval night until 2026-09-02 04:00 UTC")


def test_outside_of_active_hours_over_a_weekend() -> None:
    found = waits([], ["work"], {"work": WORK}, at("2026-09-04T18:00"))  # a Friday
    assert found is not None
    assert found[0] == at("2026-09-07T09:00")
    assert waits([], ["work"], {"work": WORK}, at("2026-09-07T09:00")) is None


def test_the_end_of_one_may_lie_in_another() -> None:
    intervals = {
        "night": interval(**{"from": "22:00", "to": "06:00"}),
        "dawn": interval(**{"from": "05:00", "to": "08:00"}),
    }
    found = waits(["night", "dawn"], [], intervals, at("2026-09-01T23:00"))
    assert found is not None
    assert found[0] == at("2026-09-02T08:00")


def test_whole_days_have_no_hole_before_midnight() -> None:
    sunday = interval(days="sun")
    assert contains(sunday, at("2026-09-06T23:59") + timedelta(seconds=59, milliseconds=999))
    assert not contains(sunday, at("2026-09-07T00:00"))


def test_always_quiet_is_asked_again_a_day_later() -> None:
    found = waits(["always"], [], {"always": interval()}, at("2026-09-01T10:00"))
    assert found is not None
    assert found[0] == at("2026-09-02T10:00")


def test_summer_time_moves_the_hour() -> None:
    paris = {"night": interval(**{"from": "22:00", "to": "07:00", "timezone": "Europe/Paris"})}
    before = waits(["night"], [], paris, at("2026-03-28T23:00"))  # the night the clocks go forward
    after = waits(["night"], [], paris, at("2026-03-29T23:00"))
    assert before is not None
    assert after is not None
    assert before[0] == at("2026-03-29T05:00")
    assert after[0] == at("2026-03-30T05:00")


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.times(),
    st.times(),
    st.sampled_from(["UTC", "Asia/Damascus", "Europe/Paris", "Pacific/Apia", "America/St_Johns"]),
    st.sets(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])),
)
def test_what_it_waits_for_is_an_open_moment_and_the_first(
    now: datetime, start: object, end: object, zone: str, days: set[str]
) -> None:
    one = interval(**{"from": start, "to": end, "timezone": zone, "days": sorted(days)})
    found = waits(["one"], [], {"one": one}, now)
    assert (found is None) is not contains(one, now)
    if found is not None and "no open time" not in found[1]:
        assert found[0] > now
        assert not contains(one, found[0])
        for share in (0.1, 0.5, 0.9, 0.999):
            assert contains(one, now + (found[0] - now) * share)


def test_cron_counts_weekdays_from_sunday() -> None:
    sunday = at("2026-09-06T12:00")
    assert next_time("0 7 * * 1", sunday) == at("2026-09-07T07:00")
    assert next_time("0 7 * * 0", sunday) == at("2026-09-13T07:00")
    assert next_time("0 7 * * mon-fri", sunday) == at("2026-09-07T07:00")
    assert next_time("0 7 * * 5,6", sunday) == at("2026-09-11T07:00")
    assert next_time("*/15 * * * *", sunday) == sunday + timedelta(minutes=15)
