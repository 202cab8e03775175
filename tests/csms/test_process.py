"""`python -m csms` as a process: what it says, how it ends, and what a kill -9 cannot lose."""

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from data import stations
from data.duckdb_engine import DuckDB
from data.scope import Role, Scope
from data.stations import NewStation
from simulator.station import LOST
from tests.csms.portal import TAG, configure
from tests.support.virtual_station import WAIT_S, CallError, Station


def environment(folder: Path, **more: str) -> dict[str, str]:
    addresses = {f"PORTAL_{name}": "127.0.0.1:0" for name in ("OCPP", "API", "FTP")}
    portal = {"PORTAL_DATA": str(folder), **addresses}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return kept | portal | {"PORTAL_ADMIN_PASSWORD": "correct horse 1"} | more


@asynccontextmanager
async def sidecar(folder: Path, **options: Any) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run it and give its OCPP address."""
    command, pipe = (sys.executable, "-m", "csms"), subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, env=environment(folder), stdout=pipe, stderr=pipe, **options
    )
    assert process.stdout
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), WAIT_S)).decode()
        assert line.startswith("OCPP 1.6: ws://127.0.0.1:")
        assert line.endswith("/Ocpp/websocket/<ChargeboxId>\n")
        yield process, line.removeprefix("OCPP 1.6: ").partition("<")[0]
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


class Acknowledged:
    """What a station charged, as far as the central system said it has it."""

    def __init__(self, has_clock: bool) -> None:
        self.has_clock = has_clock
        self.begun: list[int] = []
        self.ended: list[int] = []
        self.meters: list[tuple[int, int]] = []
        self.unanswered: tuple[str, dict[str, Any], str | None] = ("Heartbeat", {}, None)

    async def charge_until_lost(self, station: Station) -> None:
        """Charge session after session; keep the call whose answer did not come."""
        energy = 1000
        for number in range(1_000_000):
            at = f"2026-03-20T{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z"
            start = {"connectorId": 1, "idTag": TAG, "meterStart": energy, "timestamp": at}
            transaction_id = (await self._tell(station, "StartTransaction", start))["transactionId"]
            self.begun.append(transaction_id)
            energy += 500
            stamp = {"timestamp": at} if self.has_clock else {}
            sampled = [stamp | {"sampledValue": [{"value": str(energy)}]}]
            values = {"connectorId": 1, "transactionId": transaction_id, "meterValue": sampled}
            await self._tell(station, "MeterValues", values)
            self.meters.append((transaction_id, energy))
            stop = {"transactionId": transaction_id, "meterStop": energy, "timestamp": at}
            await self._tell(station, "StopTransaction", stop)
            self.ended.append(transaction_id)

    async def _tell(self, station: Station, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Call, and every fifth time once more, as if the first answer had been lost.

        Stations with a clock repeat their messages under another id: that is as good.
        """
        self.unanswered = (action, payload, None if self.has_clock else str(uuid4()))
        answer = await station.call(*self.unanswered)
        if len(self.begun) % 5 == 4:
            assert await station.call(*self.unanswered) == answer
        return answer


def configure_many(folder: Path) -> list[str]:
    """Configure fifty stations and return their names."""
    database = DuckDB(folder)
    configure(database)
    site_id = database.query("SELECT site_id FROM site")["site_id"][0].as_py()
    scope = Scope(database, user_id=1, role=Role.ADMINISTRATOR, site_ids=None)
    names = [f"K{number}" for number in range(50)]
    for name in names:
        stations.create_station(scope, NewStation(site_id, name, name))
    database.close()
    return names


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
async def test_an_end_under_load_loses_nothing_acknowledged_and_a_repeated_call_is_taken_once(
    tmp_path: Path, end: signal.Signals
) -> None:
    charged = {name: Acknowledged(has_clock=number % 2 == 0) for number, name in enumerate(configure_many(tmp_path))}
    async with sidecar(tmp_path) as (process, url):
        charging = [asyncio.create_task(_charge(url, name, known)) for name, known in charged.items()]
        async with asyncio.timeout(WAIT_S):
            while min(len(known.ended) for known in charged.values()) < 6:
                await asyncio.wait(charging, timeout=0.01)
        process.send_signal(end)
        await asyncio.gather(*charging)
        assert await asyncio.wait_for(process.wait(), WAIT_S) == (0 if end == signal.SIGTERM else -end)
    async with sidecar(tmp_path) as (process, url):
        for name, known in charged.items():
            async with Station(url, name) as station:
                await station.call(*known.unanswered)
                await station.call(*known.unanswered)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), WAIT_S) == 0
    _check_once(tmp_path, charged.values())


