"""Network addresses: who calls, and where nobody may have the portal call."""

import ipaddress

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

METADATA = frozenset(map(ipaddress.ip_address, ("fd00:ec2::254", "100.100.100.200")))
"""Where clouds hand out credentials beside the link-local addresses."""


def caller(peer: str, forwarded: str) -> str:
    """Return the address of who calls; a proxy on this machine is trusted to name it.

    Args:
        peer: the connection's other end.
        forwarded: the header X-Forwarded-For, empty without one.
    """
    named = forwarded.rpartition(",")[2].strip()
    return named if named and is_address(peer) and ipaddress.ip_address(peer).is_loopback else peer


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def resolved(found: str) -> Ip:
    """Read an address as the resolver gives it; one of IPv4 in the clothes of IPv6 is that of IPv4."""
    ip = ipaddress.ip_address(found.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        return ip.ipv4_mapped or ip.sixtofour or ip
    return ip


def is_nobodys(ip: Ip) -> bool:
    """Tell whether an address is no machine's that one may want to call: link-local, metadata, multicast, reserved."""
    if ip.is_loopback:
        return False  # ::1 is reserved too
    return ip in METADATA or ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip.is_reserved
