"""The imports there were: who took what in, when, and how far one is that runs."""

from datetime import UTC, datetime
from typing import NamedTuple

from data.errors import NotFound
from data.imports.journal import LOST_AFTER, State
from data.scope import Role, Scope
from data.texts import N_

MOST_LISTED = 100
LARGEST_ID = 2**31 - 1
AT_WORK = (State.CHECKING, State.RUNNING, State.UNDOING)


class Import(NamedTuple):
    """A row of `import` with the names of who took it in and who undid it."""

    import_id: int
    kind: str
    file_name: str
    state: str
    by: str
    """Empty: the command line."""
    started_at: datetime
    heard_at: datetime
    lines: int
    lines_done: int
    created: int
    changed: int
    unchanged: int
    refused: int
    failure: str
    undone_at: datetime | None
    undoer: str

    @property
    def is_at_work(self) -> bool:
        """Whether somebody works on it now."""
        return self.state in AT_WORK and datetime.now(UTC) - self.heard_at < LOST_AFTER

    @property
    def can_be_undone(self) -> bool:
        """Whether it made something, to its end or not, that still stands."""
        made = self.state in (State.RUNNING, State.UNDOING) or self.created + self.changed > 0
        return made and self.state in (State.DONE, State.FAILED, *AT_WORK[1:]) and not self.is_at_work


COLUMNS = """import_id, kind, file_name, state, started_at, heard_at, lines, lines_done, created, changed, unchanged,
             refused, failure, undone_at, trim(maker.first_name || ' ' || maker.last_name) AS by,
             trim(undoer.first_name || ' ' || undoer.last_name) AS undoer"""


def find(scope: Scope, import_id: int) -> Import:
    """Return one import.

    Raises:
        NotPermitted: the user is no administrator.
        NotFound: there is none.
    """
    found = _imports(scope, "import_id = $id", {"id": import_id}) if abs(import_id) <= LARGEST_ID else []
    if not found:
        raise NotFound("import", import_id)
    return found[0]


def latest(scope: Scope, kind: str) -> list[Import]:
    """Return the newest imports of a kind, newest first.

    Raises:
        NotPermitted: the user is no administrator.
    """
    return _imports(scope, "kind = $kind", {"kind": kind})


def _imports(scope: Scope, condition: str, params: dict[str, object]) -> list[Import]:
    scope.require(Role.ADMINISTRATOR, action=N_("import files"))
    rows = scope.database.query(
        f"""SELECT {COLUMNS} FROM import LEFT JOIN portal_user maker ON maker.user_id = import.user_id
            LEFT JOIN portal_user undoer ON undoer.user_id = import.undone_by
            WHERE {condition} ORDER BY import_id DESC LIMIT $limit""",  # noqa: S608 - constants above
        {**params, "limit": MOST_LISTED},
    ).to_pylist()
    return [Import(**{**row, "by": row["by"] or "", "undoer": row["undoer"] or ""}) for row in rows]
