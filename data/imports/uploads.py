"""Files that administrators bring in the browser, from the upload until they are taken in or forgotten."""

import csv
import itertools
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, NamedTuple

from data import folders
from data.database import Database, Sql
from data.errors import InvalidInput, NotFound
from data.imports import lines, past
from data.imports.journal import LOST_AFTER, Journal, Options, State
from data.imports.lines import Report
from data.imports.past import Import
from data.imports.taking import KINDS, begin, take
from data.scope import Role, Scope
from data.texts import N_, retold, told, words

LARGEST = 64 << 20  # bytes
LARGEST_UNPACKED = 1 << 30  # bytes of a workbook; more is meant to fill the memory
CHUNK = 1 << 20
HEAD_LINES = 30
KEPT = timedelta(days=1)
"""How long a file waits to be taken in, and the lines that were not taken to be fetched."""

OLD_EXCEL = b"\xd0\xcf\x11\xe0"
WORKBOOK = "xl/workbook.xml"


class Head(NamedTuple):
    """The names of a file's columns, and its first lines."""

    names: Sequence[str]
    lines: Sequence[Sequence[str]]


class Refused(NamedTuple):
    """A line that was not taken, as kept: its number, the portal's column and the value that are wrong, and why."""

    line: str
    column: str
    value: str
    reason: str
    template: str
    arguments: str

    @property
    def why(self) -> str:
        """The reason as it was told."""
        return retold(self.reason, self.template or None, self.arguments or None)


def keep(scope: Scope, data: Path, kind: str, file_name: str, content: IO[bytes]) -> int:
    """Keep a file to be taken in, and return its import_id.

    Raises:
        NotPermitted: the user is no administrator.
        InvalidInput: the file is empty, too large, or neither CSV nor an Excel workbook, by what is in it.
    """
    scope.require(Role.ADMINISTRATOR, action=N_("import files"))
    if kind not in KINDS:
        raise InvalidInput(N_("Kind"), kind, told("must be one of: %(choices)s.", choices=", ".join(KINDS)))
    folder = folders.of_imports(data)
    _forget_old(scope.database, folder)
    import_id = begin(scope.database, kind, file_name, scope.user_id, State.UPLOADED)
    unfinished = folder / f"{import_id}{folders.UNFINISHED}"
    try:
        with unfinished.open("xb") as file:
            unfinished.chmod(0o600)  # it may hold passwords
            _copy(content, file, file_name)
        whole = unfinished.rename(folder / f"{import_id}{_ending(unfinished, file_name)}")
        _keep_head(whole, _head_path(data, import_id))
    except InvalidInput:
        unfinished.unlink(missing_ok=True)
        _forget(scope, data, import_id)
        raise
    count = Sql("UPDATE import SET lines = $n WHERE import_id = $id", {"n": _count(whole), "id": import_id})
    scope.database.write([count], [("import", import_id)])
    return import_id


def start(scope: Scope, import_id: int, is_dry: bool) -> Import:
    """Claim a file that waits, to take it in or only to look what would become of its lines.

    Raises:
        NotPermitted: the user is no administrator.
        NotFound: no such file waits, or somebody takes it in already.
    """
    one = past.find(scope, import_id)
    sql = """UPDATE import SET state = $state, heard_at = $now, lines_done = 0, failure = '' WHERE import_id = $id
             AND (state IN ('uploaded', 'checked') OR (state = 'checking' AND heard_at < $lost)) RETURNING import_id"""
    now = datetime.now(UTC)
    state = State.CHECKING if is_dry else State.RUNNING
    params = {"state": state.value, "now": now, "id": import_id, "lost": now - LOST_AFTER}
    if not scope.database.write([Sql(sql, params)], [("import", import_id)])[0].num_rows:
        raise NotFound("uploaded file", one.file_name)
    return one


def carry_out(database: Database, data: Path, one: Import, options: Options, is_dry: bool) -> None:
    """Take a claimed file in, or only look; the lines that were not taken can be fetched then.

    Raises:
        NotFound: it is gone.
        InvalidInput: it cannot be read, or its columns do not match.
    """
    file = file_of(data, one.import_id)

    def let_go() -> None:
        for path in (file, _head_path(data, one.import_id)):
            path.unlink(missing_ok=True)

    def clear_up(report: Report) -> None:
        keep_refused(data, one.import_id, file, report)
        if not is_dry:
            let_go()

    try:
        take(database, one.import_id, one.kind, file, options, is_dry, clear_up)
    finally:
        if not is_dry:
            let_go()


def break_off(database: Database, one: Import, is_dry: bool, why: str) -> None:
    """Note that a claimed file was not taken in, by a fault of the portal's."""
    Journal(database, one.import_id, is_dry).fail(why)


def forget(scope: Scope, data: Path, import_id: int) -> None:
    """Remove a file that was not taken in.

    Raises:
        NotFound: there is none that waits.
    """
    if past.find(scope, import_id).state not in (State.UPLOADED, State.CHECKED):
        raise NotFound("uploaded file", import_id)
    _forget(scope, data, import_id)


def file_of(data: Path, import_id: int) -> Path:
    """Return where an uploaded file lies.

    Raises:
        NotFound: it is gone.
    """
    for ending in (".csv", ".xlsx"):
        if (path := folders.of_imports(data) / f"{import_id}{ending}").exists():
            return path
    raise NotFound("uploaded file", import_id)


