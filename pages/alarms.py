"""Alarms (manual: Alarms): active alarms with Clear, alarm history and event log of the chosen node."""

import json
from typing import Any, TypedDict

import dash
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _

from components import event_window, export_button, grid, log_tables, messages, navigator
from components.access import OPERATORS, allow, current_scope
from components.alarm_tables import FACES, caused, causes, of_tab, selection, severities
from components.filter_chips import notice, read_link
from components.format import number
from components.grid import MenuItem, Query
from components.log_tables import Face
from data import alarm_clearing, alarm_tables, alarms
from data.alarm_tables import ACTIVE
from data.errors import InvalidInput
from data.log_tables import count

dash.register_page(__name__, path="/alarms", name="Alarms")

MOST_AT_ONCE = 1000


def layout(node: str | None = None, tab: str = "", f: str = "", sort: str = "", **_query: str) -> list[Any]:
    chosen = navigator.chosen_node(node)
    table_id = of_tab(tab)
    face = FACES[table_id]
    shown = read_link(f, sort, face.table.columns)
    return [
        html.Div(
            [
                html.H1(_("Alarms")),
                navigator.heading(chosen) if chosen else None,
                html.Div(export_button.button(table_id, "btn-secondary"), className="cp-actions"),
            ],
            className="cp-head",
        ),
        _tabs(table_id, node),
        *([notice(shown.refused)] if shown.refused else []),
        *(_above_active() if face.table is ACTIVE else []),
        log_tables.bar(table_id),
        log_tables.card(
            table_id,
            face,
            shown,
            before_menu=[_clear_column()] if face.table is ACTIVE else [],
            several=face.table is ACTIVE,
            selection=[selection()] if face.table is ACTIVE else [],
        ),
        *log_tables.parts(table_id, node, _menu(face)),
        *([event_window.window()] if table_id == event_window.TABLE else []),
        dcc.Store(id="alarms-node", data=node),
        *(dcc.Store(id=f"alarms-{name}") for name in ("clear", "cleared", "undo", "undone")),
    ]


def _follow(table_id: str, face: Face) -> None:
    """Register the callbacks of a table."""
    log_tables.follow(table_id, face)
    clientside_callback(
        ClientsideFunction("alarms", "changed"),
        Output(f"live-{table_id}", "data"),
        Input("live-changes", "data"),
        State(table_id, "id"),
        prevent_initial_call=True,
    )


for _table_id, _face in FACES.items():
    _follow(_table_id, _face)
event_window.follow()


class Wish(TypedDict):
    """Which alarms a user wants cleared, or back."""

    alarms: list[int]


@callback(Output("alarms-cleared", "data"), Input("alarms-clear", "data"), prevent_initial_call=True)
@allow(*OPERATORS)
def clear(wish: Wish | None) -> Wish:
    if not wish:
        raise PreventUpdate
    cleared = alarm_clearing.clear(current_scope(), _meant(wish))
    title = _("Alarm cleared") if len(cleared) == 1 else _("%(count)s alarms cleared", count=number(len(cleared)))
    undo = html.Button(
        _("Undo"), type="button", className="btn btn-secondary btn-sm ms-2", **{"data-undo": json.dumps(cleared)}
    )
    messages.say(title, _("It comes back when the station reports it again."), action=undo)
    return {"alarms": cleared}


@callback(Output("alarms-undone", "data"), Input("alarms-undo", "data"), prevent_initial_call=True)
@allow(*OPERATORS)
def take_back(wish: Wish | None) -> Wish:
    if not wish:
        raise PreventUpdate
    messages.say(_("Alarms are active again"))
    return {"alarms": alarm_clearing.undo(current_scope(), _meant(wish))}


def _meant(wish: Wish) -> list[int]:
    meant = [one for one in wish["alarms"] if isinstance(one, int)]
    if not 0 < len(meant) <= MOST_AT_ONCE:
        raise InvalidInput(
            _("Alarms"), len(meant), _("cannot be cleared at once, only 1 to %(most)s.", most=MOST_AT_ONCE)
        )
    return meant


@callback(
    Output("alarms-severities", "children"),
    Output("alarms-cause", "children"),
    Output("alarms-causes", "children"),
    Input("live-alarm", "data"),
    Input("active-alarms-query", "data"),
    State("alarms-node", "data"),
)
@allow(*OPERATORS)
def above(_changed: Any, query: Query | None, node: str | None) -> tuple[list[Any], list[Any], list[Any]]:
    scope, chosen = current_scope(), navigator.chosen_node(node)
    kept = (query["filters"] if query else {}).get("severity", {}).get("filter", "")
    return severities(alarm_tables.severities(scope, chosen), kept), *caused(alarms.causes(scope, chosen))


@callback(Output("alarms-count", "children"), Input("live-alarm", "data"), State("alarms-node", "data"))
@allow(*OPERATORS)
def count_active(_changed: Any, node: str | None) -> str:
    return number(count(current_scope(), ACTIVE, navigator.chosen_node(node), {}))


clientside_callback(
    ClientsideFunction("alarms", "cleared"), Input("alarms-cleared", "data"), Input("alarms-undone", "data")
)
clientside_callback(ClientsideFunction("alarms", "selected"), Input("active-alarms", "selectedRows"))


def _above_active() -> list[html.Div]:
    group = {"role": "group", "aria-label": _("Severity")}
    return [
        html.Div(causes(), className="d-contents", **{"aria-live": "polite"}),
        html.Div(id="alarms-severities", className="cp-seg align-self-start", **group),
    ]


def _tabs(shown: str, node: str | None) -> html.Nav:
    links = []
    for table_id, face in FACES.items():
        query = f"tab={face.tab}" + (f"&node={node}" if node else "")
        current = {"aria-current": "page"} if table_id == shown else {}
        look = "nav-link active" if table_id == shown else "nav-link"
        count = [html.Span(id="alarms-count", className="badge")] if face.table is ACTIVE else []
        title = dcc.Link([str(face.title), *count], href=f"/alarms?{query}", className=look)
        links.append(html.Div(title, **current))
    return html.Nav(links, className="nav nav-underline cp-tabs", **{"aria-label": _("Alarm tables")})


def _clear_column() -> dict[str, Any]:
    name = _("Clear %(alarm)s on %(node)s", alarm="{alarm}", node="{node}")
    return grid.button_column("clear", _("Clear"), 72, "ClearButton", {"text": _("Clear"), "name": name})


def _menu(face: Face) -> list[MenuItem]:
    select = MenuItem(
        _("Select station in Navigator"), "bi-ev-station", href=f"/alarms?tab={face.tab}&node={{station_ref}}"
    )
    only = MenuItem(_("Only this node"), "bi-funnel", action="only:node")
    messages_then = MenuItem(
        _("Messages at that time"), "bi-arrow-left-right", href="/messages?node={station_ref}&at={at_us}"
    )
    copy = MenuItem(_("Copy row"), "bi-copy", action="copy")
    whole = MenuItem(_("Whole event"), "bi-card-text", action="choose", key="Enter")
    return [*([whole] if face is FACES[event_window.TABLE] else []), only, select, messages_then, copy]
