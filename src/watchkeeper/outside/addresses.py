"""Which addresses may be connected to: checked for the very address of each connection."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")
_LAST_32_BITS = (
    IPv6Network("64:ff9b::/96"),  # NAT64
    _NAT64_LOCAL,
    IPv6Network("::ffff:0:0:0/96"),  # translated
    IPv6Network("::/96"),  # compatible, of old
)
_ISATAP = {0x0000_5EFE, 0x0200_5EFE}

_FORBIDDEN: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "cloud metadata",
        (
            "169.254.169.254/32",
            "169.254.170.2/32",
            "100.100.100.200/32",
            "168.63.129.16/32",
            "192.0.0.192/32",
            "fd00:ec2::254/128",
        ),
    ),
    ("link-local", ("169.254.0.0/16", "fe80::/10")),
    ("multicast", ("224.0.0.0/4", "ff00::/8")),
    ("broadcast", ("255.255.255.255/32",)),
    ("unspecified", ("0.0.0.0/8", "::/128")),
)

_PRIVATE = (
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "100.64.0.0/10"),
    *("192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", "::1/128", "fc00::/7", "fec0::/10"),
)


class Reach(Enum):
    """Where a connection may lead."""

    ANYWHERE = "anywhere"
    """What the file names: private networks and this machine too."""

    PUBLIC = "public"
    """What somebody else names, such as a public server that redirects us."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """The addresses that the operator has *allowed* although they are forbidden to all.

    They are allowed to what the file names; where somebody else leads us, they stay forbidden.
    """

    allowed: tuple[Network, ...] = ()

    @classmethod
    def of(cls, networks: Iterable[str]) -> "Allowance":
        """Return the allowance of *networks*; raise ValueError where one is none."""
        return cls(tuple(ip_network(network) for network in networks))

    def objection(self, text: str, reach: Reach = Reach.ANYWHERE) -> str:
        """Return why the address *text* may not be connected to, '' where it may."""
        return _objection(self.allowed, text, reach)


STRICT = Allowance()


@lru_cache(maxsize=32_768)
def _objection(allowed: tuple[Network, ...], text: str, reach: Reach) -> str:
    address = ip_address(text)
    if reach is Reach.ANYWHERE and any(_within(address, network) for network in allowed):
        return ""
    forms = _forms(address)
    for why, networks in _FORBIDDEN_NETWORKS:
        if any(_within(form, network) for form in forms for network in networks):
            return why
    if reach is Reach.PUBLIC and any(_is_private(form) for form in forms):
        return "private"
    return ""


def is_private(text: str) -> bool:
    """Return whether the address *text* belongs to a private network or to this machine."""
    return any(_is_private(form) for form in _forms(ip_address(text)))


def _is_private(address: Address) -> bool:
    return any(_within(address, network) for network in _PRIVATE_NETWORKS)


def _within(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network


def _forms(address: Address) -> tuple[Address, ...]:
    """Return *address* and the IPv4 addresses that are wrapped in it."""
    if isinstance(address, IPv4Address):
        return (address,)
    return (address, *_wrapped(IPv6Address(int(address))))


def _wrapped(address: IPv6Address) -> Iterable[IPv4Address]:
    number = int(address)
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if number > 1 and any(address in network for network in _LAST_32_BITS):
        yield IPv4Address(number & 0xFFFF_FFFF)
    if address in _NAT64_LOCAL:
        yield IPv4Address(number >> 48 & 0xFFFF_0000 | number >> 40 & 0xFFFF)
    if number >> 32 & 0xFFFF_FFFF in _ISATAP:
        yield IPv4Address(number & 0xFFFF_FFFF)


_FORBIDDEN_NETWORKS: tuple[tuple[str, tuple[Network, ...]], ...] = tuple(
    (why, tuple(ip_network(network) for network in networks)) for why, networks in _FORBIDDEN
)
_PRIVATE_NETWORKS: tuple[Network, ...] = tuple(ip_network(network) for network in _PRIVATE)
