"""One import under way: what it makes is noted in the same commit, so that it is told of and can be undone."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from data.database import Batch, Change, Database, Sql, rows_into
from data.events import EventKind, event
from data.imports.lines import Columns, Line, Report, read
from data.texts import N_, told

TELL_EVERY_S = 0.5
LOST_AFTER = timedelta(seconds=60)
"""Whoever works on an import and is not heard of for so long is gone."""


class State(StrEnum):
    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


class Options(NamedTuple):
    """How a file is read.

    renamed: the portal's column name by the file's own.
    shift_years: added to every time, for exports whose years lack the century (sessions only).
    create_stations: the site for stations the portal does not know, where the line names none; None refuses them
        (sessions only).
    most_lines: how many of the file's lines are looked at; None: all.
    by: the user who takes it in; None: the command line.
    """

    renamed: Mapping[str, str] = {}
    shift_years: int = 0
    create_stations: str | None = None
    most_lines: int | None = None
    by: int | None = None


Row = Sequence[object]


class Step(NamedTuple):
    """A row that an import made (before is None), changed or removed (after is None).

    subject: its table.
    """

    subject: str
    name: str
    before: Row | None
    after: Row | None


INTO_IMPORT_ROW = rows_into(
    "import_row",
    pa.schema(
        [
            ("import_id", pa.int32()),
            ("subject", pa.string()),
            ("name", pa.string()),
            ("before", pa.string()),
            ("after", pa.string()),
        ]
    ),
)


class Journal:
    """What one import reads, makes and tells.

    Args:
        import_id: its row in `import`; None for a look that nobody is told of.
        is_dry: nothing but the counts is written.
        before_end: what is done when every line was looked at, before anybody is told that the import ended.
    """

    def __init__(
        self,
        database: Database,
        import_id: int | None,
        is_dry: bool = False,
        before_end: Callable[[Report], None] = lambda report: None,
    ) -> None:
        self.database = database
        self.import_id = import_id
        self.is_dry = is_dry or import_id is None
        self.report = Report()
        self._before_end = before_end
        self._told_at = 0.0

    def lines(self, file: Path, columns: Columns, options: Options) -> Iterator[Line]:
        """Yield the file's lines, and tell how far they are.

        Raises:
            InvalidInput: the file cannot be read, or its columns do not match.
        """
        for count, line in enumerate(read(file, columns, options.renamed, self.report), start=1):
            yield line
            self.reached(line.number)
            if count == options.most_lines:
                return

    def reached(self, line: int) -> None:
        """Tell how far the import is; seldom enough to cost nothing."""
        if self.import_id is None or time.monotonic() - self._told_at < TELL_EVERY_S:
            return
        self._told_at = time.monotonic()
        sql = "UPDATE import SET lines_done = $line, heard_at = $now WHERE import_id = $id"
        params = {"line": line, "now": datetime.now(UTC), "id": self.import_id}
        self.database.write([Sql(sql, params)], [("import", self.import_id)])

    def write(
        self, statements: Sequence[Sql | Batch], changed: Iterable[Change] = (), steps: Iterable[Step] = ()
    ) -> None:
        """Commit a part of what the import makes, with its notes."""
        if not self.is_dry:
            self.database.write([*statements, *self._noted(steps)], changed)

    def finish(
        self, statements: Sequence[Sql | Batch], changed: Iterable[Change] = (), steps: Iterable[Step] = ()
    ) -> None:
        """Commit the last part, that the import is done, and the event that says so."""
        if self.import_id is None:
            return
        self._before_end(self.report)
        if self.is_dry:
            self.database.write([self._ended(State.CHECKED)], [("import", self.import_id)])
            return
        said = self._event(N_("%(who)s imported %(kind)s from %(file)s: %(report)s."), report=self.report.sentence)
        parts = [*statements, *self._noted(steps), self._ended(State.DONE), said]
        self.database.write(parts, [*changed, ("import", self.import_id), ("event", 0)])

    def fail(self, why: str) -> None:
        """Commit that the file was not taken, or not to its end; after a mere look it waits on."""
        if self.import_id is None:
            return
        refused = N_("%(who)s could not import %(kind)s from %(file)s. %(why)s")
        said = [] if self.is_dry else [self._event(refused, why=why)]
        ended = self._ended(State.UPLOADED if self.is_dry else State.FAILED, why)
        self.database.write([ended, *said], [("import", self.import_id), ("event", 0)])

    def _noted(self, steps: Iterable[Step]) -> list[Batch]:
        rows = [(self.import_id, one.subject, one.name, kept(one.before), kept(one.after)) for one in steps]
        return [Batch(INTO_IMPORT_ROW, rows)] if rows else []

    def _ended(self, state: State, failure: str = "") -> Sql:
        sql = """UPDATE import SET state = $state, heard_at = $now, ended_at = $now, created = $created,
                     changed = $changed, unchanged = $unchanged, refused = $refused, failure = $failure
                 WHERE import_id = $id"""
        report = self.report
        counts = {"created": report.created, "changed": report.changed, "unchanged": report.unchanged}
        params = {"state": state.value, "now": datetime.now(UTC), "failure": failure, "id": self.import_id}
        return Sql(sql, params | counts | {"refused": len(report.problems)})

    def _event(self, template: str, **values: object) -> Batch:
        assert self.import_id is not None
        return event_of(self.database, self.import_id, template, values)


def event_of(
    database: Database, import_id: int, template: str, values: Mapping[str, object] | None = None, by: int | None = None
) -> Batch:
    """Return the event of an import.

    Args:
        template: what was done, with who, kind and file for those of the import.
        by: the user who did it; None: who began the import.
    """
    (row,) = database.query(
        """SELECT kind, file_name, coalesce($by, import.user_id) AS user_id, email
           FROM import LEFT JOIN portal_user ON portal_user.user_id = coalesce($by, import.user_id)
           WHERE import_id = $id""",
        {"id": import_id, "by": by},
    ).to_pylist()
    who, kind, file = row["email"] or told("The command line"), row["kind"], row["file_name"]
    text = told(template, who=who, kind=told(kind), file=file, **(values or {}))
    return event(EventKind.IMPORTED, text, user_id=row["user_id"], details={"import": import_id})


def kept(row: Row | None) -> str | None:
    """Write a row's columns as the journal keeps them."""
    return None if row is None else json.dumps([_plain(value) for value in row])


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
