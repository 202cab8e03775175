"""The simulator's station with the conveniences tests want."""

import asyncio
from collections.abc import Callable
from typing import Any

from simulator.station import CALL, CallError, VirtualStation

__all__ = ["CALL", "WAIT_S", "CallError", "Station", "until"]

WAIT_S = 30
"""How long a test waits for what comes by itself: the machine may have two busy cores."""


class Station(VirtualStation):
    async def boot_and_notify(self) -> None:
        """Do what every station does first."""
        await self.boot()
        for connector_id in self.status:
            await self.notify(connector_id, "Available")

    async def charge(self, connector_id: int, id_tag: str, energy_wh: int, **stop: Any) -> int:
        """Charge `energy_wh` in one go and return the transaction id."""
        answer = await self.start(connector_id, id_tag)
        await self.meter(connector_id, self.meter_wh[connector_id] + energy_wh, power_w=11_000)
        await self.stop(connector_id, **stop)
        return int(answer["transactionId"])

    async def raw(self, frame: object) -> Any:
        """Send any frame and return what comes back, parsed."""
        await self.send(frame)
        return await self.receive()


async def until(condition: Callable[[], object], timeout_s: float = WAIT_S) -> None:
    """Wait until `condition` holds.

    Raises:
        TimeoutError: it does not in timeout_s.
    """
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.01)
