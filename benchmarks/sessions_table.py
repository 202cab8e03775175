"""How fast the Statistics table answers in a browser, over 10 million sessions."""

import asyncio
import time
from pathlib import Path

from playwright.async_api import Page

from benchmarks import big, browser, processes
from benchmarks.figures import Figure, in_ms, quantile

ROUNDS = 4

# From the act to the drawn row, the table's own debounce included. `act` changes the grid, `index` is the row to see.
ANSWER = """
async ([act, index]) => {
  const grid = dash_ag_grid.getApi(document.querySelector(".cp-grid").id);
  const answers = bench.answers, started = performance.now();
  new Function("grid", act)(grid);
  grid.ensureIndexVisible(index);
  while (bench.answers === answers || !grid.getDisplayedRowAtIndex(index)?.data) {
    if (performance.now() - started > 30000) throw new Error(`no answer to ${act}`);
    await new Promise(requestAnimationFrame);
  }
  return (performance.now() - started) / 1000;
}"""

TWO_FILTERS = """grid.setFilterModel({
    energy: {filterType: "number", type: "greaterThan", filter: %d},
    station: {filterType: "text", type: "contains", filter: "%d"}})"""
SORT = 'grid.applyColumnState({state: [{colId: "%s", sort: "%s"}], defaultState: {sort: null}})'


def measure(folder: Path, quick: bool) -> list[Figure]:
    """Open, filter on two columns, sort by others and scroll to far rows, again and again."""
    count = big.MANY // 100 if quick else big.MANY
    place = big.sessions(folder, count)
    with processes.portal(place) as portal:
        usual, worst = asyncio.run(_use(portal.web, count, 1 if quick else ROUNDS))
    what = f"Statistics, {count / 1e6:g} million sessions"
    return [
        Figure(
            f"{what}: open, filter two, sort, scroll",
            "p95 300 ms",
            in_ms(quantile(usual, 0.5)),
            in_ms(quantile(usual, 0.99)),
            f"p95 {in_ms(quantile(usual, 0.95))}, from the act to the drawn row",
        ),
        Figure(
            f"{what}: sort by a text, then the middle row",
            "800 ms",
            in_ms(quantile(worst, 0.5)),
            in_ms(max(worst)),
            "worst in place of p99",
        ),
    ]


async def _use(web: str, count: int, rounds: int) -> tuple[list[float], list[float]]:
    usual, worst = [], []
    async with browser.signed_in(web) as page:
        for number in range(rounds):
            usual.append(await _open(page, web))
            usual += [await _answer(page, act, index) for act, index in _acts(number, count)]
            worst.append(await _answer(page, SORT % ("email", ("asc", "desc")[number % 2])))
            worst.append(await _answer(page, "", count // 2 + number * 5000))
    return usual, worst


def _acts(number: int, count: int) -> list[tuple[str, int]]:
    """Return what a user does in a round, each with the row then to be seen; no two rounds ask the same."""
    return [
        (TWO_FILTERS % (10 + number, 40 + number), 0),
        (SORT % ("energy", ("desc", "asc")[number % 2]), 0),
        ("", count // 500),
        ("grid.setFilterModel(null)", 0),
        (SORT % ("duration", ("asc", "desc")[number % 2]), 0),
        ("", count // 3 + number * 1000),
        (SORT % ("start", "desc"), 0),
        ("", count - 200 - number * 300),
    ]


async def _open(page: Page, web: str) -> float:
    """Return the seconds until the first rows are drawn, from the request for the page."""
    started = time.monotonic()
    await page.goto(f"{web}/statistics")
    await page.wait_for_function("""() => {
        const grid = document.querySelector(".cp-grid");
        return grid && bench.answers && dash_ag_grid.getApi(grid.id)?.getDisplayedRowAtIndex(0)?.data}""")
    return time.monotonic() - started


async def _answer(page: Page, act: str, index: int = 0) -> float:
    return float(await page.evaluate(ANSWER, [act, index]))
