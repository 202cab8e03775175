"""What stations send that is not quite OCPP-J: answered as the protocol has it, noted, and the connection kept."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from csms.calling import CallFailed
from csms.connection import Connection
from tests.csms.conftest import Start
from tests.csms.portal import FAST, TAG, Portal
from tests.support.virtual_station import CallError, Station, until

BOOT = {"chargePointVendor": "CTEK", "chargePointModel": "CSR100"}


@pytest.mark.parametrize(
    ("frame", "answer"),
    [
        ("hello", [4, "-1", "FormationViolation"]),
        ('[2,"7","Heartbeat",{', [4, "7", "FormationViolation"]),  # cut
        ('[2,"7",["Heartbeat"],{}]', [4, "7", "FormationViolation"]),
        ('[2,{"id":"7"},"Heartbeat",{}]', [4, "-1", "FormationViolation"]),
        ('[2,"7"]', [4, "7", "FormationViolation"]),
        ('[2,"7","Heartbeat","x"]', [4, "7", "FormationViolation"]),
        ("[" * 200_000, [4, "-1", "FormationViolation"]),
        ("17", [4, "-1", "FormationViolation"]),
        ('[2,"7","NoSuchAction",{}]', [4, "7", "NotImplemented"]),
        ('[2,"7","RemoteStartTransaction",{}]', [4, "7", "NotSupported"]),
        ('[2,"7","StartTransaction",{}]', [4, "7", "OccurenceConstraintViolation"]),
        (',[2,"7","Heartbeat",{}]', [3, "7"]),
        ('[2,"7","Heartbeat",{}]\0', [3, "7"]),
        ('[2,\n"7",\n"Heartbeat",\n{}\n]\n', [3, "7"]),
        ('[2,"7","Heartbeat",null]', [3, "7"]),
        ('[2,"7","Heartbeat"]', [3, "7"]),
        ('[2,"7","Heartbeat",{},{}]', [3, "7"]),
        (b'[2,"7","Heartbeat",{}]', [3, "7"]),  # a binary frame
        ('[2,7,"Heartbeat",{}]', [3, 7]),
        ('[2,null,"Heartbeat",{}]', [3, None]),
        (json.dumps([2, "x" * 60, "Heartbeat", {}]), [3, "x" * 60]),
    ],
)
async def test_a_frame_is_answered_as_well_as_it_can_be(portal: Portal, frame: str | bytes, answer: list[Any]) -> None:
    async with portal.station() as station:
        assert (await station.raw(frame))[: len(answer)] == answer
        await station.heartbeat()
        if answer[0] == 4:
            await until(lambda: portal.events("broken frame") + portal.events("odd message"))


@pytest.mark.parametrize("frame", ["", " \r\n", '[3,"never asked",{}]', '[4,"never asked"]', "[]", "[6,1,2]", "{}"])
async def test_a_frame_that_wants_no_answer_gets_none(portal: Portal, frame: str) -> None:
    async with portal.station() as station:
        await station.send(frame)
        await station.send('[2,"after","Heartbeat",{}]')
        assert (await station.receive())[1] == "after"


async def test_a_hundred_broken_frames_are_one_event(portal: Portal) -> None:
    async with portal.station() as station:
        for _ in range(100):
            await station.raw("rubbish")
        await until(lambda: portal.events("broken frame"))
    assert len(portal.events("broken frame")) == 1
    assert portal.central.metrics.broken_frames == 100


async def test_a_hundred_unknown_actions_are_one_event_and_each_known_one_is_its_own(portal: Portal) -> None:
    async with portal.station() as station:
        for action in [*(f"Coffee{number}" for number in range(100)), "ClearCache", "GetLog"]:
            with pytest.raises(CallError):
                await station.call(action, {})
        await until(lambda: len(portal.events("odd message")) == 3)


async def test_a_frame_beyond_256_kib_closes_with_1009_and_the_station_may_come_again(portal: Portal) -> None:
    async with portal.station() as station:
        await station.send("x" * (256 * 1024 + 1))
        await station.closed()
        assert station.socket is not None
        assert station.socket.close_code == 1009
    async with portal.station() as station:
        await station.heartbeat()


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("BootNotification", BOOT | {"chargePointSerialNumber": "S" * 60}),
        ("BootNotification", BOOT | {"chargePointModel": "M" * 60}),
        ("BootNotification", {}),
        ("BootNotification", BOOT | {"firmwareVersion": None, "extra": {"x": 1}}),
        ("StatusNotification", {"connectorId": 1, "status": "available", "errorCode": "noerror"}),
        ("StatusNotification", {"connectorId": "1", "status": "Available"}),
        ("StatusNotification", {"connectorId": 1.0, "status": "Occupied", "errorCode": None}),
        ("StartTransaction", {"connectorId": 1, "idTag": 4711, "meterStart": 1.0, "timestamp": "2026-03-20T09:28:31Z"}),
        ("StartTransaction", {"connectorId": 1, "idTag": "T" * 60, "meterStart": "12", "reservationId": 0}),
        ("StartTransaction", {"connectorId": 1, "idTag": "A\0B", "meterStart": None}),
        ("StopTransaction", {"transactionId": "-1"}),
        ("MeterValues", {"connectorId": 1}),
        ("MeterValues", {"connectorId": 1, "meterValue": {"timestamp": "x", "sampledValue": {"value": 5}}}),
        ("MeterValues", {"connectorId": 1, "meterValue": [None, 3, {"sampledValue": "x"}]}),
        ("Authorize", {}),
        ("DataTransfer", {"vendorId": "V" * 300, "data": {"a": 1}}),
        ("FirmwareStatusNotification", {"status": "Fine"}),
        ("DiagnosticsStatusNotification", {}),
        ("Heartbeat", {"extra": 1}),
    ],
)
async def test_a_payload_that_breaks_the_schema_is_taken_and_noted(
    portal: Portal, action: str, payload: dict[str, Any]
) -> None:
    async with portal.station() as station:
        await station.call(action, payload)
        await station.call(action, payload)
    await until(lambda: any("is not as OCPP 1.6 has it" in text for text in portal.events("odd message")))
    assert len(portal.events("odd message")) <= 2  # one of the schema, one of values without a number


@pytest.mark.parametrize(
    ("action", "answer"), [("DataTransfer", [3, "7"]), ("Authorize", [3, "7"]), ("Coffee", [4, "7", "NotImplemented"])]
)
async def test_a_payload_of_a_thousand_levels_is_answered_and_noted(
    portal: Portal, action: str, answer: list[Any]
) -> None:
    async with portal.station() as station:
        frame = f'[2,"7","{action}",{{"vendorId":"V","data":{"[" * 1000}{"]" * 1000}}}]'
        assert (await station.raw(frame))[: len(answer)] == answer
        await until(lambda: portal.events("odd message"))


async def test_a_status_is_taken_anew_though_its_frame_came_before(portal: Portal) -> None:
    """A station whose message ids begin again after a power cut need not boot."""
    async with portal.station() as station:
        for status in ("Available", "Charging", "Available"):
            await station.call(
                "StatusNotification", {"connectorId": 1, "status": status, "errorCode": "NoError"}, status
            )
    assert portal.row("SELECT status FROM outlet_state") == {"status": "Available"}


async def test_a_boot_keeps_what_the_station_is_however_long_and_odd(portal: Portal) -> None:
    async with portal.station() as station:
        fields = {"chargePointModel": "M" * 60, "chargePointSerialNumber": "S" * 999, "firmwareVersion": 1.5}
        assert (await station.call("BootNotification", {"chargePointVendor": ""} | fields))["status"] == "Accepted"
    said = portal.row("SELECT vendor, model, serial_number, firmware_version FROM station_state")
    assert tuple(said.values()) == ("", "M" * 60, "S" * 255, "1.5")


async def test_data_of_an_unknown_vendor_is_answered_so(portal: Portal) -> None:
    async with portal.station() as station:
        for _ in range(3):
            assert await station.data_transfer("com.example") == {"status": "UnknownVendorId"}
    await until(lambda: portal.events("data transfer"))
    assert portal.events("data transfer") == ["The station sent data of vendor com.example."]


async def test_firmware_and_diagnostics_statuses_are_events(portal: Portal) -> None:
    async with portal.station() as station:
        assert await station.call("FirmwareStatusNotification", {"status": "Downloading"}) == {}
        assert await station.call("DiagnosticsStatusNotification", {"status": "Uploaded"}) == {}
    assert portal.events("firmware") + portal.events("diagnostics") == [
        "Firmware: Downloading.",
        "Diagnostics: Uploaded.",
    ]


async def test_calls_sent_at_once_are_each_answered_once_and_in_order(portal: Portal) -> None:
    async with portal.station() as station:
        for number in range(300):
            await station.send([2, str(number), "Authorize", {"idTag": TAG}])
        assert [(await station.receive())[1] for _ in range(300)] == [str(number) for number in range(300)]


async def connection_of(portal: Portal) -> Connection:
    await until(lambda: portal.central.stations["CP1"].connection)
    connection = portal.central.stations["CP1"].connection
    assert connection is not None
    return connection


async def test_the_central_systems_calls_end_with_their_connection(portal: Portal) -> None:
    async with portal.station() as station:
        station.handlers["GetConfiguration"] = lambda station, payload: None
        connection = await connection_of(portal)
        calls = [asyncio.create_task(connection.call("GetConfiguration", {})) for _ in range(3)]
        await until(lambda: station.commands)
        station.cut()
        for ended in await asyncio.gather(*calls, return_exceptions=True):
            assert isinstance(ended, CallFailed)
        with pytest.raises(CallFailed):
            await connection.call("GetConfiguration", {})


async def test_an_error_of_the_station_ends_our_call_with_its_words(portal: Portal) -> None:
    def refuse(station: object, payload: object) -> None:
        raise CallError("NotSupported", "not here")

    async with portal.station() as station:
        station.handlers["ClearCache"] = refuse
        connection = await connection_of(portal)
        with pytest.raises(CallFailed, match="NotSupported: not here"):
            await connection.call("ClearCache", {})


async def test_one_rule_broken_with_many_values_is_one_event(portal: Portal) -> None:
    async with portal.station() as station:
        for number in range(20):
            sampled = [{"timestamp": "2026-03-20T09:28:31Z", "sampledValue": [{"value": number}]}]
            await station.call("MeterValues", {"connectorId": 1, "meterValue": sampled})
        await until(lambda: portal.events("odd message"))
    assert portal.events("odd message") == [
        "MeterValues is not as OCPP 1.6 has it: meterValue sampledValue value type."
    ]


async def test_a_call_is_answered_while_our_own_call_waits(portal: Portal) -> None:
    async def heartbeat_first(station: Station, payload: Any) -> dict[str, Any]:
        await station.heartbeat()
        return {"status": "Accepted"}

    async with portal.station() as station:
        station.handlers["ClearCache"] = heartbeat_first
        connection = await connection_of(portal)
        assert await connection.call("ClearCache", {}) == {"status": "Accepted"}


async def test_an_answer_after_the_deadline_is_dropped_and_the_next_call_goes_out(start: Start) -> None:
    async with start(replace(FAST, call_deadline=0.5)) as portal, portal.station() as station:
        station.handlers["ClearCache"] = lambda station, payload: None
        connection = await connection_of(portal)
        late = asyncio.create_task(connection.call("ClearCache", {}))
        following = asyncio.create_task(connection.call("GetConfiguration", {"key": []}))
        with pytest.raises(CallFailed, match="no answer"):
            await late
        await station.send([3, "the late one", {"status": "Accepted"}])
        assert "configurationKey" in await following
        await until(lambda: portal.central.metrics.unexpected_answers == 1)
