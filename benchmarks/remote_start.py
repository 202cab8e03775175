"""How long a remote start takes from the click to the session on the open page."""

import asyncio
import time
from pathlib import Path

import orjson

from benchmarks import big, browser, processes
from benchmarks.figures import Figure, in_ms, quantile
from benchmarks.stations import LoadStation, now, open_stations
from data.database import connect

ROUNDS = 10


def measure(folder: Path, quick: bool) -> list[Figure]:
    """Start charging on the Control board, again and again, at a station that does so at once."""
    place = folder / f"remote-start-{time.time_ns()}"
    charge_box_ids = big.topology(place, 50, connected=True)
    with processes.portal(place) as portal:
        [found] = (
            connect(place).query("SELECT station_id FROM charging_station ORDER BY charge_box_id LIMIT 1").to_pylist()
        )
        seconds = asyncio.run(_use(portal, charge_box_ids[0], found["station_id"], 2 if quick else ROUNDS))
    return [
        Figure(
            "remote start: from the click to the charging outlet on the page",
            "1 s",
            in_ms(quantile(seconds, 0.5)),
            in_ms(max(seconds)),
            "worst in place of p99",
        )
    ]


async def _use(portal: processes.Portal, charge_box_id: str, station_id: int, rounds: int) -> list[float]:
    seconds = []
    async with browser.signed_in(portal.web) as page:
        [station] = await open_stations(portal.central_system.url, [charge_box_id])
        await page.goto(f"{portal.web}/configuration?node=station:{station_id}&tab=control")
        outlet = page.get_by_role("region", name="Outlet 1")
        for _round in range(rounds):
            await outlet.get_by_role("button", name="Start charging").click()
            start = page.get_by_role("dialog").get_by_role("button", name="Start charging")
            await start.wait_for()
            obeying = asyncio.create_task(_obey(station))
            started = time.monotonic()
            await start.click()
            await outlet.get_by_role("button", name="Stop charging").wait_for()
            seconds.append(time.monotonic() - started)
            await station.call("StopTransaction", {"transactionId": await obeying, "meterStop": 1, "timestamp": now()})
            await outlet.get_by_role("button", name="Start charging").wait_for()
        await station.socket.close()
    return seconds


async def _obey(station: LoadStation) -> int:
    """Start the transaction that is asked for, and return its number."""
    while True:
        message = orjson.loads(await station.socket.recv(decode=False))
        if message[0] == 2 and message[2] == "RemoteStartTransaction":
            break
    await station.socket.send(orjson.dumps([3, message[1], {"status": "Accepted"}]).decode())
    start = {"connectorId": 1, "idTag": message[3]["idTag"], "meterStart": 0, "timestamp": now()}
    return int(str((await station.call("StartTransaction", start))["transactionId"]))
