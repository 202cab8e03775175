"""Configuration through the page's own callbacks: which tabs there are for whom, saving, and what others changed."""

from collections.abc import Callable
from typing import Any

import dash
import pytest
from dash._callback_context import AttributeDict, context_value
from werkzeug.test import TestResponse

from components.configuration import topology_changes
from components.typed_confirmation import PARTS
from data import addresses, edits, node_changes, services, sites, stations, topology
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.edits import Record
from data.scope import Scope
from data.station_settings import STATION
from data.stations import NewStation
from data.topology import SITE, SYSTEM
from tests.conftest import People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]
FORMS = {
    "system-general": SYSTEM,
    "site-general": SITE,
    "station-general": STATION,
    "site-address": addresses.SITE,
    "station-address": addresses.STATION,
}


def press(
    visitor: Visitor, form: str, button: str, seen: dict[str, Any], row: int, word: str = "", **typed: Any
) -> TestResponse:
    """Press a button of a form that had seen some values, with what was typed over them.

    Args:
        word: what was typed into the question before it saves.
    """
    record = FORMS[form]
    names = list(record.fields)
    (output,) = (key for key in visitor.app.callback_map if f"{form}-bar.className" in key)
    fields = [
        {"id": {"form": form, "field": name}, "property": "value", "value": (seen | typed)[name]} for name in names
    ]
    faults = [{"id": {"form-fault": form, "field": name}, "property": "children"} for name in names]
    rest = (
        "changes.children",
        "bar.className",
        "save.disabled",
        "seen.data",
        "conflict.is_open",
        "conflict-text.children",
        *PARTS,
    )
    entry = visitor.app.callback_map[output]
    body = {
        "output": output,
        "outputs": [
            [{key: one[key] for key in ("id", "property")} for one in fields],
            faults,
            *(dict(zip(("id", "property"), f"{form}-{part}".rsplit(".", 1), strict=True)) for part in rest),
        ],
        "inputs": [fields, *({**one, "value": None} for one in entry["inputs"][1:])],
        "state": [
            [{"id": one["id"], "property": "id", "value": one["id"]} for one in fields],
            {"id": f"{form}-seen", "property": "data", "value": {"row": row, "values": seen}},
            {"id": f"{form}-typed", "property": "value", "value": word},
        ],
        "changedPropIds": [f"{form}-{button}.n_clicks"] if button else [],
    }
    return visitor.client.post("/_dash-update-component", json=body, headers={"X-CSRFToken": visitor.token})


def kept(scope: Scope, record: Record, row: int) -> dict[str, Any]:
    return edits.read(scope, record, row)


def test_what_was_changed_is_kept_and_said(visitor: Visit, people: People) -> None:
    seen = kept(people.alice, SITE, people.solna)
    answer = press(visitor("alice"), "site-general", "save", seen, people.solna, name="Solna C").json
    assert kept(people.alice, SITE, people.solna)["name"] == "Solna C"
    assert answer["response"]["site-general-changes"]["children"] == "No changes to save"
    assert "Your changes are saved" in str(answer["sideUpdate"])


def test_what_is_wrong_stands_at_its_field_and_nothing_is_kept(visitor: Visit, people: People) -> None:
    seen = kept(people.alice, SYSTEM, 1)
    answer = press(visitor("alice"), "system-general", "save", seen, 1, ocpp16_url="portal.example", name="New").json
    assert "begins with ws:// or wss:// and names a host" in str(answer["response"])
    assert "Correct to save: OCPP 1.6 Url" in str(answer["response"])
    assert kept(people.alice, SYSTEM, 1) == seen


