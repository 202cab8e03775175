"""Addresses, subprotocols, connections that are taken over, and stations nobody knows."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from csms import presence
from csms.addresses import charge_box_id
from csms.connection import Connection
from csms.refusals import MOST_REFUSALS
from csms.station import FINISHED_KEPT
from data import node_changes, stations
from data.scope import Role, Scope
from data.stations import NewStation
from tests.csms.conftest import Start
from tests.csms.portal import FAST, TAG, Portal
from tests.support.virtual_station import WAIT_S, until

START = {"connectorId": 1, "idTag": TAG, "meterStart": 1000, "timestamp": "2026-03-20T09:28:31Z"}
AT_ONCE = 20  # strangers
UPGRADE = ("Upgrade: websocket", "Connection: Upgrade")


async def dial(url: str, *subprotocols: Any) -> ClientConnection:
    return await connect(url, subprotocols=subprotocols or None, compression=None, proxy=None)


@asynccontextmanager
async def handshake(
    portal: Portal, target: str, *headers: str
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Ask for a WebSocket with these very lines."""
    reader, writer = await asyncio.open_connection(*portal.system.ocpp)
    lines = [
        f"GET {target} HTTP/1.1",
        "Host: portal.example",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        *(headers or UPGRADE),
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    yield reader, writer
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    ("target", "identity"),
    [
        ("/Ocpp/websocket/CP1", "CP1"),
        ("/Ocpp/websocket/CP1/", "CP1"),
        ("/Ocpp/websocket//CP1//", "CP1"),
        ("/ocpp/WebSocket/CP1", "CP1"),
        ("/Ocpp/websocket/CP1/CP1", "CP1"),
        ("/Ocpp/websocket/CP1/ocpp16", "CP1"),
        ("/Ocpp/websocket/%43%50%31", "CP1"),
        ("/Ocpp/websocket/CP1?token=1", "CP1"),
        ("/CP1", "CP1"),
        ("//CP1", "CP1"),
        ("//[", "["),
        ("/Ocpp/websocket?id=CP1", "CP1"),
        ("/Ocpp/websocket?id=other&%ff", "websocket"),
        ("ws://portal.example:9000/Ocpp/websocket/CP1", "CP1"),
        ("/Ocpp/websocket/cp1", "cp1"),  # compared exactly: unknown
        ("/Ocpp/websocket/v1.2.3", "v1.2.3"),
        ("/Ocpp/websocket/%E5", "\N{REPLACEMENT CHARACTER}"),
        ("/", None),
    ],
)
def test_the_address_tells_the_charge_box_id(target: str, identity: str | None) -> None:
    assert charge_box_id(target, {"CP1"}) == identity


@pytest.mark.parametrize("path", ["CP1", "CP1/", "/CP1", "%43P1", "CP1/CP1", "ladestation%207%20%C3%A5"])
async def test_a_station_connects_by_every_spelling_of_its_address(portal: Portal, path: str) -> None:
    socket = await dial(portal.url + path, "ocpp1.6")
    await socket.send('[2,"1","Heartbeat",{}]')
    assert str(await socket.recv()).startswith('[3,"1"')
    await socket.close()


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ((), None),
        (("ocpp1.6",), "ocpp1.6"),
        (("ocpp1.6j",), "ocpp1.6j"),
        (("OCPP1.6",), "OCPP1.6"),
        (("ocpp2.0.1", "ocpp1.6", "ocpp1.5"), "ocpp1.6"),
    ],
)
async def test_the_subprotocol_is_16_or_none(portal: Portal, offered: tuple[str, ...], chosen: str | None) -> None:
    socket = await dial(portal.url + "CP1", *offered)
    assert socket.subprotocol == chosen
    await socket.close()


async def test_a_station_that_speaks_only_other_versions_is_refused_and_noted(portal: Portal) -> None:
    with pytest.raises(InvalidStatus):
        await dial(portal.url + "CP1", "ocpp2.0.1")
    await until(lambda: portal.events("station refused"))


async def test_an_unknown_station_is_refused_with_404_and_noted_once(portal: Portal) -> None:
    for _ in range(5):
        with pytest.raises(InvalidStatus) as refused:
            await dial(portal.url + "STRANGER", "ocpp1.6")
        assert refused.value.response.status_code == HTTPStatus.NOT_FOUND
    await until(lambda: portal.events("station refused"))
    noted = portal.row("SELECT charge_box_id, site_id FROM event WHERE kind = 'station refused'")
    assert noted == {"charge_box_id": "STRANGER", "site_id": None}
    await until(lambda: portal.rows("SELECT 1 FROM unknown_caller WHERE charge_box_id = 'STRANGER'"))


