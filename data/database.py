"""The one way to the database, the same in every process.

`query` reads, `write` commits all its statements or none and returns when they are on disk, `changes` tells what
commits touched. The owner of the file (`data.duckdb_engine.DuckDB`, in the sidecar) and its client elsewhere
(`data.flight.RemoteDatabase`) both keep to `Database`.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import pyarrow as pa

Change = tuple[str, Hashable]
"""A subject and the id that changed in it, for example ('outlet_state', 17)."""


class Sql(NamedTuple):
    """One statement with `$name` parameters; rows of RETURNING come back."""

    sql: str
    params: Mapping[str, object] = {}


class Into(NamedTuple):
    """A bulk statement whose SQL reads the relation `batch`; a constant of its subject's module.

    With a key, only the last of several rows with equal key columns is kept, as an upsert needs it.
    """

    sql: str
    schema: pa.Schema
    key: tuple[str, ...] = ()


def rows_into(table: str, schema: pa.Schema, after: str = "", key: tuple[str, ...] = ()) -> Into:
    """Make the statement that inserts rows as they are; `after` follows it, such as ON CONFLICT or WHERE."""
    columns = ", ".join(schema.names)
    insert = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM batch {after}"  # noqa: S608 - constants of data
    return Into(insert, schema, key)


class Batch(NamedTuple):
    """Rows for an `Into`, each a tuple in the order of its schema."""

    into: Into
    rows: Sequence[tuple[object, ...]]

    def table(self) -> pa.Table:
        """Return the rows as Arrow, of rows with an equal key only the last."""
        schema, rows = self.into.schema, self.rows
        if self.into.key:
            places = [schema.names.index(name) for name in self.into.key]
            rows = list({tuple(row[place] for place in places): row for row in rows}.values())
        columns = zip(*rows, strict=True) if rows else ([] for _field in schema)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
        return pa.Table.from_arrays(arrays, schema=schema)


class Revision(NamedTuple):
    """A place in the change feed. The epoch is another one after each start of the owner."""

    epoch: str = ""
    number: int = 0


class Changes(NamedTuple):
    """What changed since a revision. With reset, that revision is of an earlier owner: read everything again."""

    revision: Revision
    changed: frozenset[Change]
    reset: bool


class Database(Protocol):
    def query(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        """Run one reading statement."""

    def write(self, statements: Sequence[Sql | Batch], changed: Iterable[Change] = ()) -> list[pa.Table]:
        """Commit all statements or none, and return when they are on disk.

        Args:
            changed: told to who follows changes, unless every statement has a RETURNING and none of them a row.

        Returns: a table per statement, the rows of its RETURNING (empty for a Batch).
        """

    def changes(self, since: Revision) -> Changes:
        """Tell what commits touched after a revision."""

    def backup(self, file: Path) -> None:
        """Write a consistent copy into a new file, while running."""

    def close(self) -> None:
        """Finish what was accepted and let go of the file."""


FILE = "portal.duckdb"


def connect(folder: Path) -> Database:
    """Ask the owner when one runs, else open the file: for the command line.

    Raises:
        DatabaseUnusable: the file is locked, damaged or from a newer portal.
    """
    from data.duckdb_engine import DuckDB
    from data.flight import RemoteDatabase

    remote = RemoteDatabase(folder)
    return remote if remote.is_reachable() else DuckDB(folder)
