"""The one way a file is taken in, for the command line and the browser."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from data.database import Database, Sql
from data.errors import InvalidInput
from data.imports import sessions, topology, users
from data.imports.journal import Journal, Options, State
from data.imports.lines import Columns, Report
from data.texts import N_

LONGEST_FILE_NAME = 200


class Kind(NamedTuple):
    """A kind of file: its columns, and what takes its lines in and finishes the journal."""

    columns: Columns
    take: Callable[[Journal, Path, Options], None]


KINDS: Mapping[str, Kind] = {
    N_("sessions"): Kind(sessions.COLUMNS, sessions.take),
    N_("topology"): Kind(topology.COLUMNS, topology.take),
    N_("users"): Kind(users.COLUMNS, users.take),
}


def begin(
    database: Database,
    kind: str,
    file_name: str,
    user_id: int | None = None,
    state: State = State.RUNNING,
    lines: int = 0,
) -> int:
    """Make an import's row and return its import_id.

    Args:
        user_id: whose it is; None: the command line's.
        lines: of the file, about.
    """
    sql = """INSERT INTO import (kind, file_name, state, user_id, started_at, heard_at, lines)
             VALUES ($kind, $name, $state, $user_id, $now, $now, $lines) RETURNING import_id"""
    name = file_name[-LONGEST_FILE_NAME:]
    params = {"kind": kind, "name": name, "state": state.value, "user_id": user_id, "lines": lines}
    made = database.write([Sql(sql, params | {"now": datetime.now(UTC)})], [("import", 0)])[0]
    return int(made["import_id"][0].as_py())


def take(
    database: Database,
    import_id: int,
    kind: str,
    file: Path,
    options: Options,
    is_dry: bool = False,
    before_end: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Take a file's lines; good ones are kept, the others are in the report with the reason.

    Args:
        is_dry: only look what would become of the lines.
        before_end: what is done before anybody is told that the import ended.

    Raises:
        InvalidInput: the file cannot be read, or its columns do not match. The import is failed then.
    """
    journal = Journal(database, import_id, is_dry, before_end)
    try:
        KINDS[kind].take(journal, file, options)
    except InvalidInput as error:
        journal.fail(error.sentence)
        raise
    return journal.report


def preview(database: Database, kind: str, file: Path, options: Options) -> Report:
    """Look at what would become of the first lines.

    Raises:
        InvalidInput: the file cannot be read, or its columns do not match.
    """
    journal = Journal(database, None)
    KINDS[kind].take(journal, file, options)
    return journal.report
