"""The labels of an alert, and matchers over them: what routes, silences and inhibitions compare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import re2

from alerts.messages import Alert
from config.errors import ConfigError
from processors import taxonomy

Labels = Mapping[str, frozenset[str]]

_QUIET = re2.Options()
_QUIET.log_errors = False

SEVERITIES = ("info", "low", "medium", "high", "critical")
LABELS = (
    "alert",
    "rule",
    "kind",
    "severity",
    "incident",
    "event",
    "status",
    "region",
    "country",
    "admin1",
    "place",
    "publisher",
    "corroborated",
    "backfill",
)


def labels_of(alert: Alert, severity: str | None = None) -> dict[str, frozenset[str]]:
    """Every label with its values; several where the alert has several (regions, publishers).

    ``event`` also holds the families of the type. The rule's own labels come in under their names, without
    replacing those of the alert. ``severity`` replaces the alert's own (escalation).
    """
    place = alert.place
    labels = {name: frozenset((value,)) for name, value in alert.labels.items()}
    labels |= {
        "alert": _one(alert.id),
        "rule": _one(alert.rule),
        "kind": _one(alert.kind),
        "severity": _one(severity or alert.severity),
        "incident": _one(alert.incident),
        "event": _events(alert.event_type),
        "status": _one(alert.status),
        "region": frozenset(alert.regions),
        "country": _one(place.country if place else None),
        "admin1": _one(place.admin1 if place else None),
        "place": _one(place.name if place else None),
        "publisher": frozenset(item.publisher for item in alert.evidence if item.publisher),
        "corroborated": _one("yes" if alert.corroborated else "no"),
        "backfill": _one("yes" if alert.backfill else "no"),
    }
    return labels


def label_text(labels: Labels, name: str) -> str:
    """The values of one label, sorted, as one string; empty where there are none."""
    return ",".join(sorted(labels.get(name, ())))


def severity_rank(severity: str) -> int:
    """0 (info) to 4 (critical); unknown words rank lowest."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0


def _one(value: str | None) -> frozenset[str]:
    return frozenset((value,)) if value else frozenset()


def _events(event_type: str | None) -> frozenset[str]:
    if not event_type:
        return frozenset()
    families = (name for name, members in taxonomy.FAMILIES.items() if event_type in members)
    return frozenset((event_type, *families))


@dataclass(frozen=True, slots=True)
class Matcher:
    """One label against several values: any of them may hold, none of those written with '!'."""

    label: str
    wanted: tuple[Callable[[str], bool], ...]
    unwanted: tuple[Callable[[str], bool], ...]

    def holds(self, labels: Labels) -> bool:
        """Whether the label has a wanted value and no unwanted one."""
        values = labels.get(self.label, frozenset())
        if any(test(value) for test in self.unwanted for value in values):
            return False
        return not self.wanted or any(test(value) for test in self.wanted for value in values)


def compile_matchers(matchers: Mapping[str, Iterable[str]], where: str = "match") -> tuple[Matcher, ...]:
    """Matchers as written: ``{severity: [high, critical], rule: /idlib-.*/, region: "!paris"}``.

    ``/regex/`` must match the whole value (RE2 syntax, linear time). Raises ConfigError naming ``where``.
    """
    return tuple(_matcher(label, tuple(values), where) for label, values in matchers.items())


def all_hold(matchers: Iterable[Matcher], labels: Labels) -> bool:
    """Whether every matcher holds; no matchers hold for everything."""
    return all(matcher.holds(labels) for matcher in matchers)


def _matcher(label: str, values: tuple[str, ...], where: str) -> Matcher:
    wanted = tuple(_test(value, f"{where}.{label}") for value in values if not value.startswith("!"))
    unwanted = tuple(_test(value[1:], f"{where}.{label}") for value in values if value.startswith("!"))
    return Matcher(label, wanted, unwanted)


def _test(value: str, where: str) -> Callable[[str], bool]:
    if len(value) > 1 and value.startswith("/") and value.endswith("/"):
        try:
            pattern = re2.compile(value[1:-1], _QUIET)
        except re2.error as error:
            said = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
            raise ConfigError([f"{where}: {value} is no regular expression (RE2): {said}"]) from error
        return lambda text: pattern.fullmatch(text) is not None
    return lambda text: text == value