async def test_a_station_may_connect_as_soon_as_it_is_configured_and_no_longer_when_it_is_removed(
    portal: Portal,
) -> None:
    scope = Scope(portal.database, user_id=1, role=Role.ADMINISTRATOR, site_ids=None)
    site_id = portal.row("SELECT site_id FROM site")["site_id"]
    station_id = stations.create_station(scope, NewStation(site_id, "NEW", "New"))
    await until(lambda: "NEW" in portal.central.stations)
    async with portal.station("NEW") as station:
        await station.boot()
        portal.database.write([], [])
        await asyncio.to_thread(node_changes.remove, scope, "station", station_id)
        await station.closed()
    with pytest.raises(InvalidStatus):
        await dial(portal.url + "NEW", "ocpp1.6")


async def test_the_newest_connection_wins_and_keeps_the_transaction(portal: Portal) -> None:
    async with portal.station() as old:
        await old.boot()
        transaction_id = (await old.start(1, TAG))["transactionId"]
        async with portal.station() as new:
            await new.heartbeat()
            await old.closed()
            assert old.socket is not None
            assert old.socket.close_code == 4000
            new.transactions[1] = transaction_id
            await new.stop(1)
            assert portal.row("SELECT connected FROM station_state") == {"connected": True}
    assert portal.count("session") == 1


async def test_two_hundred_reconnections_leave_nothing_behind(portal: Portal) -> None:
    tasks = len(asyncio.all_tasks())
    for number in range(200):
        station = portal.station()
        await station.connect()
        await station.raw([2, str(number), "StartTransaction", START | {"timestamp": None, "meterStart": number}])
        station.cut() if number % 2 else await station.close()
    await until(lambda: portal.central.stations["CP1"].connection is None)
    await until(lambda: portal.row("SELECT connected FROM station_state") == {"connected": False})
    await until(lambda: len(asyncio.all_tasks()) == tasks)
    gc.collect()
    assert not [kept for kept in gc.get_objects() if isinstance(kept, Connection)]
    kept = portal.central.stations["CP1"]
    assert (len(kept.open), len(kept.finished), len(kept.starts)) == (1, FINISHED_KEPT, FINISHED_KEPT)


async def test_a_call_taken_from_a_half_open_socket_is_done_once_and_answered_on_the_new_one(portal: Portal) -> None:
    call = [2, "17", "StartTransaction", START]
    async with portal.station() as half_open:
        await half_open.heartbeat()
        async with portal.central.stations["CP1"].lock:  # what goes before takes its time
            await half_open.send(call)
            new = portal.station()
            await new.connect()
            await new.send(call)
            await half_open.closed()
        answer = await new.receive()
        await new.send([2, "18", "Heartbeat", {}])
        assert (await new.receive())[1] == "18"  # and no second answer to 17
        await new.close()
    assert answer[2]["transactionId"] == portal.row("SELECT transaction_id FROM open_transaction")["transaction_id"]