def _check_once(folder: Path, charged: Collection[Acknowledged]) -> None:
    """Check that everything acknowledged, and the repeated last call of each station, is on disk once."""
    database = DuckDB(folder)
    sessions = database.query("SELECT transaction_id FROM session")["transaction_id"].to_pylist()
    still_open = database.query("SELECT transaction_id FROM open_transaction")["transaction_id"].to_pylist()
    values = database.query("SELECT transaction_id, value FROM meter_value").to_pylist()
    database.close()
    assert len(sessions) == len(set(sessions))
    assert not set(sessions) & set(still_open)
    assert len(values) == len({(row["transaction_id"], row["value"]) for row in values})
    for known in charged:
        assert set(known.ended) <= set(sessions)
        assert set(known.begun) <= set(sessions) | set(still_open)
        assert set(known.meters) <= {(row["transaction_id"], row["value"]) for row in values}
    starts = sum(len(known.begun) + (known.unanswered[0] == "StartTransaction") for known in charged)
    assert len(sessions) + len(still_open) == starts


async def _charge(url: str, name: str, known: Acknowledged) -> None:
    with pytest.raises(LOST):
        async with Station(url, name) as station:
            await known.charge_until_lost(station)


async def test_a_full_disk_gets_stations_no_answer_and_ends_the_process_with_its_reason(tmp_path: Path) -> None:
    names = configure_many(tmp_path)
    kept = 0

    async def report(name: str) -> None:
        nonlocal kept
        async with Station(url, name) as station:
            while True:
                await station.call("FirmwareStatusNotification", {"status": "Downloading"})
                kept += 1

    def fill_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))  # bytes a file may grow to

    async with sidecar(tmp_path, preexec_fn=fill_disk) as (process, url):
        for ended in await asyncio.gather(*(report(name) for name in names), return_exceptions=True):
            assert isinstance(ended, LOST)
            assert not isinstance(ended, CallError)
        assert await asyncio.wait_for(process.wait(), WAIT_S) == 1
        assert process.stderr
        *_, said = (await process.stderr.read()).decode().strip().splitlines()
        assert said.startswith(f"The database {tmp_path / 'portal.duckdb'} cannot be used: ")
        assert "File too large" in said
    database = DuckDB(tmp_path)
    stored = database.query("SELECT count(*) AS n FROM event WHERE kind = 'firmware'")["n"][0].as_py()
    database.close()
    assert stored >= kept > 0


async def test_sigterm_closes_the_stations_and_ends_with_0(tmp_path: Path) -> None:
    database = DuckDB(tmp_path)
    configure(database)
    database.close()
    async with sidecar(tmp_path) as (process, url), Station(url, "CP1") as station:
        await station.boot()
        process.send_signal(signal.SIGTERM)
        await station.closed()
        assert station.socket is not None
        assert station.socket.close_code == 1012
        assert await asyncio.wait_for(process.wait(), WAIT_S) == 0


def failing(folder: Path, **more: str) -> str:
    """Run it where it cannot, and return the one line it says."""
    ended = subprocess.run(
        [sys.executable, "-m", "csms"], env=environment(folder, **more), capture_output=True, text=True, timeout=30
    )
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    return line


def test_a_used_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert str(port) in failing(tmp_path, PORTAL_OCPP=f"127.0.0.1:{port}")
        assert str(port) in failing(tmp_path, PORTAL_API=f"127.0.0.1:{port}")


def test_an_unusable_database_is_said_in_one_line(tmp_path: Path) -> None:
    database = DuckDB(tmp_path)
    assert "another process" in failing(tmp_path)
    database.close()
    (tmp_path / "portal.duckdb").write_bytes(b"no database" * 1000)
    assert "portal.duckdb" in failing(tmp_path)


def test_a_bad_setting_is_said_in_one_line(tmp_path: Path) -> None:
    assert "PORTAL_OCPP" in failing(tmp_path, PORTAL_OCPP="nowhere")


async def test_connections_of_a_day_are_counted_on_after_a_kill(tmp_path: Path) -> None:
    database = DuckDB(tmp_path)
    configure(database)
    database.close()
    for end in (signal.SIGKILL, signal.SIGTERM):
        async with sidecar(tmp_path) as (process, url), Station(url, "CP1") as station:
            await station.boot()
            process.send_signal(end)
            await process.wait()
    database = DuckDB(tmp_path)
    [day] = database.query("SELECT connects, closed_portal FROM connection_day").to_pylist()
    database.close()

    assert day == {"connects": 2, "closed_portal": 1}
