"""OCPP 1.5: what a station says in SOAP becomes what any station says."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from csms.calling import CallFailed, ErrorAnswered, NoAnswer
from data.alarms import NO_NETWORK
from data.database import Sql
from simulator.soap_station import SOAP
from simulator.station import CallError
from tests.csms.conftest import Start
from tests.csms.portal import FAST, TAG, Portal
from tests.support.virtual_station import until


async def test_a_charge_over_soap_becomes_one_session_with_its_meter_values(portal: Portal) -> None:
    async with portal.soap_station() as station:
        answer = await station.boot()
        assert (answer["status"], answer["heartbeatInterval"]) == ("Accepted", 300)
        assert await station.authorize(TAG) == "Accepted"
        answer = await station.start(1, TAG, meterStart=1000)
        assert answer["idTagInfo"] == {"status": "Accepted"}
        await station.meter(1, 3500, power_w=7400)
        assert portal.row("SELECT energy_kwh, power_w FROM open_transaction") == {"energy_kwh": 2.5, "power_w": 7400}
        await station.stop(1, meterStop=4000)
    session = portal.session()
    assert (session["energy_kwh"], session["meter_start_kwh"], session["meter_stop_kwh"]) == (3, 1, 4)
    assert (session["email"], session["transaction_id"]) == ("dana@portal.example", answer["transactionId"])
    assert portal.count("meter_value") == 2
    assert portal.row("SELECT connected, protocol FROM station_state") == {"connected": True, "protocol": "ocpp1.5"}
    assert portal.events("odd message") == []


CALLS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "CancelReservation": ({"reservationId": 7}, {"status": "Accepted"}),
    "ChangeAvailability": ({"connectorId": 1, "type": "Inoperative"}, {"status": "Accepted"}),
    "ChangeConfiguration": ({"key": "HeartBeatInterval", "value": "60"}, {"status": "NotSupported"}),
    "ClearCache": ({}, {"status": "Accepted"}),
    "DataTransfer": ({"vendorId": "com.example"}, {"status": "UnknownVendorId"}),
    "GetConfiguration": ({"key": ["Nonsense"]}, {"unknownKey": ["Nonsense"]}),
    "GetDiagnostics": ({"location": "ftp://portal.example/logs", "startTime": "2030-01-01T00:00:00Z"}, {}),
    "GetLocalListVersion": ({}, {"listVersion": "0"}),
    "RemoteStartTransaction": ({"idTag": TAG, "connectorId": 1}, {"status": "Accepted"}),
    "RemoteStopTransaction": ({"transactionId": 5}, {"status": "Rejected"}),
    "ReserveNow": (
        {"connectorId": 1, "expiryDate": "2030-01-01T00:00:00Z", "idTag": TAG, "reservationId": 7},
        {"status": "Accepted"},
    ),
    "Reset": ({"type": "Soft"}, {"status": "Accepted"}),
    "SendLocalList": (
        {
            "updateType": "Full",
            "listVersion": 3,
            "localAuthorizationList": [{"idTag": TAG, "idTagInfo": {"status": "Accepted"}}],
        },
        {"status": "Accepted"},
    ),
    "UnlockConnector": ({"connectorId": 1}, {"status": "Unlocked"}),
    "UpdateFirmware": ({"location": "ftp://portal.example/a.bin", "retrieveDate": "2030-01-01T00:00:00Z"}, {}),
}


@pytest.mark.parametrize("action", CALLS)
async def test_a_station_is_called_at_the_address_it_tells(portal: Portal, action: str) -> None:
    sent, wanted = CALLS[action]
    async with portal.soap_station() as station:
        station.handlers["Reset"] = lambda station, payload: {"status": "Accepted"}
        await station.boot()
        line = portal.central.stations["CP1"].connection
        assert line
        assert await line.call(action, sent) == wanted
        assert station.commands == [(action, {key: _told(value) for key, value in sent.items()})]


def _told(value: Any) -> Any:
    """Return a value as the station reads it from an envelope."""
    return value if isinstance(value, list | int) else str(value)


async def test_a_command_reaches_a_soap_station(portal: Portal) -> None:
    async with portal.soap_station() as station:
        station.handlers["UnlockConnector"] = lambda station, payload: {"status": "Unlocked"}
        await station.boot()
        portal.ask("unlock", connector_id=1)
        await until(lambda: portal.row("SELECT state FROM command")["state"] == "done")
        assert station.commands == [("UnlockConnector", {"connectorId": 1})]
        logged = "SELECT direction, kind FROM message WHERE action = 'UnlockConnector' ORDER BY direction"
        both = [{"direction": "in", "kind": "result"}, {"direction": "out", "kind": "call"}]
        await until(lambda: portal.rows(logged) == both)


async def test_the_log_keeps_the_envelopes_themselves_each_answer_with_its_call(portal: Portal) -> None:
    async with portal.soap_station() as station:
        station.handlers["UnlockConnector"] = lambda station, payload: {"status": "Unlocked"}
        await station.boot()
        portal.ask("unlock", connector_id=1)
        logged = (
            "SELECT direction, unique_id, connector_id, flaw, frame FROM message WHERE action = $action ORDER BY kind"
        )
        await until(lambda: len(portal.rows(logged.replace("$action", "'UnlockConnector'"))) == 2)
        await until(lambda: len(portal.rows(logged.replace("$action", "'BootNotification'"))) == 2)

    for action in ("UnlockConnector", "BootNotification"):
        call, answer = portal.rows(logged.replace("$action", f"'{action}'"))
        assert (call["unique_id"], call["connector_id"]) == (answer["unique_id"], answer["connector_id"])
        for header in ("Action", "MessageID", "chargeBoxIdentity"):
            assert f"{header}>" in call["frame"]
        assert "\n  <" in call["frame"]
    assert f"RelatesTo>{call['unique_id']}<" in answer["frame"]


@pytest.mark.parametrize(
    ("operation", "payload", "flaw", "answered"),
    [
        ("StatusNotification", {}, "statusNotificationRequest element_content", "ProtocolError"),
        ("SelfDestruct", {}, "NotSupported", "NotSupported"),
    ],
)
async def test_what_is_wrong_with_an_envelope_stands_beside_it_and_beside_its_fault(
    portal: Portal, operation: str, payload: dict[str, Any], flaw: str, answered: str
) -> None:
    async with portal.soap_station() as station:
        await station.boot()
        with pytest.raises(CallError):
            await station.call(operation, payload)
        logged = f"SELECT direction, kind, flaw FROM message WHERE action = '{operation}' ORDER BY direction"  # noqa: S608
        await until(
            lambda: (
                portal.rows(logged)
                == [
                    {"direction": "in", "kind": "call", "flaw": flaw},
                    {"direction": "out", "kind": "error", "flaw": answered},
                ]
            )
        )


async def test_what_ocpp_1_5_has_no_word_for_is_not_supported(portal: Portal) -> None:
    async with portal.soap_station() as station:
        await station.boot()
        line = portal.central.stations["CP1"].connection
        assert line
        with pytest.raises(ErrorAnswered, match="OCPP 1.5 has no TriggerMessage"):
            await line.call("TriggerMessage", {"requestedMessage": "Heartbeat"})


def answered(name: str, content: str) -> bytes:
    body = f'<o:{name} xmlns:o="urn://Ocpp/Cp/2012/06/">{content}</o:{name}>'
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{body}</s:Body></s:Envelope>'.encode()


FAULT = f"""<s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code>
    <s:Reason><s:Text xml:lang="en">not implemented</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>""".encode()
WRONG_ANSWERS = {
    "a page of a proxy": (b"<html><body>Bad Gateway</body></html>", CallFailed),
    "another operation's": (answered("resetResponse", "<o:status>Accepted</o:status>"), CallFailed),
    "an entity bomb": (b'<!DOCTYPE b [<!ENTITY a "aa">]>' + answered("clearCacheResponse", "&a;"), CallFailed),
    "without end": (answered("clearCacheResponse", "x" * 300_000), CallFailed),
    "a fault of an old station": (FAULT, ErrorAnswered),
}


@pytest.mark.parametrize("kind", WRONG_ANSWERS)
async def test_a_wrong_answer_is_no_answer(portal: Portal, kind: str) -> None:
    content, failure = WRONG_ANSWERS[kind]
    async with portal.soap_station() as station:
        station.answer_with = content
        await station.boot()
        line = portal.central.stations["CP1"].connection
        assert line
        with pytest.raises(failure):
            await line.call("ClearCache", {})


async def test_a_station_that_does_not_answer_is_given_up(start: Start) -> None:
    async with start(replace(FAST, call_deadline=0.05)) as portal, portal.soap_station() as station:
        never = asyncio.Event()
        station.handlers["ClearCache"] = lambda station, payload: never.wait()
        await station.boot()
        line = portal.central.stations["CP1"].connection
        assert line
        with pytest.raises(NoAnswer):
            await line.call("ClearCache", {})


async def test_a_station_that_tells_no_address_is_heard_and_not_called(portal: Portal) -> None:
    async with portal.soap_station() as station:
        station.address = None
        await station.boot()
        line = portal.central.stations["CP1"].connection
        assert line
        with pytest.raises(CallFailed, match="does not tell"):
            await line.call("ClearCache", {})


async def test_a_silent_soap_station_is_asked_before_it_has_no_network(start: Start) -> None:
    async with start(replace(FAST, heartbeat=-29)) as portal, portal.soap_station() as station:
        await station.boot()
        await until(lambda: station.commands)
        assert (station.commands[0][0], portal.count("alarm")) == ("GetLocalListVersion", 0)
        station.answer_with = b"gone"
        await until(lambda: portal.count("alarm"))
        await until(lambda: not portal.row("SELECT connected FROM station_state")["connected"])
        assert portal.events("disconnected") == ["The connection closed: it fell silent."]


async def test_a_soap_station_that_comes_back_from_no_network_stays_connected(portal: Portal) -> None:
    async with portal.soap_station() as soap:
        await soap.boot()
        station = portal.central.stations["CP1"]
        for _time in range(10):  # whoever looks first
            station.alarms.add((0, NO_NETWORK))
            await until(lambda: (0, NO_NETWORK) not in station.alarms)
        assert portal.events("disconnected") == []


async def test_the_newest_way_to_a_station_counts(portal: Portal) -> None:
    async with portal.soap_station() as soap, portal.station() as websocket:
        await soap.boot()
        await websocket.closed()
        assert portal.row("SELECT protocol FROM station_state") == {"protocol": "ocpp1.5"}
        async with portal.station() as again:
            await again.boot()
            assert portal.row("SELECT protocol FROM station_state") == {"protocol": "ocpp1.6"}


async def test_after_a_restart_a_station_is_called_where_it_was(start: Start) -> None:
    async with start() as portal, portal.soap_station() as station:
        await station.boot()
        async with start() as restarted:
            restarted.ask("clear_cache")
            await until(lambda: restarted.row("SELECT state FROM command")["state"] == "done")
        assert station.commands[-1] == ("ClearCache", {})


async def test_a_station_that_is_called_otherwise_before_it_is_heard_again_is_not_called_as_before(
    start: Start,
) -> None:
    async with start() as portal, portal.soap_station() as station:
        await station.boot()
        async with start() as restarted:
            assert restarted.central.stations["CP1"].caller
            rename = Sql("UPDATE charging_station SET charge_box_id = 'CP9' WHERE charge_box_id = 'CP1'")
            restarted.database.write([rename], [("topology", 0)])
            await until(lambda: "CP9" in restarted.central.stations)
            assert restarted.central.stations["CP9"].caller is None


async def test_the_parameters_of_a_soap_station_are_read_once(start: Start) -> None:
    async with (
        start(replace(FAST, configuration_after=0, configuration_every=0.02)) as portal,
        portal.soap_station() as station,
    ):
        await station.boot()
        await until(lambda: portal.count("parameter"))
        await station.heartbeat()
        assert [action for action, _ in station.commands] == ["GetConfiguration"]
        vendor = portal.row("SELECT value, readonly FROM parameter WHERE key = 'ChargingStationVendor'")
        assert vendor == {"value": station.parameters["ChargingStationVendor"].value, "readonly": True}


@pytest.mark.parametrize("change", ["charge_box_id = 'CP9'", "removed_at = now()"])
async def test_a_station_that_is_called_otherwise_or_removed_is_disconnected_at_once(
    portal: Portal, change: str
) -> None:
    async with portal.soap_station() as station:
        await station.boot()
        await until(lambda: portal.central.stations["CP1"].connection)
        update = f"UPDATE charging_station SET {change} WHERE charge_box_id = 'CP1'"  # noqa: S608 - a constant
        portal.database.write([Sql(update)], [("topology", 0)])
        await until(lambda: portal.rows("SELECT 1 FROM station_state WHERE NOT connected"))
        with pytest.raises(CallError, match="No charging station has this ChargeboxId"):
            await station.call("Heartbeat", {})
    assert portal.events("disconnected") == [
        "The connection closed: removed from the portal, or called otherwise there."
    ]


async def test_a_station_that_comes_with_its_new_charge_box_id_is_called_by_it(portal: Portal) -> None:
    async with portal.soap_station() as station:
        await station.boot()
        rename = Sql("UPDATE charging_station SET charge_box_id = 'CP9' WHERE charge_box_id = 'CP1'")
        portal.database.write([rename], [("topology", 0)])
        await until(lambda: "CP9" in portal.central.stations)
        station.charge_box_id = "CP9"
        await station.call("Heartbeat", {})
        line = portal.central.stations["CP9"].connection
        assert line
        await line.call("ClearCache", {})
        sent = "SELECT frame FROM message WHERE direction = 'out' AND action = 'ClearCache'"
        await until(lambda: portal.rows(sent))
    assert ">CP9<" in portal.row(sent)["frame"]
