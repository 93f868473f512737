"""Inhibition: while an alert matches ``source``, those matching ``target`` with equal labels stay quiet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.messages import Alert
from alerts.routing_labels import Labels, Matcher, all_hold, compile_matchers, label_text, labels_of
from config.models.channels import ChannelsFile


@dataclass(frozen=True, slots=True)
class InhibitionRule:
    """A compiled inhibition."""

    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...]
    lasts: timedelta  # a source counts this long after its last change

    def key(self, labels: Labels) -> tuple[str, ...]:
        """The values that source and target must share."""
        return tuple(label_text(labels, name) for name in self.equal)


def compile_inhibitions(channels: ChannelsFile) -> tuple[InhibitionRule, ...]:
    """Those of channels.yaml. Raises ConfigError for a bad regular expression."""
    return tuple(
        InhibitionRule(
            source=compile_matchers(rule.source, f"inhibit[{index}].source"),
            target=compile_matchers(rule.target, f"inhibit[{index}].target"),
            equal=rule.equal,
            lasts=rule.lasts,
        )
        for index, rule in enumerate(channels.inhibit)
    )


class Inhibitors:
    """The alerts that keep others quiet at ``now``, found by what must be equal."""

    def __init__(self, rules: Iterable[InhibitionRule], recent: Iterable[Alert], now: datetime) -> None:
        self._rules = tuple(rules)
        self._found: list[dict[tuple[str, ...], list[tuple[Alert, bool]]]] = [{} for _ in self._rules]
        for alert in recent if self._rules else ():
            self._add(alert, now)

    def _add(self, alert: Alert, now: datetime) -> None:
        labels = labels_of(alert)
        for rule, found in zip(self._rules, self._found, strict=True):
            if now - alert.updated <= rule.lasts and all_hold(rule.source, labels):
                both = all_hold(rule.target, labels)
                found.setdefault(rule.key(labels), []).append((alert, both))

    def reason(self, alert: Alert, labels: Labels) -> str | None:
        """Why this alert stays quiet, or None.

        No alert inhibits itself, and of two that match both sides neither inhibits the other.
        """
        for rule, found in zip(self._rules, self._found, strict=True):
            if not all_hold(rule.target, labels):
                continue
            is_source = all_hold(rule.source, labels)
            for source, both in found.get(rule.key(labels), ()):
                if source.id != alert.id and not (both and is_source):
                    return f"inhibited by alert {source.id} of rule {source.rule}"
        return None
