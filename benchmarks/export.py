"""What an export of 64,000 rows out of 10 million costs, and whether others notice."""

import asyncio
import threading
import time
import urllib.request
from pathlib import Path

from playwright.async_api import Page

from benchmarks import big, browser, processes
from benchmarks.figures import Figure, in_ms, quantile

RUNS = 3
MATCHING = 70_000  # so many rows match, the portal exports the first 64,000
FILTER = """(energy) => {
  const grid = dash_ag_grid.getApi(document.querySelector(".cp-grid").id);
  grid.setFilterModel({energy: {filterType: "number", type: "greaterThan", filter: energy}});
}"""


class Watch(threading.Thread):
    """Asks the web for a page and looks at its memory, again and again, until the block ends."""

    def __init__(self, web: str, cookie: str, web_pid: int) -> None:
        super().__init__()
        self.request = urllib.request.Request(f"{web}/dashboard", headers={"Cookie": cookie})
        self.web_pid = web_pid
        self.answer_s: list[float] = []
        self.memory_kib: list[int] = []
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.02):
            started = time.monotonic()
            with urllib.request.urlopen(self.request, timeout=30) as answer:
                answer.read()
            self.answer_s.append(time.monotonic() - started)
            self.memory_kib.append(processes.memory_kib(self.web_pid))

    def __enter__(self) -> "Watch":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()


def measure(folder: Path, quick: bool) -> list[Figure]:
    """Export from the Statistics page while another user opens pages."""
    count = big.MANY // 100 if quick else big.MANY
    with processes.portal(big.sessions(folder, count)) as portal:
        return asyncio.run(_export(portal, big.MOST_KWH * (1 - MATCHING / count), 1 if quick else RUNS))


async def _export(portal: processes.Portal, least_kwh: float, runs: int) -> list[Figure]:
    async with browser.signed_in(portal.web) as page:
        await page.goto(f"{portal.web}/statistics")
        await page.wait_for_function("() => bench.answers && document.querySelector('.cp-grid .ag-row')")
        await page.evaluate(FILTER, least_kwh)
        await page.wait_for_function("() => bench.answers > 1")
        cookie = "; ".join(f"{one['name']}={one['value']}" for one in await page.context.cookies())
        with Watch(portal.web, cookie, portal.web_pid) as calm:
            await asyncio.sleep(3)
        with Watch(portal.web, cookie, portal.web_pid) as busy:
            seconds = [await _download(page) for _ in range(runs)]
    grown_mib = (max(busy.memory_kib) - calm.memory_kib[-1]) / 1024
    return [
        Figure(
            "Excel export of 64,000 rows",
            "2.5 s",
            f"{quantile(seconds, 0.5):.2f} s",
            f"{max(seconds):.2f} s",
            "from agreeing to the file; worst in place of p99",
        ),
        Figure("Excel export: the web grows by", "150 MiB", f"{grown_mib:.0f} MiB"),
        Figure(
            "Excel export: others' pages meanwhile",
            "not noticed",
            in_ms(quantile(busy.answer_s, 0.5)),
            in_ms(quantile(busy.answer_s, 0.99)),
            f"before: {in_ms(quantile(calm.answer_s, 0.5))}, p99 {in_ms(quantile(calm.answer_s, 0.99))}",
        ),
    ]


async def _download(page: Page) -> float:
    """Return the seconds from agreeing to the first 64,000 rows to the whole file."""
    await page.get_by_role("button", name="Export to Excel").click()
    agree = page.get_by_role("button", name="Export first")
    await agree.wait_for()
    started = time.monotonic()
    async with page.expect_download(timeout=60_000) as download:
        await agree.click()
    await (await download.value).path()
    return time.monotonic() - started
