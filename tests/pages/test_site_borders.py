"""The border of a site: whatever its administrator sends, nothing of another site is shown, changed or made.

Each action gets what is of Lund, first from Solna's administrator, then from Lund's, for whom it does something: so
what was forged is a request that would work.
"""

import base64
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import dash
import pytest
from werkzeug.test import TestResponse

from components.access import PAGES
from data import (
    addresses,
    alarm_clearing,
    alarms,
    commands,
    edits,
    floor_maps,
    folders,
    grid_controllers,
    message_log,
    services,
    sites,
    station_files,
    station_settings,
    stations,
    topology,
)
from data.alarms import Alarm
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.message_log import Message
from data.scope import Scope
from data.stations import NewOutlet, NewStation
from tests.conftest import People
from tests.data.test_jpeg import picture
from tests.pages.conftest import NOTHING, Visitor
from tests.pages.test_access import ACTIONS, actions

Visit = Callable[..., Visitor]
AT = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
OVERVIEWS = ("sessions", "users", "frames", "active-alarms", "alarm-history", "event-log")
SOMETHING = {"changed": {"session": None, "command": None}}
ROWS = {"startRow": 0, "endRow": 9, "filterModel": {}, "sortModel": []}
JPG = "data:image/jpeg;base64," + base64.b64encode(picture()).decode()


class Lund(NamedTuple):
    """What there is at the site Lund; every name and text there has Lund in it. In Solna there is nothing."""

    site: int
    floor: int
    station: int  # on the floor
    yard: int  # a station on no floor
    outlet: int
    grid_controller: int
    service: int  # of the whole system
    alarm: int
    cleared: int  # an alarm that Lund's administrator has cleared
    command: int
    file: int
    event: int

    @property
    def nodes(self) -> list[str]:
        kinds = ("site", "floor", "station", "outlet", "grid_controller")
        return [f"{kind}:{getattr(self, kind)}" for kind in kinds]


class Forged(NamedTuple):
    """A request that would do something at Lund.

    what: the `id.property` that has changed, to `to`; beside it are values by `id.property`.
    shows: what the answer holds if it works; empty if something in the database is another then.
    each: what stands for ALL in ids.
    """

    what: str
    to: object
    beside: Mapping[str, object] = NOTHING
    shows: str = "Lund"
    each: Mapping[str, Sequence[object]] = NOTHING

    def send(self, visitor: Visitor, action: str) -> TestResponse:
        """Send it, and wait for an export that it may have begun."""
        answer = visitor.call(actions(visitor.app)[action], {**self.beside, self.what: self.to}, [self.what], self.each)
        for thread in threading.enumerate():
            if thread.name == "export":
                thread.join()
        return answer


@pytest.fixture
def lund(database: DuckDB, people: People, tmp_path: Path) -> Lund:
    alice, charlie, site = people.alice, people.charlie, people.lund
    floor = sites.create_floor(alice, site, "Lund deck")
    one = NewStation(site, "Lund-1", "Lund-1", floor, (NewOutlet(1, "Lund plug"),))
    station, yard = stations.create_stations(alice, [one, NewStation(site, "Lund-2", "Lund-2")])
    grid_controller = grid_controllers.create_grid_controller(alice, site, "Lund grid", "Lund-grid")
    floor_maps.bring(alice, tmp_path, floor, "Lund.jpg", picture())
    service, _secrets = services.create(alice, "charging", "Lund charging", "Lund")
    for kind in ("Fuse", "Lock"):
        database.write(alarms.raised(Alarm(kind, "", site, station, 1, f"The {kind} of Lund", "", "", AT)))
    kept, cleared = sorted(one["alarm_id"] for one in alarms.active(charlie))
    alarm_clearing.clear(charlie, [cleared])
    commands.request(charlie, "clear_cache", [station])
    (folders.of_station(tmp_path, station) / "Lund.log").write_bytes(b"of Lund")
    station_files.received(database, station, "Lund.log", 7)
    frame = Message(AT, station, site, "in", "call", "Heartbeat", "7", None, None, None, '[2,"7","Lund",{}]')
    person = {"id": people.dana.user_id}
    session = {"site": site, "station": station, **person}
    database.write(
        [
            message_log.logged([frame]),
            Sql("UPDATE service SET is_active = TRUE"),
            Sql("INSERT INTO parameter VALUES ($id, 'LundKey', 'Lund', FALSE, now())", {"id": station}),
            Sql(
                "UPDATE portal_user SET email = 'dana@lund.example', last_name = 'of Lund' WHERE user_id = $id", person
            ),
            Sql(
                """INSERT INTO session (session_id, charge_box_id, connector_id, started_at, ended_at, energy_kwh,
                       authentication, logged_at, duration_s, site_id, station_id, user_id)
                   VALUES ('S-Lund', 'Lund-1', 1, now() - INTERVAL 2 HOUR, now() - INTERVAL 1 HOUR, 4.75, 0, now(),
                       3600, $site, $station, $id)""",
                session,
            ),
        ],
        changed=[("session", site)],
    )
    numbers = {
        name: int(database.query(f"SELECT {name} FROM {table} {where}", {"id": station})[name][0].as_py())  # noqa: S608
        for name, table, where in (
            ("outlet_id", "outlet", "WHERE station_id = $id"),
            ("command_id", "command", "WHERE station_id = $id"),
            ("file_id", "station_file", "WHERE station_id = $id"),
            ("rowid", "event", "WHERE station_id = $id"),
        )
    }
    return Lund(
        site, floor, station, yard, numbers["outlet_id"], grid_controller, service, kept, cleared,
        numbers["command_id"], numbers["file_id"], numbers["rowid"],
    )  # fmt: skip


