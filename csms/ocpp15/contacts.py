"""Which stations are there that speak SOAP, and how each is called. No socket tells: what they send does."""

import time
from datetime import UTC, datetime, timedelta

from csms import registration
from csms.central import Central
from csms.connection import TAKEN_OVER
from csms.message_log import StationLog
from csms.ocpp15 import PROTOCOL
from csms.ocpp15.call_back import usable
from csms.ocpp15.line import SoapClient, SoapLine
from csms.ocpp16.calls import Caller16
from csms.repeating import every
from csms.station import Station
from data import station_states, texts
from data.alarms import NO_NETWORK
from data.connection_days import Closed
from data.events import EventKind

FELL_SILENT = texts.told("it fell silent")


class Contacts:
    """A station is connected from its first request until it has been silent for long."""

    def __init__(self, central: Central) -> None:
        self._central = central
        self._client = SoapClient(central.timing.call_deadline)
        self._waited_for = timedelta(seconds=central.timing.silent_after)

    def restore(self) -> None:
        """Call stations where they were called before this start, until they are heard again."""
        by_id = {station.station_id: station for station in self._central.stations.values()}
        for station_id, url in station_states.callable_stations(self._central.database, PROTOCOL):
            if station_id in by_id:
                line = self._line(by_id[station_id])
                line.url = url
                by_id[station_id].caller = Caller16(line)

    async def run(self) -> None:
        """End the contact of those who have no network any more, for ever."""
        await every(self._central.timing.presence_every, self._end_silent, "silent stations could not be looked at")

    async def _end_silent(self) -> None:
        for station in list(self._central.stations.values()):
            if isinstance(station.connection, SoapLine) and self._is_silent(station):
                await self._end(station, station.connection, FELL_SILENT, Closed.SILENCE)

    def _is_silent(self, station: Station) -> bool:
        """Tell whether a station has no network; the alarm of one that has just come back is not cleared yet."""
        return (0, NO_NETWORK) in station.alarms and datetime.now(UTC) - station.heard_at > self._waited_for

    async def close(self) -> None:
        await self._client.close()

    async def heard(self, station: Station, told: str, peer: str, own: str) -> SoapLine:
        """Note that a station is there, and where it can be called from now on.

        Args:
            told: where it says so.
            peer, own: the network addresses of the request's two ends.
        """
        station.heard_at = datetime.now(UTC)
        station.contact.heard(station.heard_at, self._waited_for)
        line = station.connection
        if isinstance(line, SoapLine) and line.is_known(told, peer):
            return line
        url = await usable(told, peer, own)
        async with station.lock:
            line = await self._connected(station)
            line.told, line.peer, line.looked_at = told, peer, time.monotonic()
            if url and url != line.url:
                text = texts.told("The station can be called at %(url)s.", url=url)
                noted = self._central.note(station, EventKind.CONNECTED, text)
                kept = station_states.callable_at(station.station_id, url)
                await self._central.commits.write([kept, noted], [("event", station.site_id)])
                line.url = url
        self._central.commander.wake(station)
        return line

    async def _connected(self, station: Station) -> SoapLine:
        older = station.connection
        if isinstance(older, SoapLine):
            return older
        station.connection = line = self._line(station)
        station.caller = Caller16(line)
        if older:
            station.contact.over(Closed.NEWER, station.heard_at, is_last=False)
            await older.close(TAKEN_OVER, "a newer connection of this station")
        await registration.connected(self._central, station, PROTOCOL, station.heard_at)
        return line

    def _line(self, station: Station) -> SoapLine:
        async def closed(reason: str) -> None:
            await self._end(station, line, reason, Closed.PORTAL)

        messages = StationLog(self._central.recorder, station.station_id, station.site_id, station.contact)
        line = SoapLine(station.charge_box_id, self._client, messages, closed)
        return line

    async def _end(self, station: Station, line: SoapLine, reason: str, closed: Closed) -> None:
        """End a station's contact, unless it has come another way meanwhile."""
        if station.connection is not line:
            return
        station.connection = station.caller = None
        async with station.lock:
            await registration.disconnected(self._central, station, reason, closed)
