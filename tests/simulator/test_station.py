"""The virtual station speaks OCPP 1.6-J as real ones do."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import websockets

from tests.simulator.central_system import CentralSystem
from tests.support.virtual_station import WAIT_S, CallError, Station, until


@pytest.fixture
async def station(central: CentralSystem) -> AsyncIterator[Station]:
    async with Station(central.url, "0000 3564") as station:
        yield station


async def test_the_address_ends_in_the_encoded_charge_box_id(central: CentralSystem, station: Station) -> None:
    assert central.connections[0].request.path == "/Ocpp/websocket/0000%203564"
    assert central.connections[0].subprotocol == "ocpp1.6"


async def test_charging_reports_start_meter_and_stop_with_the_given_transaction_id(
    central: CentralSystem, station: Station
) -> None:
    await station.boot()
    assert await station.charge(1, "04A1", 5000) == 7
    start, meter, stop = (message[3] for message in central.heard[1:])
    assert (start["meterStart"], stop["meterStop"], stop["transactionId"]) == (0, 5000, 7)
    assert meter["meterValue"][0]["sampledValue"][0]["value"] == "5000"
    assert station.heartbeat_interval_s == 60


async def test_an_error_answer_is_raised_with_its_code(station: Station) -> None:
    with pytest.raises(CallError, match="NotImplemented"):
        await station.heartbeat()


async def test_what_answers_no_call_is_kept_for_the_test(station: Station) -> None:
    assert (await station.raw([2, "mine", "BootNotification", {}]))[1] == "mine"


async def test_it_tells_its_parameters_and_names_unknown_keys(central: CentralSystem, station: Station) -> None:
    answer = (await central.call("GetConfiguration", {"key": ["ChargingStationModel", "Nonsense"]}))[2]
    assert answer == {
        "unknownKey": ["Nonsense"],
        "configurationKey": [{"key": "ChargingStationModel", "readonly": True, "value": "EVA"}],
    }
    assert len((await central.call("GetConfiguration", {}))[2]["configurationKey"]) > 40


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("ConnectionTimeOut", "Accepted"),
        ("endpoint", "RebootRequired"),
        ("FirmwareVersion", "Rejected"),
        ("Nonsense", "NotSupported"),
    ],
)
async def test_a_parameter_is_changed_only_where_it_may(
    central: CentralSystem, station: Station, key: str, status: str
) -> None:
    assert (await central.call("ChangeConfiguration", {"key": key, "value": "1"}))[2] == {"status": status}


async def test_remote_start_and_stop_charge_as_at_the_station(central: CentralSystem, station: Station) -> None:
    assert (await central.call("RemoteStartTransaction", {"idTag": "04A1"}))[2] == {"status": "Accepted"}
    await until(lambda: station.status[1] == "Charging")
    assert (await central.call("RemoteStopTransaction", {"transactionId": 8}))[2] == {"status": "Rejected"}
    assert (await central.call("RemoteStopTransaction", {"transactionId": 7}))[2] == {"status": "Accepted"}
    await until(lambda: central.actions()[-1] == "StatusNotification" and station.status[1] == "Available")
    assert [message[3]["reason"] for message in central.heard if message[2] == "StopTransaction"] == ["Remote"]


async def test_unknown_actions_and_replaced_handlers_are_answered(central: CentralSystem, station: Station) -> None:
    assert (await central.call("MakeCoffee", {}))[2] == "NotImplemented"
    station.handlers["ClearCache"] = lambda station, payload: {"status": "Rejected"}
    assert (await central.call("ClearCache", {}))[2] == {"status": "Rejected"}
    assert [action for action, _ in station.commands] == ["MakeCoffee", "ClearCache"]


async def test_a_call_fails_at_once_when_the_connection_breaks(station: Station) -> None:
    station.timeout_s = 60
    call = asyncio.create_task(station.call("StatusNotification", {}))
    await asyncio.sleep(0)
    station.cut()
    with pytest.raises((ConnectionError, websockets.ConnectionClosed)):
        await asyncio.wait_for(call, WAIT_S)


async def test_it_comes_back_after_a_lost_connection(central: CentralSystem) -> None:
    station = Station(central.url, "00003565")
    life = asyncio.create_task(station.keep_connected(station.closed, longest_wait_s=0.01))
    await until(lambda: len(central.connections) == 1)
    await central.connections[0].close()
    await until(lambda: len(central.connections) == 2)
    life.cancel()
    await station.close()