async def test_a_station_that_never_answers_pings_stays_connected(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("csms.server.PING_EVERY_S", 0.01)
    async with start() as portal:
        async with handshake(portal, "/Ocpp/websocket/CP1") as (reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            for _ in range(20):
                assert (await reader.readexactly(2))[0] == 0x89  # a ping
                await reader.readexactly(4)
            writer.write(b"\x81\x96\0\0\0\0" + b'[2,"1","Heartbeat",{}]')
            while (await reader.readexactly(2))[0] == 0x89:
                await reader.readexactly(4)
            assert (await reader.readexactly(7)) == b'[3,"1",'


async def test_no_station_waits_for_many_of_a_thousand_attempts_of_strangers_and_they_fill_no_table(
    portal: Portal,
) -> None:
    attempts = 0

    async def knock(numbers: range) -> None:
        nonlocal attempts
        for number in numbers:
            async with handshake(portal, f"/Ocpp/websocket/guess{number}") as (reader, _):
                assert b"404" in await reader.readline()
            attempts += 1

    async with portal.station() as station:
        knocking = asyncio.gather(*(knock(range(first, 1000, AT_ONCE)) for first in range(AT_ONCE)))
        waited_for = []
        while not knocking.done():
            before = attempts
            await station.authorize(TAG)
            waited_for.append(attempts - before)
        await knocking
    assert max(waited_for) < 10 * AT_ONCE  # some rounds of those under way, not all that come after
    assert len(portal.events("station refused")) <= MOST_REFUSALS


async def test_the_end_answers_what_was_received_and_asks_stations_to_come_again(start: Start) -> None:
    async with start() as portal:
        station = portal.station()
        await station.connect()
        for number in range(20):
            await station.send([2, str(number), "Authorize", {"idTag": TAG}])
        await station.receive()
    await station.closed()
    assert station.socket is not None
    assert station.socket.close_code == 1012


async def test_health_and_metrics_are_answered(portal: Portal) -> None:
    ocpp, api = f"http://{portal.system.ocpp}", f"http://{portal.system.api}"
    async with portal.station() as station, aiohttp.ClientSession() as session:
        await station.boot()
        async with session.get(f"{ocpp}/healthz") as answer:
            assert answer.status == HTTPStatus.OK
        async with session.get(f"{api}/healthz") as answer:
            assert await answer.json() == {"status": "ok", "connected": 1}
        async with session.get(f"{api}/metrics") as answer:
            assert 'portal_calls_received_total{action="BootNotification"} 1' in await answer.text()


async def test_a_station_silent_past_its_limit_raises_no_network_until_it_is_heard(start: Start) -> None:
    async with start(replace(FAST, heartbeat=-30, no_network_after_closing=0.05)) as portal:
        async with portal.station() as station:
            await station.boot()
        await until(lambda: portal.count("alarm"))
        assert portal.row("SELECT kind, connector_id, description FROM alarm") == {
            "kind": "No network",
            "connector_id": 0,
            "description": "No network contact",
        }
    async with start() as portal:
        await presence.watch(portal.central, datetime.now(UTC))
        assert portal.count("alarm") == 1  # a restart of the portal alone is no sign of life
        async with portal.station() as station:
            await station.heartbeat()
            await until(lambda: not portal.count("alarm"))
    assert portal.count("alarm_history") == 1


async def test_how_long_a_station_is_missed_counts_from_the_closing(start: Start) -> None:
    async with start(replace(FAST, no_network_after_closing=60)) as portal:
        async with portal.station() as station:
            await station.boot()
            known = portal.central.stations["CP1"]
            known.heard_at -= timedelta(minutes=4)  # it had nothing to say
        await until(lambda: portal.rows("SELECT 1 FROM station_state WHERE NOT connected"))
        await presence.watch(portal.central, datetime.now(UTC))
        assert portal.count("alarm") == 0
        known.closed_at -= timedelta(minutes=2)
        await until(lambda: portal.count("alarm"))


async def test_a_station_that_never_came_has_no_network_alarm(start: Start) -> None:
    async with start(replace(FAST, no_network_after_closing=0)) as portal:
        async with portal.station() as station:
            await station.boot()
        await until(lambda: portal.count("alarm"))
        assert portal.row("SELECT count(*) AS n FROM alarm") == {"n": 1}


async def test_the_last_heard_time_follows_the_traffic(portal: Portal) -> None:
    async with portal.station() as station:
        await station.boot()
        heard = portal.row("SELECT last_heard_at, connected, registered_at FROM station_state")
        assert heard["connected"]
        await station.heartbeat()
        await until(
            lambda: portal.row("SELECT last_heard_at FROM station_state")["last_heard_at"] > heard["last_heard_at"]
        )


async def test_after_a_restart_nobody_is_connected(start: Start) -> None:
    async with start() as portal, portal.station() as station:
        await station.boot()
        portal.central.stations["CP1"].connection = None  # as if the process had been killed: no word at the end
    async with start() as portal:
        assert portal.row("SELECT connected FROM station_state") == {"connected": False}


async def test_somebody_who_tries_names_cannot_fill_the_event_log(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("csms.refusals.MOST_REFUSALS", 3)
    for number in range(10):
        with pytest.raises(InvalidStatus):
            await dial(f"{portal.url}guess{number}", "ocpp1.6")
    await until(lambda: len(portal.events("station refused")) == 3)


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/Ocpp/websocket/CP1", ["Upgrade: websocket"]),  # no Connection header
        ("/Ocpp/websocket/CP1", ["Upgrade: websocket", "Connection: keep-alive, Upgrade"]),
        ("http://portal.example/Ocpp/websocket/CP1", ["Upgrade: websocket", "Connection: Upgrade"]),
        ("//Ocpp//websocket//CP1", ["Upgrade: websocket", "Connection: Upgrade"]),
        ("/Ocpp/websocket/CP1", ["Upgrade: WebSocket", "Connection: Upgrade", "Authorization: Basic Og=="]),
    ],
)
async def test_an_odd_handshake_is_accepted(portal: Portal, target: str, headers: list[str]) -> None:
    async with handshake(portal, target, *headers) as (reader, _):
        assert await asyncio.wait_for(reader.readline(), WAIT_S) == b"HTTP/1.1 101 Switching Protocols\r\n"
