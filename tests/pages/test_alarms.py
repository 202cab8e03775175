"""Alarms by its callbacks and addresses, once per role: rows, Clear and export stay in the user's scope."""

import io
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import dash
import openpyxl
import pytest
from flask_babel import force_locale
from plotly.utils import PlotlyJSONEncoder

from components.alarm_tables import FACES, Face
from components.windows import event_log
from data import alarms, edits, nodes, own_settings, stations, topology
from data.alarms import Alarm
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.events import EventKind, event
from data.message_log import MASK
from data.stations import NewOutlet, NewStation
from data.texts import told
from tests.conftest import PASSWORD, People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]
RAISED = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("two_alarms")


@pytest.fixture
def two_alarms(database: DuckDB, people: People) -> None:
    """A blown fuse in Solna, and one in Lund whose description looks like a formula."""
    for site_id, name, description in ((people.solna, "0000A", "The fuse has blown"), (people.lund, "0000B", "=1+1")):
        station_id = stations.create_station(people.alice, NewStation(site_id, name, name, outlets=(NewOutlet(1),)))
        alarm = Alarm("Fuse", "OverCurrentFailure", site_id, station_id, 1, description, "", "", RAISED)
        database.write(alarms.raised(alarm), [("alarm", station_id)])


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("alice", {"0000A Connector: 1", "0000B Connector: 1"}),
        ("sam", {"0000A Connector: 1", "0000B Connector: 1"}),
        ("bob", {"0000A Connector: 1"}),
        ("charlie", {"0000B Connector: 1"}),
    ],
)
def test_each_role_gets_the_alarms_of_its_scope(visitor: Visit, name: str, seen: set[str]) -> None:
    answer = _rows(visitor(name), "active-alarms")

    assert {row["node"] for row in answer["rowData"]} == seen
    assert answer["rowCount"] == len(seen)


@pytest.mark.parametrize("face", FACES.values(), ids=list(FACES))
def test_every_column_of_a_table_has_its_heading(face: Face) -> None:
    assert set(face.headings) == set(face.table.columns)


@pytest.mark.parametrize("table_id", list(FACES))
def test_an_ev_user_has_no_page_and_no_rows(visitor: Visit, table_id: str) -> None:
    dana = visitor("dana")

    assert dana.client.get("/alarms").status_code == 404
    assert dana.call(f"{table_id}.getRowsResponse").status_code == 403
    assert dana.call("alarms-cleared.data", {"alarms-clear.data": {"alarms": [1]}}).status_code == 403


def test_an_alarm_is_written_as_the_manual_shows_it(visitor: Visit) -> None:
    [row] = _rows(visitor("bob"), "active-alarms")["rowData"]

    assert (row["raised"], row["node"]) == ("2026-03-20\u00a013:00:00", "0000A Connector: 1")
    assert (row["severity"], row["description"]) == ("Critical", "The fuse has blown")


def test_rows_of_a_foreign_node_are_not_given(visitor: Visit, people: People) -> None:
    assert _rows(visitor("charlie"), "active-alarms", f"site:{people.solna}") is None


@pytest.mark.parametrize("name", ["alice", "bob", "sam"])
def test_clear_writes_who_and_when_into_history_and_event_log(visitor: Visit, people: People, name: str) -> None:
    somebody = visitor(name)
    [alarm] = alarms.active(people.bob)

    assert _clear(somebody, alarm["alarm_id"]) == {"alarms": [alarm["alarm_id"]]}

    [past] = _rows(somebody, "alarm-history")["rowData"]
    assert past["cleared_by"] == f"{name.capitalize()} Example"
    assert past["cleared"] > past["raised"]
    events = _rows(somebody, "event-log")["rowData"]
    assert ("Alarm cleared", "0000A Connector: 1") in {(row["kind"], row["node"]) for row in events}
    assert alarms.active(people.bob) == []


def test_an_alarm_of_another_site_is_not_cleared(visitor: Visit, people: People) -> None:
    [of_lund] = alarms.active(people.charlie)

    assert _clear(visitor("bob"), of_lund["alarm_id"]) is None

    assert len(alarms.active(people.alice)) == 2


