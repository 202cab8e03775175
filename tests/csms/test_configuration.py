"""A station's parameters are read once, after it has settled."""

from dataclasses import replace
from typing import Any

from data.database import Sql
from data.parameters import LONGEST_VALUE, MOST_PARAMETERS
from tests.csms.conftest import Start
from tests.csms.portal import FAST, TAG, Portal
from tests.support.virtual_station import CallError, Station, until

SOON = replace(FAST, configuration_after=0.02, call_deadline=0.2)


def answering(station: Station, *answers: dict[str, Any]) -> None:
    waiting = list(answers)
    station.handlers["GetConfiguration"] = lambda station, payload: waiting.pop(0)


def parameters(portal: Portal) -> dict[str, tuple[str, bool]]:
    rows = portal.rows("SELECT key, value, readonly FROM parameter ORDER BY key")
    return {row["key"]: (row["value"], row["readonly"]) for row in rows}


async def test_the_parameters_are_read_at_the_first_connection_only(start: Start) -> None:
    async with start(SOON) as portal:
        async with portal.station() as station:
            await station.boot()
            await until(lambda: parameters(portal))
            assert station.commands == [("GetConfiguration", {})]
            await until(lambda: portal.central.stations["CP1"].parameters_read)
        async with portal.station() as station:
            await station.boot()
            await station.heartbeat()
            assert station.commands == []
    assert portal.row("SELECT parameters_read_at FROM station_state")["parameters_read_at"]


async def test_odd_parameters_are_kept_within_limits(start: Start) -> None:
    async with start(SOON) as portal, portal.station() as station:
        odd = [
            {"key": "NumberOfConnectors", "readonly": True, "value": 1.85e9},
            {"key": "debug/soap", "readonly": "false", "value": "x" * 100_000},
            {"key": "noValue", "readonly": False},
            {"key": "Nothing", "value": None},
            {"key": "x" * 100, "value": "1"},
            {"key": "y" * 101, "value": "1"},
            {"key": "z" * 100 + "Password", "value": "1"},
            {"key": "", "value": "1"},
            {"value": "1"},
            "rubbish",
            *({"key": f"k{n:05}", "readonly": False, "value": "1"} for n in range(2000)),
        ]
        answering(station, {"configurationKey": odd})
        await station.heartbeat()  # it never boots
        await until(lambda: parameters(portal))
    kept = parameters(portal)
    assert len(kept) == MOST_PARAMETERS
    assert kept["NumberOfConnectors"] == ("1850000000.0", True)
    assert kept["debug/soap"][0] == "x" * (LONGEST_VALUE - 1) + "…"
    assert kept["x" * 100] == ("1", False)
    assert kept["y" * 99 + "…"] == ("1", True)  # no key of the station's: it cannot be changed
    assert kept["z" * 99 + "…"] == ("", True)
    assert (kept["noValue"], kept["Nothing"]) == (("", False), ("", False))


async def test_a_station_that_never_boots_is_read_too(start: Start) -> None:
    async with start(SOON) as portal, portal.station() as station:
        await station.notify(1, "Available")
        await until(lambda: parameters(portal))
        assert await station.authorize(TAG) == "Accepted"
        await station.charge(1, TAG, 3000)
    assert portal.session()["energy_kwh"] == 3
    assert portal.row("SELECT connected, booted_at FROM station_state") == {"connected": False, "booted_at": None}


async def test_a_station_that_lists_nothing_is_asked_key_by_key(start: Start) -> None:
    async with start(SOON) as portal, portal.station() as station:
        answering(
            station, {"configurationKey": []}, {"configurationKey": [{"key": "HeartbeatInterval", "value": "30"}]}
        )
        await station.boot()
        await until(lambda: parameters(portal))
    assert "HeartbeatInterval" in station.commands[1][1]["key"]
    assert parameters(portal) == {"HeartbeatInterval": ("30", False)}


async def test_a_station_that_does_not_tell_is_asked_again_at_its_next_connection(start: Start) -> None:
    def refuse(station: object, payload: object) -> None:
        raise CallError("NotSupported")

    async with start(SOON) as portal:
        for handler in (refuse, lambda station, payload: None):
            async with portal.station() as station:
                station.handlers["GetConfiguration"] = handler
                await station.boot()
                await until(lambda: station.commands)  # noqa: B023 - awaited within the loop
        async with portal.station() as station:
            await station.boot()
            await until(lambda: parameters(portal))


async def test_a_station_with_another_charge_box_id_is_no_longer_connected(portal: Portal) -> None:
    async with portal.station() as station:
        await station.boot()
        rename = Sql("UPDATE charging_station SET charge_box_id = 'CP9' WHERE charge_box_id = 'CP1'")
        portal.database.write([rename], [("topology", 0)])
        await station.closed()
    async with portal.station("CP9") as again:
        assert (await again.boot())["status"] == "Accepted"
