"""Alarms that no single status tells: Not registered, Configuration fault hardware, No network, and what flaps."""

from dataclasses import replace

from data import alarm_clearing
from data.database import Sql
from data.scope import Role, Scope
from tests.csms.conftest import Start
from tests.csms.portal import FAST, Portal
from tests.support.virtual_station import Station, until


def _of(portal: Portal, table: str, name: str) -> list[str]:
    sql = f"SELECT kind FROM {table} JOIN charging_station USING (station_id) WHERE name = $name"  # noqa: S608
    return [row["kind"] for row in portal.rows(sql, name=name)]


async def test_a_station_that_never_connected_is_an_alarm_until_it_does(start: Start) -> None:
    async with start(replace(FAST, not_registered_after=0)) as portal:
        await until(lambda: _of(portal, "alarm", "Station CP2"))
        async with portal.station("CP2") as station:
            await station.boot_and_notify()
        assert _of(portal, "alarm", "Station CP2") == []
        assert _of(portal, "alarm_history", "Station CP2") == ["Not registered"]
        assert _of(portal, "alarm", "Station OPEN") == ["Not registered"]


async def test_a_failed_installation_is_an_alarm_that_only_a_good_one_clears(portal: Portal) -> None:
    async with portal.station() as station:
        await station.boot_and_notify()
        for _ in range(2):
            await station.call("FirmwareStatusNotification", {"status": "InstallationFailed"})
        await station.notify(0, "Available")
        assert _of(portal, "alarm", "Station CP1") == ["Configuration fault hardware"]
        await station.call("FirmwareStatusNotification", {"status": "Installed"})
        assert _of(portal, "alarm", "Station CP1") == []
        assert _of(portal, "alarm_history", "Station CP1") == ["Configuration fault hardware"]


async def test_not_registered_counts_from_when_the_station_was_configured(start: Start) -> None:
    async with start(replace(FAST, not_registered_after=3600)) as portal:
        made = "UPDATE charging_station SET created_at = now() - INTERVAL '2' HOUR WHERE name = 'Station CP2'"
        portal.database.write([Sql(made)], [("topology", 0)])
    async with start(replace(FAST, not_registered_after=3600)) as portal:
        await until(lambda: portal.count("alarm"))
        assert _of(portal, "alarm", "Station CP2") == ["Not registered"]
        assert _of(portal, "alarm", "Station CP1") == []


async def test_another_model_than_the_first_is_a_configuration_fault_until_the_right_one_boots(start: Start) -> None:
    async def boot(station: Station, model: str) -> None:
        await station.call("BootNotification", {"chargePointVendor": "V", "chargePointModel": model})

    async with start() as portal, portal.station() as station:
        await boot(station, "Duo")
        await boot(station, "Duo")
        assert portal.count("alarm") == 0
        await boot(station, "Solo")
        await station.call("FirmwareStatusNotification", {"status": "Installed"})  # is no other hardware
        alarm = portal.row("SELECT kind, info FROM alarm")
        assert alarm == {"kind": "Configuration fault hardware", "info": "Solo instead of Duo"}
    async with start() as portal, portal.station() as station:
        await boot(station, "Duo")
        assert _of(portal, "alarm", "Station CP1") == []
        assert _of(portal, "alarm_history", "Station CP1") == ["Configuration fault hardware"]


async def test_a_silent_station_that_answers_when_asked_has_contact(start: Start) -> None:
    async with start(replace(FAST, heartbeat=-30)) as portal, portal.station() as station:  # silent at once
        await station.boot()
        last_heard_at = portal.central.stations["CP1"].heard_at
        for _ in range(3):
            await until(lambda since=last_heard_at: portal.central.stations["CP1"].heard_at > since)
            last_heard_at = portal.central.stations["CP1"].heard_at
        assert portal.count("alarm") == portal.count("alarm_history") == 0


async def test_a_connected_station_that_answers_nothing_has_no_contact_until_it_is_heard(start: Start) -> None:
    timing = replace(FAST, heartbeat=-29.9, call_deadline=0.02)
    async with start(timing) as portal, portal.station() as station:
        await station.boot()
        assert station.socket
        station.socket.transport.pause_reading()
        await until(lambda: portal.count("alarm"))
        assert _of(portal, "alarm", "Station CP1") == ["No network"]
        station.socket.transport.resume_reading()
        await station.send([2, "1", "Heartbeat", {}])
        await until(lambda: not portal.count("alarm"))
        assert _of(portal, "alarm_history", "Station CP1") == ["No network"]


async def test_a_station_that_flaps_has_one_alarm_with_its_repeats(portal: Portal) -> None:
    async with portal.station() as station:
        await station.boot_and_notify()
        for _ in range(4):
            await station.notify(1, "Faulted", errorCode="GroundFailure")
            await station.notify(1, "Available")
        assert portal.count("alarm") == 0
        first = portal.row("SELECT alarm_id, repeats FROM alarm_history")
        assert first["repeats"] == 3
        await station.notify(1, "Faulted", errorCode="OverCurrentFailure", info="phase 2")
        again = portal.row("SELECT alarm_id, repeats, code, info FROM alarm")
        assert again == {"alarm_id": first["alarm_id"], "repeats": 4, "code": "OverCurrentFailure", "info": "phase 2"}
        assert portal.count("alarm_history") == 0


async def test_what_a_user_cleared_stays_in_the_history_when_it_comes_again(portal: Portal) -> None:
    scope = Scope(portal.database, 1, Role.ADMINISTRATOR, None)
    async with portal.station() as station:
        await station.boot_and_notify()
        await station.notify(1, "Faulted", errorCode="GroundFailure")
        alarm_clearing.clear(scope, [portal.row("SELECT alarm_id FROM alarm")["alarm_id"]])
        await station.notify(1, "Faulted", errorCode="GroundFailure", info="again")
    assert portal.row("SELECT cleared_by FROM alarm_history") == {"cleared_by": 1}
    assert portal.row("SELECT repeats FROM alarm") == {"repeats": 0}
