"""Where notifications go: the address of a service, never to where networks keep their own secrets.

Administrators enter it, and services may stand on this machine or in its network, unlike the addresses that stations
tell (`csms/ocpp15/call_back.py`). Link-local addresses and the others where clouds hand
out credentials are nobody's service.
"""

import asyncio
import socket
from typing import NamedTuple

import httpx

from csms.networks import is_nobodys, resolved
from data.texts import Told, because, told


class Unusable(Exception):
    """A service cannot be called at its address. reason: why."""

    def __init__(self, reason: Told) -> None:
        super().__init__(reason)
        self.reason = reason


class Target(NamedTuple):
    """urls: with the addresses that were looked at in the place of the name, which may soon lead elsewhere."""

    urls: list[httpx.URL]
    host: str
    name: str


async def target(url: str) -> Target:
    """Find the addresses of a URL.

    Raises:
        Unusable: the name has no address, or one of them may not be called.
    """
    try:
        named = httpx.URL(url)
        port = named.port or (443 if named.scheme == "https" else 80)
        found = await asyncio.get_running_loop().getaddrinfo(named.host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, httpx.InvalidURL) as error:
        raise Unusable(because(told("its address cannot be found"), error)) from error
    addresses = [str(one[4][0]).partition("%")[0] for one in found]
    if not addresses or any(is_nobodys(resolved(address)) for address in addresses):
        raise Unusable(told("its address may not be called"))
    urls = [named.copy_with(host=address) for address in dict.fromkeys(addresses)]
    return Target(urls, named.netloc.decode("ascii"), named.host)