def test_what_was_kept_wrong_before_is_told_only_when_it_is_changed(visitor: Visit, people: People) -> None:
    people.alice.database.write([Sql("UPDATE site SET identification = 'S‮-1'")], [("topology", 0)])
    alice, seen = visitor("alice"), kept(people.alice, SITE, people.solna)
    untouched = press(alice, "site-general", "", seen, people.solna).json["response"]
    assert untouched["site-general-changes"]["children"] == "No changes to save"
    changed = press(alice, "site-general", "save", seen, people.solna, identification="S‮-2", name="New").json
    assert "has an invisible character, number 2: U+202E" in str(changed["response"])
    press(alice, "site-general", "save", seen, people.solna, name="New")
    assert kept(people.alice, SITE, people.solna) == seen | {"name": "New"}


def test_saving_over_somebodys_change_asks_who_then_looks_overwrites_or_discards(
    visitor: Visit, people: People
) -> None:
    alice, seen = visitor("alice"), kept(people.alice, SITE, people.solna)
    press(visitor("bob"), "site-general", "save", seen, people.solna, name="Bob's")
    answer = press(alice, "site-general", "save", seen, people.solna, name="Alice's").json["response"]
    assert answer["site-general-conflict"]["is_open"] is True
    assert "Bob Example changed Name from “Solna” to “Bob\u2019s”" in str(answer).replace("Bob's", "Bob\u2019s")
    assert kept(people.alice, SITE, people.solna)["name"] == "Bob's"
    look = press(alice, "site-general", "look", seen, people.solna, name="Alice's").json["response"]
    assert look["site-general-conflict"]["is_open"] is False
    assert "Bob Example changed Name" in str(look)
    theirs = press(alice, "site-general", "theirs", seen, people.solna, name="Alice's").json["response"]
    assert theirs["site-general-seen"]["data"]["values"]["name"] == "Bob's"
    press(alice, "site-general", "overwrite", seen, people.solna, name="Alice's")
    assert kept(people.alice, SITE, people.solna)["name"] == "Alice's"


def test_fields_that_nobody_edits_follow_what_others_change(visitor: Visit, people: People) -> None:
    seen = kept(people.alice, SITE, people.solna)
    edits.save(people.bob, SITE, people.solna, seen, {"name": "Bob's", "description": "Garage"})
    answer = press(visitor("alice"), "site-general", "", seen, people.solna, description="Mine").json["response"]
    assert answer['{"field":"name","form":"site-general"}']["value"] == "Bob's"
    assert "Bob Example changed Description" in str(answer)
    assert answer["site-general-seen"]["data"]["values"] == seen | {"name": "Bob's"}


def test_a_time_zone_that_is_not_offered_is_shown_all_the_same(visitor: Visit, people: People) -> None:
    edits.save(people.alice, SITE, people.solna, kept(people.alice, SITE, people.solna), {"time_zone": "CET"})
    page = visitor("alice").page(f"/configuration?node=site:{people.solna}")
    assert '{"value": "CET", "label": "CET"}' in page
    assert '"Europe/Stockholm"' in page
    assert "US/Eastern" not in page  # an old name of America/New_York


@pytest.mark.parametrize("name", ["sam", "charlie", "dana"])
def test_who_may_not_change_a_site_is_refused_by_the_callback(visitor: Visit, people: People, name: str) -> None:
    seen = kept(people.alice, SITE, people.solna)
    for button in ("save", "overwrite"):
        press(visitor(name), "site-general", button, seen, people.solna, name="Mine")
    assert kept(people.alice, SITE, people.solna) == seen


@pytest.mark.parametrize("name", ["sam", "bob", "dana"])
def test_who_may_not_change_the_system_is_refused_by_the_callback(visitor: Visit, people: People, name: str) -> None:
    seen = kept(people.alice, SYSTEM, 1)
    press(visitor(name), "system-general", "save", seen, 1, name="Mine")
    assert kept(people.alice, SYSTEM, 1) == seen


