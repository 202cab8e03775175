"""Sums up power over time, beside the stations."""

import asyncio
import logging
from datetime import UTC, datetime

from csms.central import Central
from data import power_sums
from data.errors import DatabaseUnusable

log = logging.getLogger(__name__)

BETWEEN_S = 0.2  # from one portion of what nobody has summed up to the next


async def run(central: Central) -> None:
    """Sum up what is there at the start, then at every beat, for ever."""
    while True:
        try:
            while await asyncio.to_thread(power_sums.sum_up, central.database, datetime.now(UTC)):
                await asyncio.sleep(BETWEEN_S)
        except DatabaseUnusable as error:
            log.warning("power could not be summed up: %s", error)
        except Exception:
            log.exception("power could not be summed up; it is tried again")
        await asyncio.sleep(central.timing.power_sums_every)
