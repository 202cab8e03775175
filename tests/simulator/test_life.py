"""Simulated stations live as real ones: what they tell is consistent, whatever the connection does."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from simulator import life, world
from simulator.__main__ import stations
from simulator.life import LivingStation
from tests.simulator.central_system import CentralSystem
from tests.support.virtual_station import until


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BUSY_GAP_S", "QUIET_GAP_S", "LONGEST_SWITCH_ON_S"):
        monkeypatch.setattr(life, name, 0.01)
    monkeypatch.setattr(life, "STAY_S", (0.02, 0.05))
    monkeypatch.setattr(life, "EARLIER_S", (3600, 7200))
    monkeypatch.setattr(LivingStation, "_sample_interval_s", lambda station: 0.02)


async def _alive(central: CentralSystem, charge_box_id: str) -> AsyncIterator[LivingStation]:
    site, plan = world.places()[charge_box_id]
    station = LivingStation(central.url, charge_box_id, site, plan)
    task = asyncio.create_task(station.run())
    yield station
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def station(central: CentralSystem) -> AsyncIterator[LivingStation]:
    async for station in _alive(central, "00003564"):
        yield station


@pytest.fixture
async def broken_station(central: CentralSystem) -> AsyncIterator[LivingStation]:
    async for station in _alive(central, "00004082"):
        yield station


async def test_it_boots_and_tells_its_status_first(central: CentralSystem, station: LivingStation) -> None:
    await until(lambda: len(central.heard) > 2)
    assert central.actions()[:2] == ["BootNotification", "StatusNotification"]


async def test_each_start_is_followed_by_rising_meter_values_and_a_stop(
    central: CentralSystem, station: LivingStation
) -> None:
    await until(lambda: central.actions().count("StopTransaction") > 5)
    for connector_id in (1, 2):
        register = 0
        for _, _, action, payload in central.heard:
            if payload.get("connectorId") == connector_id and action in ("StartTransaction", "MeterValues"):
                meter = payload.get("meterStart") or int(payload["meterValue"][0]["sampledValue"][0]["value"])
                assert meter >= register
                register = meter


async def test_a_lost_connection_neither_ends_nor_doubles_a_charging(
    central: CentralSystem, station: LivingStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "STAY_S", (60, 60))
    await until(lambda: len(station.station.transactions) == 2)
    await until(lambda: central.actions().count("MeterValues") > 4)
    starts = central.actions().count("StartTransaction")
    heard = len(central.heard)
    central.connections[-1].transport.abort()
    await until(lambda: "MeterValues" in central.actions()[heard:])
    assert central.actions().count("StartTransaction") == starts
    assert "StopTransaction" not in central.actions()[heard:]


async def test_it_starts_and_stops_when_asked(
    central: CentralSystem, station: LivingStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    await until(lambda: station.outlets[1].visit is None and station.station.status[1] == "Available")
    monkeypatch.setattr(life, "STAY_S", (60, 60))
    await until(lambda: 1 in station.station.transactions)
    transaction_id = station.station.transactions[1]
    assert (await central.call("RemoteStartTransaction", {"connectorId": 1, "idTag": "X"}))[2]["status"] == "Rejected"
    answer = await central.call("RemoteStopTransaction", {"transactionId": transaction_id})
    assert answer[2]["status"] == "Accepted"
    await until(lambda: [m for m in central.heard if m[2] == "StopTransaction" and m[3]["reason"] == "Remote"])


async def test_a_broken_outlet_stays_faulted_and_the_other_one_serves(
    central: CentralSystem, broken_station: LivingStation
) -> None:
    await until(lambda: "StopTransaction" in central.actions())
    starts = {message[3]["connectorId"] for message in central.heard if message[2] == "StartTransaction"}
    assert starts == {2}
    assert broken_station.station.status[1] == "Faulted"


async def test_switched_off_it_ends_what_is_charging(
    central: CentralSystem, station: LivingStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "STAY_S", (60, 60))
    await until(lambda: len(station.station.transactions) == 2)
    await station.switch_off()
    assert [message[3]["reason"] for message in central.heard if message[2] == "StopTransaction"][-2:] == [
        "PowerLoss"
    ] * 2


def test_the_demo_s_living_stations_are_those_that_are_online() -> None:
    ids = {charge_box_id for charge_box_id, *_ in stations(None)}
    assert ids == set(world.places()) - world.NEVER_ONLINE - set(world.SILENT_DAYS)


def test_stations_are_chosen_by_ids_or_by_a_file(tmp_path) -> None:
    (tmp_path / "ids").write_text("00003564\n\nnew\n")
    assert [charge_box_id for charge_box_id, *_ in stations(str(tmp_path / "ids"))] == ["00003564", "new"]
    assert [charge_box_id for charge_box_id, *_ in stations("a,b")] == ["a", "b"]