def test_tabs_are_the_nodes_and_the_addressed_one_is_shown(visitor: Visit, people: People) -> None:
    alice = visitor("alice")
    assert "OCPP 1.6 Url" in alice.page("/configuration")
    site = alice.page(f"/configuration?node=site:{people.solna}&tab=nonsense")
    assert "Site configuration" in site
    assert "Identification" in site
    assert f"/configuration?node=site:{people.solna}&tab=general" in site


def test_a_station_shows_what_it_tells_and_its_state(visitor: Visit, people: People, database: DuckDB) -> None:
    station = stations.create_station(people.alice, NewStation(people.solna, "CP1", "West"))
    page = f"/configuration?node=station:{station}"
    assert "The station has not connected." in visitor("alice").page(page)
    told = """INSERT INTO station_state (station_id, connected, protocol, registered_at, vendor, model, serial_number)
              VALUES ($id, FALSE, 'ocpp1.5', '2026-03-01T10:00:00Z', 'ACME', 'One', 'S-77')"""
    ended = """INSERT INTO session (session_id, charge_box_id, connector_id, started_at, ended_at, authentication,
                                    logged_at, duration_s, site_id, station_id, meter_stop_kwh)
               SELECT 's' || n, 'CP1', n % 2, now() + n * INTERVAL 1 HOUR, now() + (n + 1) * INTERVAL 1 HOUR, 0, now(),
                      3600, $site, $id, 100 * n FROM range(4) numbers(n)"""
    params = {"id": station, "site": people.solna}
    database.write([Sql(told, {"id": station}), Sql(ended, params)])
    shown = visitor("bob").page(page)
    for text in (
        "ACME One",
        "S-77",
        "1.5, SOAP",
        "2026-03-01\u00a011:00:00",
        "500.0\u00a0kWh",
        f'"data-state-of": "station:{station}"',
    ):
        assert text in shown
    system = visitor("alice").page("/configuration")
    assert "Used by 1 station." in system
    assert "Used by 0 stations." in system


def test_a_site_counts_what_it_holds(visitor: Visit, people: People) -> None:
    stations.create_station(people.alice, NewStation(people.solna, "CP1", "West"))
    stations.create_station(people.alice, NewStation(people.lund, "CP2", "East"))
    sites.create_floor(people.alice, people.solna, "P1")
    held = sites.content(people.alice, people.solna)
    assert held == sites.Content(floors=1, stations=1, grid_controllers=0, administrators=1)
    assert sites.content(people.charlie, people.solna) == sites.Content(0, 0, 0, 0)
    shown = visitor("sam").page(f"/configuration?node=site:{people.solna}")
    assert "site administrator" in shown
    assert "1 never online" in shown


def test_each_role_sees_its_own_nodes_only(visitor: Visit, people: People) -> None:
    solna = f"/configuration?node=site:{people.solna}"
    assert "Choose one of your sites" in visitor("bob").page("/configuration")
    assert "Identification" in visitor("bob").page(solna)
    assert '"data-read-only": "yes"' in visitor("sam").page(solna)
    assert '"data-read-only": "yes"' not in visitor("bob").page(solna)
    for name in ("charlie", "dana"):
        assert "Identification" not in visitor(name).page(solna)
        assert visitor(name).client.get(solna).status_code == 404


def test_the_id_of_a_connected_station_changes_only_when_the_old_one_is_typed(
    visitor: Visit, people: People, database: DuckDB
) -> None:
    station = stations.create_station(people.alice, NewStation(people.solna, "CP1", "West"))
    database.write([Sql("INSERT INTO station_state (station_id, connected) VALUES ($id, TRUE)", {"id": station})])
    seen, alice = kept(people.alice, STATION, station), visitor("alice")

    def asked(button: str, word: str = "", **typed: str) -> Any:
        answer = press(alice, "station-general", button, seen, station, word, **typed)
        assert answer.status_code == 200, answer.text
        return answer.json["response"]

    question = asked("save", charge_box_id="CP2")
    assert question["station-general-sure"]["is_open"] is True
    assert "West is connected as CP1. Its connection is dropped" in question["station-general-sure-text"]["children"]
    assert "This is not CP1." in asked("go", "CP2", charge_box_id="CP2")["station-general-sure-fault"]["children"]
    assert asked("stay", charge_box_id="CP2")["station-general-sure"]["is_open"] is False
    assert kept(people.alice, STATION, station) == seen
    asked("save", name="East")
    assert kept(people.alice, STATION, station)["name"] == "East"
    asked("go", "CP1", charge_box_id="CP2")
    assert kept(people.alice, STATION, station)["charge_box_id"] == "CP2"


