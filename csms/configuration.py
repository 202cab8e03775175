"""Has stations tell their OCPP configuration: once they have settled, and again after a reboot that a change needed."""

from datetime import UTC, datetime, timedelta

from csms.central import Central
from csms.repeating import every
from csms.station import Station
from data import commands
from data.database import Change

ASKED_AGAIN_AFTER = timedelta(hours=1)


async def run(central: Central) -> None:
    """Look for stations that have not told it, for ever."""
    failing = "stations whose configuration is not known could not be asked"
    await every(central.timing.configuration_every, lambda: ask(central, datetime.now(UTC)), failing)


async def ask(central: Central, now: datetime) -> None:
    """Queue the reading for each station that is there and has settled; one that is silent is asked an hour later."""
    unread = [station for station in central.stations.values() if _is_due(station, now)]
    if not unread:
        return
    for station in unread:
        station.read_from = now + ASKED_AGAIN_AFTER
    asked = [commands.by_portal("read_configuration", one.station_id, one.site_id, {}, now) for one in unread]
    changed: list[Change] = [("command", one.station_id) for one in unread]
    await central.commits.write(asked, [*changed, (commands.WAKE, 0)])


def _is_due(station: Station, now: datetime) -> bool:
    line = station.connection
    return line is not None and line.can_be_called and not station.parameters_read and station.read_from <= now
