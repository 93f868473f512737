"""The routing tree as in Alertmanager: settings inherited downwards, the deepest match decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from alerts.routing_labels import Labels, Matcher, all_hold, compile_matchers, label_text
from config.models.channels import ChannelsFile, Escalation, Route

T = TypeVar("T")

_ZERO = timedelta(0)
_REMIND_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Node:
    """A route with everything it inherited."""

    path: str  # 'route', 'route.routes[0]', ...
    channel: str | None = None
    group_by: tuple[str, ...] | None = None  # None: every alert by itself
    group_wait: timedelta = _ZERO
    group_interval: timedelta = _ZERO
    repeat_interval: timedelta = _ZERO  # zero: never remind
    repeat_for: timedelta = _REMIND_FOR
    mute: tuple[str, ...] = ()
    active: tuple[str, ...] = ()
    escalate: tuple[Escalation, ...] = ()
    matchers: tuple[Matcher, ...] = ()
    goes_on: bool = False
    children: tuple[Node, ...] = field(default=(), repr=False)

    def group_key(self, labels: Labels, target: str) -> str:
        """What rows of one group share."""
        if self.group_by is None or self.group_by == ("...",):
            return f"{self.path}|{target}|alert={label_text(labels, 'alert')}"
        parts = "|".join(f"{name}={label_text(labels, name)}" for name in self.group_by)
        return f"{self.path}|{target}|{parts}"


def build_tree(channels: ChannelsFile) -> Node:
    """The tree as configured; without one, every channel gets everything. Raises ConfigError (bad regex)."""
    if channels.route is not None:
        return _node(channels.route, "route", Node(path=""))
    everyone = tuple(
        Node(path=f"channels.{name}", channel=name, goes_on=True) for name in sorted(channels.channels)
    )
    return Node(path="route", children=everyone)


def matching(node: Node, labels: Labels) -> list[Node]:
    """The deepest matching nodes; a match ends the search among its siblings unless it says continue."""
    if not all_hold(node.matchers, labels):
        return []
    found: list[Node] = []
    for child in node.children:
        below = matching(child, labels)
        found += below
        if below and not child.goes_on:
            break
    return found or [node]


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for child in node.children:
        yield from walk(child)


def _node(route: Route, path: str, parent: Node) -> Node:
    node = Node(
        path=path,
        channel=_first(route.channel, parent.channel),
        group_by=_first(route.group_by, parent.group_by),
        group_wait=_first(route.group_wait, parent.group_wait),
        group_interval=_first(route.group_interval, parent.group_interval),
        repeat_interval=_first(route.repeat_interval, parent.repeat_interval),
        repeat_for=_first(route.repeat_for, parent.repeat_for),
        mute=_first(route.mute, parent.mute),
        active=_first(route.active, parent.active),
        escalate=_first(route.escalate, parent.escalate),
        matchers=compile_matchers(route.match, f"{path}.match"),
        goes_on=route.continue_,
    )
    children = tuple(
        _node(child, f"{path}.routes[{index}]", node) for index, child in enumerate(route.routes)
    )
    return _with_children(node, children)


def _with_children(node: Node, children: tuple[Node, ...]) -> Node:
    values = {name: getattr(node, name) for name in Node.__slots__} | {"children": children}
    return Node(**values)


def _first(own: T | None, inherited: T) -> T:
    return inherited if own is None else own
