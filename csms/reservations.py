"""Ends the reservations whose time is over; the station ends them by its own clock."""

import asyncio
import logging
from datetime import UTC, datetime

from csms.central import Central
from data import reservations
from data.events import EventKind, event
from data.scope import PORTAL
from data.texts import told

log = logging.getLogger(__name__)


async def run(central: Central) -> None:
    """Look for them, for ever."""
    while True:
        await asyncio.sleep(central.timing.presence_every)
        try:
            await expire(central, datetime.now(UTC))
        except Exception:
            log.exception("reservations could not be looked at; it is tried again")


async def expire(central: Central, now: datetime) -> None:
    for over in await asyncio.to_thread(reservations.over, central.database, now):
        number = over.pop("reservation_id")
        text = told("Reservation %(number)s expired.", number=number)
        noted = event(EventKind.COMMAND, text, user_id=PORTAL, **over)
        changed = [("command", over["station_id"]), ("event", over["site_id"])]
        await central.commits.write([reservations.expired(number, now), noted], changed)
