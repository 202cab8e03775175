"""How fast the Statistics table answers in a browser, over 10 million sessions."""

import asyncio
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from playwright.async_api import Page

from benchmarks import big, browser, processes
from benchmarks.figures import Figure, in_ms, quantile

ROUNDS = 4

# From the act to the drawn row, the table's own debounce included. `script` changes the grid, `index` is the row
# then to be seen.
ANSWER = """
async ([script, index]) => {
  const grid = dash_ag_grid.getApi(document.querySelector(".cp-grid").id);
  const answers = bench.answers, started = performance.now();
  new Function("grid", script)(grid);
  grid.ensureIndexVisible(index);
  while (bench.answers === answers || !grid.getDisplayedRowAtIndex(index)?.data) {
    if (performance.now() - started > 30000) throw new Error(`no answer to ${script}, row ${index}`);
    await new Promise(requestAnimationFrame);
  }
  return (performance.now() - started) / 1000;
}"""

OPENED = """
async () => {
  const isDrawn = () => {
    const grid = document.querySelector(".cp-grid");
    return grid && bench.answers && dash_ag_grid.getApi(grid.id)?.getDisplayedRowAtIndex(0)?.data;
  };
  while (!isDrawn()) await new Promise(requestAnimationFrame);
  return (performance.now() - bench.asked) / 1000;
}"""

TWO_FILTERS = """grid.setFilterModel({
    energy: {filterType: "number", type: "greaterThan", filter: %d},
    station: {filterType: "text", type: "contains", filter: "%d"}})"""
SORT = 'grid.applyColumnState({state: [{colId: "%s", sort: "%s"}], defaultState: {sort: null}})'


class Act(NamedTuple):
    """What a user does to the table, as a script, and the row that is then to be seen."""

    name: str
    script: str
    index: int = 0


def measure(folder: Path, quick: bool) -> list[Figure]:
    """Open, filter on two columns, sort by others and scroll to far rows, again and again."""
    count = big.MANY // 100 if quick else big.MANY
    place = big.sessions(folder, count)
    with processes.portal(place) as portal:
        usual, worst = asyncio.run(_use(portal.web, count, 1 if quick else ROUNDS))
    what = f"Statistics, {count / 1e6:g} million sessions"
    answers = [one for answer_s in usual.values() for one in answer_s]
    slowest = max(usual, key=lambda name: quantile(usual[name], 0.5))
    return [
        Figure(
            f"{what}: open, filter two, sort, scroll",
            "p95 300 ms",
            in_ms(quantile(answers, 0.5)),
            in_ms(quantile(answers, 0.99)),
            f"p95 {in_ms(quantile(answers, 0.95))} to the drawn row; "
            f"slowest: {slowest}, median {in_ms(quantile(usual[slowest], 0.5))}",
        ),
        Figure(
            f"{what}: sort by a text, then the middle row",
            "800 ms",
            in_ms(quantile(worst, 0.5)),
            in_ms(max(worst)),
            "worst in place of p99",
        ),
    ]


async def _use(web: str, count: int, rounds: int) -> tuple[dict[str, list[float]], list[float]]:
    """Return the answers in seconds by what was done, and those of the worst case."""
    usual: dict[str, list[float]] = defaultdict(list)
    worst = []
    async with browser.signed_in(web) as page:
        for number in range(rounds):
            usual["open"].append(await opened(page, f"{web}/statistics"))
            for act in _acts(number, count):
                usual[act.name].append(await answer(page, act))
            worst.append(await answer(page, Act("text", SORT % ("email", ("asc", "desc")[number % 2]))))
            worst.append(await answer(page, Act("middle", "", count // 2 + number * 5000)))
    return usual, worst


def _acts(number: int, count: int) -> list[Act]:
    """Return what a user does in a round; no two rounds ask the same."""
    order = ("desc", "asc")[number % 2]
    return [
        Act("filter two columns", TWO_FILTERS % (10 + number, 40 + number)),
        Act("sort the filtered", SORT % ("energy", order)),
        Act("scroll the filtered", "", count // 500),
        Act("clear the filters", "grid.setFilterModel(null)"),
        Act("sort all", SORT % ("duration", order)),
        Act("scroll the sorted", "", count // 3 + number * 1000),
        Act("sort all by start", SORT % ("start", "desc")),
        Act("scroll to the end", "", count - 200 - number * 300),
    ]


async def opened(page: Page, address: str) -> float:
    """Return the seconds from the table's first request to its drawn rows; loading the page itself comes before."""
    await page.goto(address)
    return float(await page.evaluate(OPENED))


async def answer(page: Page, act: Act) -> float:
    """Return the seconds from the act to the drawn row."""
    return float(await page.evaluate(ANSWER, [act.script, act.index]))
