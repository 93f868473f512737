"""When a feed is asked again: every decision and its reason."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.models.feeds import Feed, FeedDefaults
from config.models.settings import IntakeSettings
from ingest.policy import FeedPolicy, feed_policy
from ingest.schedule import (
    Moved,
    Polled,
    backoff,
    classify,
    decide_moved,
    first_poll,
    freshness,
    next_poll,
    retry_after_seconds,
    span,
)

NOW = 1_760_000_000.0
HOUR = 3600.0


def policy(**changes: Any) -> FeedPolicy:
    feed = Feed(id="a", url="https://example.org/feed", **{"every": "10m", **changes})
    return feed_policy(feed, FeedDefaults(), IntakeSettings())


def decide(
    polled: Polled, interval: float = 600.0, failures: int = 0, **changes: Any
) -> tuple[float, float, str]:
    found = next_poll(policy(**changes), interval, failures, polled, now=NOW)
    return round(found.at - NOW, 3), round(found.interval, 3), found.reason


def changed(known: int, entries: int, **more: Any) -> Polled:
    return Polled("changed", entries=entries, known=known, **more)


@pytest.mark.parametrize(
    ("polled", "interval", "expected", "reason"),
    [
        (Polled("unmodified"), 600.0, 750.0, "nothing new, stretched"),
        (Polled("unmodified"), 2400.0, 2400.0, "nothing new, stretched"),
        (changed(20, 20), 600.0, 750.0, "nothing new, stretched"),
        (changed(2, 20), 600.0, 300.0, "only 10 % of entries known: sooner, to lose none"),
        (changed(0, 20), 150.0, 150.0, "only 0 % of entries known: sooner, to lose none"),
        (changed(10, 20), 600.0, 600.0, "50 % of entries known"),
        (changed(10, 20), 2400.0, 600.0, "50 % of entries known"),
        (changed(19, 20), 2400.0, 600.0, "something new, 95 % of entries known"),
        (changed(19, 20), 300.0, 375.0, "something new, 95 % of entries known"),
        (changed(0, 20, first=True), 600.0, 600.0, "first poll done"),
        (changed(0, 0), 600.0, 750.0, "nothing new, stretched"),
    ],
)
def test_the_share_of_known_entries_moves_the_interval(
    polled: Polled, interval: float, expected: float, reason: str
) -> None:
    assert decide(polled, interval) == (expected, expected, reason)


def test_without_adaptive_the_interval_is_as_configured() -> None:
    assert decide(changed(0, 20), 300.0, adaptive=False) == (600.0, 600.0, "as configured")


def test_hints_raise_the_interval_up_to_the_users_limit_and_are_not_remembered() -> None:
    at, interval, reason = decide(changed(19, 20, hint=1800.0))
    assert (at, interval) == (1800.0, 600.0)
    assert "30 min" in reason
    assert decide(changed(19, 20, hint=86400.0))[0] == 2400.0
    assert decide(changed(19, 20, hint=86400.0), max_interval="2h")[0] == 7200.0
    assert decide(changed(19, 20, hint=60.0))[0] == 600.0


def test_failures_back_off_to_six_hours_and_never_give_up() -> None:
    waits = [decide(Polled("failed"), failures=n)[0] for n in range(1, 12)]
    assert waits[:4] == [600.0, 1200.0, 2400.0, 4800.0]
    assert waits[-1] == 6 * HOUR
    assert backoff(600.0, 10**6) == 6 * HOUR
    assert decide(Polled("failed"), failures=2)[2] == "backing off after 2 failures"


def test_limits_of_the_server_are_obeyed_up_to_a_day() -> None:
    assert decide(Polled("limited", retry_after=5 * HOUR), failures=1)[0] == 5 * HOUR
    assert decide(Polled("limited", retry_after=1e9), failures=1)[0] == 24 * HOUR
    assert decide(Polled("limited", retry_after=1.0), failures=1)[0] == 600.0
    assert "Retry-After 5 h" in decide(Polled("limited", retry_after=5 * HOUR), failures=1)[2]


def test_gone_is_asked_once_a_week() -> None:
    assert decide(Polled("gone"), failures=1)[0] == 7 * 24 * HOUR


def test_cron_decides_alone() -> None:
    at, _, reason = decide(Polled("unmodified"), every=None, cron="0 6 * * *")
    assert (NOW + at) % 86400 == 6 * HOUR
    assert reason == "cron 0 6 * * *"
    assert first_poll(policy(every=None, cron="*/5 * * * *"), NOW).at % 300 == 0
    assert first_poll(policy(), NOW).at == NOW


polls = st.builds(
    Polled,
    outcome=st.sampled_from(["changed", "unmodified", "failed", "limited", "gone"]),
    entries=st.integers(0, 200),
    known=st.integers(0, 200),
    hint=st.none() | st.floats(0, 1e12),
    retry_after=st.none() | st.floats(0, 1e12),
    first=st.booleans(),
)


@given(polls, st.floats(0, 1e7), st.integers(0, 10_000), st.floats(-5, 5))
def test_any_poll_leads_to_a_bounded_wait_and_a_reason(
    polled: Polled, interval: float, failures: int, jitter: float
) -> None:
    polled = msgspec.structs.replace(polled, known=min(polled.known, polled.entries))
    rule = policy()
    found = next_poll(rule, interval, failures, polled, now=NOW, jitter=jitter)
    assert found.reason
    longest = 7 * 24 * HOUR if polled.outcome == "gone" else 24 * HOUR * 1.1
    assert rule.minimum * 0.9 <= found.at - NOW <= longest
    if polled.outcome in ("changed", "unmodified"):
        assert found.at - NOW <= rule.maximum * 1.1
        assert rule.minimum <= found.interval <= rule.maximum


def test_the_users_limits_hold() -> None:
    slow = policy(every="1h", min_interval="30m", max_interval="90m")
    assert (slow.minimum, slow.maximum) == (1800.0, 5400.0)
    fast = policy(every="1s")
    assert (fast.every, fast.minimum) == (60.0, 60.0)


@pytest.mark.parametrize(
    ("status", "retry_after", "meaning"),
    [
        (200, False, "ok"), (304, False, "unmodified"), (410, False, "gone"), (429, False, "limited"),
        (503, True, "limited"), (503, False, "failed"), (403, True, "limited"), (403, False, "failed"),
        (404, True, "failed"), (500, False, "failed"), (301, False, "failed"), (206, False, "ok"),
    ],
)  # fmt: skip
def test_statuses_mean_what_they_should(status: int, retry_after: bool, meaning: str) -> None:
    assert classify(status, retry_after) == meaning


def test_permanent_redirects_are_believed_after_three_times_in_a_row() -> None:
    hop = ((301, "https://new.example/feed"),)
    one = decide_moved(Moved(), hop, worked=True)
    two = decide_moved(one, hop, worked=True)
    assert (one.adopt, two.adopt) == (False, False)
    assert decide_moved(two, hop, worked=True) == Moved("https://new.example/feed", 3, adopt=True)


def test_other_redirects_are_not_believed() -> None:
    two = Moved("https://new.example/feed", 2)
    assert not decide_moved(two, ((302, "https://new.example/feed"),), worked=True).count
    assert decide_moved(two, ((308, "https://other.example/"),), worked=True).count == 1
    assert not decide_moved(two, (), worked=True).count
    assert decide_moved(two, ((301, "https://new.example/feed"),), worked=False) == two
    mixed = ((301, "https://a.example/"), (302, "https://b.example/"), (301, "https://c.example/"))
    assert decide_moved(Moved(), mixed, worked=True).target == "https://a.example/"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), (" 0 ", 0.0), (None, None), ("", None), ("soon", None), ("-5", None),
     ("Thu, 09 Oct 2025 09:53:20 GMT", 3600.0), ("Thu, 09 Oct 2025 07:53:20 GMT", 0.0)],
)  # fmt: skip
def test_retry_after_is_read_in_both_forms(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "public, max-age=900"}, 900.0),
        ({"cache-control": "max-age=900, s-maxage=60", "age": "20"}, 40.0),
        ({"cache-control": "no-cache, max-age=900"}, None),
        ({"cache-control": "max-age=0"}, None),
        ({"expires": "Thu, 09 Oct 2025 09:53:20 GMT"}, 3600.0),
        ({"expires": "0"}, None),
        ({}, None),
        ({"cache-control": "max-age=" + "9" * 400}, 999999999.0),
    ],
)
def test_freshness_is_read_from_the_headers(headers: dict[str, str], seconds: float | None) -> None:
    assert freshness(headers, NOW) == seconds


@given(st.dictionaries(st.sampled_from(["cache-control", "expires", "age"]), st.text(max_size=60)))
def test_any_header_gives_a_freshness_or_none(headers: dict[str, str]) -> None:
    found = freshness(headers, NOW)
    assert found is None or found > 0


def test_spans_read_well() -> None:
    assert [span(s) for s in (1, 45, 90, 600, 5400, 7200, 172800)] == [
        "1 s",
        "45 s",
        "1.5 min",
        "10 min",
        "1.5 h",
        "2 h",
        "2 d",
    ]
