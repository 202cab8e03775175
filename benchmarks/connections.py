"""What an idle station costs the central system."""

import asyncio
import time
from pathlib import Path

import uvloop

from benchmarks import big, processes
from benchmarks.figures import Figure
from benchmarks.stations import close_stations, open_stations

STATIONS = 5_000
WARM = 500  # connected before the first look, so that what is allocated once is not counted


def measure(folder: Path, quick: bool) -> list[Figure]:
    """Hold 5,000 booted stations and look at the central system's memory and processor."""
    count = STATIONS // 5 if quick else STATIONS
    place = folder / f"connections-{time.time_ns()}"
    charge_box_ids = big.topology(place, count, connected=True)
    processes.raise_file_limit()
    with processes.central_system(place) as central:
        return [uvloop.run(_hold(central, charge_box_ids))]


async def _hold(central: processes.CentralSystem, charge_box_ids: list[str]) -> Figure:
    warm = await open_stations(central.url, charge_box_ids[:WARM])
    before_kib = await _settled_kib(central.pid)
    stations = warm + await open_stations(central.url, charge_box_ids[WARM:])
    after_kib = await _settled_kib(central.pid)
    cpu_s, started = processes.cpu_s(central.pid), time.monotonic()
    await asyncio.sleep(10)
    idle = (processes.cpu_s(central.pid) - cpu_s) / (time.monotonic() - started)
    alive = len([station for station in stations if station.socket.state.name == "OPEN"])
    await close_stations(stations)
    each_kib = (after_kib - before_kib) / (len(stations) - WARM)
    return Figure(
        f"idle connections: {alive} of {len(stations)} held",
        "40 KiB each",
        f"{each_kib:.1f} KiB",
        "",
        f"sidecar {after_kib / 1024:.0f} MiB in all, {idle:.1%} of a core while idle",
    )


async def _settled_kib(pid: int) -> int:
    """Return the memory once it no longer changes by more than 1 %."""
    last = 0
    while True:
        await asyncio.sleep(2)
        kib = processes.memory_kib(pid)
        if abs(kib - last) < 0.01 * kib:
            return kib
        last = kib
