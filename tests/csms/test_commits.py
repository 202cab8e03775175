"""Gathered writes: each caller hears of its own."""

import asyncio
from pathlib import Path

import pyarrow as pa
import pytest

from csms.commits import Commits
from data.database import Batch, Into, Sql
from data.duckdb_engine import DuckDB

NUMBERS = Into("INSERT INTO number SELECT n FROM batch", pa.schema([("n", pa.int32())]))


def number(n: int) -> list[Sql | Batch]:
    return [Batch(NUMBERS, [(n,)])]


async def test_one_bad_write_loses_none_of_those_gathered_with_it(database: DuckDB) -> None:
    database.write([Sql("CREATE TABLE number (n INTEGER)")])
    commits = Commits(database)
    writes = [commits.write(number(n)) for n in (1, 2**40, 2)] + [commits.write([Sql("SELECT nonsense")])]
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert [isinstance(outcome, Exception) for outcome in outcomes] == [False, True, False, True]
    assert sorted(database.query("SELECT n FROM number")["n"].to_pylist()) == [1, 2]


async def test_a_callers_statements_keep_their_order(database: DuckDB) -> None:
    database.write([Sql("CREATE TABLE number (n INTEGER)")])
    commits = Commits(database)
    await asyncio.gather(*(commits.write([*number(n), Sql("DELETE FROM number WHERE n < 50")]) for n in range(100)))
    assert sorted(database.query("SELECT n FROM number")["n"].to_pylist()) == list(range(50, 100))


async def test_what_nobody_waits_for_is_logged_when_it_fails(
    database: DuckDB, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    commits = Commits(database)
    commits.write_later([Sql("SELECT nonsense")])
    await commits.write([Sql("SELECT 1")])
    assert "could not be written" in caplog.text
    caplog.clear()
