"""Stations' writes, gathered in the event loop into one write of the database at a time.

The database gathers writes too, but a future between the threads for each of thousands of messages a second costs more
than the messages themselves; here it is one for all that waits.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple

from data.database import Batch, Change, Sql
from data.duckdb_engine import DuckDB

log = logging.getLogger(__name__)


class _Waiting(NamedTuple):
    statements: Sequence[Sql | Batch]
    changed: Sequence[Change]
    done: "asyncio.Future[None]"


class Commits:
    """Writes whose callers each wait for their own; what one caller writes never depends on another's."""

    def __init__(self, database: DuckDB) -> None:
        self._database = database
        self._loop = asyncio.get_running_loop()
        self._waiting: list[_Waiting] = []
        self._is_busy = False

    def write(self, statements: Sequence[Sql | Batch], changed: Iterable[Change] = ()) -> "asyncio.Future[None]":
        """Return a future that is done when the statements, all of them, are on disk."""
        done = self._loop.create_future()
        self._waiting.append(_Waiting(statements, tuple(changed), done))
        if not self._is_busy:
            self._is_busy = True
            self._loop.call_soon(self._submit)
        return done

    def write_later(self, statements: Sequence[Sql | Batch], changed: Iterable[Change] = ()) -> None:
        """Write what nobody waits for; a failure is logged."""
        self.write(statements, changed).add_done_callback(_log_failure)

    def _submit(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            self._is_busy = False
            return
        statements = _merged(statement for one in waiting for statement in one.statements)
        changed = {change for one in waiting for change in one.changed}
        written = self._database.submit(statements, changed)
        written.add_done_callback(lambda written: self._loop.call_soon_threadsafe(self._finish, waiting, written))

    def _finish(self, waiting: list[_Waiting], written: "Future[Any]") -> None:
        error = written.exception()
        for one in waiting:
            if one.done.done():
                continue  # who waited has been cancelled
            if error is None:
                one.done.set_result(None)
            elif len(waiting) == 1:
                one.done.set_exception(error)
            else:  # one bad statement must not lose what the others wrote
                self._submit_alone(one)
        self._submit()

    def _submit_alone(self, one: _Waiting) -> None:
        written = self._database.submit(one.statements, one.changed)
        written.add_done_callback(lambda written: self._loop.call_soon_threadsafe(_settle, one.done, written))


def _merged(statements: Iterable[Sql | Batch]) -> list[Sql | Batch]:
    """Join the rows of all batches of one `Into`, at the place of the first."""
    merged: list[Sql | Batch] = []
    rows: dict[int, list[tuple[object, ...]]] = {}
    for statement in statements:
        if isinstance(statement, Sql):
            merged.append(statement)
        elif id(statement.into) in rows:
            rows[id(statement.into)].extend(statement.rows)
        else:
            own = rows[id(statement.into)] = list(statement.rows)
            merged.append(Batch(statement.into, own))
    return merged


def _log_failure(done: "asyncio.Future[None]") -> None:
    if not done.cancelled() and done.exception():
        log.error("could not be written", exc_info=done.exception())


def _settle(done: "asyncio.Future[None]", written: "Future[Any]") -> None:
    error = written.exception()
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
