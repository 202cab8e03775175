"""Deletes what was kept long enough, beside the stations."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from data.database import Database
from data.errors import DatabaseUnusable

log = logging.getLogger(__name__)

EVERY_S = 3600
BETWEEN_S = 0.25  # from one portion to the next, for the stations' writes


async def run(database: Database, what: str, forget: Callable[[Database, datetime], bool], keep_days: int) -> None:
    """Delete what is older than the days to keep, a portion at a time, for ever.

    Args:
        what: for the log, such as "messages".
        forget: deletes a portion of what is from before a time, and tells whether there may be more.
    """
    while True:
        before = datetime.now(UTC) - timedelta(days=keep_days)
        try:
            while await asyncio.to_thread(forget, database, before):
                await asyncio.sleep(BETWEEN_S)
        except DatabaseUnusable as error:
            log.warning("old %s stay: %s", what, error)
        except Exception:
            log.exception("old %s could not be deleted; it is tried again", what)
        await asyncio.sleep(EVERY_S)