def requests(lund: Lund) -> dict[str, Forged]:
    """Return a request by action for all that are not made for several pages or tables."""
    return {**of_pages(lund), **of_floor(lund), **of_control(lund), **of_forms(lund)}


def of_pages(lund: Lund) -> dict[str, Forged]:
    site = f"site:{lund.site}"
    diagram = {"diagram-kind.value": "users", "diagram-node.data": site}
    frame = {"station_id": lund.station, "logged_us": int(AT.timestamp() * 1e6), "direction": "in"}
    here = {"url.search": f"?node={site}"}
    return {
        "dashboard.refresh": Forged("live-changes.data", SOMETHING, here, each={"content": ["latest_sessions"]}),
        "diagrams.show": Forged("diagram-kind.value", "users", diagram),
        "diagrams.begin_export": Forged("diagram-export.n_clicks", 1, diagram, "diagram-job"),
        "alarms.clear": Forged("alarms-clear.data", {"alarms": [lund.alarm]}, shows=""),
        "alarms.take_back": Forged("alarms-undo.data", {"alarms": [lund.cleared]}, shows=""),
        "alarms.above": Forged("live-alarm.data", 1, {"alarms-node.data": site}, "alarms-causes"),
        "alarms.count_active": Forged("live-alarm.data", 1, {"alarms-node.data": site}, "alarms-count"),
        "messages.look": Forged("live-frames-ticker.n_intervals", 1, {"frames-node.data": site}, "frames-newest"),
        "event_window.show": Forged("event-log.selectedRows", [{"event_id": lund.event}]),
        "messages.show": Forged("frames.selectedRows", [frame]),
    }


def of_floor(lund: Lund) -> dict[str, Forged]:
    seen, on_plan = {"floor-general-seen.data": {"row": lund.floor}}, {"positions-shown.data": {"floor": lund.floor}}
    placed = {str(lund.station): {"seen": None, "wanted": [0.5, 0.5]}}
    return {
        "floor_general.follow": Forged("floor-map-live.data", 1, seen),
        "floor_general.bring": Forged("floor-map-upload.contents", JPG, seen, ""),
        "floor_general.remove": Forged("floor-map-remove.submit_n_clicks", 1, seen, ""),
        "floor_position.act": Forged("positions-save.n_clicks", 1, on_plan | {"positions-moved.data": placed}, ""),
        "floor_position.follow": Forged("positions-live.data", 1, on_plan | {"positions-moved.data": {}}),
        "floor_position.show_another": Forged("positions-live.data", 1, on_plan),
    }


