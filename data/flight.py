"""The database over Arrow Flight on a Unix socket: the owner's service and its clients (ADR 0001).

A query's ticket and a write's body are Arrow themselves, so that every value keeps its type on the way.
"""

import hashlib
import json
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
from pyarrow import flight

from data.database import FILE, Batch, Change, Changes, Into, Revision, Sql
from data.duckdb_engine import DuckDB
from data.errors import DatabaseUnavailable, DatabaseUnusable

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

LONGEST_SOCKET_PATH = 100  # the kernel takes 107 bytes
TIMEOUT_S = 60.0
BACKUP_TIMEOUT_S = 3600.0
UNUSABLE = b"unusable"
STATEMENT = pa.schema([("sql", pa.string()), ("params", pa.binary()), ("rows", pa.binary())])


def socket_path(folder: Path) -> Path:
    """Name the owner's socket: in the data folder, or, where that path is too long, in a private temporary folder."""
    path = folder / "portal.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:16]
    private = Path(tempfile.gettempdir()) / f"charge-portal-{os.getuid()}-{digest}"
    private.mkdir(mode=0o700, exist_ok=True)
    if private.stat().st_uid != os.getuid():
        raise DatabaseUnusable(folder, f"{private} belongs to somebody else. Choose a shorter PORTAL_DATA.")
    return private / "portal.sock"


class DatabaseService(flight.FlightServerBase):
    """Answers other processes of this user; serves in threads of its own from the start until `shutdown`.

    Args:
        on_start_again: called when the owner is asked to end, to take over a restored database at its next start.
    """

    def __init__(self, database: DuckDB, folder: Path, on_start_again: Callable[[], None] = lambda: None) -> None:
        path = socket_path(folder)
        path.unlink(missing_ok=True)
        self._database = database
        self._on_start_again = on_start_again
        super().__init__(f"grpc+unix://{path}")
        path.chmod(0o600)

    def do_get(self, context: flight.ServerCallContext, ticket: flight.Ticket) -> flight.RecordBatchStream:
        ((statement, _),) = _decode(ticket.ticket)
        assert isinstance(statement, Sql)
        return flight.RecordBatchStream(self._database.query(statement.sql, statement.params))

    def do_action(self, context: flight.ServerCallContext, action: flight.Action) -> Iterator[bytes]:
        try:
            yield from self._answer(action)
        except DatabaseUnusable as error:
            raise flight.FlightServerError(error.reason, extra_info=UNUSABLE) from error

    def _answer(self, action: flight.Action) -> Iterator[bytes]:
        body = action.body.to_pybytes()
        if action.type == "changes":
            changes = self._database.changes(Revision(*json.loads(body)))
            yield json.dumps([changes.revision, list(changes.changed), changes.reset]).encode()
        elif action.type == "write":
            decoded = _decode(body)
            results = self._database.write([statement for statement, _ in decoded], decoded[0][1] if decoded else ())
            yield from map(_to_ipc, results)
        elif action.type == "backup":
            self._database.backup(Path(body.decode()))
        elif action.type == "start again":
            self._on_start_again()
        elif action.type != "ping":
            raise flight.FlightServerError(f"There is no action {action.type}.")


_TYPES = {int: pa.int64(), float: pa.float64(), str: pa.string(), bool: pa.bool_()}


class RemoteDatabase:
    """The database through its owner; connects lazily, since gRPC does not survive a fork.

    Raises, from every call:
        DatabaseUnavailable: the owner does not answer.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._client: flight.FlightClient | None = None
        self._lock = threading.Lock()

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        ticket = flight.Ticket(_encode([Sql(sql, params or {})], ()))
        return self._ask(lambda client, options: client.do_get(ticket, options).read_all())

    def write(self, statements: Sequence[Sql | Batch], changed: Iterable[Change] = ()) -> list[pa.Table]:
        return [_from_ipc(body) for body in self._act("write", _encode(statements, changed))]

    def changes(self, since: Revision) -> Changes:
        revision, changed, reset = json.loads(self._act("changes", json.dumps(since).encode())[0])
        return Changes(Revision(*revision), frozenset(map(tuple, changed)), reset)

    def backup(self, file: Path) -> None:
        self._act("backup", str(file.absolute()).encode(), BACKUP_TIMEOUT_S)

    def start_again(self) -> None:
        """Make the owner end; its supervisor starts it again."""
        self._act("start again", b"")

    def is_reachable(self) -> bool:
        try:
            self._act("ping", b"")
        except DatabaseUnavailable:
            return False
        return True

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _act(self, name: str, body: bytes, timeout_s: float = TIMEOUT_S) -> list[bytes]:
        action = flight.Action(name, body)
        return self._ask(
            lambda client, options: [result.body.to_pybytes() for result in client.do_action(action, options)],
            timeout_s,
        )

    def _ask(
        self, call: Callable[[flight.FlightClient, flight.FlightCallOptions], Answer], timeout_s: float = TIMEOUT_S
    ) -> Answer:
        try:
            return call(self._connected(), flight.FlightCallOptions(timeout=timeout_s))
        except (flight.FlightUnavailableError, flight.FlightTimedOutError) as error:
            log.debug("the owner does not answer: %s", error)
            self.close()  # a new client asks at once; the old one waits longer after each failure
            raise DatabaseUnavailable from error
        except flight.FlightServerError as error:
            if error.extra_info != UNUSABLE:
                raise
            raise DatabaseUnusable(self._folder / FILE, str(error).partition(". Detail:")[0]) from error

    def _connected(self) -> flight.FlightClient:
        with self._lock:
            if self._client is None:
                self._client = flight.FlightClient(f"grpc+unix://{socket_path(self._folder)}")
            return self._client


def _encode(statements: Sequence[Sql | Batch], changed: Iterable[Change]) -> bytes:
    rows = [
        {
            "sql": statement.sql,
            "params": _to_ipc(_one_row(statement.params)) if statement.params else None,
        }
        if isinstance(statement, Sql)
        else {"sql": statement.into.sql, "rows": _to_ipc(statement.table())}
        for statement in statements
    ]
    schema = STATEMENT.with_metadata({"changed": json.dumps(list(changed))})
    return _to_ipc(pa.Table.from_pylist(rows, schema=schema))


def _one_row(params: Mapping[str, object]) -> pa.Table:
    """Name the usual types: to infer one Arrow looks for pandas, which is not there, each time."""
    return pa.table({name: pa.array([value], _TYPES.get(type(value))) for name, value in params.items()})


def _decode(body: bytes) -> list[tuple[Sql | Batch, tuple[Change, ...]]]:
    """Give each statement with the whole write's changes."""
    table = _from_ipc(body)
    changed = tuple((subject, identity) for subject, identity in json.loads(table.schema.metadata[b"changed"]))
    return [(_statement(row), changed) for row in table.to_pylist()]


def _statement(row: dict[str, object]) -> Sql | Batch:
    if row["rows"] is None:
        return Sql(str(row["sql"]), _from_ipc(row["params"]).to_pylist()[0] if row["params"] is not None else {})
    rows = _from_ipc(row["rows"])
    return Batch(
        Into(str(row["sql"]), rows.schema), list(zip(*(column.to_pylist() for column in rows.columns), strict=True))
    )


def _to_ipc(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _from_ipc(body: object) -> pa.Table:
    return pa.ipc.open_stream(body).read_all()
