"""Import: administrators bring files, see what they will become, take them in and undo that; nobody else does."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from werkzeug.test import TestResponse

from data.database import Sql
from data.duckdb_engine import DuckDB
from data.imports import past
from tests.conftest import People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]
TOPOLOGY = "Location;Charger;Level;Colour\nKista;CP1;P1;red\nKista;;P1;red\nSolna;CP2;;blue\n"
COLUMNS = ["site", "charge_box_id", "floor", "-"]


def bring(somebody: Visitor, content: bytes | str, kind: str = "topology", name: str = "stations.csv") -> TestResponse:
    content = content.encode() if isinstance(content, str) else content
    return somebody.client.post(
        f"/import/{kind}", data={"file": (io.BytesIO(content), name)}, headers={"X-CSRFToken": somebody.token}
    )


def values(import_id: int | None, columns: list[str], **more: Any) -> dict[str, Any]:
    mapped = {'{"import-column":["ALL"]}.value': columns}
    return {"import-id.data": import_id, **mapped, "import-creates.value": False, **more}


@pytest.fixture
def alice(visitor: Visit, people: People) -> Visitor:
    return visitor("alice")


def workbook(damaged: dict[str, bytes], chart_only: bool = False) -> bytes:
    """Return an Excel file with some of its parts as they should not be."""
    book, made, content = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    if chart_only:
        book.create_chartsheet()
        book.remove(book.worksheets[0])
    book.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(content, "w") as changed:
        for name in parts.namelist():
            changed.writestr(name, damaged.get(name, parts.read(name)))
    return content.getvalue()


@pytest.mark.parametrize("name", ["bob", "charlie", "dana", "sam"])
def test_only_administrators_import(
    visitor: Visit, people: People, database: DuckDB, tmp_path: Path, name: str
) -> None:
    somebody = visitor(name)
    assert "This page does not exist" in somebody.page("/import?kind=users")
    answer = bring(somebody, TOPOLOGY)
    assert (answer.status_code, "you may not import files" in answer.text) == (403, True)
    assert not database.query("SELECT 1 FROM import").num_rows
    assert somebody.client.get("/import/1/refused.csv").status_code == 404


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (workbook({"[Content_Types].xml": b"<a/>"}), "File is no Excel workbook"),
        (workbook({"xl/workbook.xml": b"nonsense"}), "File is no Excel workbook"),
        (workbook({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row>"}), "File is no Excel workbook"),
        (workbook({}, chart_only=True), "File is no Excel workbook"),
        (b"\xd0\xcf\x11\xe0old", "of an old Excel"),
        (b"PK\x03\x04\0\0", "neither CSV nor an Excel workbook"),
        (b"\xff\xd8\xff\xe0\0\0JFIF", "neither CSV nor an Excel workbook"),
        (b",,\n1,2,3\n", "no column names"),
        ((b"site,charge_box_id\nSolna,CP1\n", "stations.xlsx"), "holds text and is no Excel workbook"),
    ],
)
def test_what_is_no_table_is_refused_and_leaves_nothing(
    alice: Visitor, database: DuckDB, tmp_path: Path, content: bytes | tuple[bytes, str], why: str
) -> None:
    content, name = content if isinstance(content, tuple) else (content, "stations.csv")
    answer = bring(alice, content, name=name)
    assert (answer.status_code, why in answer.text) == (400, True)
    assert not list((tmp_path / "files" / "imports").iterdir())
    assert not database.query("SELECT 1 FROM import").num_rows


def test_a_workbook_is_known_by_its_content(alice: Visitor, database: DuckDB, people: People) -> None:
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["site", "charge_box_id"])
    book.active.append(["Solna", 582873])
    book.save(content)
    import_id = int(bring(alice, content.getvalue(), name="stations.csv").text)
    assert past.find(people.alice, import_id).lines == 2
    assert "582873" in looked(alice, import_id, ["site", "charge_box_id"])["import-preview"]["children"].__str__()


def selects(part: Any) -> list[dict[str, Any]]:
    """Return every select in an answer."""
    if isinstance(part, list):
        return [found for one in part for found in selects(one)]
    if not isinstance(part, dict):
        return []
    own = [part] if part.get("type") == "Select" else []
    return own + [found for one in part.values() for found in selects(one)]


def looked(somebody: Visitor, import_id: int, columns: list[str], **more: Any) -> dict[str, Any]:
    output = "..import-preview.children...import-unused.children...import-fault.children...import-begin.disabled.."
    answer = somebody.call(output, values(import_id, columns, **more))
    assert answer.status_code == 200, answer.text
    return dict(answer.json["response"])


def test_columns_are_guessed_and_the_first_lines_shown_as_they_will_become(alice: Visitor, database: DuckDB) -> None:
    import_id = int(bring(alice, TOPOLOGY).text)
    card = alice.call("import-work.children", {"import-id.data": import_id, "import-kind.data": "topology"}).json
    assert [select["props"]["value"] for select in selects(card)] == COLUMNS
    shown = looked(alice, import_id, COLUMNS)
    assert shown["import-unused"]["children"] == "Not used: Colour"
    text = str(shown["import-preview"])
    assert all(part in text for part in ("New", "CP1", "P1", "is missing.", "Not taken"))
    assert not database.query("SELECT 1 FROM charging_station").num_rows


def test_nobody_changes_their_own_password_by_a_file(alice: Visitor) -> None:
    line = "administrator,Alice,Example,alice@portal.example,another horse 2"
    columns = ["role", "first_name", "last_name", "email", "password"]
    import_id = int(bring(alice, ",".join(columns) + f"\n{line}\n", kind="users", name="users.csv").text)
    assert "of your own is changed in User settings" in str(looked(alice, import_id, columns))


@pytest.mark.parametrize(("language", "site"), [("en", "Imported"), ("sv", "Importerade")])
def test_the_site_of_new_stations_is_proposed_in_the_users_language(
    visitor: Visit, people: People, database: DuckDB, language: str, site: str
) -> None:
    database.write([Sql("UPDATE portal_user SET language = $language", {"language": language})])
    alice = visitor("alice")
    import_id = int(bring(alice, "session_id;charger\nS-1;CP1\n", kind="sessions").text)
    card = alice.call("import-work.children", {"import-id.data": import_id, "import-kind.data": "sessions"})
    assert f"'value': '{site}'" in str(card.json)


def test_new_sites_and_floors_are_told_before_the_import(alice: Visitor) -> None:
    plans = "".join(f"Kista;K{level};P{level}\n" for level in range(20))
    import_id = int(bring(alice, "Location;Charger;Level\nSolna;CP1;\nSona;CP2;P1\n" + plans).text)
    text = str(looked(alice, import_id, ["site", "charge_box_id", "floor"])["import-preview"])
    assert "2 new sites: Sona, Kista'" in text
    assert "21 new floors: Sona / P1, Kista / P0," in text
    assert "Kista / P6 and 13 more" in text
    assert text.count("badge") == 18  # the first ten lines but Solna's, each with its site and floor


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        (["site", "-", "floor", "-"], "ChargeboxId is missing"),
        (["site", "charge_box_id", "site", "-"], "Site is chosen for two columns"),
        (["site"], "do not fit the file"),
        (["site", "charge_box_id", "floor", "user_id"], "do not fit the file"),
    ],
)
def test_a_mapping_that_cannot_be_is_explained(alice: Visitor, columns: list[str], why: str) -> None:
    import_id = int(bring(alice, TOPOLOGY).text)
    shown = looked(alice, import_id, columns)
    assert why in shown["import-fault"]["children"]
    assert shown["import-begin"]["disabled"] is True
    assert looked(alice, import_id, COLUMNS)["import-begin"]["disabled"] is False


def test_a_line_is_refused_in_words_of_the_page(alice: Visitor) -> None:
    columns = ["charge_box_id", "started_at", "ended_at"]
    bad = ("CP1,0014-11-18 15:40,0014-11-18 17:11", "CP9,2026-03-01 12:00,2026-03-01 11:00")
    lines = "\n".join([",".join(columns), *bad])
    for creates in (False, True):
        options = {"import-creates.value": creates, "import-site.value": "Solna"}
        told = str(looked(alice, int(bring(alice, lines, "sessions").text), columns, **options)["import-preview"])
        assert "Not taken" in told
        assert not re.search(r"--\w|started_at|ended_at|charge_box_id", told)


def test_a_file_that_is_let_be_is_gone(alice: Visitor, database: DuckDB, tmp_path: Path) -> None:
    import_id = int(bring(alice, TOPOLOGY).text)
    pressed(alice, "forget", import_id)
    assert not list((tmp_path / "files" / "imports").iterdir())
    assert not database.query("SELECT 1 FROM import").num_rows


def test_a_file_is_taken_in_and_undone(alice: Visitor, database: DuckDB, people: People, tmp_path: Path) -> None:
    import_id = int(bring(alice, TOPOLOGY).text)
    pressed(alice, "check", import_id)
    assert "2 new, 0 changed, 0 unchanged, 1 not taken" in str(ended(alice, people, import_id))
    assert not database.query("SELECT 1 FROM charging_station").num_rows
    pressed(alice, "take", import_id)
    shown = str(ended(alice, people, import_id))
    assert "Imported: 2 new, 0 changed, 0 unchanged, 1 not taken" in shown
    assert "ChargeboxId is missing." in shown
    with alice.client.get(f"/import/{import_id}/refused.csv") as answer:
        refused = answer.text.lstrip("\ufeff").splitlines()
    assert refused[0] == "Location,Charger,Level,Colour,Line,Reason"
    assert refused[1] == "Kista,,P1,red,3,ChargeboxId is missing."
    assert [file.name for file in (tmp_path / "files" / "imports").iterdir()] == [f"{import_id}.refused"]
    asked = press(alice, UNDO, {"import-undone.data": {"of": import_id}}, import_id)
    assert asked["import-question"]["is_open"] is True
    press(alice, UNDO, {"import-undo.n_clicks": 1}, import_id, {"import-asked.data": import_id})
    assert past.find(people.alice, import_id).state == "undone"
    assert not database.query("SELECT 1 FROM charging_station WHERE removed_at IS NULL").num_rows


def test_statistics_topology_and_users_lead_administrators_to_their_imports(visitor: Visit, people: People) -> None:
    for name, leads in (("alice", True), ("bob", False), ("sam", False)):
        somebody = visitor(name)
        pages = {"/statistics": "sessions", "/configuration?tab=topology": "topology", "/provisioning": "users"}
        for address, kind in pages.items():
            assert (f'"/import?kind={kind}"' in somebody.page(address)) is leads


def test_a_file_is_taken_in_once(alice: Visitor, database: DuckDB, people: People) -> None:
    import_id = int(bring(alice, TOPOLOGY).text)
    pressed(alice, "take", import_id)
    ended(alice, people, import_id)
    again = pressed(alice, "take", import_id)
    assert "There is no uploaded file" in again["import-fault"]["children"]


UNDO = "..import-question.is_open"
DO = "..import-id.data...import-ticker.disabled"


def pressed(somebody: Visitor, what: str, import_id: int) -> dict[str, Any]:
    return press(somebody, DO, {"import-pressed.data": {"of": what}}, import_id, values(import_id, COLUMNS))


def press(
    somebody: Visitor, begin: str, button: dict[str, Any], import_id: int, more: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Press a button: the property it changes, with its value."""
    output, entry = next((key, one) for key, one in somebody.app.callback_map.items() if key.startswith(begin))

    def value(dependency: dict[str, Any]) -> Any:
        if '["ALL"]' not in dependency["id"]:
            known = {"import-id.data": import_id, **(more or {}), **button}
            return {**dependency, "value": known.get(f"{dependency['id']}.{dependency['property']}")}
        chosen = (more or {}).get('{"import-column":["ALL"]}.value', [])
        return [{"id": {"import-column": place}, "property": "value", "value": one} for place, one in enumerate(chosen)]

    body = {
        "output": output,
        "outputs": [
            {"id": name, "property": prop}
            for name, _dot, prop in (part.rpartition(".") for part in output.strip(".").split("..."))
        ],
        "inputs": [value(one) for one in entry["inputs"]],
        "state": [value(one) for one in entry["state"]],
        "changedPropIds": list(button),
    }
    answer = somebody.client.post("/_dash-update-component", json=body, headers={"X-CSRFToken": somebody.token})
    assert answer.status_code == 200, answer.text
    return dict(answer.json["response"])


def ended(somebody: Visitor, people: People, import_id: int) -> Any:
    """Wait for a file's end as the page does, and return what it shows then."""
    while past.find(people.alice, import_id).is_at_work:
        pass
    (output,) = (key for key in somebody.app.callback_map if key.startswith("..import-result.children@"))
    answer = somebody.call(output, {"import-id.data": import_id})
    return next(props["children"] for part, props in answer.json["response"].items() if part == "import-result")
