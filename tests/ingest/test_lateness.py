"""What a poller says of its own lateness."""

from __future__ import annotations

from ingest.lateness import Lateness


def test_nothing_asked_is_nothing_said() -> None:
    assert Lateness().report() is None


def test_a_report_tells_counts_share_and_lateness_and_starts_afresh() -> None:
    lateness = Lateness()
    for n in range(100):
        lateness.note(n / 100, "unmodified" if n % 10 else "changed")
    line = "100 feeds asked, 90 % of them without news, late by 0.9 s (p95), 1.0 s (most)"
    assert lateness.report() == (line, False)
    assert lateness.report() is None


def test_one_straggler_is_not_behind_and_a_tenth_of_them_is() -> None:
    lateness = Lateness()
    for n in range(100):
        lateness.note(60.0 if n == 0 else 0.0, "changed")
    assert (lateness.report() or ("", True))[1] is False
    for n in range(100):
        lateness.note(60.0 if n < 10 else 0.0, "changed")
    assert (lateness.report() or ("", False))[1] is True