def head_file_of(data: Path, import_id: int) -> Path:
    """Return where the first lines of an uploaded file lie as CSV: a large workbook takes long to open.

    Raises:
        NotFound: they are gone.
    """
    path = _head_path(data, import_id)
    if not path.exists():
        raise NotFound("uploaded file", import_id)
    return path


def head(file: Path, most: int = 3) -> Head:
    """Return the columns of a file and its first lines.

    Raises:
        InvalidInput: it cannot be read, or has no columns.
    """
    rows = lines.rows_of(file)
    _, names = next(rows, (0, []))
    if not any(name.strip() for name in names):
        raise InvalidInput(N_("File"), None, N_("has no column names in its first line."))
    filled = (cells for _, cells in rows if any(cell.strip() for cell in cells))
    return Head([name.strip() for name in names], list(itertools.islice(filled, most)))


def keep_refused(data: Path, import_id: int, file: Path, report: Report) -> None:
    """Write the lines that were not taken, if any, with the reasons, to be corrected and taken again."""
    reasons = {problem.line: problem for problem in report.problems}
    refused = _refused_path(data, import_id)
    refused.unlink(missing_ok=True)
    if not reasons:
        return
    refused.touch(0o600)
    with refused.open("w", newline="", encoding="utf-8") as to:
        writer = csv.writer(to)
        rows = lines.rows_of(file)
        writer.writerow([*next(rows)[1], *Refused._fields])
        for number, cells in rows:
            if problem := reasons.get(number):
                writer.writerow([*cells, *problem, *words(problem.reason)])


def refused_lines(scope: Scope, data: Path, import_id: int) -> tuple[list[str], Iterator[tuple[list[str], Refused]]]:
    """Return the columns of a file, and its lines that were not taken, each with the reason.

    Raises:
        NotFound: there is none, or it is gone.
    """
    past.find(scope, import_id)
    path = _refused_path(data, import_id)
    if not path.exists():
        raise NotFound("file of lines that were not taken", import_id)
    rows = _refused_rows(path)
    columns, _ = next(rows)
    return columns, rows


def refused(data: Path, import_id: int, most: int) -> list[Refused]:
    """Return the first lines that were not taken; none when their file is gone."""
    path = _refused_path(data, import_id)
    if not path.exists():
        return []
    return [one for _, one in itertools.islice(_refused_rows(path), 1, most + 1)]


def _refused_rows(path: Path) -> Iterator[tuple[list[str], Refused]]:
    """Yield the header and the lines of a file that `keep_refused` wrote."""
    own = len(Refused._fields)
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.reader(file):
            yield row[:-own], Refused(*row[-own:])


def _forget_old(database: Database, folder: Path) -> None:
    """Remove what nobody came back for."""
    since = datetime.now(UTC) - KEPT
    sql = "DELETE FROM import WHERE state IN ('uploaded', 'checking', 'checked') AND heard_at < $since"
    database.write([Sql(sql, {"since": since})], [("import", 0)])
    for path in folder.iterdir():
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < since:
            path.unlink(missing_ok=True)


def _keep_head(file: Path, to: Path) -> None:
    to.touch(0o600)
    with to.open("w", newline="", encoding="utf-8") as first:
        csv.writer(first).writerows(cells for _, cells in itertools.islice(lines.rows_of(file), HEAD_LINES))
    head(to)


def _head_path(data: Path, import_id: int) -> Path:
    return folders.of_imports(data) / f"{import_id}.head"


def _refused_path(data: Path, import_id: int) -> Path:
    return folders.of_imports(data) / f"{import_id}.refused"


def _forget(scope: Scope, data: Path, import_id: int) -> None:
    states = [State.UPLOADED.value, State.CHECKED.value]
    gone = Sql("DELETE FROM import WHERE import_id = $id AND state = ANY($states)", {"id": import_id, "states": states})
    scope.database.write([gone], [("import", import_id)])
    for path in folders.of_imports(data).glob(f"{import_id}.*"):
        path.unlink(missing_ok=True)


def _copy(content: IO[bytes], to: IO[bytes], name: str) -> None:
    size = 0
    while chunk := content.read(CHUNK):
        size += len(chunk)
        if size > LARGEST:
            raise InvalidInput(N_("File"), name, told("is larger than %(size)s MiB. Split it.", size=LARGEST >> 20))
        to.write(chunk)
    if not size:
        raise InvalidInput(N_("File"), name, N_("is empty."))


def _ending(file: Path, name: str) -> str:
    """Tell CSV from a workbook by what is in the file."""
    with file.open("rb") as content:
        start = content.read(CHUNK)
    if start.startswith(OLD_EXCEL):
        raise InvalidInput(
            N_("File"),
            name,
            N_("is a workbook of an old Excel or with a password. Save it as .xlsx without one, or as CSV."),
        )
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as parts:
            if WORKBOOK in parts.namelist() and sum(part.file_size for part in parts.infolist()) <= LARGEST_UNPACKED:
                return ".xlsx"
        raise InvalidInput(N_("File"), name, N_("is no Excel workbook. Save it as .xlsx or as CSV."))
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidInput(N_("File"), name, N_("is neither CSV nor an Excel workbook. Save it as .xlsx or as CSV."))
    if Path(name).suffix.lower() in lines.WORKBOOKS:
        raise InvalidInput(
            N_("File"), name, N_("holds text and is no Excel workbook. Save it as one, or name it .csv.")
        )
    return ".csv"


def _count(file: Path) -> int:
    """Return about how many lines a file has."""
    if file.suffix == ".xlsx":
        return lines.rows_of_workbook(file)
    with file.open("rb") as content:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: content.read(CHUNK), b""))
