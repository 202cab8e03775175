"""Statistics by its callbacks and addresses, once per role: rows, totals, links, export, the session's window."""

import io
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import openpyxl
import pyarrow as pa
import pytest

from components import access, export
from components.filter_chips import link, read_link
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.errors import InvalidInput, NotFound
from data.sessions import COLUMNS
from tests.conftest import People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]
ROWS = "sessions.getRowsResponse"
BEGIN = (
    "..sessions-job.data...sessions-progress-ticker.disabled"
    "...sessions-too-many.is_open...sessions-too-many-text.children.."
)
pytestmark = pytest.mark.usefixtures("two_sessions")


@pytest.fixture
def two_sessions(database: DuckDB, people: People) -> None:
    """Dana's session in Solna, and one in Lund whose identity looks like a formula."""
    for site, station, session_id, user in (
        (people.solna, "0000A", "S-1", people.dana.user_id),
        (people.lund, "0000B", "=1+1", None),
    ):
        insert = """INSERT INTO charging_station (site_id, name, charge_box_id) VALUES ($site, $name, $name)
                    RETURNING station_id"""
        [made] = database.write([Sql(insert, {"site": site, "name": station})])
        params = {"site": site, "station": made["station_id"][0].as_py(), "id": session_id, "user": user}
        insert = """INSERT INTO session (session_id, charge_box_id, connector_id, started_at, ended_at, energy_kwh,
                        authentication, logged_at, duration_s, site_id, station_id, user_id)
                    VALUES ($id, 'CB', 1, '2026-03-20 12:00:00+00', '2026-03-20 13:33:01+00', 4.75, 0,
                        '2026-03-20 13:33:02+00', 5581, $site, $station, $user)"""
        database.write([Sql(insert, params)], changed=[("session", site)])


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("alice", {"S-1", "=1+1"}),
        ("sam", {"S-1", "=1+1"}),
        ("bob", {"S-1"}),
        ("charlie", {"=1+1"}),
        ("dana", {"S-1"}),
    ],
)
def test_each_role_gets_the_rows_of_its_scope(visitor: Visit, name: str, seen: set[str]) -> None:
    answer = _ask_rows(visitor(name), node=None)

    assert {row["session"] for row in answer["rowData"]} == seen
    assert answer["rowCount"] == len(seen)


def test_a_row_is_written_as_the_manual_shows_it(visitor: Visit) -> None:
    [row] = _ask_rows(visitor("bob"), node=None)["rowData"]

    assert row["start"] == "2026-03-20\u00a013:00:00"
    assert row["duration"] == "1\u00a0h\u00a033\u00a0min\u00a001\u00a0s"
    assert (row["energy"], row["site"], row["auth"]) == ("4.8", "Solna", "Anonymous (0)")


def test_rows_of_a_foreign_node_are_not_given(visitor: Visit, people: People) -> None:
    assert _ask_rows(visitor("charlie"), node=f"site:{people.solna}") is None


def test_nobody_gets_rows_or_an_export_without_a_login(visitor: Visit) -> None:
    stranger = visitor()

    assert stranger.call(ROWS).status_code == 401
    assert stranger.client.get("/export/whatever.xlsx").status_code == 401


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("alice", "/session/S-1", 200),
        ("dana", "/session/S-1", 200),
        ("charlie", "/session/S-1", 404),
        ("alice", "/session/S-2", 404),
        ("dana", "/session/=1+1", 404),
    ],
)
def test_a_session_of_another_scope_is_404(visitor: Visit, name: str, path: str, status: int) -> None:
    assert visitor(name).client.get(path).status_code == status


def test_the_export_holds_typed_cells_and_no_formula(visitor: Visit) -> None:
    alice = visitor("alice")

    sheet = _exported(alice, _begin_export(alice))

    titles, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    row = dict(zip(titles, rows[0] if "=1+1" in rows[0] else rows[1], strict=True))
    assert titles[:6] == ["Start session", "Duration, s", "Energy, kWh", "Station", "Outlet", "Site"]
    assert f"{row['Start session']:%Y-%m-%d %H:%M:%S}" == "2026-03-20 13:00:00"
    assert (row["Duration, s"], row["Energy, kWh"], row["Outlet"]) == (5581, 4.75, 1)
    kinds = {cell.value: cell.data_type for cell in sheet["J"]}
    assert kinds["=1+1"] == "s"


def test_an_export_is_given_to_nobody_else(visitor: Visit) -> None:
    alice, charlie = visitor("alice"), visitor("charlie")
    job = _begin_export(alice)
    _exported(alice, job)

    assert charlie.client.get(f"/export/{job}.xlsx").status_code == 404


def test_an_export_ends_with_the_scope_it_was_made_in(
    visitor: Visit, people: People, database: DuckDB, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "KNOWN_FOR_S", 0.0)
    bob = visitor("bob")
    job = _begin_export(bob)
    _exported(bob, job)
    change = "UPDATE user_site SET site_id = $lund WHERE user_id = $bob"
    database.write([Sql(change, {"lund": people.lund, "bob": people.bob.user_id})])

    assert bob.client.get(f"/export/{job}.xlsx").status_code == 404


