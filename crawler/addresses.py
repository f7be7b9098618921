"""Which network addresses may be connected to: public ones, and those the operator allows by name.

The rule is checked where it counts: on the address a name resolved to, at the moment of connecting
(a second look-up could answer differently), and on every hop of a redirect.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# What ipaddress calls global although it leads inside, or to nobody: shared address space (RFC 6598),
# NAT64 (RFC 6052, 8215), 6to4 (RFC 3056), Teredo (RFC 4380), documentation (RFC 9637).
_NOT_PUBLIC: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text) for text in ("100.64.0.0/10", "192.88.99.0/24", "2002::/16", "2001::/32", "3fff::/20")
)
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""All of IPv6 that is given out to the public Internet (RFC 4291)."""
_NUMBER = re.compile(r"0x[0-9a-f]+|[0-9]+", re.IGNORECASE | re.ASCII)


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
    if address.version == 6 and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def parse_literal(host: str) -> str | None:
    """``host`` as a normal IP address if it is one in any spelling (``127.1``, ``0x7f.1``), else None."""
    host = unicodedata.normalize("NFKC", host).replace("\u3002", ".").strip("[]").rstrip(".")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return _parse_loose_ipv4(host)


def _parse_loose_ipv4(host: str) -> str | None:
    """inet_aton's spellings: 1 to 4 parts, each decimal, octal (0…) or hexadecimal (0x…)."""
    parts = host.lower().split(".")
    if len(parts) > 4 or not all(map(_NUMBER.fullmatch, parts)) or len(host) > 64:
        return None
    try:
        numbers = [int(part, 16 if part.startswith("0x") else 8 if part.startswith("0") else 10) for part in parts]
    except ValueError:  # an octal number with an 8 or 9
        return None
    if any(number > 255 for number in numbers[:-1]):
        return None
    value = sum(n << (8 * (3 - i)) for i, n in enumerate(numbers[:-1])) + numbers[-1]
    return str(ipaddress.IPv4Address(value)) if value < 2**32 else None
