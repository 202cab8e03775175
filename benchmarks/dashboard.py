"""How fast the Dashboard stands, over 10 million sessions: opened by a new browser, and at a node change."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Page

from benchmarks import big, browser, processes
from benchmarks.figures import Figure, in_ms, quantile
from data.database import Sql
from data.duckdb_engine import DuckDB

ROUNDS = 5
USUAL = ("station_status", "power_now", "active_alarms", "ongoing_sessions")
OF_SESSIONS = ("energy_30_days", "outlet_use", "top_stations", "latest_sessions")  # those that read the most

# The node's name stands in the heading and every chart is drawn.
STANDS = """
(name) => document.querySelector(".cp-head .cp-sub")?.textContent.startsWith(name)
  && document.querySelectorAll(".cp-windows > section").length === 4
  && [...document.querySelectorAll(".cp-windows .dash-graph")].every((chart) => chart.querySelector(".main-svg"))"""
CHANGED = f"""
async (name) => {{
  const started = performance.now(), stands = {STANDS};
  [...document.querySelectorAll('[role="treeitem"]')].find((row) => row.textContent.includes(name)).click();
  while (!stands(name)) await new Promise(requestAnimationFrame);
  return (performance.now() - started) / 1000;
}}"""


def measure(folder: Path, quick: bool) -> list[Figure]:
    """Open the Dashboard and go from site to site: with the usual windows, and with those that read most sessions."""
    count = big.MANY // 100 if quick else big.MANY
    place = big.sessions(folder, count)
    figures = []
    for what, kinds in (("usual windows", USUAL), ("windows of sessions", OF_SESSIONS)):
        with processes.portal(place):
            pass  # the first start makes the administrator
        _choose(place, kinds)
        with processes.portal(place) as portal:
            opened, changed = asyncio.run(_use(portal.web, 2 if quick else ROUNDS))
        figures += [
            Figure(
                f"Dashboard, {what}, {count / 1e6:g} million sessions: open, nothing cached",
                "1.5 s",
                in_ms(quantile(opened, 0.5)),
                in_ms(max(opened)),
                "worst in place of p99",
            ),
            Figure(
                f"Dashboard, {what}: another node",
                "400 ms",
                in_ms(quantile(changed, 0.5)),
                in_ms(max(changed)),
                f"p95 {in_ms(quantile(changed, 0.95))}; worst in place of p99",
            ),
        ]
    return figures


def _choose(place: Path, kinds: Sequence[str]) -> None:
    database = DuckDB(place)
    choose = "UPDATE portal_user SET dashboard_windows = $kinds WHERE email = $email"
    database.write([Sql(choose, {"kinds": ",".join(kinds), "email": processes.EMAIL})])
    database.close()


async def _use(web: str, rounds: int) -> tuple[list[float], list[float]]:
    """Return the seconds to a standing Dashboard, opened and at a change of the node."""
    opened, changed = [], []
    for _round in range(rounds):
        async with browser.signed_in(web) as page:
            opened.append(await _open(page, web))
            await page.wait_for_function("() => bench.treeDrawn")
            for site in range(1, 6):
                changed.append(float(await page.evaluate(CHANGED, f"Site {site:02d}")))
    return opened, changed


async def _open(page: Page, web: str) -> float:
    await page.wait_for_function(STANDS, arg="")  # the one after the log-in is drawn: two at once would be measured
    chromium = await page.context.new_cdp_session(page)
    await chromium.send("Network.clearBrowserCache")
    started = time.monotonic()
    await page.goto(f"{web}/dashboard")
    await page.wait_for_function(STANDS, arg="")
    return time.monotonic() - started