def test_several_alarms_are_cleared_and_taken_back_at_once_but_not_of_other_sites(
    visitor: Visit, people: People
) -> None:
    bob, ids = visitor("bob"), [alarm["alarm_id"] for alarm in alarms.active(people.alice)]

    bob.call("alarms-cleared.data", {"alarms-clear.data": {"alarms": ids}}, ["alarms-clear.data"])
    assert [alarm["site_name"] for alarm in alarms.active(people.alice)] == ["Lund"]

    visitor("charlie").call("alarms-undone.data", {"alarms-undo.data": {"alarms": ids}}, ["alarms-undo.data"])
    assert len(alarms.active(people.alice)) == 1
    bob.call("alarms-undone.data", {"alarms-undo.data": {"alarms": ids}}, ["alarms-undo.data"])
    assert len(alarms.active(people.alice)) == 2


@pytest.mark.parametrize("tab", ["active", "history", "events", "bogus"])
def test_each_tab_has_an_address_that_keeps_the_node(visitor: Visit, people: People, tab: str) -> None:
    page = visitor("bob").page(f"/alarms?tab={tab}&node=site:{people.solna}")

    assert f"/alarms?tab=history&node=site:{people.solna}" in page
    current = {"history": "alarm-history", "events": "event-log"}.get(tab, "active-alarms")
    assert [table_id for table_id in FACES if f'"id": "{table_id}"' in page] == [current]


def _exported(visitor: Visitor, table_id: str = "active-alarms") -> tuple[Any, ...]:
    """Export a table and return the file's lines."""
    begin = "..{0}-job.data...{0}-progress-ticker.disabled...{0}-too-many.is_open...{0}-too-many-text.children.."
    values = {f"{table_id}-export.n_clicks": 1, f"{table_id}-query.data": {"filters": {}, "order": []}}
    job = visitor.call(begin.format(table_id), values, [f"{table_id}-export.n_clicks"])
    for thread in threading.enumerate():
        if thread.name == "export":
            thread.join()

    with visitor.client.get(f"/export/{job.json['response'][f'{table_id}-job']['data']}.xlsx") as answer:
        return tuple(openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows())


def test_the_export_holds_the_scopes_rows_with_times_and_no_formula(visitor: Visit) -> None:
    titles, row = _exported(visitor("charlie"))

    assert [cell.value for cell in titles][:5] == ["Severity", "Create date", "Node name", "Site", "Description"]
    assert f"{row[1].value:%Y-%m-%d %H:%M:%S}" == "2026-03-20 13:00:00"
    assert (row[2].value, row[4].value, row[4].data_type) == ("0000B Connector: 1", "=1+1", "s")


def test_a_swedish_reader_exports_and_filters_swedish(visitor: Visit, people: People) -> None:
    silent = Sql("UPDATE alarm SET description = 'No network contact'")
    people.alice.database.write([silent, Sql("UPDATE portal_user SET language = 'sv'")], [("user", 0)])
    bob = visitor("bob")
    titles, row = _exported(bob)
    assert [titles[0].value, row[0].value, row[2].value] == ["Allvar", "Kritiskt", "0000A Kontakt: 1"]
    assert row[4].value == "Ingen nätverkskontakt"
    found = _rows(bob, "active-alarms", filters={"description": {"type": "contains", "filter": "nätverks"}})
    assert [one["severity"] for one in found["rowData"]] == ["Kritiskt"]


def test_a_swedish_reader_finds_a_connector_by_the_word_that_the_row_shows(visitor: Visit, people: People) -> None:
    people.alice.database.write([Sql("UPDATE portal_user SET language = 'sv'")], [("user", 0)])
    bob = visitor("bob")
    for typed in ("Kontakt: 1", "kontakt", "Connector: 1"):
        found = _rows(bob, "active-alarms", filters={"node": {"type": "contains", "filter": typed}})
        assert [one["node"] for one in found["rowData"]] == ["0000A Kontakt: 1"]
    whole = _rows(bob, "active-alarms", filters={"node": {"type": "equals", "filter": "0000A Kontakt: 1"}})
    assert whole["rowCount"] == 1
    assert _rows(bob, "active-alarms", filters={"node": {"type": "notContains", "filter": "Kontakt"}})["rowCount"] == 0


