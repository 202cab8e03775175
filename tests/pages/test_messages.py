"""The page Messages, once per role: the frames of the scope, filtered; a call and its answer shown together."""

import io
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pytest

from data import message_log, stations
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.message_log import MASK, Message
from data.stations import NewOutlet, NewStation
from tests.conftest import People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]
AT = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
SOLNA_TAG, LUND_TAG = "04A2B3C4", "04FFFFFF"
BEGIN = (
    "..frames-job.data...frames-progress-ticker.disabled...frames-too-many.is_open...frames-too-many-text.children.."
)
PANEL = "..frames-panel.children...frames-panel.hidden.."


@pytest.fixture(autouse=True)
def three_frames(database: DuckDB, people: People) -> None:
    """A tag that is asked for in Solna and answered, and a broken frame in Lund."""
    solna, lund = (
        stations.create_station(people.alice, NewStation(site, name, name, outlets=(NewOutlet(1),)))
        for site, name in ((people.solna, "0000A"), (people.lund, "0000B"))
    )
    call, answer = f'[2,"7","Authorize",{{"idTag":"{SOLNA_TAG}"}}]', '[3,"7",{"idTagInfo":{"status":"Accepted"}}]'
    later = AT + timedelta(milliseconds=40)
    rows = [
        Message(AT, solna, people.solna, "in", "call", "Authorize", "7", None, None, None, call),
        Message(later, solna, people.solna, "out", "result", "Authorize", "7", None, None, 40.0, answer),
        Message(AT, lund, people.lund, "in", "broken", None, None, None, None, None, f'{{"idTag":"{LUND_TAG}"'),
    ]
    database.write([message_log.logged(rows)])


@pytest.mark.parametrize(
    ("name", "seen"), [("alice", ["0000A", "0000A", "0000B"]), ("bob", ["0000A"] * 2), ("charlie", ["0000B"])]
)
def test_each_role_gets_the_frames_of_its_scope(visitor: Visit, name: str, seen: list[str]) -> None:
    answer = _rows(visitor(name))

    assert sorted(row["station"] for row in answer["rowData"]) == seen
    assert answer["rowCount"] == len(seen)


def test_the_newest_frame_comes_first_in_the_sites_time_and_an_answer_has_its_calls_action(visitor: Visit) -> None:
    answered, called = _rows(visitor("bob"))["rowData"]

    assert (called["logged"], called["way"], called["word"]) == ("2026-03-20\u00a013:00:00", "from the station", "call")
    assert (answered["action"], answered["latency"], answered["word"]) == ("Authorize", "40", "answer")


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"action": {"type": "contains", "filter": "autho"}}, 2),
        ({"direction": {"type": "equals", "filter": "out"}}, 1),
        ({"kind": {"type": "equals", "filter": "broken"}}, 1),
        ({"frame": {"type": "contains", "filter": "Accepted"}}, 1),
        ({"logged": {"type": "inRange", "dateFrom": "2026-03-20", "dateTo": "2026-03-21"}}, 3),
        ({"logged": {"type": "greaterThan", "dateFrom": "2026-03-20"}}, 0),
    ],
)
def test_frames_are_filtered(visitor: Visit, filters: dict[str, Any], count: int) -> None:
    assert _rows(visitor("alice"), filters)["rowCount"] == count


def test_id_tags_are_neither_shown_to_a_support_user_nor_found_by_a_filter(visitor: Visit) -> None:
    sam, of_tag = visitor("sam"), {"frame": {"type": "contains", "filter": SOLNA_TAG}}

    frames = "".join(row["frame"] for row in _rows(sam)["rowData"])
    assert (SOLNA_TAG in frames, LUND_TAG in frames, MASK in frames) == (False, False, True)
    assert _rows(sam, of_tag)["rowCount"] == 0
    assert _rows(visitor("alice"), of_tag)["rowCount"] == 1
    call = _rows(sam, {"kind": {"type": "equals", "filter": "call"}})["rowData"][0]
    assert SOLNA_TAG not in _panel(sam, call).text


ENVELOPE = "<S:Body><a:idTag>{tag}</a:idTag><a:info>\n  <parentIdTag>{tag}</parentIdTag></a:info></S:Body>"


@pytest.mark.parametrize(
    "frame",
    [
        ENVELOPE,
        '[2,"8","DataTransfer",{{"data":"{{\\"idTag\\":\\"{tag}\\",\\"a\\":1}}"}}]',
        '[2,"8","Authorize",{{"idTag":{tag}}}]',
        '[2,"8","Authorize",{{"IDTAG" : "{tag}',
        "<a:idTag>{tag}",
        '[2,"8","DataTransfer",{{"data":"<o:idTag>{tag}<\\/o:idTag>"}}]',
    ],
)
def test_an_id_tag_is_masked_wherever_it_stands(visitor: Visit, database: DuckDB, people: People, frame: str) -> None:
    sam, alice, tag = visitor("sam"), visitor("alice"), "88776655"
    of_lund = next(row for row in _rows(alice)["rowData"] if row["station"] == "0000B")["station_id"]
    row = Message(AT, of_lund, people.lund, "out", "call", "Odd", "8", None, None, None, frame.format(tag=tag))
    database.write([message_log.logged([row])])
    of_tag = {"frame": {"type": "contains", "filter": tag}}
    odd = {"action": {"type": "equals", "filter": "Odd"}}

    [seen] = _rows(sam, odd)["rowData"]
    assert tag not in str(seen) + _panel(sam, seen).text + str(_sheet(sam))
    assert _rows(sam, of_tag)["rowCount"] == 0
    assert (_rows(alice, of_tag)["rowCount"], tag in _panel(alice, seen).text) == (1, True)


