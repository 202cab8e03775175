"""How many messages a second the central system takes, every answer after it is on disk."""

import asyncio
import gc
import time
from pathlib import Path

import uvloop

from benchmarks import big, processes
from benchmarks.figures import Figure, in_ms, quantile
from benchmarks.stations import LoadStation, close_stations, for_a_while, open_stations
from data.database import connect

STATIONS = 500
MESSAGES_PER_ROUND = 5


def measure(folder: Path, quick: bool) -> list[Figure]:
    """Let 500 stations start, report three times and stop in closed loop; count what is on disk afterwards."""
    place = folder / f"ingest-{time.time_ns()}"
    charge_box_ids = big.topology(place, STATIONS, connected=True)
    processes.raise_file_limit()
    with processes.central_system(place) as central:
        load = uvloop.run(_load(central, charge_box_ids, 5 if quick else 20))
        sessions = connect(place).query("SELECT count(*) AS n FROM session")["n"][0].as_py()
    charged = STATIONS + len(load.answer_s) // MESSAGES_PER_ROUND
    if sessions != charged:
        raise RuntimeError(f"{charged} stops were answered, but {sessions} sessions are on disk")
    return [
        Figure(
            f"ingest: {STATIONS} stations, start, 3 × meter values, stop",
            "5000 messages/s, p99 250 ms",
            f"{len(load.answer_s) / load.seconds:.0f}/s, {in_ms(quantile(load.answer_s, 0.5))}",
            in_ms(quantile(load.answer_s, 0.99)),
            f"{load.central_us:.0f} µs of sidecar and {load.own_us:.0f} µs of load a message; "
            f"all {sessions} sessions on disk",
        )
    ]


class Load:
    """What was measured while the stations charged."""

    def __init__(self, stations: list[LoadStation], seconds: float, central_cpu_s: float, own_cpu_s: float) -> None:
        self.answer_s = [one for station in stations for one in station.answer_s]
        self.seconds = seconds
        self.central_us = central_cpu_s / len(self.answer_s) * 1e6
        self.own_us = own_cpu_s / len(self.answer_s) * 1e6


async def _load(central: processes.CentralSystem, charge_box_ids: list[str], seconds: float) -> Load:
    stations = await open_stations(central.url, charge_box_ids)
    await asyncio.gather(*(station.charge(0) for station in stations))  # what only a restart costs is not ingest
    for station in stations:
        station.answer_s.clear()
    gc.disable()
    central_cpu_s, own_cpu_s, started = processes.cpu_s(central.pid), time.process_time(), time.monotonic()
    await for_a_while(seconds, stations, lambda station, number: station.charge(3 + number * 3))
    took = time.monotonic() - started
    gc.enable()
    load = Load(stations, took, processes.cpu_s(central.pid) - central_cpu_s, time.process_time() - own_cpu_s)
    await close_stations(stations)
    return load
