"""How fast the alarm history answers in a browser, over a million alarms."""

import asyncio
from collections import defaultdict
from pathlib import Path

from benchmarks import big, browser, processes
from benchmarks.figures import Figure, in_ms, quantile
from benchmarks.sessions_table import SORT, Act, answer, opened
from data.database import Sql
from data.duckdb_engine import DuckDB

MANY = 1_000_000
STATIONS = 500
ROUNDS = 4
INSERT_ALARMS = """
INSERT INTO alarm_history
SELECT n, kind, 'OtherError', site_id, station_id, hash(n * 3) % 3, 'Told: ' || kind, '', '',
       now() - to_seconds((n + 1) * 100), hash(n * 5) % 4,
       now() - to_seconds((n + 1) * 100 - hash(n * 7) % 3600), NULL
FROM (SELECT n, hash(n * 17) % $stations AS place,
             ['Fuse', 'Hardware fault', 'No network', 'Temperature'][1 + (hash(n) % 4)::INTEGER] AS kind
      FROM range($count) rows(n))
JOIN (SELECT station_id, site_id, row_number() OVER (ORDER BY station_id) - 1 AS place FROM charging_station)
USING (place) ORDER BY n DESC"""
TWO_FILTERS = """grid.setFilterModel({
    description: {filterType: "text", type: "contains", filter: "network"},
    node: {filterType: "text", type: "contains", filter: "%d"}})"""


def measure(folder: Path, quick: bool) -> list[Figure]:
    """Open, filter on two columns, sort and scroll to far rows, again and again."""
    count = MANY // 100 if quick else MANY
    place = folder / f"alarms-{count}"
    if not (place / "portal.duckdb").exists():
        big.topology(place, STATIONS, connected=True)
        database = DuckDB(place)
        database.write([Sql(INSERT_ALARMS, {"stations": STATIONS, "count": count})])
        database.close()
    with processes.portal(place) as portal:
        answers = asyncio.run(_use(portal.web, count, 1 if quick else ROUNDS))
    every = [one for answer_s in answers.values() for one in answer_s]
    slowest = max(answers, key=lambda name: quantile(answers[name], 0.5))
    return [
        Figure(
            f"Alarm history, {count / 1e6:g} million alarms: open, filter two, sort, scroll",
            "p95 300 ms",
            in_ms(quantile(every, 0.5)),
            in_ms(quantile(every, 0.99)),
            f"p95 {in_ms(quantile(every, 0.95))} to the drawn row; "
            f"slowest: {slowest}, median {in_ms(quantile(answers[slowest], 0.5))}",
        )
    ]


async def _use(web: str, count: int, rounds: int) -> dict[str, list[float]]:
    answers: dict[str, list[float]] = defaultdict(list)
    async with browser.signed_in(web) as page:
        for number in range(rounds):
            answers["open"].append(await opened(page, f"{web}/alarms?tab=history"))
            order = ("desc", "asc")[number % 2]
            for act in (
                Act("filter two columns", TWO_FILTERS % (40 + number)),
                Act("clear the filters", "grid.setFilterModel(null)"),
                Act("sort by severity", SORT % ("severity", order)),
                Act("scroll the sorted", "", count // 3 + number * 1000),
                Act("sort by raised", SORT % ("raised", "desc")),
                Act("scroll to the end", "", count - 200 - number * 300),
            ):
                answers[act.name].append(await answer(page, act))
    return answers
