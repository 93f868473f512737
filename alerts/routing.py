"""Who is told about an alert, when, or why not: decisions only, ``now`` passed in.

:class:`Router` answers for one configuration. The notifier asks it for real; rule tests ask it at a
chosen time with :meth:`Router.decide`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from alerts.cron import next_time
from alerts.inhibition import Inhibitors, compile_inhibitions
from alerts.intervals import waits
from alerts.messages import Alert
from alerts.routing_labels import Labels, labels_of
from alerts.routing_tree import Node, build_tree, matching, walk
from alerts.silences import Silence, from_files, silencing
from config.models.channels import Channel, EmailChannel
from config.models.root import Config

Action = Literal["send", "wait", "suppress"]


@dataclass(frozen=True, slots=True)
class Destination:
    """One target of an alert and the route that leads there."""

    channel: str
    target: str  # the channel, or channel:address where a channel has several addresses
    node: Node


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do now with one alert for one target, and why."""

    action: Action
    why: str
    until: datetime | None = None  # for 'wait'


@dataclass(frozen=True, slots=True)
class Decision:
    """Where an alert goes at a chosen time: a destination and the verdict there."""

    channel: str
    target: str
    route: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What verdicts depend on beside the alert itself."""

    silences: tuple[Silence, ...]
    inhibitors: Inhibitors
    acknowledged: Mapping[str, str]  # alert id to 'by whom at what time'


class Router:
    """The routing of one configuration. Immutable; raises ConfigError for a bad regular expression."""

    def __init__(self, config: Config) -> None:
        self.channels: Mapping[str, Channel] = config.channels.channels
        self.intervals = config.channels.intervals
        self.inhibitions = compile_inhibitions(config.channels)
        self.silences = from_files(config.channels)
        self._operator = config.settings.operator_channel
        self._tree = build_tree(config.channels)
        self._nodes = {node.path: node for node in walk(self._tree)}

    def node(self, path: str) -> Node:
        """The node with this path; plain settings where a reload took it away."""
        return self._nodes.get(path) or Node(path=path)

    def destinations(self, alert: Alert) -> tuple[Destination, ...]:
        """Every target once, in the order of the tree. Alerts about Tocsin itself go to the operator."""
        if alert.kind == "operator" and self._operator in self.channels and self._operator:
            return self.targets(self._operator, Node(path="operator", channel=self._operator))
        found: dict[str, Destination] = {}
        for node in matching(self._tree, labels_of(alert)):
            for destination in self.targets(node.channel, node) if node.channel else ():
                found.setdefault(destination.target, destination)
        return tuple(found.values())

    def targets(self, channel: str, node: Node) -> tuple[Destination, ...]:
        """The targets of one channel: every address of an email channel is one."""
        settings = self.channels.get(channel)
        if isinstance(settings, EmailChannel):
            return tuple(Destination(channel, f"{channel}:{address}", node) for address in settings.to)
        return (Destination(channel, channel, node),)

    def circumstances(
        self,
        now: datetime,
        *,
        silences: Iterable[Silence] = (),
        recent: Iterable[Alert] = (),
        acknowledged: Mapping[str, str] | None = None,
    ) -> Circumstances:
        """Join what is configured with what is known now. ``recent``: alerts that may inhibit others."""
        inhibitors = Inhibitors(self.inhibitions, recent, now)
        return Circumstances((*self.silences, *silences), inhibitors, acknowledged or {})

    def verdict(
        self, alert: Alert, destination: Destination, around: Circumstances, now: datetime
    ) -> Verdict:
        """Send, wait or suppress, for an alert whose turn it is."""
        labels = labels_of(alert)
        suppressed = self._suppressed(alert, labels, around, now)
        if suppressed:
            return Verdict("suppress", suppressed)
        waiting = waits(destination.node.mute, destination.node.active, self.intervals, now)
        if waiting is None:
            return Verdict("send", f"route {destination.node.path}")
        until, why = waiting
        digest = self.digest(destination.channel)
        return Verdict("wait", why, next_time(digest, until) if digest else until)

    def decide(
        self,
        alert: Alert,
        now: datetime,
        *,
        silences: Iterable[Silence] = (),
        recent: Iterable[Alert] = (),
    ) -> tuple[Decision, ...]:
        """Where the alert would go at ``now``, target by target. Touches nothing."""
        around = self.circumstances(now, silences=silences, recent=recent)
        decisions = []
        for destination in self.destinations(alert):
            verdict = self.verdict(alert, destination, around, now)
            digest = self.digest(destination.channel)
            if verdict.action == "send" and digest:
                verdict = Verdict("wait", f"digest {digest}", next_time(digest, now))
            decisions.append(
                Decision(destination.channel, destination.target, destination.node.path, verdict)
            )
        return tuple(decisions)

    def digest(self, channel: str) -> str | None:
        """The channel's digest cron, if it has one."""
        settings = self.channels.get(channel)
        return settings.digest if settings else None

    @staticmethod
    def _suppressed(alert: Alert, labels: Labels, around: Circumstances, now: datetime) -> str | None:
        silence = silencing(labels, around.silences, now)
        return silence.describe() if silence else around.inhibitors.reason(alert, labels)
