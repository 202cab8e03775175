"""How fast many stations are told to reboot in one action, and how long one command takes to its answer."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import uvloop

from benchmarks import big, processes
from benchmarks.figures import Figure, in_ms, quantile
from benchmarks.stations import LoadStation, close_stations, open_stations
from data import command_log, commands, controlled, nodes
from data.database import Database
from data.flight import RemoteDatabase
from data.scope import Role, Scope

STATIONS = 1000
ASKED = 20


def measure(folder: Path, quick: bool) -> list[Figure]:
    """Reboot 1,000 connected stations at once, then ask one of them for a message again and again."""
    place = folder / f"reboot-{time.time_ns()}"
    charge_box_ids = big.topology(place, STATIONS // 10 if quick else STATIONS, connected=True)
    processes.raise_file_limit()
    with processes.central_system(place) as central, _remote(place) as database:
        scope = Scope(database, user_id=1, role=Role.ADMINISTRATOR, site_ids=None)
        return uvloop.run(_command(central.url, scope, charge_box_ids))


@contextlib.contextmanager
def _remote(place: Path) -> Iterator[Database]:
    database = RemoteDatabase(place)
    yield database
    database.close()


async def _command(url: str, scope: Scope, charge_box_ids: list[str]) -> list[Figure]:
    stations = await open_stations(url, charge_box_ids)
    ids = scope.database.query("SELECT station_id FROM charging_station ORDER BY charge_box_id")["station_id"]
    answering = [asyncio.create_task(_answer(station)) for station in stations]
    started = time.monotonic()
    await asyncio.to_thread(commands.request, scope, "reboot", ids.to_pylist())
    shown_s = []
    while _count(scope, "answered_at IS NOT NULL") < len(stations):
        shown_s.append(await asyncio.to_thread(_show, scope))
        await asyncio.sleep(0.05)
    rebooted_s = time.monotonic() - started
    seconds = [await _ask(scope, ids[0].as_py()) for _ in range(ASKED)]
    for task in answering:
        task.cancel()
    await close_stations(stations)
    return [
        Figure(f"reboot of {len(stations)} stations: all answered", "30 s", f"{rebooted_s:.1f} s"),
        Figure(
            "meanwhile: what an open Control page asks for", "1 s", in_ms(quantile(shown_s, 0.5)), in_ms(max(shown_s)),
            "worst in place of p99",
        ),
        Figure(
            "a command to its answer in the database", "1 s", in_ms(quantile(seconds, 0.5)), in_ms(max(seconds)),
            "worst in place of p99",
        ),
    ]  # fmt: skip


def _show(scope: Scope) -> float:
    """Return how long the newest commands and the states of all stations take."""
    started = time.monotonic()
    command_log.of_node(scope, None)
    controlled.stations(scope, nodes.find(scope, nodes.SYSTEM))
    return time.monotonic() - started


async def _ask(scope: Scope, station_id: int) -> float:
    before, started = _count(scope, "kind = 'trigger_message' AND ended_at IS NOT NULL"), time.monotonic()
    wanted = {"message": "Heartbeat"}
    await asyncio.to_thread(commands.request, scope, "trigger_message", [station_id], wanted)
    while _count(scope, "kind = 'trigger_message' AND ended_at IS NOT NULL") == before:
        await asyncio.sleep(0.005)
    return time.monotonic() - started


async def _answer(station: LoadStation) -> None:
    while True:
        message = orjson.loads(await station.socket.recv(decode=False))
        if message[0] == 2:
            await station.socket.send(orjson.dumps([3, message[1], {"status": "Accepted"}]).decode())
            if message[2] == "Reset":
                boot = {"chargePointVendor": "Nordladd AB", "chargePointModel": "EVA"}
                await station.socket.send(orjson.dumps([2, "booted", "BootNotification", boot]).decode())


def _count(scope: Scope, where: str) -> int:
    return int(scope.database.query(f"SELECT count(*) AS n FROM command WHERE {where}")["n"][0].as_py())  # noqa: S608 - own conditions
