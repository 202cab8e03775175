"""A kill -9 in the middle of sessions and deliveries: every session is told, and what may come twice says so."""

import asyncio
import signal
from collections import Counter
from pathlib import Path

from data.duckdb_engine import DuckDB
from simulator.station import LOST
from tests.csms.portal import TAG, configure
from tests.csms.services.third_party import Receiver, receiving, register
from tests.csms.test_process import sidecar
from tests.support.virtual_station import WAIT_S, Station, until


async def charge_until_lost(url: str) -> None:
    try:
        async with Station(url, "CP1") as station:
            while True:
                await station.charge(1, TAG, 1000)
    except LOST:
        return


async def test_sessions_survive_a_kill_as_notifications(tmp_path: Path) -> None:
    database = DuckDB(tmp_path)
    configure(database)
    async with receiving(Receiver()) as inbox:
        register(database, url=inbox.url)
        database.close()
        async with sidecar(tmp_path) as (process, url):
            charging = asyncio.create_task(charge_until_lost(url))
            await until(lambda: len(inbox.received) > 10, 20)
            process.send_signal(signal.SIGKILL)
            await charging
            await process.wait()
        kept = DuckDB(tmp_path)
        rows = kept.query("SELECT public_id, subject, event FROM service_delivery ORDER BY delivery_id").to_pylist()
        sessions = set(kept.query("SELECT session_id FROM session")["session_id"].to_pylist())
        kept.close()
        assert {row["subject"] for row in rows if row["event"] == "session.ended"} == sessions
        async with sidecar(tmp_path) as (process, _url):
            await until(lambda: {row["public_id"] for row in rows} == {one.body["id"] for one in inbox.received}, 20)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), WAIT_S) == 0
    tries = Counter((one.body["id"], one.headers["webhook-attempt"]) for one in inbox.received)
    assert set(tries.values()) == {1}


async def test_a_kill_in_the_middle_of_a_delivery_has_it_sent_again_and_that_said(tmp_path: Path) -> None:
    database = DuckDB(tmp_path)
    configure(database)
    async with receiving(Receiver(answers=[None])) as inbox:
        register(database, url=inbox.url)
        database.close()
        async with sidecar(tmp_path) as (process, url), Station(url, "CP1") as station:
            await station.start(1, TAG)
            await until(lambda: inbox.received, WAIT_S)
            process.send_signal(signal.SIGKILL)
            await process.wait()
        async with sidecar(tmp_path) as (process, _url):
            await until(lambda: len(inbox.received) == 2, WAIT_S)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), WAIT_S) == 0
    first, second = inbox.received
    assert first.content == second.content
    assert (first.headers["webhook-attempt"], second.headers["webhook-attempt"]) == ("1", "2")
    kept = DuckDB(tmp_path)
    rows = kept.query("SELECT attempts, delivered_at IS NOT NULL AS is_delivered FROM service_delivery").to_pylist()
    kept.close()
    assert rows == [{"attempts": 2, "is_delivered": True}]
