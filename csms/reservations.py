"""Ends the reservations whose time is over; the station ends them by its own clock."""

import asyncio
from datetime import UTC, datetime

from csms.central import Central
from csms.repeating import every
from data import reservations
from data.events import EventKind, event
from data.scope import PORTAL
from data.texts import told


async def run(central: Central) -> None:
    """Look for them, for ever."""
    failing = "reservations could not be looked at"
    await every(central.timing.presence_every, lambda: expire(central, datetime.now(UTC)), failing)


async def expire(central: Central, now: datetime) -> None:
    for over in await asyncio.to_thread(reservations.over, central.database, now):
        number = over.pop("reservation_id")
        text = told("Reservation %(number)s expired.", number=number)
        noted = event(EventKind.COMMAND, text, user_id=PORTAL, **over)
        changed = [("command", over["station_id"]), ("event", over["site_id"])]
        await central.commits.write([reservations.expired(number, now), noted], changed)
