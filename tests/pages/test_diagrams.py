"""Diagrams by its addresses and callbacks, once per role: scope, links, the time line, export."""

import io
import threading
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from components.diagrams import DIAGRAMS
from data.database import Sql
from data.duckdb_engine import DuckDB
from tests.conftest import People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]
PERIOD = "from=2026-03-01&to=2026-03-31"
SHOW = {
    "timeline-from.value": "2026-03-01",
    "timeline-to.value": "2026-03-31",
    "diagram-kind.value": "energy",
    "diagram-step.value": "auto",
}
pytestmark = pytest.mark.usefixtures("two_sessions")


@pytest.fixture
def two_sessions(database: DuckDB, people: People) -> None:
    """Dana's session of 4.5 kWh in Solna, and one of 20 kWh in Lund."""
    for site, name, kwh, user in ((people.solna, "A", 4.5, people.dana.user_id), (people.lund, "B", 20, None)):
        insert = """INSERT INTO charging_station (site_id, name, charge_box_id) VALUES ($site, $name, $name)
                    RETURNING station_id"""
        [made] = database.write([Sql(insert, {"site": site, "name": name})])
        params = {"site": site, "station": made["station_id"][0].as_py(), "id": name, "user": user, "kwh": kwh}
        insert = """INSERT INTO session (session_id, charge_box_id, connector_id, started_at, ended_at, energy_kwh,
                        authentication, logged_at, duration_s, site_id, station_id, user_id)
                    VALUES ($id, 'CB', 1, '2026-03-20 12:00+00', '2026-03-20 13:00+00', $kwh, 0,
                        '2026-03-20 13:00+00', 3600, $site, $station, $user)"""
        database.write([Sql(insert, params)])


@pytest.mark.parametrize(
    ("name", "kwh"), [("alice", 24.5), ("sam", 24.5), ("bob", 4.5), ("charlie", 20), ("dana", 4.5)]
)
def test_each_role_sees_the_energy_of_its_scope(visitor: Visit, name: str, kwh: float) -> None:
    rows = _exported(visitor(name))

    assert [row[1] for row in rows[1:]] == [kwh]


@pytest.mark.parametrize("name", ["alice", "bob", "sam", "dana"])
def test_every_diagram_opens_for_the_roles_that_have_it_and_is_refused_to_others(visitor: Visit, name: str) -> None:
    somebody, refused = visitor(name), set()
    for kind in DIAGRAMS:
        page = somebody.page(f"/diagrams?d={kind}&{PERIOD}&step=week")
        assert '"id": "diagram"' in page
        if f"d={kind}" in page.partition("left out")[2][:40]:
            refused.add(kind)

    about_others = {"power", "users", "authentication", "availability", "faults"}
    assert refused == (about_others if name == "dana" else set())


@pytest.mark.parametrize(
    "query",
    [
        "d=bogus&step=second&from=x&to=y",
        "from=0001-01-01&to=9999-12-31",
        "from=2026-03-31&to=2026-03-01",
        "from=2026-03-01",
        "d=%00&step=%27",
    ],
)
def test_what_a_link_says_wrongly_is_left_out_and_named(visitor: Visit, query: str) -> None:
    page = visitor("alice").page(f"/diagrams?{query}")

    assert "Part of the link was not understood" in page
    assert '"id": "timeline-from"' in page


def test_a_foreign_node_does_not_exist(visitor: Visit, people: People) -> None:
    assert '"id": "diagram"' not in visitor("charlie").page(f"/diagrams?node=site:{people.solna}")
    assert _show(visitor("charlie"), **{"diagram-node.data": f"site:{people.solna}"}) is None


def test_nobody_gets_a_diagram_without_a_login(visitor: Visit) -> None:
    stranger = visitor()

    assert stranger.call(_output(stranger, "diagram.figure")).status_code == 401


@pytest.mark.parametrize(
    ("used", "first", "last"),
    [
        ({"timeline-from.value": "2026-04-15"}, "2026-04-15", "2026-04-15"),
        ({"timeline-to.value": "2026-02-15"}, "2026-02-15", "2026-02-15"),
        ({"timeline-to.value": "2026-03-15"}, "2026-03-01", "2026-03-15"),
        (
            {"timeline-dragged.data": {"selections[0].x0": "2026-03-19", "selections[0].x1": "2026-03-22"}},
            "2026-03-20",  # the first session's day: there is no time line before
            "2026-03-21",
        ),
        ({"timeline-dragged.data": {"selections": []}}, "2026-03-01", "2026-03-31"),
    ],
)
def test_all_parts_of_the_time_line_move_together(visitor: Visit, used: dict[str, Any], first: str, last: str) -> None:
    shown = _show(visitor("alice"), **used)

    assert shown is not None
    controls = {**SHOW, **used}  # one that shows its day already is left alone
    moved = [
        shown.get(control, {}).get("value", controls[f"{control}.value"])
        for control in ("timeline-from", "timeline-to")
    ]
    assert moved == [first, last]
    assert shown["diagram-link"]["data"] == f"d=energy&from={first}&to={last}"


@pytest.mark.parametrize(
    "used",
    [
        {"diagram-kind.value": "bogus"},
        {"timeline-preset.value": "x"},
        {"timeline-preset.value": None},
    ],
)
def test_what_makes_no_sense_changes_nothing(visitor: Visit, used: dict[str, Any]) -> None:
    assert _show(visitor("alice"), **used) is None


@pytest.mark.parametrize("day", ["x", None, "1990-01-01"])
def test_days_that_cannot_be_shown_stay_as_typed_and_are_told(visitor: Visit, day: str | None) -> None:
    values = {**SHOW, "timeline-from.value": day}
    answer = visitor("alice").call(_output(visitor("alice"), "diagram.figure"), values, changed=["timeline-from.value"])
    assert "This period cannot be shown" in answer.text
    assert "timeline-from" not in answer.json["response"]
    assert answer.json["response"]["diagram-link"]["data"].startswith("d=energy&from=20")


def test_a_value_of_another_type_is_refused(visitor: Visit) -> None:
    alice = visitor("alice")
    values = {**SHOW, "diagram-kind.value": ["energy"]}

    answer = alice.call(_output(alice, "diagram.figure"), values, changed=["diagram-kind.value"])

    assert answer.status_code == 400


def test_an_ev_user_cannot_ask_for_a_diagram_of_others(visitor: Visit) -> None:
    assert _show(visitor("dana"), **{"diagram-kind.value": "users"}) is None


def _output(visitor: Visitor, part: str) -> str:
    (output,) = (key for key in visitor.app.callback_map if f"..{part}" in key or f".{part}." in key)
    return output


def _show(visitor: Visitor, **used: Any) -> dict[str, Any] | None:
    answer = visitor.call(_output(visitor, "diagram.figure"), {**SHOW, **used}, changed=[next(iter(used))])
    return (answer.json or {}).get("response") or None if answer.status_code == 200 else None


def _exported(visitor: Visitor) -> list[tuple[Any, ...]]:
    values = {**SHOW, "diagram-export.n_clicks": 1}
    answer = visitor.call(_output(visitor, "diagram-job.data"), values, changed=["diagram-export.n_clicks"])
    job = answer.json["response"]["diagram-job"]["data"]
    for thread in threading.enumerate():
        if thread.name == "export":
            thread.join()
    with visitor.client.get(f"/export/{job}.xlsx") as file:
        return list(openpyxl.load_workbook(io.BytesIO(file.data)).active.iter_rows(values_only=True))
