"""System, site and floor, Control: one command for many stations, with each one's result."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, html
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import navigator, states
from components.access import OPERATORS, allow, current_scope
from components.control import panel
from components.format import identity
from data import controlled
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Control")


def layout(scope: Scope, node: Node) -> html.Div:
    found = controlled.stations(scope, node)
    left = [_choice(found), panel.board_card({})]
    return panel.layout(scope, node, left, [])


def register() -> None:
    clientside_callback(
        ClientsideFunction("control", "chosen"), Output("control-chosen", "data"), Input("control-stations", "value")
    )

    @callback(
        Output("control-stations", "value"),
        Input("control-all", "n_clicks"),
        Input("control-none", "n_clicks"),
        State("control-node", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def choose(all_: int | None, none: int | None, node: str) -> list[str]:
        if not (all_ or none):
            raise PreventUpdate
        if ctx.triggered_id == "control-none":
            return []
        chosen = navigator.chosen_node(node)
        assert chosen is not None
        return [str(one["station_id"]) for one in controlled.stations(current_scope(), chosen)]


def _choice(found: list[dict[str, Any]]) -> html.Section:
    buttons = [
        html.Button(text, id=name, type="button", className="btn btn-secondary btn-sm")
        for name, text in (("control-all", _("Choose all")), ("control-none", _("Choose none")))
    ]
    head = html.Div(
        [html.H2(_("Charging stations"), id="control-stations-title", className="flex-fill"), *buttons],
        className="card-header d-flex gap-2",
    )
    if not found:
        return html.Section(
            [head, html.P(_("There are no charging stations here."), className="px-3 cp-2nd")], className="card"
        )
    choice = dbc.Checklist(
        id="control-stations",
        options=[{"value": str(one["station_id"]), "label": _station(one)} for one in found],
        value=[],
        className="cp-choices",
    )
    return html.Section([head, choice], className="card", **{"aria-labelledby": "control-stations-title"})


def _station(one: dict[str, Any]) -> html.Span:
    look = states.STATES[one["state"]]
    version = html.Span(one["firmware_version"], className="cp-t12 cp-2nd")
    away = [] if one["connected"] else [html.Span(_("away"), className="cp-t12 cp-3rd")]
    return html.Span(
        [identity(one["name"]), states.state(look), version, *away], className="d-inline-flex gap-2 flex-wrap"
    )
