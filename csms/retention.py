"""Deletes what was kept long enough, beside the stations."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from csms.repeating import every
from data.database import Database

EVERY_S = 3600
BETWEEN_S = 0.25  # from one portion to the next, for the stations' writes


async def run(database: Database, what: str, forget: Callable[[Database, datetime], bool], keep_days: int) -> None:
    """Delete what is older than the days to keep, a portion at a time, for ever.

    Args:
        what: for the log, such as "messages".
        forget: deletes a portion of what is from before a time, and tells whether there may be more.
    """

    async def delete() -> None:
        before = datetime.now(UTC) - timedelta(days=keep_days)
        while await asyncio.to_thread(forget, database, before):
            await asyncio.sleep(BETWEEN_S)

    await every(EVERY_S, delete, f"old {what} could not be deleted", at_once=True)