def test_the_export_holds_the_scopes_rows_in_typed_cells_and_masks(visitor: Visit) -> None:
    titles, *rows = _sheet(visitor("sam"))
    times, kinds = ({row[titles.index(name)] for row in rows} for name in ("Time", "Kind"))
    hour = AT.replace(hour=13, tzinfo=None)

    assert times == {hour}
    assert kinds == {"call", "answer", "not readable"}
    assert {row[titles.index("Answered after, ms")] for row in rows} == {None, 40}
    assert (SOLNA_TAG in str(rows), LUND_TAG in str(rows), MASK in str(rows)) == (False, False, True)
    assert {row[titles.index("Station")] for row in _sheet(visitor("bob"))[1:]} == {"0000A"}


def test_only_what_is_wrong_is_kept_by_one_filter(visitor: Visit, database: DuckDB) -> None:
    database.write([Sql("UPDATE message SET flaw = 'FormationViolation' WHERE kind = 'broken'", {})])
    answer = _rows(visitor("alice"), {"flaw": {"type": "notBlank"}})

    assert [row["flaw"] for row in answer["rowData"]] == ["FormationViolation"]
    assert "FormationViolation" in _panel(visitor("alice"), answer["rowData"][0]).text


@pytest.mark.parametrize(
    ("name", "after_s", "row"), [("alice", 0, 1), ("bob", 0, 1), ("charlie", 0, 0), ("bob", 1, 0), ("bob", -1, 2)]
)
def test_a_link_to_a_time_leads_to_its_row_in_the_users_table(
    visitor: Visit, name: str, after_s: int, row: int
) -> None:
    at = round((AT.timestamp() + after_s) * 1_000_000)

    assert f'"data": {{"us": {at}, "row": {row}}}' in visitor(name).page(f"/messages?at={at}")


@pytest.mark.parametrize("at", ["soon", "-1", "9" * 30, "²"])
def test_a_time_that_cannot_be_leads_nowhere(visitor: Visit, at: str) -> None:
    assert '"us"' not in visitor("bob").page(f"/messages?at={at}")


@pytest.mark.parametrize("kind", ["call", "result"])
def test_a_chosen_frame_shows_the_call_with_its_answer(visitor: Visit, kind: str) -> None:
    bob = visitor("bob")
    [row] = _rows(bob, {"kind": {"type": "equals", "filter": kind}})["rowData"]

    shown = str(_panel(bob, row).json)

    assert SOLNA_TAG in shown
    assert "Accepted" in shown
    assert "after 40 ms" in shown


def test_a_frame_of_another_site_is_not_shown(visitor: Visit) -> None:
    row = _rows(visitor("bob"))["rowData"][0]

    assert "Accepted" not in _panel(visitor("charlie"), row).text


@pytest.mark.parametrize("row", [{}, {"station_id": True, "logged_us": 1, "direction": "in"},
                                 {"station_id": 1, "logged_us": 1 << 60, "direction": "in"}])  # fmt: skip
def test_an_odd_row_is_refused(visitor: Visit, row: dict[str, Any]) -> None:
    assert _panel(visitor("bob"), row).status_code < 500


def test_the_page_hears_of_new_frames_of_its_node_only(visitor: Visit, database: DuckDB, people: People) -> None:
    bob, charlie = visitor("bob"), visitor("charlie")
    before = _newest(bob, None), _newest(charlie, None)
    row = _rows(bob)["rowData"][0]
    later = AT + timedelta(hours=1)
    frame = Message(later, row["station_id"], people.solna, "in", "call", "Heartbeat", "8", None, None, None, "[2]")
    database.write([message_log.logged([frame])])

    assert _newest(bob, before[0]) > before[0]
    assert _newest(charlie, before[1]) is None


def test_an_ev_user_has_no_page_and_no_rows(visitor: Visit) -> None:
    dana = visitor("dana")

    assert dana.client.get("/messages").status_code == 404
    assert dana.call("frames.getRowsResponse").status_code == 403
    assert dana.call(PANEL).status_code == 403
    assert dana.call(BEGIN, {}, ["frames-export.n_clicks"]).status_code == 403


def _rows(visitor: Visitor, filters: dict[str, Any] | None = None) -> Any:
    request = {"startRow": 0, "endRow": 100, "filterModel": filters or {}, "sortModel": []}
    answer = visitor.call("frames.getRowsResponse", {"frames.getRowsRequest": request}, ["frames.getRowsRequest"])
    return answer.json["response"]["frames"]["getRowsResponse"]


def _sheet(visitor: Visitor) -> list[tuple[Any, ...]]:
    """Return the rows of the exported file, the titles first."""
    values = {"frames-export.n_clicks": 1, "frames-query.data": {"filters": {}, "order": []}}
    job = visitor.call(BEGIN, values, ["frames-export.n_clicks"])
    for thread in threading.enumerate():
        if thread.name == "export":
            thread.join()
    with visitor.client.get(f"/export/{job.json['response']['frames-job']['data']}.xlsx") as answer:
        return list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))


def _panel(visitor: Visitor, row: dict[str, Any]) -> Any:
    return visitor.call(PANEL, {"frames.selectedRows": [row]}, ["frames.selectedRows"])


def _newest(visitor: Visitor, known: int | None) -> Any:
    answer = visitor.call("frames-newest.data", {"frames-newest.data": known}, ["live-frames-ticker.n_intervals"])
    return ((answer.json or {}).get("response") or {}).get("frames-newest", {}).get("data")
