"""A station whose list of RFID tags contradicts the portal's gets the whole list again; next, an alarm.

The alarm is over when the station takes a whole list once more; if that does not help either, it tells so again.
"""

import asyncio
from datetime import datetime

from csms.central import ODDITY_REPEATED_AFTER, Central
from csms.faults import FAULTS
from csms.station import Station
from data import alarms, commands, local_lists
from data.alarms import LIST_CONFLICT, Alarm
from data.database import Batch, Change, Sql

CODE = "LocalListConflict"


async def met(central: Central, station: Station, at: datetime) -> tuple[list[Sql | Batch], list[Change]]:
    """Return what to commit when a station reports the conflict."""
    if central.is_first(station.station_id, CODE):
        wanted = {"update": "Full"}
        queued = commands.by_portal("download_rfid_tags", station.station_id, station.site_id, wanted, at)
        return [queued], [("command", station.station_id), (commands.WAKE, 0)]
    taken_at = await asyncio.to_thread(local_lists.sent_at, central.database, station.station_id)
    if taken_at is None or at - taken_at > ODDITY_REPEATED_AFTER:
        return [], []  # the list is on its way
    text = FAULTS[CODE].description
    alarm = Alarm(LIST_CONFLICT, CODE, station.site_id, station.station_id, 0, text, "", "", at)
    return alarms.raised(alarm), [("alarm", station.station_id)]
