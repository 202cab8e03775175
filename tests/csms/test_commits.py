"""Gathered writes: each caller hears of its own."""

import asyncio
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from csms.commits import Commits
from data.database import Batch, Into, Sql
from data.duckdb_engine import DuckDB
from data.errors import DatabaseUnusable
from tests.csms.conftest import Start
from tests.csms.portal import FAST, TAG
from tests.support.virtual_station import WAIT_S

AT = "2026-03-20T09:28:31Z"
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


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("StartTransaction", {"connectorId": 2, "idTag": TAG, "meterStart": 0, "timestamp": AT}),
        ("MeterValues", {"connectorId": 1, "meterValue": [{"timestamp": AT, "sampledValue": [{"value": "1"}]}]}),
        ("StopTransaction", {"transactionId": 1, "meterStop": 5000, "timestamp": AT}),
        ("StatusNotification", {"connectorId": 3, "status": "Faulted", "errorCode": "GroundFailure"}),
    ],
)
async def test_a_call_that_is_not_on_disk_gets_no_answer_and_is_taken_when_it_is_repeated(
    start: Start, monkeypatch: pytest.MonkeyPatch, action: str, fields: dict[str, Any]
) -> None:
    def full(*write: object) -> "Future[list[pa.Table]]":
        failed: Future[list[pa.Table]] = Future()
        failed.set_exception(DatabaseUnusable(portal.database.file, "no space left on device"))
        return failed

    def kept() -> list[int]:
        return [portal.count(table) for table in ("open_transaction", "session", "meter_value", "outlet", "alarm")]

    async with start(replace(FAST, presence_every=60)) as portal, portal.station() as station:
        await station.start(1, TAG)
        before = kept()
        with monkeypatch.context() as disk:
            disk.setattr(portal.database, "submit", full)
            station.timeout_s = 0.2
            with pytest.raises(TimeoutError):
                await station.call(action, fields, message_id="17")
        station.timeout_s = WAIT_S
        assert kept() == before
        await station.call(action, fields, message_id="17")
        after = kept()
        assert after != before
        await station.call(action, fields)
        assert kept() == after
