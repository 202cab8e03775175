"""Alarms by its callbacks and addresses, once per role: rows, Clear and export stay in the user's scope."""

import io
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest

from components.alarm_tables import FACES, Face
from data import alarms, stations
from data.alarms import Alarm
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.stations import NewOutlet, NewStation
from tests.conftest import People
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


def _exported(visitor: Visitor) -> tuple[Any, ...]:
    """Export the active alarms and return the file's lines."""
    begin = "..{0}-job.data...{0}-progress-ticker.disabled...{0}-too-many.is_open...{0}-too-many-text.children.."
    values = {"active-alarms-export.n_clicks": 1, "active-alarms-query.data": {"filters": {}, "order": []}}
    job = visitor.call(begin.format("active-alarms"), values, ["active-alarms-export.n_clicks"])
    for thread in threading.enumerate():
        if thread.name == "export":
            thread.join()

    with visitor.client.get(f"/export/{job.json['response']['active-alarms-job']['data']}.xlsx") as answer:
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


def _rows(visitor: Visitor, table_id: str, node: str | None = None, filters: Any = None) -> Any:
    request = {"startRow": 0, "endRow": 100, "filterModel": filters or {}, "sortModel": []}
    values = {f"{table_id}.getRowsRequest": request, f"{table_id}-node.data": node}
    answer = visitor.call(f"{table_id}.getRowsResponse", values, [f"{table_id}.getRowsRequest"])
    return ((answer.json or {}).get("response") or {}).get(table_id, {}).get("getRowsResponse")


def _clear(visitor: Visitor, alarm_id: int) -> Any:
    answer = visitor.call("alarms-cleared.data", {"alarms-clear.data": {"alarms": [alarm_id]}}, ["alarms-clear.data"])
    return ((answer.json or {}).get("response") or {}).get("alarms-cleared", {}).get("data")
