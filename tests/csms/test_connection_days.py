"""How stations stay in contact: days, reasons, silence and latency, over sockets, restarts and midnight."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from csms.connection_days import Contact
from data import connection_days
from data.connection_days import Closed
from data.duckdb_engine import DuckDB
from tests.csms.conftest import Start
from tests.csms.portal import FAST, Portal
from tests.support.virtual_station import until

STOCKHOLM = ZoneInfo("Europe/Stockholm")
EVENING = datetime(2026, 3, 20, 22, 0, tzinfo=STOCKHOLM).astimezone(UTC)
HOUR = timedelta(hours=1)
OFTEN = replace(FAST, connection_days_every=0.02)
ALL = "SELECT * FROM connection_day"


def _day(portal: Portal) -> dict[str, Any]:
    """Return the one row there is, or what none has."""
    return next(iter(portal.rows(ALL)), dict.fromkeys(connection_days.Day._fields, 0))


def test_silence_over_midnight_counts_in_full_and_time_in_each_day_its_own() -> None:
    contact = Contact(1, STOCKHOLM, EVENING)
    contact.opened(EVENING)
    contact.heard(EVENING + 5 * HOUR, HOUR)
    contact.over(Closed.STATION, EVENING + 6 * HOUR)

    first, second = contact.rows(EVENING + 8 * HOUR)

    assert (first.day, second.day) == (date(2026, 3, 20), date(2026, 3, 21))
    assert (first.silent_s, second.silent_s) == (2 * 3600, 5 * 3600)
    assert (first.silences, second.silences) == (0, 1)
    assert (first.watched_s, first.connected_s, first.connects) == (2 * 3600, 2 * 3600, 1)
    assert (second.watched_s, second.connected_s, second.closed_station) == (6 * 3600, 4 * 3600, 1)
    assert contact.rows(EVENING + 9 * HOUR)[0].watched_s == 7 * 3600


def test_a_day_is_as_long_as_it_is_where_the_clock_is_put_forward() -> None:
    midnight = datetime(2026, 3, 29, tzinfo=STOCKHOLM).astimezone(UTC)
    contact = Contact(1, STOCKHOLM, midnight)

    assert contact.rows(midnight + 24 * HOUR)[0].watched_s == 23 * 3600


def test_a_clock_put_back_takes_nothing_away() -> None:
    contact = Contact(1, STOCKHOLM, EVENING)
    contact.look(EVENING + HOUR)
    contact.look(EVENING)

    assert contact.rows(EVENING)[0].watched_s == 3600


async def test_connections_and_why_they_closed_are_counted(portal: Portal) -> None:
    async with portal.station() as station:
        await station.boot()
    await until(lambda: _day(portal)["closed_station"] == 1)
    cut = portal.station()
    await cut.connect()
    await cut.boot()
    cut.cut()
    await until(lambda: _day(portal)["closed_network"] == 1)
    async with portal.station() as older, portal.station() as newer:
        await newer.boot()
        await older.closed()
        await until(lambda: _day(portal)["closed_newer"] == 1)
    await until(lambda: _day(portal)["closed_station"] == 2)
    async with portal.station() as loud:
        await loud.send("x" * 300_000)
        await until(lambda: _day(portal)["closed_protocol"] == 1)

    assert _day(portal)["connects"] == 5
    assert not portal.central.stations["CP1"].contact.is_connected


async def test_answers_and_pings_are_measured(start: Start) -> None:
    async with start(OFTEN) as portal, portal.station() as station:
        await station.boot()
        connection = portal.central.stations["CP1"].connection
        assert connection
        await connection.call("GetConfiguration", {})
        await until(lambda: _day(portal)["answers"])
        assert await connection.is_there()
        await until(lambda: _day(portal)["pings"])


async def test_the_day_goes_on_after_a_restart_which_closes_connections_itself(start: Start) -> None:
    async with start() as portal:
        left = portal.station()
        await left.connect()
        await left.boot()
    await left.closed()
    async with start() as portal:
        before = _day(portal)
        assert (before["connects"], before["closed_portal"]) == (1, 1)
        async with portal.station() as station:
            await station.boot()
            await until(lambda: _day(portal)["connects"] == 2)
        assert _day(portal)["connected_s"] >= before["connected_s"] > 0


async def test_a_soap_station_is_closed_by_its_silence(start: Start) -> None:
    async with start(replace(FAST, heartbeat=-29)) as portal, portal.soap_station() as station:
        station.answer_with = b"gone"
        await station.boot()
        await until(lambda: _day(portal)["closed_silence"] == 1)
        assert _day(portal)["connects"] == 1


async def test_the_time_before_a_station_first_came_does_not_count(portal: Portal) -> None:
    portal.central.stations["CP1"].contact.begin(datetime.now(UTC) - 72 * HOUR)
    async with portal.station() as station:
        await station.boot()
        assert portal.row("SELECT watched_s, silences FROM connection_day") == {"watched_s": 0, "silences": 0}


async def test_stations_that_never_came_have_no_days(start: Start) -> None:
    async with start(OFTEN) as portal, portal.station("CP2") as station:
        await station.boot()
        written = portal.central.stations["CP2"].station_id
        await until(lambda: _day(portal)["watched_s"] > 0.1)
        assert {row["station_id"] for row in portal.rows(ALL)} == {written}


async def test_days_older_than_thirteen_weeks_are_deleted(start: Start, database: DuckDB) -> None:
    today = datetime.now(UTC).date()
    for age in (connection_days.KEPT + timedelta(days=1), timedelta(weeks=12)):
        contact = Contact(1, ZoneInfo("UTC"), datetime.combine(today - age, datetime.min.time(), UTC))
        database.write([connection_days.written([contact.rows(contact.seen_at)[0]])])
    async with start(OFTEN) as portal:
        await until(lambda: portal.count("connection_day") == 1)

    assert database.query("SELECT day FROM connection_day").to_pylist() == [{"day": today - timedelta(weeks=12)}]
