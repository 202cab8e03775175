"""System, site and floor, Control: one command for many stations, with each one's result."""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import grid, navigator, states
from components.access import OPERATORS, allow, current_scope
from components.control import panel
from components.control.board import TITLES
from components.control.log import LOOKS
from components.filter_chips import Heading
from components.live import Told
from data import command_rows, controlled
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Control")
SHOWN = ("command", "outlet_state", "station_state", "open_transaction", "alarm")
"""What changes a row of the table."""
HEADINGS: Mapping[str, Heading] = {
    "name": Heading(lazy_gettext("Charging station"), 150, shown=True, renderer="IdentityCell"),
    "state": Heading(lazy_gettext("State"), 116, shown=True, renderer="LookCell"),
    "site": Heading(lazy_gettext("Site"), 130, shown=True),
    "command": Heading(lazy_gettext("Last command"), 170, shown=True, renderer="LookCell"),
    "contact": Heading(lazy_gettext("Contact"), 104, shown=True),
    "model": Heading(lazy_gettext("Model"), 120, shown=True),
    "firmware_version": Heading(lazy_gettext("Software"), 160, shown=True, fills=True),
    "protocol": Heading(lazy_gettext("Protocol"), 90, shown=True),
}


def layout(scope: Scope, node: Node) -> html.Div:
    choice = html.Section(
        [
            html.Div(
                [html.H2(_("Charging stations"), id="control-stations-title", className="flex-fill"), _count()],
                className="card-header",
            ),
            grid.choice("control-stations", HEADINGS, _rows(scope, node), "station_id"),
            dcc.Store(id="control-rows"),
        ],
        className="card cp-table cp-choose",
        **{"aria-labelledby": "control-stations-title"},
    )
    return panel.layout(scope, node, [choice, panel.board_card({})], [])


def register() -> None:
    clientside_callback(
        ClientsideFunction("control", "chosen"),
        Output("control-chosen", "data"),
        Output("control-count", "children"),
        Input("control-stations", "selectedRows"),
        State("control-count", "data-chosen"),
    )
    clientside_callback(ClientsideFunction("control", "show"), Input("control-rows", "data"))

    @callback(
        Output("control-rows", "data"),
        Input("control-live", "data"),
        State("live-changes", "data"),
        State("control-node", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def follow(_live: Any, changes: Told, node: str) -> list[dict[str, Any]]:
        changed = [changes["changed"].get(subject, []) for subject in SHOWN]
        chosen = navigator.chosen_node(node)
        assert chosen is not None
        rows = _rows(current_scope(), chosen)
        if None in changed:
            return rows
        ids = {number for numbers in changed for number in numbers or ()}
        return [row for row in rows if row["station_id"] in ids]


def _count() -> html.Span:
    """Return what says how many stations are chosen, also of those that a filter hides."""
    chosen = _("{count} chosen")
    return html.Span(id="control-count", role="status", className="cp-2nd", **{"data-chosen": chosen})


def _rows(scope: Scope, node: Node) -> list[dict[str, Any]]:
    """Write the stations as the table shows them."""
    contact = {True: _("Connected"), False: _("Away")}
    found = []
    for one in controlled.stations(scope, node):
        look = states.STATES[one["state"]]
        shown = {
            "state": str(look.word),
            "state_look": f"{look.colour} {look.glyph}",
            **_command(one),
            "contact": contact[one["connected"]],
            "model": f"{one['vendor']} {one['model']}".strip(),
            "protocol": one["protocol"].replace("ocpp", "OCPP "),
        }
        found.append({name: one[name] for name in ("station_id", "name", "site", "firmware_version")} | shown)
    return found


def _command(one: dict[str, Any]) -> dict[str, str]:
    if one["command_kind"] is None:
        return {"command": "", "command_look": ""}
    look = LOOKS[command_rows.State(one["command_state"])]
    glyph, colour = look.glyph.split(" ")
    return {"command": f"{TITLES[one['command_kind']]}: {look.word}", "command_look": f"{colour} {glyph}"}
