"""Who is there: when stations were last heard, who is silent or never came, and transactions whose stop never comes."""

import asyncio
from datetime import UTC, datetime, timedelta

from csms import sessions
from csms.calling import Line
from csms.central import Central
from csms.station import Station
from data import alarms, station_states, transactions
from data.alarms import NO_NETWORK, NOT_REGISTERED, Alarm
from data.database import Batch, Sql
from data.texts import N_


async def watch(central: Central, since: datetime) -> datetime:
    """Look at every station once; return the time of this look.

    Args:
        since: the time of the look before.
    """
    now = datetime.now(UTC)
    heard = [
        (station.station_id, station.heard_at) for station in central.stations.values() if station.heard_at > since
    ]
    if heard:  # not told as a change: no page shows it to the second
        await central.commits.write([station_states.heard(heard)])
    stations = central.stations.values()
    for station in stations:
        if station.connection and _is_missing(central, station, now) and _has_contact(station):
            _begin_probe(central, station, station.connection)
    await asyncio.gather(
        *(_turn_no_network(central, station, now) for station in stations if _is_to_turn(central, station, now)),
        *(_raise_not_registered(central, station, now) for station in stations if _never_came(central, station, now)),
        *(_end_abandoned(central, station, now) for station in stations if station.open and station.connection),
    )
    return now


def _is_to_turn(central: Central, station: Station, now: datetime) -> bool:
    """Tell whether the alarm No network is raised for a station that is heard, or not raised for a missing one."""
    if (0, NO_NETWORK) in station.alarms:  # after a restart nobody has been heard yet: that alone does not clear it
        return station.connection is not None and not _is_missing(central, station, now)
    return station.is_registered and station.connection is None and _is_missing(central, station, now)


def _has_contact(station: Station) -> bool:
    return station.is_registered and (0, NO_NETWORK) not in station.alarms


def _begin_probe(central: Central, station: Station, connection: Line) -> None:
    """Ask a silent station whether it is there, beside everything else: it has long to answer."""
    if station.probe is None or station.probe.done():
        station.probe = asyncio.create_task(_probe(central, station, connection))


async def _probe(central: Central, station: Station, connection: Line) -> None:
    """Raise No network when a connected station gives no sign of life; a line that closes meanwhile says nothing."""
    asked_at = datetime.now(UTC)
    is_there = await connection.is_there()
    if connection.is_over or station.connection is not connection:
        return
    if is_there:
        station.heard_at = max(station.heard_at, datetime.now(UTC))
    elif station.heard_at < asked_at and _has_contact(station):
        await _turn_no_network(central, station, datetime.now(UTC))


def _never_came(central: Central, station: Station, now: datetime) -> bool:
    if station.is_registered or (0, NOT_REGISTERED) in station.alarms:
        return False
    return now - station.created_at > timedelta(seconds=central.timing.not_registered_after)


def _is_missing(central: Central, station: Station, now: datetime) -> bool:
    timing = central.timing
    if station.connection:
        return now - station.heard_at > timedelta(seconds=timing.silent_after)
    # From the closing: stations that go together are then missed together, whenever each was last heard.
    return now - station.closed_at > timedelta(seconds=timing.no_network_after_closing)


async def _turn_no_network(central: Central, station: Station, now: datetime) -> None:
    async with station.lock:
        statements: list[Sql | Batch]
        if (0, NO_NETWORK) in station.alarms:
            statements = alarms.cleared(station.station_id, 0, {NO_NETWORK}, now)
        else:
            statements = alarms.raised(
                Alarm(
                    NO_NETWORK,
                    NO_NETWORK,
                    station.site_id,
                    station.station_id,
                    0,
                    N_("No network contact"),
                    "",
                    "",
                    now,
                )
            )
        await central.commits.write(statements, [("alarm", station.station_id)])
        station.alarms ^= {(0, NO_NETWORK)}


async def _raise_not_registered(central: Central, station: Station, now: datetime) -> None:
    """Say that a station has never connected; its first connection clears it."""
    async with station.lock:
        if station.is_registered:
            return
        text = N_("The charging station has never registered")
        alarm = Alarm(NOT_REGISTERED, NOT_REGISTERED, station.site_id, station.station_id, 0, text, "", "", now)
        await central.commits.write(alarms.raised(alarm), [("alarm", station.station_id)])
        station.alarms.add((0, NOT_REGISTERED))


async def _end_abandoned(central: Central, station: Station, now: datetime) -> None:
    """End transactions whose outlet has been Available again for a while without a stop."""
    async with station.lock:
        for transaction in list(station.open.values()):
            status = station.statuses.get(transaction.connector_id)
            if status is None or status.status != "Available" or status.received_at < transaction.logged_at:
                continue
            if now - status.received_at > timedelta(seconds=central.timing.stop_awaited):
                session = sessions.end_estimated(transaction, status.received_at, now)
                told, told_changed = central.notices.ended(session)
                await central.commits.write(
                    [*transactions.ended(session), *told],
                    [("session", session.site_id), ("open_transaction", station.station_id), *told_changed],
                )
                station.finish(transaction.transaction_id, session)
                central.notices.over(transaction.transaction_id)
