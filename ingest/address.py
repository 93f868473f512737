"""Which addresses may be fetched from: public unicast ones, and those that people allow.

An IPv6 address can carry an IPv4 address inside (mapped, compatible, NAT64, 6to4, Teredo, ISATAP-like); the
inner one is what the packet reaches in the end, so both have to be public. ``ipaddress.is_global``
alone says yes to several of them, hence the explicit list. Blocks: IANA special-purpose address
registries (RFC 6890 and its updates).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
_NEVER4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
_PUBLIC6 = IPv6Network("2000::/3")
_NEVER6 = tuple(
    IPv6Network(text)
    for text in ("2001:2::/48", "2001:3::/32", "2001:10::/28", "2001:20::/28", "2001:30::/28",
                 "2001:db8::/32", "3fff::/20", "2620:4f:8000::/48", "2001:1::/32", "2001:4:112::/48")
)  # fmt: skip
_NAT64 = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")
_COMPATIBLE = IPv6Network("::/96")
_TRANSLATED = IPv6Network("::ffff:0:0:0/96")
_TEREDO = IPv6Network("2001::/32")
_6TO4 = IPv6Network("2002::/16")


@dataclass(frozen=True, slots=True)
class AllowList:
    """What may be reached although it is private."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    hosts: frozenset[str] = frozenset()  # lower case

    @classmethod
    def parse(cls, entries: Iterable[str]) -> AllowList:
        """Networks (CIDR or single addresses) and host names, in one list as people write them."""
        networks: list[IPv4Network | IPv6Network] = []
        hosts: set[str] = set()
        for entry in entries:
            try:
                networks.append(ip_network(entry.strip("[]"), strict=False))
            except ValueError:
                hosts.add(entry.lower().rstrip("."))
        return cls(tuple(networks), frozenset(hosts))

    def has_host(self, host: str) -> bool:
        """True when the host's addresses need no check."""
        return host.lower().rstrip(".") in self.hosts

    def has_address(self, address: Address) -> bool:
        """True when the address, or the one inside it, lies in an allowed network."""
        return any(
            one.version == network.version and one in network
            for one in (address, *inner_addresses(address))
            for network in self.networks
        )


NOTHING = AllowList()


def inner_addresses(address: Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that an IPv6 address leads to."""
    if isinstance(address, IPv4Address):
        return ()
    number = int(address)
    low = IPv4Address(number & 0xFFFFFFFF)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address in _NAT64 or address in _COMPATIBLE or address in _TRANSLATED:
        return (low,)
    if address in _6TO4:
        return (IPv4Address((number >> 80) & 0xFFFFFFFF),)
    if address in _TEREDO:  # server in bits 32..63, client inverted in the last 32
        return (IPv4Address((number >> 64) & 0xFFFFFFFF), IPv4Address((number & 0xFFFFFFFF) ^ 0xFFFFFFFF))
    return ()


def refusal(address: str | Address, allow: AllowList = NOTHING) -> str | None:
    """Why this address must not be reached, in a few words; None when it may be."""
    try:
        parsed = ip_address(address.partition("%")[0]) if isinstance(address, str) else address
    except ValueError:
        return f"{address!r} is no address"
    if allow.has_address(parsed):
        return None
    if isinstance(parsed, IPv4Address):
        return f"{parsed} is a private or special address" if _special4(parsed) else None
    for inner in inner_addresses(parsed):
        if _special4(inner):
            return f"{parsed} leads to the private or special address {inner}"
    if parsed in _NAT64 or parsed.ipv4_mapped is not None:
        return None
    if parsed in _TEREDO or parsed in _6TO4:
        return None
    if parsed not in _PUBLIC6 or any(parsed in network for network in _NEVER6):
        return f"{parsed} is a private or special address"
    return None


def literal_address(host: str) -> Address | None:
    """The address that a URL's host *is*, in any notation that resolvers accept (decimal, octal, hex)."""
    last = host.rstrip(".").rpartition(".")[2]
    if last[:1].isalpha() and ":" not in host:
        return None  # most hosts are names, and this is asked for every request
    with contextlib.suppress(ValueError):
        return ip_address(host.strip("[]").partition("%")[0])
    return _loose4(host)


def _special4(address: IPv4Address) -> bool:
    return any(address in network for network in _NEVER4)


def _loose4(host: str) -> IPv4Address | None:
    """inet_aton's reading: one to four parts, each decimal, octal (0…) or hexadecimal (0x…)."""
    parts = host.split(".")
    if not 1 <= len(parts) <= 4:
        return None
    try:
        numbers = [_number(part) for part in parts]
    except ValueError:
        return None
    value = 0
    for number in numbers[:-1]:
        if number > 255:
            return None
        value = value << 8 | number
    room = 8 * (5 - len(numbers))
    if numbers[-1] >= 1 << room:
        return None
    return IPv4Address(value << room | numbers[-1])


def _number(text: str) -> int:
    if not text.isascii() or not text.isalnum():
        raise ValueError(text)
    if text.lower().startswith("0x"):
        return int(text[2:] or "0", 16)
    return int(text, 8) if text.startswith("0") and text != "0" else int(text, 10)
