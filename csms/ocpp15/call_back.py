"""Where a station can be called: what WS-Addressing's From says, taken only where it can be a station's.

The address is a stranger's word that makes this machine open connections, so it must not lead to this machine itself
or to where a network keeps its secrets.
"""

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

from csms.ocpp15.envelope import ANONYMOUS

NOWHERE = ("", ANONYMOUS, "http://www.w3.org/2005/08/addressing/none")


async def usable(address: str, peer: str, own: str) -> str | None:
    """Return the URL to call, None if there is none or it may not be called.

    Args:
        address: the text of From/Address; without a host (`http://:8082/`) the peer's is meant.
        peer: the network address the request came from.
        own: the address of this machine it came to.
    """
    if address in NOWHERE:
        return None
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or peer, parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or parts.username or parts.password:
        return None
    if not await _is_a_stations(host, port, peer, own):
        return None
    shown = f"[{host}]" if ":" in host else host
    return parts._replace(netloc=f"{shown}:{port}").geturl()


async def _is_a_stations(host: str, port: int, peer: str, own: str) -> bool:
    """Tell whether every address of a host is another machine's; this machine's only for a peer on it."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return all(_may_be(ipaddress.ip_address(str(one[4][0]).partition("%")[0]), peer, own) for one in found)


def _may_be(ip: ipaddress.IPv4Address | ipaddress.IPv6Address, peer: str, own: str) -> bool:
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if str(ip) == peer:
        return True
    return not (ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip.is_reserved) and (
        str(ip) != own
    )
