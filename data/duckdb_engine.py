"""The owner of the DuckDB file: many readers, one writer thread that commits for everybody waiting (ADR 0002)."""

import logging
import queue
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from data.change_feed import ChangeFeed
from data.database import FILE, Batch, Change, Changes, Revision, Sql
from data.errors import DatabaseUnusable

log = logging.getLogger(__name__)

SCHEMA = Path(__file__).parent / "schema"
MOST_WRITES_PER_COMMIT = 2000
CHECKPOINT_AT = "256MB"  # the log is folded into the file at this size: rarer pauses, still a restart within a second
LEAST_FREE_BYTES = 16 << 20
NO_ROWS = pa.table({})


class _Write(NamedTuple):
    statements: Sequence[Sql | Batch]
    changed: tuple[Change, ...]
    done: "Future[list[pa.Table]]"


class DuckDB:
    """Opens, or makes, `<folder>/portal.duckdb` and brings its schema up to date.

    Raises:
        DatabaseUnusable: locked by another process, damaged, from a newer portal, or not writable.
    """

    def __init__(self, folder: Path, on_failure: Callable[[DatabaseUnusable], None] | None = None) -> None:
        self.file = folder / FILE
        self._on_failure = on_failure
        self._connection = _open(self.file)
        self._local = threading.local()
        self._feed = ChangeFeed()
        self._queue: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._commit_forever, name="database-writer", daemon=True)
        self._writer.start()

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        return _run(self._cursor(), sql, params or {})

    def write(self, statements: Sequence[Sql | Batch], changed: Iterable[Change] = ()) -> list[pa.Table]:
        return self.submit(statements, changed).result()

    def submit(self, statements: Sequence[Sql | Batch], changed: Iterable[Change] = ()) -> "Future[list[pa.Table]]":
        """Do as `write` does, without waiting: the future is done when the statements are on disk."""
        done: Future[list[pa.Table]] = Future()
        done.set_running_or_notify_cancel()  # who waits may give up, the write cannot
        self._queue.put(_Write(statements, tuple(changed), done))
        return done

    def changes(self, since: Revision) -> Changes:
        return self._feed.since(since)

    def listen(self, subject: str, told: Callable[[], None]) -> None:
        """Call `told`, in the writer's thread, after each commit that touched a subject."""
        self._feed.listen(subject, told)

    def backup(self, file: Path) -> None:
        if file.exists():
            raise DatabaseUnusable(file, "a backup is never written over another file. Name a new one.")
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(file.name + ".unfinished")
        unfinished.unlink(missing_ok=True)
        cursor = self._connection.cursor()
        source = self.file.stem
        path = str(unfinished).replace("'", "''")  # ATTACH takes no parameters
        try:
            cursor.execute(f"ATTACH '{path}' AS backup_copy")
            cursor.execute(f"COPY FROM DATABASE {source} TO backup_copy")
            cursor.execute("DETACH backup_copy")
        finally:
            cursor.close()
        unfinished.chmod(0o600)  # it holds password hashes
        unfinished.rename(file)

    def close(self) -> None:
        self._queue.put(None)
        self._writer.join()
        self._connection.close()

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        cursor: duckdb.DuckDBPyConnection | None = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._connection.cursor()
        return cursor

    def _commit_forever(self) -> None:
        connection = self._connection.cursor()
        for writes in self._waiting():
            self._commit_or_refuse(connection, writes)
        connection.close()

    def _waiting(self) -> Iterator[list[_Write]]:
        """Yield everything that waits, as often as something does, until the database is closed."""
        while (first := self._queue.get()) is not None:
            writes = [first]
            while len(writes) < MOST_WRITES_PER_COMMIT and not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    yield writes
                    return
                writes.append(following)
            yield writes

    def _commit_or_refuse(self, connection: duckdb.DuckDBPyConnection, writes: list[_Write]) -> None:
        try:
            results = _commit(connection, writes)
        except Exception as error:
            _rollback(connection)
            if len(writes) == 1:
                writes[0].done.set_exception(self._explained(error))
            else:  # one bad statement must not lose what the others wrote
                for write in writes:
                    self._commit_or_refuse(connection, [write])
        else:
            done = list(zip(writes, results, strict=True))
            self._feed.publish(change for write, result in done if not _is_idle(result) for change in write.changed)
            for write, result in done:
                write.done.set_result(result)

    def _explained(self, error: Exception) -> Exception:
        """Tell a broken disk or file from a bad statement, and report it."""
        # A full disk makes the COMMIT fail; DuckDB undoes it, and what was acknowledged before stays.
        if not isinstance(error, duckdb.FatalException | duckdb.IOException | duckdb.TransactionException):
            return error
        unusable = DatabaseUnusable(self.file, str(error))
        if self._on_failure:
            self._on_failure(unusable)
        return unusable


def _commit(connection: duckdb.DuckDBPyConnection, writes: list[_Write]) -> list[list[pa.Table]]:
    connection.execute("BEGIN")
    results = [[_run_statement(connection, statement) for statement in write.statements] for write in writes]
    connection.execute("COMMIT")
    return results


def _is_idle(results: Sequence[pa.Table]) -> bool:
    """Tell whether all statements say by their RETURNING that they touched no row."""
    return bool(results) and all(result.num_columns and not result.num_rows for result in results)


def _rollback(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute("ROLLBACK")
    except duckdb.Error as error:  # the failure itself has already ended the transaction
        log.debug("nothing to roll back: %s", error)


def _run_statement(connection: duckdb.DuckDBPyConnection, statement: Sql | Batch) -> pa.Table:
    if isinstance(statement, Sql):
        return _run(connection, statement.sql, statement.params)
    if statement.rows:
        connection.register("batch", statement.table())
        _run(connection, statement.into.sql, {})
        connection.unregister("batch")
    return NO_ROWS


def _run(connection: duckdb.DuckDBPyConnection, sql: str, params: Mapping[str, object]) -> pa.Table:
    relation = connection.sql(sql, params=params or None)
    return NO_ROWS if relation is None else relation.to_arrow_table()


def _open(file: Path) -> duckdb.DuckDBPyConnection:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if shutil.disk_usage(file.parent).free < LEAST_FREE_BYTES:
        raise DatabaseUnusable(file, "the disk is full. Make room and start again.")
    try:
        connection = duckdb.connect(file, config={"checkpoint_threshold": CHECKPOINT_AT})
        connection.execute("SET TimeZone = 'UTC'")
        _migrate(connection, file)
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise DatabaseUnusable(file, "another process has it open. Stop that one first.") from error
        raise DatabaseUnusable(file, f"{error}. Restore a backup: python app.py restore FILE.") from error
    except (duckdb.Error, PermissionError) as error:
        raise DatabaseUnusable(file, f"{error}. Restore a backup: python app.py restore FILE.") from error
    return connection


def _migrate(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Run the schema files that this database has not seen, each in a transaction, in the order of their numbers."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL, applied_at TIMESTAMPTZ NOT NULL)"
    )
    seen = {version for (version,) in connection.execute("SELECT version FROM schema_version").fetchall()}
    scripts = {int(script.name[:4]): script for script in sorted(SCHEMA.glob("*.sql"))}
    if max(seen, default=0) > max(scripts):
        raise DatabaseUnusable(
            file, f"it has schema {max(seen)}, this portal knows up to {max(scripts)}. Update the portal."
        )
    for version, script in scripts.items():
        if version not in seen:
            connection.execute("BEGIN")
            connection.execute(script.read_text())
            connection.execute("INSERT INTO schema_version VALUES ($version, now())", {"version": version})
            connection.execute("COMMIT")