def of_control(lund: Lund) -> dict[str, Forged]:
    site, station = f"site:{lund.site}", f"station:{lund.station}"
    controlled = {"control-node.data": station}
    reboot = {"of": {"command": "reboot", "outlet": -1}}
    asked = {"kind": "clear_cache", "connector_id": -1, "stations": [lund.station], "names": ["x"]}
    return {
        "stations_control.follow": Forged(
            "control-live.data", 1, {"control-node.data": site, "live-changes.data": SOMETHING}
        ),
        "station_control.follow": Forged("control-live.data", 1, controlled, "control-outlets"),
        "panel.follow": Forged("control-live.data", 1, controlled, "control-commands"),
        "giving.ask": Forged("control-pressed.data", reboot, controlled),
        "giving.send": Forged(
            "control-send.n_clicks", 1, {"control-asked.data": asked, "control-node.data": "system:1"}, ""
        ),
        "giving.act": Forged("control-acting.data", {"of": {"what": "cancel", "which": lund.command}}, shows=""),
        "station_parameters.follow": Forged("parameters-live.data", 1, controlled),
        "station_parameters.give": Forged("parameters-upload.n_clicks", 1, controlled, ""),
        "station_security.change": Forged(
            "security-pressed.data",
            {"of": {"what": "make", "which": ""}},
            {"security-profile.value": "0", "security-node.data": station},
            "",
        ),
        "station_files.follow": Forged("files-live.data", 1, {"files-node.data": station}),
        "station_files.remove": Forged("files-pressed.data", {"of": lund.file}, shows=""),
    }


def of_forms(lund: Lund) -> dict[str, Forged]:
    site, station = f"site:{lund.site}", f"station:{lund.station}"
    at_service = {f"outlet-value{part}": [lund.service] for part in ("", "-fault", "-kept")}
    return {
        "outlet_general.save": Forged(
            "outlet-value-pressed.data",
            {"of": lund.service},
            {
                '{"outlet-value":["ALL"]}.value': ["mine"],
                "outlet-general-seen.data": {"row": lund.outlet, "values": {}},
            },
            "",
            at_service,
        ),
        "outlet_general.follow": Forged(
            "outlet-general-live.data",
            1,
            {
                '{"outlet-value":["ALL"]}.value': ["typed"],
                '{"outlet-value-kept":["ALL"]}.data-kept': ["old"],
                "outlet-general-seen.data": {"row": lund.outlet, "values": {}},
            },
            each=at_service,
        ),
        "form_hints.follow:station-general": Forged(
            "station-general-hinted.data",
            1,
            {"station-general-seen.data": {"row": lund.station, "values": {}}},
            "Empty: the model of the next start is taken over.",
            {"field": ["model", "charge_box_id"]},
        ),
        "followed.show:station-facts": Forged(
            "station-facts-live.data", 1, {"station-facts-node.data": station}, "station-facts-drawn"
        ),
        "followed.show:site-content": Forged(
            "site-content-live.data", 1, {"site-content-node.data": site}, "site-content-drawn"
        ),
        "followed.show:station-connection": Forged(
            "station-connection-live.data", 1, {"station-connection-node.data": station}, "station-connection-drawn"
        ),
        "followed.show:stations-connection": Forged(
            "stations-connection-live.data", 1, {"stations-connection-node.data": site}, "stations-connection-drawn"
        ),
    }


RECORDS = {
    "site-general": (topology.SITE, "site", "name"),
    "site-address": (addresses.SITE, "site", "city"),
    "floor-general": (topology.FLOOR, "floor", "name"),
    "station-general": (station_settings.STATION, "station", "name"),
    "station-address": (addresses.STATION, "yard", "city"),
    "outlet-general": (station_settings.OUTLET, "outlet", "parking"),
    "grid-controller-general": (topology.GRID_CONTROLLER, "grid_controller", "name"),
    "grid-controller-address": (addresses.GRID_CONTROLLER, "grid_controller", "city"),
}
"""Form → the record that it changes, whose row of Lund is changed, and in which field."""


def save(charlie: Scope, lund: Lund, form: str) -> Forged:
    """Press Save of a form, with Mine in a field."""
    record, of, field = RECORDS[form]
    row = getattr(lund, of)
    seen = edits.read(charlie, record, row)
    typed = list({**seen, field: "Mine"}.values())
    values = {f'{{"field":["ALL"],"form":"{form}"}}.value': typed, f"{form}-seen.data": {"row": row, "values": seen}}
    return Forged(f"{form}-save.n_clicks", 1, values, "", {"field": list(seen)})


def overview(lund: Lund, table: str, function: str) -> Forged:
    """Ask for a table's rows, for what is told around it, or for its export."""
    node, query = {f"{table}-node.data": f"site:{lund.site}"}, {"filters": {}, "order": []}
    if function == "rows":
        return Forged(f"{table}.getRowsRequest", ROWS, node)
    if function == "around":
        return Forged(f"{table}-query.data", query, node, f"{table}-export")
    return Forged(f"{table}-export.n_clicks", 1, node | {f"{table}-query.data": query}, f"{table}-job")


