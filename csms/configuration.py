"""Read a station's OCPP configuration once, some time after it first came."""

import asyncio
import logging
from datetime import UTC, datetime

from csms.calling import CallFailed, Line, Priority
from csms.central import Central
from csms.ocpp16.calls import get_configuration
from csms.station import Station
from data import parameters
from data.events import EventKind
from data.texts import told

log = logging.getLogger(__name__)


async def read_configuration(central: Central, station: Station, connection: Line) -> None:
    """Ask for all parameters and keep them. Without an answer it is tried again at the next connection."""
    await asyncio.sleep(central.timing.configuration_after)
    try:
        answered = await get_configuration(connection, Priority.READING)
    except CallFailed as failure:
        log.info("%s: its configuration could not be read: %s", station.charge_box_id, failure)
        return
    kept = list(parameters.within_limits(answered))
    read_at = datetime.now(UTC)
    text = told("%(num)s parameters were read from the station.", num=len(kept))
    noted = central.note(station, EventKind.PARAMETERS_READ, text)
    await central.commits.write(
        [*parameters.read(station.station_id, kept, read_at), noted],
        [("station_state", station.station_id), ("event", station.site_id)],
    )
    station.parameters_read = True
