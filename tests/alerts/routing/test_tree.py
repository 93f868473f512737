"""The routing tree, matchers and labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from alerts.routing import Router
from alerts.routing_labels import all_hold, compile_matchers, labels_of
from config.errors import ConfigError
from tests.support.delivery import START, make_alert, make_config

CHANNELS = {name: {"type": "terminal"} for name in ("default", "syria", "raids", "boss", "archive")}


def router(tmp_path: Path, route: dict[str, Any] | None, **more: Any) -> Router:
    contents: dict[str, Any] = {"channels": CHANNELS, **more}
    if route is not None:
        contents["route"] = route
    return Router(make_config(tmp_path, contents))


def where(found: Router, **changes: Any) -> list[str]:
    return [destination.channel for destination in found.destinations(make_alert(**changes))]


TREE: dict[str, Any] = {
    "channel": "default",
    "routes": [
        {"match": {"country": "SY"}, "continue": True, "channel": "archive"},
        {
            "match": {"region": ["idlib", "aleppo"]},
            "channel": "syria",
            "routes": [{"match": {"event": "raid", "severity": ["high", "critical"]}, "channel": "raids"}],
        },
        {"match": {"rule": "/.*-raids/"}, "channel": "boss"},
    ],
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["archive", "raids"]),  # the deepest match; continue adds the sibling
        ({"severity": "low"}, ["archive", "syria"]),
        ({"regions": ("paris",)}, ["archive", "boss"]),
        ({"regions": ("paris",), "rule": "raids-not"}, ["archive"]),
        ({"regions": ("paris",), "place": None}, ["boss"]),  # anchored regex on the rule
        ({"regions": (), "place": None, "rule": "x"}, ["default"]),
        ({"regions": ("paris", "aleppo"), "place": None}, ["raids"]),  # any of several values
    ],
)
def test_the_deepest_match_decides(tmp_path: Path, changes: dict[str, Any], expected: list[str]) -> None:
    assert where(router(tmp_path, TREE), **changes) == expected


def test_without_a_tree_everyone_is_told(tmp_path: Path) -> None:
    assert where(router(tmp_path, None)) == sorted(CHANNELS)


def test_settings_are_inherited_and_replaced(tmp_path: Path) -> None:
    found = router(
        tmp_path,
        {
            "channel": "default",
            "group_by": ["region"],
            "group_wait": "30s",
            "repeat_interval": "4h",
            "routes": [
                {"match": {"severity": "high"}, "group_wait": "0", "routes": [{"match": {"event": "raid"}}]}
            ],
        },
    )
    (destination,) = found.destinations(make_alert())
    node = destination.node
    assert node.path == "route.routes[0].routes[0]"
    assert (node.channel, node.group_by) == ("default", ("region",))
    assert node.group_wait.total_seconds() == 0
    assert node.repeat_interval.total_seconds() == 4 * 3600


def test_a_target_is_told_once_even_where_two_routes_lead_there(tmp_path: Path) -> None:
    tree = {"channel": "default", "routes": [{"continue": True, "channel": "syria"}, {"channel": "syria"}]}
    assert where(router(tmp_path, tree)) == ["syria"]


def test_every_address_is_a_target(tmp_path: Path) -> None:
    channels = {"desk": {"type": "email", "to": ["a@example.org", "b@example.org"]}}
    found = Router(make_config(tmp_path, {"channels": channels}))
    assert [d.target for d in found.destinations(make_alert())] == [
        "desk:a@example.org",
        "desk:b@example.org",
    ]


def test_alerts_about_tocsin_go_to_the_operator(tmp_path: Path) -> None:
    config = make_config(tmp_path, {"channels": CHANNELS, "route": TREE}, operator_channel="boss")
    assert [d.channel for d in Router(config).destinations(make_alert(kind="operator"))] == ["boss"]


@pytest.mark.parametrize(
    ("matchers", "holds"),
    [
        ({"event": ["violence"]}, True),  # a family of raid
        ({"event": ["protests"]}, False),
        ({"severity": ["!low"]}, True),
        ({"severity": ["!high"]}, False),
        ({"region": ["/idl.*/"]}, True),
        ({"region": ["/dli/"]}, False),  # the whole value must match
        ({"region": ["!/idl.*/"]}, False),
        ({"nothing": ["x"]}, False),
        ({"nothing": ["!x"]}, True),
        ({"team": ["night"]}, True),  # a label of the rule
        ({"severity": ["high"], "country": ["FR"]}, False),  # all must hold
        ({}, True),
    ],
)
def test_matchers(matchers: dict[str, list[str]], holds: bool) -> None:
    labels = labels_of(make_alert(labels={"team": "night", "severity": "info"}))
    assert all_hold(compile_matchers(matchers), labels) is holds


def test_a_broken_regex_says_where() -> None:
    with pytest.raises(ConfigError, match=r"route\.match\.rule: /\(/ is no regular expression"):
        compile_matchers({"rule": ["/(/"]}, "route.match")


def test_a_regex_takes_linear_time() -> None:
    labels = {"rule": frozenset(("a" * 5000 + "!",))}
    assert not all_hold(compile_matchers({"rule": ["/(a+)+b/"]}), labels)


def test_group_keys(tmp_path: Path) -> None:
    found = router(tmp_path, {"channel": "default", "group_by": ["region", "event"]})
    one, same, other = (
        d.node.group_key(labels_of(alert), d.target)
        for alert in (make_alert(1), make_alert(2), make_alert(3, regions=("aleppo",)))
        for d in found.destinations(alert)
    )
    assert one == same != other


def test_decide_touches_nothing_and_names_the_reason(tmp_path: Path) -> None:
    found = router(
        tmp_path,
        TREE,
        silences=[
            {"match": {"region": "idlib"}, "until": "2026-10-01T00:00Z", "reason": "exercise", "by": "desk"}
        ],
    )
    decisions = found.decide(make_alert(), START)
    assert {decision.verdict.action for decision in decisions} == {"suppress"}
    assert "exercise" in decisions[0].verdict.why
    later = found.decide(make_alert(), START.replace(month=10))
    assert {decision.verdict.action for decision in later} == {"send"}
