"""Messages: every frame between a node's stations and the central system, live, and a call with its answer."""

from typing import Any, TypedDict

import dash
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _

from components import export_button, log_tables, navigator
from components.access import OPERATORS, allow, current_scope
from components.filter_chips import Shown, notice, read_link
from components.grid import MenuItem
from components.message_table import FACE, TABLE, WAYS, panel
from data import message_table
from data.errors import InvalidInput
from data.message_table import Key
from data.nodes import Node

dash.register_page(__name__, path="/messages", name="Messages")

LOOKED_EVERY_MS = 2000
LATEST_US = 1 << 52


def layout(node: str | None = None, f: str = "", sort: str = "", at: str = "", **_query: str) -> list[Any]:
    """Return the page.

    Args:
        at: a time, in microseconds since 1970, whose message is to be shown.
    """
    scope, chosen = current_scope(), navigator.chosen_node(node)
    shown = read_link(f, sort, FACE.table.columns)
    export = html.Div(export_button.button(TABLE, "btn-secondary"), className="cp-actions")
    hidden_panel = html.Section(
        id="frames-panel",
        hidden=True,
        className="card cp-frame-panel",
        tabIndex="-1",
        **{"aria-labelledby": "frames-panel-title"},
    )
    return [
        html.Div([html.H1(_("Messages")), navigator.heading(chosen) if chosen else None, export], className="cp-head"),
        *([notice(shown.refused)] if shown.refused else []),
        log_tables.bar(TABLE, [_quick_filters()]),
        html.Div([log_tables.card(TABLE, FACE, shown), hidden_panel], className="cp-frames cp-fill"),
        *log_tables.parts(TABLE, node, _menu()),
        dcc.Interval(id="live-frames-ticker", interval=LOOKED_EVERY_MS),
        dcc.Store(id="frames-at", data=_place(at, shown, chosen)),
        dcc.Store(id="frames-newest", data=message_table.newest(scope, chosen)),
    ]


log_tables.follow(TABLE, FACE)


@callback(
    Output("frames-newest", "data"),
    Input("live-frames-ticker", "n_intervals"),
    State("frames-newest", "data"),
    State(f"{TABLE}-node", "data"),
    prevent_initial_call=True,
)
@allow(*OPERATORS)
def look(_ticks: int | None, known: int | None, node: str | None) -> int:
    newest = message_table.newest(current_scope(), navigator.chosen_node(node))
    if newest == known:
        raise PreventUpdate
    return newest


class Row(TypedDict):
    """What of a chosen row names its message."""

    station_id: int
    logged_us: int
    direction: str


@callback(
    Output("frames-panel", "children"),
    Output("frames-panel", "hidden"),
    Input(TABLE, "selectedRows"),
    prevent_initial_call=True,
)
@allow(*OPERATORS)
def show(rows: list[Row] | None) -> tuple[list[Any], bool]:
    if not rows:
        return [], True
    station_id, logged_us, direction = (rows[0].get(name) for name in ("station_id", "logged_us", "direction"))
    if type(station_id) is not int or type(logged_us) is not int or direction not in WAYS:
        raise InvalidInput(_("Message"), str(direction)[:20], _("is none of this table."))
    if not (0 < station_id < 1 << 31 and 0 <= logged_us < LATEST_US):
        raise InvalidInput(_("Message"), logged_us, _("is none of this table."))
    return panel(message_table.find(current_scope(), Key(station_id, logged_us, str(direction)))), False


clientside_callback(
    ClientsideFunction("messages", "changed"),
    Output(f"live-{TABLE}", "data"),
    Input("frames-newest", "data"),
    State(TABLE, "id"),
    prevent_initial_call=True,
)
clientside_callback(ClientsideFunction("messages", "pressed"), Input(f"{TABLE}-query", "data"))
clientside_callback(ClientsideFunction("messages", "shown"), Input("frames-panel", "children"))
clientside_callback(ClientsideFunction("messages", "keep"), Input(TABLE, "selectedRows"))
clientside_callback(
    ClientsideFunction("messages", "reach"),
    Input(TABLE, "getRowsResponse"),
    State("frames-at", "data"),
    prevent_initial_call=True,
)


def _place(at: str, shown: Shown, node: Node | None) -> dict[str, int] | None:
    """Return at which row of the newest-first table a time is; None: nowhere, or the order is another."""
    if not (at.isascii() and at.isdigit() and int(at[:20]) < LATEST_US) or shown.order:
        return None
    return {"us": int(at), "row": message_table.place(current_scope(), node, shown.filters, int(at))}


def _quick_filters() -> html.Div:
    """Return buttons that keep one direction, or what went wrong; `assets/messages.js` presses them."""
    faces = [
        (_("All"), ""),
        (_("From the station"), "direction:in"),
        (_("To the station"), "direction:out"),
        (_("Only errors"), "flaw:"),
        (_("Not readable"), "kind:broken"),
    ]
    buttons = [
        html.Button(
            text, type="button", className="btn btn-sm", **{"data-frames-filter": kept, "aria-pressed": "false"}
        )
        for text, kept in faces
    ]
    return html.Div(buttons, className="cp-seg", role="group", **{"aria-label": _("Filter messages")})


def _menu() -> list[MenuItem]:
    return [
        MenuItem(_("Show call and answer"), "bi-arrow-left-right", action="show"),
        MenuItem(_("Only this action"), "bi-funnel", action="only:action"),
        MenuItem(_("Only this message"), "bi-funnel", action="only:id"),
        MenuItem(_("Select station in Navigator"), "bi-ev-station", href="/messages?node={station_ref}"),
        MenuItem(_("Station"), "bi-gear", href="/configuration?node={station_ref}"),
        MenuItem(_("Copy row"), "bi-copy", action="copy"),
    ]
