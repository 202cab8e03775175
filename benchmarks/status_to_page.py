"""How long a station's status takes to the open page of a browser."""

import asyncio
import random
import time
from pathlib import Path

from benchmarks import big, browser, processes
from benchmarks.figures import Figure, in_ms, quantile
from benchmarks.stations import close_stations, open_stations

ROUNDS = 30
FAULTS_SHOWN = """(count) => document.querySelector('[data-facet="fault"] .cp-facet-count')?.textContent === count"""


def measure(folder: Path, quick: bool) -> list[Figure]:
    """Let a station fail and recover, and wait for the Navigator to say so."""
    place = folder / f"status-{time.time_ns()}"
    charge_box_ids = big.topology(place, 50, connected=True)
    with processes.portal(place) as portal:
        seconds = asyncio.run(_watch(portal, charge_box_ids[:1], 5 if quick else ROUNDS))
    return [
        Figure(
            "a station's status to the open page",
            "2 s",
            in_ms(quantile(seconds, 0.5)),
            in_ms(max(seconds)),
            "worst in place of p99",
        )
    ]


async def _watch(portal: processes.Portal, charge_box_ids: list[str], rounds: int) -> list[float]:
    seconds = []
    async with browser.signed_in(portal.web) as page:
        [station] = await open_stations(portal.central_system.url, charge_box_ids)
        await page.wait_for_function(FAULTS_SHOWN, arg="0")
        for number in range(rounds):
            status, shown = (("Faulted", "1"), ("Available", "0"))[number % 2]
            await asyncio.sleep(random.uniform(0, 1))  # at any moment of the page's poll
            started = time.monotonic()
            await station.status(1, status)
            await page.wait_for_function(FAULTS_SHOWN, arg=shown)
            seconds.append(time.monotonic() - started)
        await close_stations([station])
    return seconds
