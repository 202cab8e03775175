"""What it costs those who write while a day of old meter values, or of messages, is deleted."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import big
from benchmarks.figures import Figure, in_ms, quantile
from data import meter_values, power_sums
from data.database import Database, Sql
from data.duckdb_engine import DuckDB

STATIONS, DAYS = 1_000, 40


def measure(folder: Path, quick: bool) -> list[Figure]:
    """Sum up meter values of a minute each, then delete the oldest day of them."""
    place = big.meter_values(folder, 3 if quick else DAYS, STATIONS)
    database = DuckDB(place)
    while power_sums.sum_up(database, datetime.now(UTC)):
        pass
    count = database.query("SELECT count(*) AS count FROM meter_value")["count"][0].as_py()
    database.close()
    what = f"Meter values, {count / 1e6:.3g} million: a commit while a day is deleted"
    return [figure(place, what, "meter_value", "measured_at", meter_values.forget)]


def figure(place: Path, what: str, table: str, at: str, forget: Callable[[Database, datetime], bool]) -> Figure:
    """Delete the oldest day of a table while somebody else commits; the folder is then to be made again."""
    (place / "complete").unlink()
    database = DuckDB(place)
    oldest = database.query(f"SELECT min({at}) AS oldest FROM {table}")["oldest"][0].as_py()  # noqa: S608 - constants
    is_over, commits = threading.Event(), list[float]()

    def commit() -> None:
        while not is_over.wait(0.01):
            started = time.monotonic()
            database.write([Sql("UPDATE system SET name = name", {})])
            commits.append(time.monotonic() - started)

    committing = threading.Thread(target=commit)
    committing.start()
    started = time.monotonic()
    while forget(database, oldest + timedelta(days=1)):
        pass
    took_s = time.monotonic() - started
    is_over.set()
    committing.join()
    database.close()
    median, p99, worst = (
        in_ms(value) for value in (*(quantile(commits, share) for share in (0.5, 0.99)), max(commits))
    )
    return Figure(what, "50 ms", median, p99, f"worst {worst}; all in {took_s:.2f} s")
