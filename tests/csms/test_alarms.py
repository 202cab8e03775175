"""Alarms of the station as a whole that no connector's status raises: Not registered, Configuration fault hardware."""

import asyncio
from dataclasses import replace

from tests.csms.conftest import Start
from tests.csms.portal import FAST, Portal


def _of(portal: Portal, table: str, name: str) -> list[str]:
    sql = f"SELECT kind FROM {table} JOIN charging_station USING (station_id) WHERE name = $name"  # noqa: S608
    return [row["kind"] for row in portal.rows(sql, name=name)]


async def test_a_station_that_never_connected_is_an_alarm_until_it_does(start: Start) -> None:
    async with start(replace(FAST, not_registered_after=0)) as portal:
        async with asyncio.timeout(10):
            while not _of(portal, "alarm", "Station CP2"):
                await asyncio.sleep(0.01)
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
