"""Work that is done again and again beside the stations, whatever becomes of it once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from data.errors import DatabaseUnusable

log = logging.getLogger(__name__)


async def every(seconds: float, do: Callable[[], Awaitable[object]], failing: str, *, at_once: bool = False) -> None:
    """Do something at every beat, for ever; where it fails that is logged, and it is tried again at the next.

    Args:
        failing: for the log, such as "reservations could not be looked at".
        at_once: the first time is now, not after a pause.
    """
    if not at_once:
        await asyncio.sleep(seconds)
    while True:
        try:
            await do()
        except DatabaseUnusable as error:
            log.warning("%s: %s", failing, error)
        except Exception:
            log.exception("%s; it is tried again", failing)
        await asyncio.sleep(seconds)
