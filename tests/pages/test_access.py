"""Who may do what: every action of the portal with the roles that have it, each tried by everybody else."""

import inspect
import io
import json
import re
from collections.abc import Callable
from typing import Any

import dash
import pytest

from tests.conftest import People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]

ROUTER_NAME = "dash.update"
EVERYBODY = "alice bob sam dana"
OPERATORS = "alice bob sam"

ACTIONS = {
    EVERYBODY: """
        shell.keep_theme  news_panel.show  alarm_count.count  live.poll  dashboard.refresh
        settings.swap  settings.check  settings.discard
        diagrams.show  diagrams.begin_export  diagrams.progress
        statistics.rows  statistics.around  export_button.begin:sessions  export_button.progress:sessions
    """,
    OPERATORS: """
        alarms.clear  alarms.take_back  alarms.above  alarms.count_active
        log_tables.rows:active-alarms  log_tables.around:active-alarms
        log_tables.rows:alarm-history  log_tables.around:alarm-history
        log_tables.rows:event-log  log_tables.around:event-log
        export_button.begin:active-alarms  export_button.progress:active-alarms
        export_button.begin:alarm-history  export_button.progress:alarm-history
        export_button.begin:event-log  export_button.progress:event-log
        event_window.show  messages.look  messages.show  log_tables.rows:frames  log_tables.around:frames
        export_button.begin:frames  export_button.progress:frames
        forms.follow:system-general  forms.follow:service  forms.follow:site-general  forms.follow:site-address
        forms.follow:floor-general  forms.follow:station-general  forms.follow:station-address
        forms.follow:outlet-general  forms.follow:grid-controller-general  forms.follow:grid-controller-address
        form_hints.follow:station-general  form_hints.follow:system-general
        floor_general.follow  floor_position.act  floor_position.follow  floor_position.show_another
        stations_control.follow  station_control.follow  panel.follow  giving.ask  giving.send  giving.act
        station_parameters.follow  station_parameters.give  station_security.change
        station_files.follow  station_files.remove  outlet_general.save  outlet_general.follow  system_software.follow
        followed.show:site-content  followed.show:station-connection  followed.show:station-facts
        followed.show:stations-connection
        address.fill:station-address  address.find:station-address
    """,
    "alice bob": """
        provisioning.rows  provisioning.around  export_button.begin:users  export_button.progress:users
        floor_general.bring  floor_general.remove  address.fill:site-address  address.find:site-address
        address.fill:grid-controller-address  address.find:grid-controller-address
    """,
    "alice sam": """
        system_topology.select  system_topology.show  system_software.remove
        system_services.select  system_services.show  system_services.follow
    """,
    "alice": """
        news_editor.open_editor  news_editor.save  news_editor.cancel  news_editor.ask  news_editor.delete
        user_dialog.open_  user_dialog.suit  user_dialog.add_tag  user_dialog.save  user_removal.ask
        user_removal.delete  moving.ask  system_topology.fill  system_topology.choose  system_topology.suit
        topology_changes.do  topology_changes.ask  topology_changes.remove  topology_changes.take_in
        service_secrets.renew  system_services.send_now  system_services.add  system_services.remove
        imports.work  imports.look  imports.do  imports.follow  imports.list_past  imports.undo_import
    """,
}
"""Who has them → callbacks, as <module>.<function>; one that is made for many pages has the page's name behind it."""

UPLOADS = {"/software": "alice sam", "/import/topology": "alice", "/import/users": "alice", "/import/sessions": "alice"}
"""Addresses that files are sent to → who may. What is fetched by its number is tried in test_site_borders.py."""

ROUTES = {
    "/software",
    "/import/<kind>",
    "/export/<job_id>.xlsx",
    "/files/<int(max=2147483647):file_id>",
    "/floor-map/<int:floor_id>",
} | {"/import/<int:import_id>/refused.csv"}
OF_EVERYBODY = {"/", "/<path:path>", "/login", "/logout", "/healthz", "/assets/<path:filename>"}

MANY = ("forms", "form_hints", "log_tables", "export_button", "address", "followed")
"""Modules whose callbacks are made for several pages."""


def actions(app: dash.Dash) -> dict[str, str]:
    """Return the callbacks by name, each with its output."""
    return {_name(entry): output for output, entry in app.callback_map.items() if entry.get("callback")}


def _name(entry: dict[str, Any]) -> str:
    function = inspect.unwrap(entry["callback"])
    module = function.__module__.rpartition(".")[2]
    first = entry["inputs"][0]["id"]
    page = json.loads(first)["form"] if first.startswith('{"field') else OWN_PART.sub("", first)
    return f"{module}.{function.__name__}" + (f":{page}" if module in MANY else "")


OWN_PART = re.compile("-(query|export|progress-ticker|live|hinted|clicked|find)$")


def test_every_action_is_in_the_table(app: dash.Dash) -> None:
    assert actions(app).keys() - {ROUTER_NAME} == {name for names in ACTIONS.values() for name in names.split()}
    own = {str(rule) for rule in app.server.url_map.iter_rules() if not str(rule).startswith(("/_", "/bootstrap"))}
    assert own - OF_EVERYBODY == ROUTES


@pytest.mark.parametrize("person", EVERYBODY.split())
def test_an_action_is_refused_to_who_does_not_have_it(
    app: dash.Dash, visitor: Visit, people: People, person: str
) -> None:
    somebody, outputs = visitor(person), actions(app)
    may = {name for persons, names in ACTIONS.items() for name in names.split() if person in persons.split()}
    assert {name for name, output in outputs.items() if somebody.call(output).status_code != 403} == may | {ROUTER_NAME}


@pytest.mark.parametrize("person", EVERYBODY.split())
@pytest.mark.parametrize("address", UPLOADS)
def test_a_file_is_taken_from_who_may_bring_it(visitor: Visit, people: People, person: str, address: str) -> None:
    somebody = visitor(person)
    form = {"file": (io.BytesIO(b""), "empty.bin")}
    answer = somebody.client.post(address, data=form, headers={"X-CSRFToken": somebody.token})
    assert answer.status_code == (400 if person in UPLOADS[address].split() else 403)
