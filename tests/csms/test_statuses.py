"""Statuses and the alarms that come and go with them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data import alarm_clearing, alarms
from data.scope import Role, Scope
from tests.csms.conftest import Start
from tests.csms.portal import TAG, Portal


def active(portal: Portal) -> list[tuple[int, str, str]]:
    rows = portal.rows("SELECT connector_id, kind, description FROM alarm ORDER BY alarm_id")
    return [(row["connector_id"], row["kind"], row["description"]) for row in rows]


async def test_the_last_status_of_each_connector_is_kept_and_0_is_the_whole_station(portal: Portal) -> None:
    async with portal.station() as station:
        await station.boot_and_notify()
        await station.notify(1, "Preparing", timestamp="2026-03-20T09:28:31Z")
        await station.notify(1, "charging", timestamp="2026-03-20T09:28:40Z")
    rows = portal.rows("SELECT connector_id, status FROM outlet_state ORDER BY connector_id")
    assert [tuple(row.values()) for row in rows] == [(0, "Available"), (1, "Charging"), (2, "Available")]
    assert portal.row("SELECT count(*) AS n FROM outlet WHERE connector_id = 0") == {"n": 0}


@pytest.mark.parametrize(
    "fields", [{"timestamp": None}, {"timestamp": ""}, {"vendorId": "x" * 500}, {"info": "x" * 999}]
)
async def test_an_odd_status_is_kept(portal: Portal, fields: dict[str, Any]) -> None:
    async with portal.station() as station:
        await station.notify(1, "Faulted", "OtherError", **fields)
    state = portal.row("SELECT status, status_at FROM outlet_state")
    assert state["status"] == "Faulted"
    assert datetime.now(UTC) - state["status_at"] < timedelta(seconds=10)


async def test_the_same_status_again_and_again_is_written_once(portal: Portal) -> None:
    async with portal.station() as station:
        await station.notify(1, "Available")
        first = portal.row("SELECT * FROM outlet_state")
        for _ in range(5):
            await station.notify(1, "Available")
    assert portal.row("SELECT * FROM outlet_state") == first


async def test_an_unknown_connector_makes_an_outlet_in_the_mode_of_its_neighbours(portal: Portal) -> None:
    async with portal.station("OPEN") as station:
        await station.notify(3, "Available")
        assert (await station.call("StartTransaction", {"connectorId": 4, "idTag": "X", "meterStart": 0}))[
            "idTagInfo"
        ] == {"status": "Accepted"}
    rows = portal.rows("SELECT connector_id, mode, uuid FROM outlet WHERE connector_id > 2 ORDER BY connector_id")
    assert [(row["connector_id"], row["mode"]) for row in rows] == [(3, "OPEN"), (4, "OPEN")]
    assert len({row["uuid"] for row in rows}) == 2


async def test_an_absurd_connector_is_an_event_and_no_outlet(portal: Portal) -> None:
    async with portal.station() as station:
        for connector_id in range(1_000_000, 1_000_010):
            await station.notify(connector_id, "Faulted", "GroundFailure")
        await station.start(1, TAG, connectorId=2_000_000)  # what was charged is kept all the same
    assert portal.row("SELECT connector_id FROM open_transaction") == {"connector_id": 2_000_000}
    assert (portal.count("outlet_state"), portal.count("alarm")) == (0, 0)
    assert set(portal.central.stations["CP1"].statuses) == set()
    assert portal.row("SELECT count(*) AS n FROM outlet WHERE connector_id > 2") == {"n": 0}
    assert portal.events("odd message")


@pytest.mark.parametrize(
    ("code", "kind", "description"),
    [
        ("ConnectorLockFailure", "Hardware fault", "Connector lock failure"),
        ("PowerSwitchFailure", "Hardware fault", "Failure to control power switch"),
        ("OverCurrentFailure", "Fuse", "Over current protection device has tripped"),
        ("HighTemperature", "Temperature", "Temperature in the station is too high"),
        ("OtherError", "Hardware fault", "Other error: coffee, E17"),
        ("CoffeeFailure", "Hardware fault", "Other error: CoffeeFailure, coffee, E17"),
        ("Mode3Error", "Hardware fault", "Communication with the vehicle failed"),
        ("NoError", "Hardware fault", "Other error: coffee, E17"),
    ],
)
async def test_a_fault_raises_one_alarm_and_its_end_clears_it(
    portal: Portal, code: str, kind: str, description: str
) -> None:
    async with portal.station() as station:
        for _ in range(3):
            await station.notify(1, "Faulted", code, info="coffee", vendorErrorCode="E17")
        assert active(portal) == [(1, kind, description)]
        await station.notify(2, "Available")
        assert len(active(portal)) == 1
        await station.notify(1, "Available")
    assert active(portal) == []
    assert portal.row("SELECT repeats, cleared_by FROM alarm_history")["cleared_by"] is None


async def test_repeats_of_an_alarm_are_counted(portal: Portal) -> None:
    async with portal.station() as station:
        for _ in range(3):
            await station.notify(1, "Faulted", "GroundFailure")
    assert portal.row("SELECT repeats FROM alarm")["repeats"] == 2


@pytest.mark.parametrize("code", ["EVCommunicationError", "WeakSignal"])
async def test_a_mild_error_is_an_event_and_no_alarm(portal: Portal, code: str) -> None:
    async with portal.station() as station:
        await station.notify(1, "Charging", code)
        await station.notify(1, "Charging", code)
    assert active(portal) == []
    assert len(portal.events("station error")) == 1


async def test_an_error_beside_a_working_status_is_an_alarm(portal: Portal) -> None:
    async with portal.station() as station:
        await station.notify(1, "Finishing", "ConnectorLockFailure")
    assert len(active(portal)) == 1


async def test_many_statuses_at_once_are_all_taken(portal: Portal) -> None:
    async def notify(charge_box_id: str) -> None:
        async with portal.station(charge_box_id) as station:
            await asyncio.gather(*(station.notify(1, ("Available", "Charging")[n % 2]) for n in range(100)))

    await asyncio.gather(*(notify(charge_box_id) for charge_box_id in ("CP1", "CP2", "OPEN", "MIXED")))
    rows = portal.rows("SELECT status FROM outlet_state WHERE connector_id = 1")
    assert [row["status"] for row in rows] == ["Charging"] * 4


async def test_an_alarm_from_before_a_restart_is_cleared_by_the_station(start: Start) -> None:
    async with start() as portal, portal.station() as station:
        await station.notify(1, "Faulted", "GroundFailure")
    async with start() as portal, portal.station() as station:
        await station.notify(1, "Available")
        assert active(portal) == []


async def test_an_alarm_cleared_by_hand_comes_back_with_the_next_report(portal: Portal) -> None:
    scope = Scope(portal.database, user_id=1, role=Role.ADMINISTRATOR, site_ids=None)
    async with portal.station() as station:
        await station.notify(1, "Faulted", "GroundFailure")
        alarm_clearing.clear(scope, [alarms.active(scope)[0]["alarm_id"]])
        assert active(portal) == []
        assert portal.row("SELECT cleared_by FROM alarm_history") == {"cleared_by": 1}
        await station.notify(1, "Faulted", "GroundFailure")
    assert len(active(portal)) == 1


async def test_a_site_administrator_sees_no_alarm_of_another_site(portal: Portal) -> None:
    async with portal.station() as station:
        await station.notify(1, "Faulted", "GroundFailure")
    charlie = Scope(portal.database, user_id=3, role=Role.SITE_ADMINISTRATOR, site_ids=frozenset({999}))
    assert alarms.active(charlie) == []


async def test_a_status_during_a_transaction_leaves_it_open(portal: Portal) -> None:
    async with portal.station() as station:
        await station.start(1, TAG)
        for status in ("SuspendedEV", "SuspendedEVSE", "Charging", "Finishing"):
            await station.notify(1, status)
    assert portal.count("open_transaction") == 1
