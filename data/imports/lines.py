"""Lines of a CSV or Excel file under the portal's own column names, and what became of them."""

import contextlib
import csv
import io
import itertools
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl

from data.errors import InvalidInput
from data.texts import N_, Told, told

MOST_OUTCOMES = 20
CHUNK_BYTES = 1 << 20
WORKBOOKS = {".xlsx", ".xlsm"}
NO_VALUE = N_("is a formula without a saved value. Open the file in Excel and save it, or paste the values.")


class Columns(NamedTuple):
    """What a kind of file has: columns that must be there, and columns that may."""

    required: tuple[str, ...]
    optional: tuple[str, ...]


class Line(NamedTuple):
    """A line of the file: trimmed text by the portal's column names; columns that the file lacks are missing."""

    number: int
    values: Mapping[str, str]

    def get(self, column: str) -> str:
        """Give the text in a column, empty when it is blank or the file has no such column."""
        return self.values.get(column, "")


class Formula(str):
    """What stands in a cell whose formula was never worked out, so that its value is unknown."""


class Outcome(NamedTuple):
    """What became of a line: `created`, `changed` or `unchanged`, the values it stands for, and which of them name what
    the file itself creates."""

    line: int
    what: str
    becomes: Mapping[str, object]
    new: Collection[str] = ()


class Problem(NamedTuple):
    """Why a line was not taken."""

    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        value = f" {self.value!r}" if self.value else ""
        return f"line {self.line}: {self.column}{value} {self.reason}"


@dataclass
class Report:
    """What an import did. outcomes: of the first lines only; new_sites, new_floors: the names of those it creates."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    new_sites: list[str] = field(default_factory=list)
    new_floors: list[str] = field(default_factory=list)

    def take(self, outcome: Outcome) -> None:
        setattr(self, outcome.what, getattr(self, outcome.what) + 1)
        if len(self.outcomes) < MOST_OUTCOMES:
            self.outcomes.append(outcome)

    def refuse(self, line: int, error: InvalidInput) -> None:
        self.problems.append(Problem(line, error.field, "" if error.value is None else str(error.value), error.reason))

    @property
    def sentence(self) -> Told:
        """What was done, in figures."""
        counts = {"created": self.created, "changed": self.changed, "unchanged": self.unchanged}
        taken = told("%(created)s created, %(changed)s changed, %(unchanged)s unchanged", **counts)
        if not self.problems:
            return taken
        return told("%(taken)s, %(refused)s not taken", taken=taken, refused=len(self.problems))

    def __str__(self) -> str:
        return self.sentence


def rows_of(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each line of a file, the header first.

    Raises:
        InvalidInput: the file cannot be read.
    """
    return _excel_rows(file) if file.suffix.lower() in WORKBOOKS else _csv_rows(file)


def read(file: Path, columns: Columns, renamed: Mapping[str, str], report: Report) -> Iterator[Line]:
    """Yield the file's lines; those that do not fit its header go to the report.

    Args:
        renamed: the portal's column name by the file's own, empty for none of them; names are compared without regard
            to case.

    Raises:
        InvalidInput: the file cannot be read, or its columns do not match.
    """
    rows = rows_of(file)
    _, header = next(rows, (0, []))
    names = _ours(header, columns, renamed)
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            reason = told(
                "has %(fields)s fields, the header has %(columns)s. Quote fields that hold the separator.",
                fields=len(cells),
                columns=len(header),
            )
            report.problems.append(Problem(number, N_("the line"), "", reason))
            continue
        named = {name: cell for name, cell in zip(names, cells, strict=True) if name}
        formulas = [name for name, cell in named.items() if isinstance(cell, Formula)]
        for name in formulas:
            report.problems.append(Problem(number, name, named[name], NO_VALUE))
        if not formulas:
            yield Line(number, {name: cell.strip() for name, cell in named.items()})


def chunks(lines: Iterable[Line], most: int) -> Iterator[list[Line]]:
    """Yield the lines in lists of at most `most`, so that a file of any length needs little memory."""
    lines = iter(lines)
    while chunk := list(itertools.islice(lines, most)):
        yield chunk