def test_the_event_log_shows_what_a_user_changed_from_what_to_what(visitor: Visit, people: People) -> None:
    long = "A garage under the square, entered from the north. " * 5
    seen = edits.read(people.alice, topology.SITE, people.solna)
    edits.save(people.alice, topology.SITE, people.solna, seen, {"name": "Solna C", "description": long})
    bob = visitor("bob")

    row = _rows(bob, "event-log")["rowData"][0]

    assert "Name: Solna → Solna C; Description: – → A garage under" in row["text"]
    assert long.strip() not in row["text"]
    shown = _window(bob, row["event_id"])
    for part in ("Field", "Name", "Solna", "Solna C", long.strip()):
        assert json.dumps(part) in shown
    assert f"Description: – → {long.strip()}" in _exported(bob, "event-log")[1][4].value
    assert _window(visitor("charlie"), row["event_id"]) == ""


def test_nothing_that_shows_the_event_log_names_the_site_a_station_left_for(
    app: dash.Dash, visitor: Visit, people: People
) -> None:
    [alarm] = alarms.active(people.bob)
    topology.move(people.alice, f"station:{alarm['station_id']}", f"site:{people.solna}", f"site:{people.lund}")
    bob, site = visitor("bob"), nodes.find(people.bob, f"site:{people.solna}")
    row = _rows(bob, "event-log")["rowData"][0]
    exported = _exported(bob, "event-log")[1][4].value
    with app.server.app_context(), force_locale("sv"):
        home = json.dumps(event_log.build(people.bob, site).children, cls=PlotlyJSONEncoder, ensure_ascii=False)

    for shown, told_as in (
        (json.dumps(row), "Site: Solna \\u2192 another site"),
        (_window(bob, row["event_id"]), '"another site"'),
        (exported, "Site: Solna → another site"),
        (home, "Solna → en annan anläggning"),
    ):
        assert told_as in shown
        assert "Lund" not in shown


def test_a_password_is_not_in_the_event_log(visitor: Visit, people: People) -> None:
    own = own_settings.OwnSettings("Bob", "Example", "bob@portal.example", False, "light", "en", "")
    own_settings.change_settings(people.bob, own, PASSWORD, "another-long-password-7")
    _logged_in, row = _rows(visitor("alice"), "event-log")["rowData"][:2]
    assert row["text"].endswith(f"Password: {MASK} → {MASK}")


def test_the_window_of_the_event_log_says_where_in_the_readers_language(
    app: dash.Dash, database: DuckDB, people: People
) -> None:
    [alarm] = alarms.active(people.bob)
    place = {"site_id": people.solna, "station_id": alarm["station_id"], "connector_id": 1}
    database.write([event(EventKind.STATION_ERROR, told("Weak signal"), **place)], [("event", people.solna)])
    with app.server.app_context(), force_locale("sv"):
        content = event_log.build(people.bob, nodes.find(people.bob, f"site:{people.solna}"))
        shown = json.dumps(content.children, cls=PlotlyJSONEncoder, ensure_ascii=False)
    assert "A Kontakt: 1" in shown
    assert "Connector" not in shown


def _window(visitor: Visitor, event_id: int) -> str:
    """Choose a row of the event log and return what its window shows."""
    outputs = "..event-window.is_open...event-window-title.children...event-window-body.children.."
    rows = [{"event_id": event_id}]
    answer = visitor.call(outputs, {"event-log.selectedRows": rows}, ["event-log.selectedRows"])
    body = ((answer.json or {}).get("response") or {}).get("event-window-body")
    return json.dumps(body, ensure_ascii=False) if body else ""


def _rows(visitor: Visitor, table_id: str, node: str | None = None, filters: Any = None) -> Any:
    request = {"startRow": 0, "endRow": 100, "filterModel": filters or {}, "sortModel": []}
    values = {f"{table_id}.getRowsRequest": request, f"{table_id}-node.data": node}
    answer = visitor.call(f"{table_id}.getRowsResponse", values, [f"{table_id}.getRowsRequest"])
    return ((answer.json or {}).get("response") or {}).get(table_id, {}).get("getRowsResponse")


def _clear(visitor: Visitor, alarm_id: int) -> Any:
    answer = visitor.call("alarms-cleared.data", {"alarms-clear.data": {"alarms": [alarm_id]}}, ["alarms-clear.data"])
    return ((answer.json or {}).get("response") or {}).get("alarms-cleared", {}).get("data")