def test_a_removed_site_is_not_found(visitor: Visit, people: People) -> None:
    node_changes.remove(people.alice, "site", people.lund)
    assert visitor("alice").client.get(f"/configuration?node=site:{people.lund}").status_code == 404


def test_topology_is_an_administrators_and_support_users_may_look(visitor: Visit, people: People) -> None:
    address = "/configuration?tab=topology"
    assert "topology-create" in visitor("alice").page(address)
    look = visitor("sam").page(address)
    assert "2 sites" in look
    assert "topology-create" not in look
    for name in ("bob", "dana"):
        assert "topology-rows" not in visitor(name).page(address)


@pytest.mark.parametrize("name", ["bob", "sam", "dana", "charlie"])
def test_only_administrators_may_call_what_changes_the_topology(visitor: Visit, people: People, name: str) -> None:
    somebody = visitor(name)
    outputs = [key for key in somebody.app.callback_map if "topology-" in key]
    looks = ("topology-rows", "topology-live", "topology-folded.data..")
    changing = [key for key in outputs if not any(part in key for part in looks)]
    refused = [somebody.call(key).status_code for key in changing]
    assert len(refused) >= 7
    assert set(refused) == {403}


def press_topology(visitor: Visitor, selected: str, what: str, **form: str) -> TestResponse:
    """Press the panel's button with a node selected and its fields filled in."""
    (output,) = (key for key in visitor.app.callback_map if "topology-fault" in key)
    names = ["name", "charge_box_id", "outlets", "mode", "place"]
    fields = [{"id": {"topology-field": name}, "property": "value", "value": value} for name, value in form.items()]
    faults = [{"topology-fault": name} for name in names]
    entry = visitor.app.callback_map[output]
    stores = [one.partition(".") for one in output.strip(".").split("...")[2:]]
    body = {
        "output": output,
        "outputs": [
            [{"id": one, "property": "children"} for one in faults],
            [{"id": one["id"], "property": "value"} for one in fields],
            *({"id": store, "property": data} for store, _dot, data in stores),
        ],
        "inputs": [{**entry["inputs"][0], "value": 1}],
        "state": [
            {"id": "topology-selected", "property": "data", "value": selected},
            {"id": "topology-mode", "property": "data", "value": what},
            fields,
            [{"id": one["id"], "property": "id", "value": one["id"]} for one in fields],
            [{"id": one, "property": "id", "value": one} for one in faults],
        ],
        "changedPropIds": ["topology-do.n_clicks"],
    }
    return visitor.client.post("/_dash-update-component", json=body, headers={"X-CSRFToken": visitor.token})


