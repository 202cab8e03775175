"""How the Navigator stands 10,000 nodes and 50 state changes a second."""

import asyncio
from pathlib import Path

from playwright.async_api import CDPSession, Page

from benchmarks import big, browser, processes
from benchmarks.figures import Figure, in_ms, quantile
from benchmarks.stations import LoadStation, close_stations, open_stations

NODES = 10_000
CHANGES_PER_S = 50
SETTLING_S = 3  # the page's first drawing is another figure

FRAMES = """
(seconds) => new Promise((done) => {
  const gaps = [], until = performance.now() + seconds * 1000;
  let last = performance.now();
  const frame = (now) => {
    gaps.push((now - last) / 1000);
    last = now;
    now < until ? requestAnimationFrame(frame) : done(gaps);
  };
  requestAnimationFrame(frame);
})"""


def measure(folder: Path, quick: bool) -> list[Figure]:
    """Open a page with 10,000 nodes, then let 50 stations change their state every second."""
    nodes = NODES // 10 if quick else NODES
    place = folder / f"navigator-{nodes}"
    charge_box_ids = big.topology(place, nodes // 3, connected=True)  # a station and its two outlets are three nodes
    with processes.portal(place) as portal:
        return asyncio.run(_watch(portal, charge_box_ids[:CHANGES_PER_S], nodes, 5 if quick else 15))


async def _watch(portal: processes.Portal, charge_box_ids: list[str], nodes: int, seconds: float) -> list[Figure]:
    what = f"Navigator, {nodes} nodes"
    async with browser.signed_in(portal.web) as page:
        paints = [await _first_paint(page, portal.web) for _ in range(5)]
        figures = [
            Figure(
                f"{what}: first paint",
                "1 s",
                in_ms(quantile(paints, 0.5)),
                in_ms(max(paints)),
                "after the page's data has arrived; worst in place of p99",
            )
        ]
        stations = await open_stations(portal.central_system.url, charge_box_ids)
        changing = asyncio.create_task(_change(stations))
        for name in ("statistics", "dashboard"):
            await page.goto(f"{portal.web}/{name}")
            await page.wait_for_function("() => bench.treeDrawn")
            await asyncio.sleep(SETTLING_S)
            busy, gaps = await _busy(page, seconds)
            figures.append(
                Figure(
                    f"{what}, {CHANGES_PER_S} changes/s, {name}: frame after frame",
                    "no stutter",
                    in_ms(quantile(gaps, 0.5)),
                    in_ms(quantile(gaps, 0.99)),
                    f"longest {in_ms(max(gaps))}; main thread busy {busy:.0%}",
                )
            )
        changing.cancel()
        await close_stations(stations)
    return figures


async def _first_paint(page: Page, web: str) -> float:
    await page.goto(f"{web}/dashboard")
    await page.wait_for_function("() => bench.treeArrived && bench.treeDrawn")
    return float(await page.evaluate("() => (bench.treeDrawn - bench.treeArrived) / 1000"))


async def _change(stations: list[LoadStation]) -> None:
    """Let every station change its state once a second, evenly spread."""
    for number in range(1_000_000):
        station = stations[number % len(stations)]
        status = ("Faulted", "Available")[number // len(stations) % 2]
        await asyncio.gather(station.status(1, status), asyncio.sleep(1 / CHANGES_PER_S))


async def _busy(page: Page, seconds: float) -> tuple[float, list[float]]:
    """Return the main thread's busy share and the seconds from frame to frame."""
    chromium = await page.context.new_cdp_session(page)
    await chromium.send("Performance.enable")
    before = await _metrics(chromium)
    gaps = await page.evaluate(FRAMES, seconds)
    after = await _metrics(chromium)
    return (after["TaskDuration"] - before["TaskDuration"]) / (after["Timestamp"] - before["Timestamp"]), gaps


async def _metrics(chromium: CDPSession) -> dict[str, float]:
    """Return Chromium's own counters, times in seconds."""
    metrics = (await chromium.send("Performance.getMetrics"))["metrics"]
    return {metric["name"]: metric["value"] for metric in metrics}
