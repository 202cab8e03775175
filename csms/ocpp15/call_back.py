"""Where a station can be called: what WS-Addressing's From says, taken only where it can be a station's.

The address is a stranger's word that makes this machine open connections, so it must not lead to this machine itself
or to where a network keeps its secrets.
"""

import asyncio
import socket
from urllib.parse import urlsplit

from csms.networks import Ip, is_address, is_nobodys, resolved
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
    found = await _addresses(host, port)
    if not found or not all(_may_be(resolved(one), peer, own) for one in found):
        return None
    # A name may soon lead elsewhere; over TLS the certificate says whose it is.
    shown = host if parts.scheme == "https" else found[0]
    return parts._replace(netloc=f"[{shown}]:{port}" if ":" in shown else f"{shown}:{port}").geturl()


async def _addresses(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(one[4][0]) for one in found]


def _may_be(ip: Ip, peer: str, own: str) -> bool:
    """Tell whether an address is another machine's; this machine's own is for a peer on it."""
    if is_address(peer) and ip == resolved(peer):
        return True
    return not (is_nobodys(ip) or ip.is_loopback or str(ip) == own)