def test_what_is_created_stands_below_the_selected_node(visitor: Visit, people: People) -> None:
    alice, solna = visitor("alice"), f"site:{people.solna}"
    press_topology(alice, "system:1", "create", kind="site", name="Uppsala")
    floor = press_topology(alice, solna, "create", kind="floor", name="P1").json["response"]["topology-selected"][
        "data"
    ]
    station = {"kind": "station", "name": "Gate", "charge_box_id": "00004079", "outlets": "2", "mode": "OPEN"}
    press_topology(alice, floor, "create", **station)
    again = press_topology(alice, solna, "create", **station).json["response"]
    assert "There is already" in again['{"topology-fault":"charge_box_id"}']["children"]
    rows = {row.name: row for row in topology.rows(people.alice)}
    assert (rows["Gate"].parent, rows["Gate"].children, rows["P1"].parent) == (floor, 2, solna)
    assert "Uppsala" in rows
    late = press_topology(alice, rows["Gate"].ref, "move", place=f"site:{people.lund}", seen=solna).json["response"]
    assert "from Solna to P1" in late['{"topology-fault":"place"}']["children"]
    assert late['{"topology-field":"seen"}']["value"] == floor
    press_topology(alice, rows["Gate"].ref, "move", place=f"site:{people.lund}", seen=floor)
    late = press_topology(alice, solna, "rename", name="Solna C", seen="Solna B").json["response"]
    assert "Look at it, then save again" in late['{"topology-fault":"name"}']["children"]
    press_topology(alice, solna, "rename", name="Solna C", seen="Solna")
    rows = {row.name: row for row in topology.rows(people.alice)}
    assert rows["Gate"].parent == f"site:{people.lund}"
    assert rows["Solna C"].ref == solna


@pytest.mark.parametrize(
    ("field", "form"),
    [
        ("name", {"kind": "station", "name": "", "charge_box_id": "1", "outlets": "1", "mode": "RFID"}),
        ("charge_box_id", {"kind": "station", "name": "A", "charge_box_id": "", "outlets": "1", "mode": "RFID"}),
        ("outlets", {"kind": "station", "name": "A", "charge_box_id": "1", "outlets": "9", "mode": "RFID"}),
        ("mode", {"kind": "station", "name": "A", "charge_box_id": "1", "outlets": "1", "mode": "FREE"}),
        ("name", {"kind": "site", "name": "A"}),
    ],
)
def test_what_cannot_be_created_says_why_at_its_field(
    visitor: Visit, people: People, field: str, form: dict[str, str]
) -> None:
    answer = press_topology(visitor("alice"), f"site:{people.solna}", "create", **form).json["response"]
    assert answer[f'{{"topology-fault":"{field}"}}']["children"]
    assert [row.kind for row in topology.rows(people.alice)].count("station") == 0


def test_secrets_of_a_service_are_on_no_page_and_only_administrators_may_make_new_ones(
    visitor: Visit, people: People
) -> None:
    service_id, made = services.create(people.alice, "payment", "Pay", "Easy payment")
    for name in ("alice", "sam"):
        page = visitor(name).page("/configuration?tab=services")
        assert "Easy payment" in page
        assert not any(secret in page for secret in made)
    for name in ("bob", "dana"):
        assert "Easy payment" not in visitor(name).page("/configuration?tab=services")
    state = {"service-renewal.data": {"of": service_id}}
    for name in ("bob", "sam", "dana"):
        assert visitor(name).call("service-secret.children", state).status_code == 403
    renewed = visitor("alice").call("service-secret.children", state)
    assert "Signing secret" in str(renewed.json)


def test_who_is_second_to_take_in_a_caller_is_told_as_what_or_that_it_was_removed_meanwhile(
    app: dash.Dash, people: People
) -> None:
    station = stations.create_station(people.alice, NewStation(people.lund, "00004711", "Gate"))
    taken = _told_taken(app, people)
    assert "00004711 is taken in already" in taken
    assert "Alice Example took it in as Gate." in taken
    node_changes.remove(people.alice, "station", station)
    gone = _told_taken(app, people)
    assert "00004711 was taken in and removed meanwhile" in gone
    assert "Take it in again." in gone


def _told_taken(app: dash.Dash, people: People) -> str:
    """Return what is said of the caller 00004711 within a callback that could not take it in."""
    shown: dict[str, Any] = {}
    callback = context_value.set(AttributeDict(updated_props=shown))
    with app.server.test_request_context():
        topology_changes._tell_taken(people.alice, "00004711")
    context_value.reset(callback)
    return str(shown)
