"""Read a station's OCPP configuration once, some time after it first came."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime

from csms.central import Central
from csms.connection import CallFailed, Connection, Priority
from csms.ocpp16.calls import get_configuration
from csms.station import Station
from data import parameters
from data.events import EventKind
from data.parameters import Parameter

log = logging.getLogger(__name__)

MOST_PARAMETERS = 500
LONGEST_KEY = 100
LONGEST_VALUE = 1000


async def read_configuration(central: Central, station: Station, connection: Connection) -> None:
    """Ask for all parameters and keep them. Without an answer it is tried again at the next connection."""
    await asyncio.sleep(central.timing.configuration_after)
    try:
        answered = await get_configuration(connection, Priority.READING)
    except CallFailed as failure:
        log.info("%s: its configuration could not be read: %s", station.charge_box_id, failure)
        return
    kept = list(_within_limits(answered))
    read_at = datetime.now(UTC)
    noted = central.note(station, EventKind.PARAMETERS_READ, f"{len(kept)} parameters were read from the station.")
    await central.commits.write(
        [*parameters.read(station.station_id, kept, read_at), noted],
        [("station_state", station.station_id), ("event", station.site_id)],
    )
    station.parameters_read = True


def _within_limits(answered: Iterable[Parameter]) -> Iterable[Parameter]:
    """Yield each key once; stations with absurdly many or long ones must not fill the memory."""
    by_key = {parameter.key[:LONGEST_KEY]: parameter for parameter in answered if parameter.key}
    for key, parameter in list(by_key.items())[:MOST_PARAMETERS]:
        yield Parameter(key, parameter.value[:LONGEST_VALUE], parameter.readonly)