OF_NO_SITE = """
    shell.keep_theme  news_panel.show  alarm_count.count  live.poll  settings.swap  settings.check  settings.discard
    address.fill:site-address  address.fill:station-address  address.fill:grid-controller-address
    address.find:site-address  address.find:station-address  address.find:grid-controller-address
    forms.follow:system-general  forms.follow:service  system_software.follow  form_hints.follow:system-general
"""
"""Actions that nothing of a site is sent to: own settings, the geocoder, and forms of the whole system."""

TABLES = {"statistics": "sessions", "provisioning": "users"}
"""Page with callbacks of its own for a table → the table."""


def request(people: People, lund: Lund, action: str) -> Forged:
    module, _dot, function = action.partition(".")
    function, _colon, page = function.partition(":")
    if module == "forms":
        return save(people.charlie, lund, page)
    if module in ("log_tables", "export_button", *TABLES):
        return overview(lund, page or TABLES[module], function)
    return requests(lund)[action]


def of_site_administrators() -> list[str]:
    """Return the actions that may touch a site; how an export goes on is tried below."""
    of_theirs = [names.split() for persons, names in ACTIONS.items() if "bob" in persons]
    return [name for names in of_theirs for name in names if name not in OF_NO_SITE.split() and ".progress" not in name]


def kept(database: DuckDB) -> dict[str, list[dict[str, Any]]]:
    """Return everything that the database holds."""
    tables = database.query("SELECT table_name FROM duckdb_tables()")["table_name"].to_pylist()
    return {table: database.query(f"FROM {table}").to_pylist() for table in tables}  # noqa: S608 - its own names


@pytest.mark.parametrize("action", of_site_administrators())
def test_nothing_of_another_site_is_shown_or_changed(
    visitor: Visit, people: People, lund: Lund, database: DuckDB, action: str
) -> None:
    bob, charlie, forged = visitor("bob"), visitor("charlie"), request(people, lund, action)
    before = kept(database)

    refused = forged.send(bob, action)
    assert "Lund" not in refused.text
    assert not forged.shows or forged.shows not in refused.text
    assert kept(database) == before

    answer = forged.send(charlie, action)
    assert answer.status_code == 200, answer.text
    assert forged.shows in answer.text if forged.shows else kept(database) != before


@pytest.mark.parametrize("table", OVERVIEWS)
def test_the_export_of_another_is_neither_followed_nor_fetched(visitor: Visit, lund: Lund, table: str) -> None:
    bob, charlie = visitor("bob"), visitor("charlie")
    begun = overview(lund, table, "begin").send(charlie, f"export_button.begin:{table}").json["response"]
    job = begun[f"{table}-job"]["data"]
    follow = Forged(f"{table}-progress-ticker.n_intervals", 1, {f"{table}-job.data": job})

    assert "Save file" not in follow.send(bob, f"export_button.progress:{table}").text
    assert bob.client.get(f"/export/{job}.xlsx").status_code == 404
    assert "Save file" in follow.send(charlie, f"export_button.progress:{table}").text
    assert charlie.client.get(f"/export/{job}.xlsx", buffered=True).status_code == 200


def test_no_address_leads_to_another_site(visitor: Visit, lund: Lund) -> None:
    bob, charlie = visitor("bob"), visitor("charlie")
    pages = [page for page in PAGES if charlie.client.get(page).status_code == 200]
    for address in (f"{page}?node={node}" for page in pages for node in lund.nodes):
        assert bob.client.get(address).status_code == 404, address
        assert "Lund" not in bob.page(address), address
        assert charlie.client.get(address).status_code == 200, address
    for address in (f"/files/{lund.file}", f"/floor-map/{lund.floor}", "/session/S-Lund"):
        assert bob.client.get(address).status_code == 404, address
        assert charlie.client.get(address, buffered=True).status_code == 200, address


def test_what_is_shown_without_a_node_is_of_the_own_site(app: dash.Dash, visitor: Visit, lund: Lund) -> None:
    given = {f"{table}.getRowsRequest": ROWS for table in OVERVIEWS}
    rows = [output for output in app.callback_map if output.endswith("getRowsResponse")]
    assert len(rows) == len(OVERVIEWS)
    for name, is_own in (("bob", False), ("charlie", True)):
        somebody = visitor(name)
        for shown in (
            *(somebody.call(output, given).text for output in rows),
            somebody.page("/dashboard"),
            str(somebody.poll()),
        ):
            assert ("Lund" in shown) is is_own