def _ours(header: list[str], columns: Columns, renamed: Mapping[str, str]) -> list[str]:
    """Name each of the file's columns as the portal does; empty for those it has no use for."""
    known = columns.required + columns.optional
    theirs = {name.casefold(): ours for name, ours in renamed.items()}
    present = {name.strip().casefold() for name in header}
    for name, ours in renamed.items():
        if ours and ours not in known:
            raise InvalidInput(
                "--map",
                f"{name}={ours}",
                told("names no portal column. There are: %(columns)s.", columns=", ".join(known)),
            )
        if name.casefold() not in present:
            raise InvalidInput(
                "--map",
                f"{name}={ours}",
                told("names no column of the file. It has: %(columns)s.", columns=", ".join(header)),
            )
    mapped = set(renamed.values())
    names = []
    for cell in header:
        name = cell.strip().casefold()
        names.append(theirs[name] if name in theirs else name if name in known and name not in mapped else "")
    taken = [name for name in names if name]
    if twice := sorted({name for name in taken if taken.count(name) > 1}):
        raise InvalidInput(N_("column"), twice[0], N_("comes from two columns of the file. Choose one."))
    if missing := [name for name in columns.required if name not in taken]:
        there = ", ".join(header) or "–"
        reason = told("is missing. Tell which column it is; the file has: %(columns)s.", columns=there)
        raise InvalidInput(N_("column"), ", ".join(missing), reason)
    return names


def _csv_rows(file: Path) -> Iterator[tuple[int, list[str]]]:
    text = _text(file)
    header = text[: text.find("\n")] if "\n" in text else text
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 1
    try:
        for cells in reader:
            yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        raise InvalidInput(N_("Line"), number, told("is not CSV: %(fault)s.", fault=error)) from error


def _text(file: Path) -> str:
    """Decode UTF-8, UTF-16 with its mark, or else what Windows programs write."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InvalidInput(N_("file"), str(file), told("cannot be read: %(fault)s.", fault=error.strerror)) from error
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def rows_of_workbook(file: Path) -> int:
    """Return how many rows the first sheet says it has.

    Raises:
        InvalidInput: the file cannot be read.
    """
    with _first_sheet(file) as sheet:
        return sheet.max_row or 0


def _excel_rows(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the first sheet."""
    with _first_sheet(file) as sheet:
        if not _has_formulas(file):
            rows = sheet.iter_rows(values_only=True)
            yield from enumerate(([_cell_text(cell) for cell in cells] for cells in rows), start=1)
            return
        with _first_sheet(file, is_worked_out=False) as written:
            both = zip(sheet.iter_rows(), written.iter_rows(values_only=True), strict=True)
            for number, (cells, as_written) in enumerate(both, start=1):
                yield number, [_worked_out(*pair) for pair in zip(cells, as_written, strict=True)]


def _has_formulas(file: Path) -> bool:
    """Tell whether a workbook may have formulas: reading a sheet a second time for them takes as long as the first."""
    with zipfile.ZipFile(file) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/"):
                with parts.open(name) as part:
                    before = b""
                    while chunk := part.read(CHUNK_BYTES):
                        if re.search(rb"<f[ />]", before + chunk):
                            return True
                        before = chunk[-2:]
    return False


def _worked_out(cell: Any, written: object) -> str:
    """Return the text of a cell; of one with a formula and no value the formula."""
    is_empty_text = cell.data_type == "str"  # what a formula came to: that is a value
    if cell.value is None and written is not None and not is_empty_text:
        return Formula(getattr(written, "text", written))  # openpyxl has objects for formulas of several cells
    return _cell_text(cell.value)


@contextlib.contextmanager
def _first_sheet(file: Path, is_worked_out: bool = True) -> Iterator[Any]:
    """Open a workbook's first sheet, with formulas or what they came to. Of a damaged one, openpyxl raises anything."""
    try:
        with contextlib.closing(openpyxl.load_workbook(file, read_only=True, data_only=is_worked_out)) as book:
            yield book.worksheets[0]
    except Exception as error:
        if isinstance(error, OSError) and error.strerror:
            raise InvalidInput(
                N_("file"), str(file), told("cannot be read: %(fault)s.", fault=error.strerror)
            ) from error
        raise InvalidInput(N_("File"), None, N_("is no Excel workbook. Save it as .xlsx or as CSV.")) from error


def _cell_text(cell: object) -> str:
    match cell:
        case None:
            return ""
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime():
            return cell.isoformat(sep=" ", timespec="seconds")
        case _:
            return str(cell)
