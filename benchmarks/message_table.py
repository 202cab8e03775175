"""How fast the message log answers in a browser, over 20 million messages, and what deleting a day of it costs."""

import asyncio
from collections import defaultdict
from pathlib import Path

from benchmarks import big, browser, processes, retention
from benchmarks.figures import Figure, in_ms, quantile
from benchmarks.sessions_table import Act, answer, opened
from data import message_log
from data.duckdb_engine import DuckDB

MANY = 20_000_000
STATIONS, DAYS = 1_000, 14
ROUNDS = 4
KEEP = 'grid.setFilterModel({%s: {filterType: "text", type: "%s", filter: "%s"}})'
ALL = "grid.setFilterModel(null)"


def measure(folder: Path, quick: bool) -> list[Figure]:
    """Open one station's messages and everybody's, filter by action and by what is wrong, and scroll; then forget."""
    count = MANY // 10 if quick else MANY
    place = big.messages(folder, count, STATIONS, DAYS)
    rounds = 1 if quick else ROUNDS
    database = DuckDB(place)
    sql = "SELECT station_id FROM charging_station ORDER BY hash(station_id) LIMIT $rounds"
    station_ids = [row["station_id"] for row in database.query(sql, {"rounds": rounds}).to_pylist()]
    database.close()
    with processes.portal(place) as portal:
        answers = asyncio.run(_use(portal.web, count, station_ids))
    what = f"Messages, {count / 1e6:g} million of {STATIONS:,} stations"
    return [
        *(_figure(f"{what}: open, filter, scroll {whose}", by_act) for whose, by_act in answers.items()),
        retention.figure(place, f"{what}: a commit while a day is deleted", "message", "logged_at", message_log.forget),
    ]


async def _use(web: str, count: int, station_ids: list[int]) -> dict[str, dict[str, list[float]]]:
    """Return the answers in seconds, by whose messages were looked at and by what was done."""
    answers: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    async with browser.signed_in(web) as page:
        for number, station_id in enumerate(station_ids):
            for whose, query, rows in (
                ("one station", f"?node=station:{station_id}", count // STATIONS),
                ("all", "", count),
            ):
                done = answers[whose]
                done["open"].append(await opened(page, f"{web}/messages{query}"))
                for act in (
                    Act(
                        "filter by action",
                        KEEP % ("action", "contains", ("Stop", "Auth", "Heart", "Status")[number % 4]),
                    ),
                    *([] if query else [Act("only errors", KEEP % ("flaw", "notBlank", ""))]),  # one may have none
                    Act("clear the filters", ALL),
                    Act("scroll", "", rows // 3 + number * 50),
                    Act("scroll to the end", "", rows * 9 // 10),
                ):
                    done[act.name].append(await answer(page, act))
    return answers


def _figure(what: str, answers: dict[str, list[float]]) -> Figure:
    every = [one for answer_s in answers.values() for one in answer_s]
    slowest = max(answers, key=lambda name: quantile(answers[name], 0.5))
    return Figure(
        what,
        "p95 300 ms",
        in_ms(quantile(every, 0.5)),
        in_ms(quantile(every, 0.99)),
        f"p95 {in_ms(quantile(every, 0.95))} to the drawn row; "
        f"slowest: {slowest}, median {in_ms(quantile(answers[slowest], 0.5))}",
    )