def test_a_user_keeps_the_newest_exports_only(visitor: Visit) -> None:
    alice, bob = visitor("alice"), visitor("bob")
    other = _begin_export(bob)
    written = []
    for _ in range(export.KEPT_PER_USER + 1):
        written.append(_begin_export(alice))
        _exported(alice, written[-1])

    assert alice.client.get(f"/export/{written[0]}.xlsx").status_code == 404
    assert all(_exported(alice, job) for job in written[1:])
    assert _exported(bob, other)


def test_exports_that_are_being_written_are_limited_per_user(people: People) -> None:
    jobs, let_go = export.Jobs(), threading.Event()

    def read() -> pa.Table:
        let_go.wait()
        return pa.table({"start": [1]})

    try:
        for _ in range(export.KEPT_PER_USER):
            jobs.start(people.alice, None, "Charging sessions", read, {"start": "Start"})
        with pytest.raises(InvalidInput, match="still being written"):
            jobs.start(people.alice, None, "Charging sessions", read, {"start": "Start"})
        jobs.start(people.bob, None, "Charging sessions", read, {"start": "Start"})
    finally:
        let_go.set()
        _join()


def test_an_export_goes_by_itself_after_its_time(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "KEPT_S", 1.0)
    jobs = export.Jobs()
    job_id = jobs.start(people.alice, None, "Charging sessions", lambda: pa.table({"start": [1]}), {"start": "Start"})
    job = jobs.find(people.alice, job_id)
    _join()
    assert job.end is not None
    job.end.join()

    assert not job.file.exists()
    with pytest.raises(NotFound):
        jobs.find(people.alice, job_id)


@pytest.mark.parametrize("order", [[{"colId": "nonsense", "sort": "asc"}], [{}], [{"colId": "1; DROP TABLE session"}]])
def test_an_export_in_an_impossible_order_is_refused(visitor: Visit, order: Any) -> None:
    alice = visitor("alice")
    job = _begin_export(alice, order=order)
    _join()

    assert job is None or alice.client.get(f"/export/{job}.xlsx").status_code == 404


def test_text_of_stations_cannot_break_or_run_in_a_file(visitor: Visit, database: DuckDB) -> None:
    odd = ["@SUM(A1)", "+1", "-1", "{=1+1}", "http://evil.example", "\x0b<b>"]
    for text in odd:
        change = """INSERT INTO session SELECT * REPLACE ($text AS charge_box_id) FROM session
                    WHERE session_id = 'S-1' LIMIT 1"""
        database.write([Sql(change, {"text": text})], changed=[("session", 0)])
    alice = visitor("alice")
    sheet = _exported(alice, _begin_export(alice))

    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if isinstance(cell.value, str)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.hyperlink for cell in cells if cell.hyperlink] == []


def test_an_export_of_a_foreign_node_never_begins(visitor: Visit, people: People) -> None:
    assert _begin_export(visitor("charlie"), node=f"site:{people.solna}") is None


@pytest.mark.parametrize(
    "text",
    [
        "energy.gt.4.5~station.has.0000",
        "start.in.2026-03-01,2026-03-31",
        "start.is.2026-03-01",
        "email.blank",
        "duration.le.90|ge.600",
        "station.has.a%2Cb%7E%3B%25%7C",
        "energy.in.-1.5,2;not.0",
    ],
)
def test_a_link_says_again_what_was_read_from_it(text: str) -> None:
    shown = read_link(text, "-start,station", COLUMNS)

    assert shown.refused == []
    again = link(shown.filters, shown.order)
    query = dict(part.split("=", 1) for part in again.split("&"))
    assert unquote(query["f"]) == text
    assert query["sort"] == "-start,station"


@pytest.mark.parametrize(
    "text",
    [
        "bogus.is.1",
        "energy.has.1",
        "energy.gt.many",
        "energy.gt",
        "energy",
        "start.is.today",
        "email.in.a",
        ".",
        "energy.in.1",
    ],
)
def test_what_a_link_says_wrongly_is_left_out_and_named(text: str) -> None:
    shown = read_link(f"{text}~outlet.is.1", "-bogus,energy", COLUMNS)

    assert list(shown.filters) == ["outlet"]
    assert shown.refused == [text, "-bogus"]
    assert shown.order == [{"colId": "energy", "sort": "asc"}]


def _ask_rows(visitor: Visitor, node: str | None) -> Any:
    request = {"startRow": 0, "endRow": 100, "filterModel": {}, "sortModel": []}
    values = {"sessions.getRowsRequest": request, "sessions-node.data": node}
    return (_answer(visitor, ROWS, values).get("sessions") or {}).get("getRowsResponse")


def _begin_export(visitor: Visitor, node: str | None = None, order: Any = ()) -> str | None:
    query = {"filters": {}, "order": list(order)}
    values = {"sessions-export.n_clicks": 1, "sessions-query.data": query, "sessions-node.data": node}
    job = _answer(visitor, BEGIN, values).get("sessions-job")
    return job and job["data"]


def _answer(visitor: Visitor, output: str, values: dict[str, Any]) -> dict[str, Any]:
    answer = visitor.call(output, values, changed=[next(iter(values))])
    return ((answer.json or {}).get("response") or {}) if answer.status_code == 200 else {}


def _exported(visitor: Visitor, job: str | None) -> Any:
    _join()
    with visitor.client.get(f"/export/{job}.xlsx") as answer:
        assert answer.status_code == 200
        return openpyxl.load_workbook(io.BytesIO(answer.data)).active


def _join() -> None:
    for thread in threading.enumerate():
        if thread.name == "export":
            thread.join()
