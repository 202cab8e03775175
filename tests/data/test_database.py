"""The one way to the database: the same for its owner and for who asks it over the socket."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from data.database import Batch, Database, Into, Revision, Sql, connect
from data.duckdb_engine import DuckDB
from data.errors import DatabaseUnavailable, DatabaseUnusable
from data.flight import DatabaseService, RemoteDatabase, socket_path

NOW = datetime(2026, 3, 20, 9, 28, 31, 400000, tzinfo=UTC)
FAILURE = pa.schema([("key", pa.string()), ("failures", pa.int32()), ("failed_at", pa.timestamp("us", tz="UTC"))])
INSERT = Into("INSERT INTO login_failure SELECT key, failures, failed_at FROM batch", FAILURE)
UPSERT = Into(
    """INSERT INTO login_failure SELECT key, failures, failed_at FROM batch
       ON CONFLICT (key) DO UPDATE SET failures = excluded.failures""",
    FAILURE,
    key=("key",),
)
ALL = "SELECT key, failures FROM login_failure ORDER BY key"


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[DuckDB]:
    database = DuckDB(tmp_path)
    yield database
    database.close()


@pytest.fixture(params=["owner", "remote"])
def either(request: pytest.FixtureRequest, owner: DuckDB, tmp_path: Path) -> Iterator[Database]:
    if request.param == "owner":
        yield owner
        return
    service = DatabaseService(owner, tmp_path)
    remote = RemoteDatabase(tmp_path)
    yield remote
    remote.close()
    service.shutdown()


def test_values_keep_their_types_both_ways(either: Database) -> None:
    params = {"t": NOW, "i": 7, "f": 1.5, "s": "Å'; DROP TABLE site; --", "b": True, "n": None, "l": [1, 2]}
    row = either.query("SELECT $t AS t, $i AS i, $f AS f, $s AS s, $b AS b, $n AS n, $l AS l", params).to_pylist()[0]
    assert row == params


def test_a_write_is_there_for_the_next_query_with_what_it_returns(either: Database) -> None:
    nothing, returned = either.write(
        [
            Batch(INSERT, [("a", 1, NOW), ("b", 2, NOW)]),
            Sql("UPDATE login_failure SET failures = 9 WHERE key = $k RETURNING key", {"k": "b"}),
        ]
    )
    assert nothing.num_rows == 0
    assert returned.to_pylist() == [{"key": "b"}]
    assert either.query(ALL).to_pylist() == [{"key": "a", "failures": 1}, {"key": "b", "failures": 9}]


def test_all_statements_of_a_write_or_none(either: Database) -> None:
    with pytest.raises(Exception, match="login_failure"):
        either.write([Batch(INSERT, [("a", 1, NOW)]), Sql("INSERT INTO login_failure VALUES (1)")])
    assert either.query(ALL).num_rows == 0


def test_of_rows_with_one_key_the_last_counts(either: Database) -> None:
    either.write([Batch(UPSERT, [("a", 1, NOW), ("a", 2, NOW)])])
    assert either.query(ALL).to_pylist() == [{"key": "a", "failures": 2}]


def test_an_empty_batch_does_nothing(either: Database) -> None:
    either.write([Batch(INSERT, [])])
    assert either.query(ALL).num_rows == 0


def test_a_reader_is_told_what_changed_since_its_revision(either: Database) -> None:
    first = either.changes(Revision())
    assert first.reset
    either.write([Batch(INSERT, [("a", 1, NOW)])], changed=[("alarm", 7), ("event", "x")])
    second = either.changes(first.revision)
    assert (second.changed, second.reset) == (frozenset({("alarm", 7), ("event", "x")}), False)
    assert not either.changes(second.revision).changed


def test_a_write_that_tells_it_found_no_row_is_not_told_to_others(either: Database) -> None:
    none = Sql("UPDATE login_failure SET failures = 9 WHERE key = 'x' RETURNING key")
    before = either.changes(Revision()).revision
    either.write([none, none], changed=[("alarm", 7)])
    assert not either.changes(before).changed
    either.write([none, Batch(INSERT, [("a", 1, NOW)])], changed=[("alarm", 8)])
    assert either.changes(before).changed == {("alarm", 8)}


def test_a_failed_write_changes_nothing(either: Database) -> None:
    before = either.changes(Revision()).revision
    with pytest.raises(Exception, match="no_such_table"):
        either.write([Sql("INSERT INTO no_such_table VALUES (1)")], changed=[("alarm", 7)])
    assert not either.changes(before).changed


def test_a_backup_is_the_whole_database_at_one_moment(either: Database, tmp_path: Path) -> None:
    either.write([Batch(INSERT, [("a", 1, NOW)])])
    either.backup(tmp_path / "copies" / "portal.duckdb")
    copy = DuckDB(tmp_path / "copies")
    assert copy.query(ALL).to_pylist() == [{"key": "a", "failures": 1}]
    assert copy.query("SELECT nextval('node_id') AS id").num_rows == 1
    copy.close()


def test_a_backup_never_replaces_a_file(owner: DuckDB, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("kept")
    with pytest.raises(DatabaseUnusable, match="precious"):
        owner.backup(tmp_path / "precious")
    assert (tmp_path / "precious").read_text() == "kept"


def test_one_bad_write_loses_nothing_of_the_others(owner: DuckDB) -> None:
    started = threading.Barrier(21)
    refused: list[Exception] = []

    def write(number: int) -> None:
        started.wait()
        try:
            owner.write([Batch(INSERT, [(f"{number:02}", "bad" if number == 7 else number, NOW)])])
        except pa.ArrowInvalid as error:
            refused.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    started.wait()
    for thread in threads:
        thread.join()
    assert [row["failures"] for row in owner.query(ALL).to_pylist()] == [n for n in range(20) if n != 7]
    assert len(refused) == 1


def test_writes_keep_their_order(owner: DuckDB) -> None:
    delete = Into("DELETE FROM login_failure WHERE key IN (SELECT key FROM batch)", FAILURE)
    for _ in range(20):
        owner.submit([Batch(delete, [("a", 0, NOW)])])
        owner.submit([Batch(UPSERT, [("a", 1, NOW)])])
        last = owner.submit([Batch(delete, [("a", 0, NOW)])])
    last.result()
    assert owner.query(ALL).num_rows == 0


def test_another_owner_means_read_everything_again(owner: DuckDB, tmp_path: Path) -> None:
    revision = owner.changes(Revision()).revision
    owner.close()
    again = DuckDB(tmp_path)
    assert again.changes(revision).reset
    again.close()


def test_what_was_written_is_there_after_opening_again(owner: DuckDB, tmp_path: Path) -> None:
    owner.write([Batch(INSERT, [("a", 1, NOW + timedelta(microseconds=1))])])
    owner.close()
    again = DuckDB(tmp_path)
    assert again.query(ALL).num_rows == 1
    again.close()


def test_an_owner_that_is_away_is_told_as_such_and_found_again(owner: DuckDB, tmp_path: Path) -> None:
    service = DatabaseService(owner, tmp_path)
    remote = RemoteDatabase(tmp_path)
    assert remote.is_reachable()
    service.shutdown()
    with pytest.raises(DatabaseUnavailable):
        remote.query("SELECT 1")
    service = DatabaseService(owner, tmp_path)
    assert remote.query("SELECT 1 AS one").num_rows == 1
    remote.close()
    service.shutdown()


def test_the_command_line_asks_a_running_owner_and_else_opens_the_file(owner: DuckDB, tmp_path: Path) -> None:
    service = DatabaseService(owner, tmp_path)
    asked = connect(tmp_path)
    assert isinstance(asked, RemoteDatabase)
    asked.close()
    service.shutdown()
    owner.close()
    opened = connect(tmp_path)
    assert isinstance(opened, DuckDB)
    opened.close()


def test_a_long_data_folder_still_gets_a_socket(tmp_path: Path) -> None:
    assert len(str(socket_path(tmp_path / ("x" * 200)))) < 100


def test_a_damaged_file_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "portal.duckdb").write_bytes(b"rubbish" * 1000)
    with pytest.raises(DatabaseUnusable, match=r"portal\.duckdb.*restore"):
        DuckDB(tmp_path)


def test_a_database_of_a_newer_portal_is_left_alone(owner: DuckDB, tmp_path: Path) -> None:
    owner.write([Sql("INSERT INTO schema_version VALUES (9999, now())")])
    owner.close()
    with pytest.raises(DatabaseUnusable, match="9999.*Update the portal"):
        DuckDB(tmp_path)


def test_a_file_in_use_is_told_as_such(owner: DuckDB, tmp_path: Path) -> None:
    import subprocess
    import sys

    code = "import pathlib, sys; from data.duckdb_engine import DuckDB; DuckDB(pathlib.Path(sys.argv[1]))"
    second = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=False)
    assert "another process has it open" in second.stderr


def test_a_fatal_failure_is_reported_to_the_owner(tmp_path: Path) -> None:
    reported = threading.Event()
    database = DuckDB(tmp_path, on_failure=lambda _error: reported.set())
    with pytest.raises(DatabaseUnusable):
        database.write([Sql("COPY (SELECT 1) TO '/proc/no/such/folder/file'")])
    assert reported.wait(5)
    database.close()


def test_an_unusable_database_is_told_as_such_over_the_socket_too(either: Database) -> None:
    with pytest.raises(DatabaseUnusable, match="no/such/folder"):
        either.write([Sql("COPY (SELECT 1) TO '/proc/no/such/folder/file'")])


def test_a_write_that_nobody_waits_for_any_more_is_done_and_later_ones_too(database: DuckDB) -> None:
    write = [Sql("CREATE TABLE IF NOT EXISTS given_up (n INTEGER)"), Sql("INSERT INTO given_up VALUES (1)")]
    assert not database.submit(write).cancel()
    database.write(write)
    assert database.query("SELECT count(*) AS n FROM given_up")["n"][0].as_py() == 2
