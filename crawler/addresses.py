"""Which network addresses may be connected to: public ones, and those the operator allows by name.

The rule is checked where it counts: on the address a name resolved to, at the moment of connecting
(a second look-up could answer differently), and on every hop of a redirect.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.error import DNSLookupError

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# What ipaddress calls global although it leads inside, or to nobody: shared address space (RFC 6598),
# NAT64 (RFC 6052, 8215), 6to4 (RFC 3056), Teredo (RFC 4380), IPv4-compatible IPv6 (RFC 4291).
_NOT_PUBLIC: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in ("100.64.0.0/10", "192.88.99.0/24", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)


class AddressRule:
    """The allow-rule; ``allowed`` holds private networks the operator lists in ``crawl.allow_private``."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self.allowed: tuple[Network, ...] = tuple(ipaddress.ip_network(text, strict=False) for text in allowed)

    def permits(self, text: str) -> bool:
        """True when the IP address ``text`` may be connected to."""
        address = ipaddress.ip_address(text.split("%")[0])
        mapped = getattr(address, "ipv4_mapped", None)
        address = mapped or address
        if any(address in network for network in self.allowed):
            return True
        return is_public(address)

    def permits_host(self, host: str) -> bool:
        """True for a name (it is checked when it resolves) and for a permitted literal address."""
        literal = parse_literal(host)
        return literal is None or self.permits(literal)


def is_public(address: Address) -> bool:
    """True for a unicast address of the public Internet."""
    if any(address in network for network in _NOT_PUBLIC if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def parse_literal(host: str) -> str | None:
    """``host`` as a normal IP address if it is one in any spelling (``127.1``, ``0x7f.1``), else None."""
    host = host.strip("[]").rstrip(".")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return _parse_loose_ipv4(host)


def _parse_loose_ipv4(host: str) -> str | None:
    """inet_aton's spellings: 1 to 4 parts, each decimal, octal (0…) or hexadecimal (0x…)."""
    parts = host.lower().split(".")
    try:
        numbers = [
            int(part, 16 if part.startswith("0x") else 8 if part.startswith("0") and part != "0" else 10)
            for part in parts
        ]
    except ValueError:
        return None
    if not 1 <= len(numbers) <= 4 or any(n < 0 or n > 255 for n in numbers[:-1]):
        return None
    value = sum(n << (8 * (3 - i)) for i, n in enumerate(numbers[:-1])) + numbers[-1]
    return str(ipaddress.IPv4Address(value)) if value < 2**32 else None


class PublicResolver(CachingThreadedResolver):
    """Scrapy's resolver that refuses a name whose address the rule does not permit."""

    rule = AddressRule()

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> PublicResolver:
        """The resolver with the run's own rule."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.rule = AddressRule(crawler.settings.getlist("WIREWATCH_ALLOW_PRIVATE"))
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802
        """Resolve ``name`` to one IPv4 address; a forbidden one fails as a look-up error."""
        return super().getHostByName(name, timeout).addCallback(self._check, name)

    def _check(self, address: str, name: str) -> str:
        if not self.rule.permits(address):
            raise DNSLookupError(f"private-address: {name} is {address}, which is not public")
        return address
