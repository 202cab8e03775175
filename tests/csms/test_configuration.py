"""A station's parameters are read once, after it has settled."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from csms import configuration
from data.database import Sql
from data.parameters import LONGEST_VALUE, MOST_PARAMETERS
from tests.csms.conftest import Start
from tests.csms.portal import FAST, TAG, Portal
from tests.support.virtual_station import CallError, Station, until

SOON = replace(FAST, configuration_after=0.02, configuration_every=0.02, call_deadline=0.2)


def answering(station: Station, *answers: dict[str, Any]) -> None:
    waiting = list(answers)
    station.handlers["GetConfiguration"] = lambda station, payload: waiting.pop(0)


def states(portal: Portal) -> list[str]:
    return [row["state"] for row in portal.rows("SELECT state FROM command ORDER BY command_id")]


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


async def test_a_station_that_does_not_tell_is_asked_again_an_hour_later_not_at_each_connection(
    start: Start,
) -> None:
    def refuse(station: object, payload: object) -> None:
        raise CallError("NotSupported", "not here")

    async with start(SOON) as portal:
        async with portal.station() as station:
            station.handlers["GetConfiguration"] = refuse
            await station.boot()
            await until(lambda: states(portal) == ["not_supported"])
        async with portal.station() as station:
            await station.boot()
            await configuration.ask(portal.central, datetime.now(UTC) + timedelta(minutes=59))
            await configuration.ask(portal.central, datetime.now(UTC) + timedelta(minutes=61))
            await until(lambda: parameters(portal))
    assert states(portal) == ["not_supported", "done"]
    assert "Upload: NotSupported: not here" in portal.events("command")


async def test_who_asks_while_the_portal_reads_waits_for_it(start: Start) -> None:
    async with start(replace(SOON, call_deadline=20)) as portal, portal.station() as station:
        asked, go_on = asyncio.Event(), asyncio.Event()

        async def slowly(station: Station, payload: Any) -> dict[str, Any]:
            asked.set()
            await go_on.wait()
            return {"configurationKey": [{"key": "HeartbeatInterval", "value": "30"}]}

        station.handlers["GetConfiguration"] = slowly
        await station.boot()
        await asked.wait()
        for kind in ("read_configuration", "unlock"):
            portal.ask(kind, connector_id=1 if kind == "unlock" else None)
        await until(lambda: states(portal) == ["sent", "queued", "queued"])
        go_on.set()
        await until(lambda: states(portal) == ["done"] * 3)
        given = [action for action, _ in station.commands]
        assert given == ["GetConfiguration", "UnlockConnector", "GetConfiguration"]  # the most urgent first


async def test_a_station_with_another_charge_box_id_is_no_longer_connected(portal: Portal) -> None:
    async with portal.station() as station:
        await station.boot()
        rename = Sql("UPDATE charging_station SET charge_box_id = 'CP9' WHERE charge_box_id = 'CP1'")
        portal.database.write([rename], [("topology", 0)])
        await station.closed()
    async with portal.station("CP9") as again:
        assert (await again.boot())["status"] == "Accepted"
