"""Every frame stands in the message log: with its call's action and latency, and without a secret."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from csms.commits import Commits
from csms.connection_days import Contact
from csms.message_log import MOST_WAITING, Recorder, StationLog
from data import message_log
from data.duckdb_engine import DuckDB
from data.message_log import MASK, Message
from tests.csms.conftest import Start
from tests.csms.portal import TAG, Portal
from tests.support.virtual_station import WAIT_S, until

LOGGED = (
    "SELECT direction, kind, action, connector_id, transaction_id, latency_ms, frame FROM message ORDER BY logged_at"
)
AT = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


async def test_a_call_and_its_answer_are_logged_with_action_and_latency(portal: Portal) -> None:
    async with portal.station() as station:
        await station.boot_and_notify()
        transaction_id = await station.charge(1, TAG, 1000)
        await until(lambda: len(_of(portal, "StopTransaction")) == 2)

    called, answered = _of(portal, "StartTransaction")
    assert (called["direction"], called["kind"], called["connector_id"]) == ("in", "call", 1)
    assert (answered["direction"], answered["kind"], answered["transaction_id"]) == ("out", "result", transaction_id)
    assert called["latency_ms"] is None
    assert answered["latency_ms"] >= 0


async def test_what_was_received_before_the_end_is_logged(start: Start, database: DuckDB) -> None:
    async with start() as portal, portal.station() as station:
        await station.heartbeat()

    rows = database.query(LOGGED).to_pylist()
    assert [row["kind"] for row in rows if row["action"] == "Heartbeat"] == ["call", "result"]


async def test_a_broken_frame_is_logged_as_it_came(portal: Portal) -> None:
    async with portal.station() as station:
        await station.raw("hello")
        await until(lambda: [row for row in portal.rows(LOGGED) if row["kind"] == "broken" and row["frame"] == "hello"])


@pytest.mark.parametrize(
    "payload",
    [
        {"key": "AuthorizationKey", "value": "s3cret"},
        {"value": "s3cret", "key": "authorizationkey"},
        {"configurationKey": [{"key": "AuthorizationKey", "readonly": False, "value": "s3cret"}]},
        {"password": "s3cret"},
        {"data": '{"password":"s3cret"}'},
        {"location": "ftp://user:s3cret@host/file"},
    ],
)
async def test_a_secret_is_never_written(database: DuckDB, payload: dict[str, Any]) -> None:
    [row] = await _logged(database, json.dumps([2, "1", "ChangeConfiguration", payload]).encode())

    assert "s3cret" not in row["frame"]
    assert MASK in row["frame"]


async def test_a_cut_frame_with_a_secret_is_not_written(database: DuckDB) -> None:
    [row] = await _logged(database, b'[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"s3cr')

    assert row["frame"] == MASK


async def test_one_frame_that_cannot_be_read_keeps_no_other_out(database: DuckDB) -> None:
    deep = b'[2,"1","DataTransfer",{"password":' + b"[" * 900 + b"]" * 900 + b"}]"
    odd = b'[2,"2","Heart\\u0000beat",{"connectorId":99999999999999999999}]'

    rows = await _logged(database, deep, odd, b"\xff\0", b'[2,"3","Heartbeat",{}]')

    assert [row["kind"] for row in rows] == ["call", "call", "broken", "call"]


async def test_the_oldest_frames_go_when_the_database_cannot_keep_up(
    database: DuckDB, caplog: pytest.LogCaptureFixture
) -> None:
    await _logged(database, *[b"x"] * (MOST_WAITING + 3))

    [row] = database.query("SELECT count(*) AS rows FROM message").to_pylist()
    assert row["rows"] == MOST_WAITING
    assert "3 frames are missing" in caplog.text


def test_messages_older_than_the_days_to_keep_are_deleted(database: DuckDB) -> None:
    ages = [timedelta(hours=hours) for hours in (100, 50, 2)]
    rows = [Message(AT - age, 1, 1, "in", "call", "Heartbeat", "1", None, None, None, "[]") for age in ages]
    database.write([message_log.logged(rows)])

    while message_log.forget(database, AT - timedelta(hours=10)):
        pass

    assert database.query("SELECT logged_at FROM message").to_pylist() == [{"logged_at": AT - ages[-1]}]


@pytest.mark.parametrize(
    ("frame", "kind", "flaw"),
    [
        (b"{", "broken", "FormationViolation"),
        (b'[2,"1","StatusNotification",{"connectorId":1}]', "call", "required"),
        (b'[2,"1","../../secret",{}]', "call", "NotImplemented"),
        (b'[3,"nobody asked",{}]', "result", "UnknownCall"),
        (b'[4,"1","InternalError","no meter",{}]', "error", "InternalError"),
        (b'[2,"1","Heartbeat",{}]', "call", None),
    ],
)
async def test_what_is_wrong_with_a_frame_stands_beside_it(portal: Portal, frame: bytes, kind: str, flaw: str) -> None:
    async with portal.station() as station:
        await station.send(frame.decode())
        logged = "SELECT kind, flaw FROM message WHERE direction = 'in'"
        await until(lambda: portal.rows(logged) == [{"kind": kind, "flaw": flaw}])


async def test_an_answer_of_the_station_is_looked_at_too(portal: Portal) -> None:
    async with portal.station() as station:
        station.handlers["ClearCache"] = lambda station, payload: {"status": "Perhaps"}
        await station.boot()
        portal.ask("clear_cache")
        logged = "SELECT flaw FROM message WHERE action = 'ClearCache' AND kind = 'result'"
        await until(lambda: portal.rows(logged) == [{"flaw": "status enum"}])


async def test_a_name_written_in_escapes_is_kept_plain_so_that_masks_find_it(database: DuckDB) -> None:
    [row] = await _logged(database, rb'[2,"1","Authorize",{"\u0069dTag":"04A2B3C4"}]')
    _row, inner = await _logged(database, rb'[2,"2","DataTransfer",{"data":"{\"\\u0069dTag\":\"04A2B3C4\"}"}]')

    assert '"idTag"' in row["frame"]
    assert r'"idTag\"' in inner["frame"]


ENVELOPE = b'<?xml version="1.0"?><e:Body xmlns:e="urn:e"><c:x xmlns:c="urn:c"><c:%s</c:x></e:Body>'


@pytest.mark.parametrize(
    "part",
    [
        b"key>AuthorizationKey</c:key><c:value>s3cret</c:value>",
        b"value>s3cret</c:value><c:key>AuthorizationKey</c:key>",
        b"password>s<b>3cret</b></c:password>",
        b"p a='password=s3cret'/>",
        b"location>ftp://user:s3cret@host/file</c:location>",
        b'data>{"password":"s3cret"}</c:data>',
    ],
)
async def test_a_secret_in_an_envelope_is_never_written(database: DuckDB, part: bytes) -> None:
    recorder = Recorder(Commits(database))
    says: list[object] = [2, "urn:1", "ChangeConfiguration", {"connectorId": "2"}]
    StationLog(recorder, 1, 1, Contact(1, ZoneInfo("UTC"), AT)).record("out", ENVELOPE % part, AT, says)
    await asyncio.wait_for(recorder.write(), WAIT_S)

    [row] = database.query(LOGGED).to_pylist()
    assert "3cret" not in row["frame"]
    assert MASK in row["frame"]
    assert row["connector_id"] == 2


async def _logged(database: DuckDB, *frames: bytes) -> list[dict[str, Any]]:
    recorder = Recorder(Commits(database))
    station = StationLog(recorder, 1, 1, Contact(1, ZoneInfo("UTC"), AT))
    for number, frame in enumerate(frames):
        station.record("in", frame, AT + timedelta(milliseconds=number))
    await asyncio.wait_for(recorder.write(), WAIT_S)
    return list(database.query(LOGGED).to_pylist())


def _of(portal: Portal, action: str) -> list[dict[str, Any]]:
    return [row for row in portal.rows(LOGGED) if row["action"] == action]
