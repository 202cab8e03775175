"""Sums up power over time, beside the stations."""

import asyncio
from datetime import UTC, datetime

from csms.central import Central
from csms.repeating import every
from data import power_sums

BETWEEN_S = 0.2  # from one portion of what nobody has summed up to the next


async def run(central: Central) -> None:
    """Sum up what is there at the start, then at every beat, for ever."""

    async def sum_up() -> None:
        while await asyncio.to_thread(power_sums.sum_up, central.database, datetime.now(UTC)):
            await asyncio.sleep(BETWEEN_S)

    await every(central.timing.power_sums_every, sum_up, "power could not be summed up", at_once=True)
