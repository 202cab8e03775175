"""How many messages a second the central system takes, every answer after it is on disk."""

import asyncio
import gc
import socket
import time
from pathlib import Path

import uvloop
from aiohttp import web

from benchmarks import big, processes
from benchmarks.figures import Figure, in_ms, quantile
from benchmarks.stations import LoadStation, close_stations, for_a_while, open_stations
from data import edits, services
from data.database import Database, connect
from data.duckdb_engine import DuckDB
from data.scope import Role, Scope
from data.services import SERVICE

STATIONS = 500
MESSAGES_PER_ROUND = 5
LOCALHOST = "127.0.0.1"


def measure(folder: Path, quick: bool) -> list[Figure]:
    """Let 500 stations start, report three times and stop in closed loop, without and with a service that is told."""
    return [_measure(folder, quick, is_told) for is_told in (False, True)]


def _measure(folder: Path, quick: bool, is_told: bool) -> Figure:
    place = folder / f"ingest-{time.time_ns()}"
    charge_box_ids = big.topology(place, STATIONS, connected=True)
    processes.raise_file_limit()
    with socket.create_server((LOCALHOST, 0)) as inbox:
        if is_told:
            _subscribe(place, f"http://{LOCALHOST}:{inbox.getsockname()[1]}/")
        with processes.central_system(place) as central:
            load = uvloop.run(_load(central, charge_box_ids, 5 if quick else 20, inbox))
            sessions, told = _counted(connect(place))
    charged = STATIONS + len(load.answer_s) // MESSAGES_PER_ROUND
    if sessions != charged:
        raise RuntimeError(f"{charged} stops were answered, but {sessions} sessions are on disk")
    if told != (2 * sessions if is_told else 0):
        raise RuntimeError(f"{sessions} sessions began and ended, but {told} notifications are on disk")
    return Figure(
        f"ingest: {STATIONS} stations, start, 3 × meter values, stop{', a service told of all' if is_told else ''}",
        "5000 messages/s, p99 250 ms",
        f"{len(load.answer_s) / load.seconds:.0f}/s, {in_ms(quantile(load.answer_s, 0.5))}",
        in_ms(quantile(load.answer_s, 0.99)),
        f"{load.central_us:.0f} µs of sidecar and {load.own_us:.0f} µs of load a message; "
        f"all {sessions} sessions on disk" + (f", {load.taken} of {told} notifications taken" if is_told else ""),
    )


def _subscribe(place: Path, url: str) -> None:
    """Have all session notifications sent to a URL."""
    database = DuckDB(place)
    scope = Scope(database, 0, Role.ADMINISTRATOR, None)
    service_id, _secrets = services.create(scope, "charging", "Load", "Load")
    seen = edits.read(scope, SERVICE, service_id)
    edits.save(scope, SERVICE, service_id, seen, {"url": url, "is_active": True})
    database.close()


def _counted(database: Database) -> tuple[int, int]:
    """Return how many sessions and notifications are on disk."""
    sql = "SELECT (SELECT count(*) FROM session) AS sessions, (SELECT count(*) FROM service_delivery) AS told"
    row = database.query(sql).to_pylist()[0]
    return row["sessions"], row["told"]


class Load:
    """What was measured while the stations charged."""

    def __init__(
        self, stations: list[LoadStation], seconds: float, central_cpu_s: float, own_cpu_s: float, taken: int
    ) -> None:
        self.taken = taken
        self.answer_s = [one for station in stations for one in station.answer_s]
        self.seconds = seconds
        self.central_us = central_cpu_s / len(self.answer_s) * 1e6
        self.own_us = own_cpu_s / len(self.answer_s) * 1e6


class Inbox:
    """A service's server, which takes every notification."""

    def __init__(self) -> None:
        self.taken = 0

    async def take(self, request: web.BaseRequest) -> web.Response:
        await request.read()
        self.taken += 1
        return web.Response(status=204)


async def _load(
    central: processes.CentralSystem, charge_box_ids: list[str], seconds: float, listening: socket.socket
) -> Load:
    inbox = Inbox()
    server = await asyncio.get_running_loop().create_server(web.Server(inbox.take), sock=listening)
    stations = await open_stations(central.url, charge_box_ids)
    await asyncio.gather(*(station.charge(0) for station in stations))  # what only a restart costs is not ingest
    for station in stations:
        station.answer_s.clear()
    gc.disable()
    central_cpu_s, own_cpu_s, started = processes.cpu_s(central.pid), time.process_time(), time.monotonic()
    await for_a_while(seconds, stations, lambda station, number: station.charge(3 + number * 3))
    took = time.monotonic() - started
    gc.enable()
    load = Load(
        stations, took, processes.cpu_s(central.pid) - central_cpu_s, time.process_time() - own_cpu_s, inbox.taken
    )
    server.close()
    await close_stations(stations)
    return load
