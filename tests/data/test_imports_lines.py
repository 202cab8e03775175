"""Files of other systems are read whatever their separator, encoding and column names."""

import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from data.errors import InvalidInput
from data.imports.lines import Columns, Line, Report, read

COLUMNS = Columns(required=("site", "charge_box_id"), optional=("name",))
EXPECTED = [Line(2, {"site": "Solna", "charge_box_id": "CP1", "name": "Gäst, 1"})]


def lines_of(file: Path, **renamed: str) -> list[Line]:
    return list(read(file, COLUMNS, renamed, Report()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separator_and_encoding_are_recognised(tmp_path: Path, separator: str, encoding: str) -> None:
    file = tmp_path / "file.csv"
    rows = [["Site", "charge_box_id ", "name", "other"], ["Solna", " CP1 ", '"Gäst, 1"', "x"]]
    file.write_text("\r\n".join(separator.join(row) for row in rows), encoding=encoding)
    assert lines_of(file) == EXPECTED


def test_excel_workbooks_are_read_like_csv(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["site", "charge_box_id", "name", "started"])
    book.active.append(["Solna", 582873.0, None, datetime.fromisoformat("2026-03-20 15:42:08")])
    book.save(tmp_path / "file.xlsx")
    (line,) = lines_of(tmp_path / "file.xlsx")
    assert line == Line(2, {"site": "Solna", "charge_box_id": "582873", "name": ""})
    (renamed,) = lines_of(tmp_path / "file.xlsx", started="name")
    assert renamed.get("name") == "2026-03-20 15:42:08"


@pytest.mark.parametrize("is_streamed", [False, True])
def test_a_formula_without_a_saved_value_is_told_with_its_column(tmp_path: Path, is_streamed: bool) -> None:
    """Programs other than Excel save formulas without what they come to; a streamed sheet does not tell its size."""
    book = openpyxl.Workbook(write_only=is_streamed)
    sheet = book.create_sheet("Stations", 0)
    for row in (
        ["site", "charge_box_id", "other"],
        ["=A9", "CP1", "x"],
        ["Solna", "CP2", "=A9&B9"],
        ["Solna", "CP3", "x"],
    ):
        sheet.append(row)
    book.save(tmp_path / "file.xlsx")
    report = Report()
    lines = list(read(tmp_path / "file.xlsx", COLUMNS, {}, report))
    assert [line.get("charge_box_id") for line in lines] == ["CP2", "CP3"]
    (problem,) = report.problems
    assert (problem.line, problem.column, problem.value) == (2, "site", "=A9")
    assert "is a formula without a saved value" in problem.reason


def test_a_formula_that_came_to_nothing_is_blank(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["site", "charge_box_id", "name"], ["Solna", "CP1", '=IF(A9="","",A9)']):
        book.active.append(row)
    book.save(tmp_path / "never.xlsx")
    with zipfile.ZipFile(tmp_path / "never.xlsx") as never, zipfile.ZipFile(tmp_path / "saved.xlsx", "w") as saved:
        for name in never.namelist():  # Excel tells by the type that the value is a text, which is empty
            saved.writestr(name, never.read(name).replace(b'<c r="C2"', b'<c r="C2" t="str"'))
    assert lines_of(tmp_path / "saved.xlsx") == [Line(2, {"site": "Solna", "charge_box_id": "CP1", "name": ""})]


def test_columns_are_renamed(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_text("locationId,stationId\n461655,582873\n")
    (line,) = lines_of(file, LocationId="site", stationId="charge_box_id")
    assert line.values == {"site": "461655", "charge_box_id": "582873"}


def test_a_mapped_column_goes_before_one_of_the_same_name(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_text("site,charge_box_id,id\nSolna,old,new\n")
    assert lines_of(file, id="charge_box_id")[0].get("charge_box_id") == "new"


@pytest.mark.parametrize(
    ("header", "renamed", "message"),
    [
        ("site,id", {}, "column 'charge_box_id' is missing. Tell which column it is; the file has: site, id."),
        ("site,id", {"id": "box"}, "--map 'id=box' names no portal column. There are: site, charge_box_id, name."),
        ("site,id", {"nr": "name"}, "--map 'nr=name' names no column of the file. It has: site, id."),
        ("site,a,b", {"a": "name", "b": "name"}, "column 'name' comes from two columns of the file."),
        ("", {}, "column 'site, charge_box_id' is missing. Tell which column it is; the file has: –."),
    ],
)
def test_columns_that_do_not_fit_are_named(tmp_path: Path, header: str, renamed: dict[str, str], message: str) -> None:
    file = tmp_path / "file.csv"
    file.write_text(header)
    with pytest.raises(InvalidInput) as refused:
        lines_of(file, **renamed)
    assert str(refused.value).startswith(message)


def test_a_line_of_another_length_is_reported_with_its_number(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_text('site,charge_box_id,name\n"So\nlna",CP1,\n\nSolna,CP2,1,5\nSolna,CP3,\n')
    report = Report()
    assert [line.number for line in read(file, COLUMNS, {}, report)] == [2, 6]
    assert str(report.problems[0]) == (
        "line 5: the line has 4 fields, the header has 3. Quote fields that hold the separator."
    )


@pytest.mark.parametrize("name", ["missing.csv", "missing.xlsx", "text.xlsx", "."])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "text.xlsx").write_text("site,charge_box_id")
    with pytest.raises(InvalidInput, match="^(f|F)ile "):
        lines_of(tmp_path / name)
