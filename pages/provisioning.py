"""User provisioning (manual: User Provisioning): the users of the chosen node; adding, changing and deleting them."""

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import export_button, grid, navigator, user_dialog, user_removal
from components.access import allow, current_scope
from components.export_button import Source
from components.filter_chips import chips, link, notice, read_link
from components.grid import MenuItem, Query
from components.imports import link as import_link
from components.menus import icon
from components.texts import in_words
from components.user_dialog import WRITERS
from components.user_table import HEADINGS, cells, empty, foot, in_chips, roles
from data import user_table
from data.scope import Scope
from data.user_table import COLUMNS, READERS

dash.register_page(__name__, path="/provisioning", name="User provisioning")

TABLE = "users"
BY_NAME = [{"colId": "name", "sort": "asc"}]
LONGEST_FIND = 100


def layout(node: str | None = None, f: str = "", sort: str = "", **_query: str) -> list[Any]:
    scope, chosen = current_scope(), navigator.chosen_node(node)
    shown = read_link(f, sort, COLUMNS)
    return [
        html.Div(
            [
                html.H1(_("User provisioning")),
                navigator.heading(chosen) if chosen else None,
                html.Div(_actions(scope), className="cp-actions"),
            ],
            className="cp-head",
        ),
        *([notice(shown.refused)] if shown.refused else []),
        _bar(shown.filters.get("find", {}).get("filter", "")),
        html.Div(
            [
                grid.table(TABLE, COLUMNS, HEADINGS, shown.filters, shown.order or BY_NAME, row_id="user_id"),
                html.Div(id="users-empty", hidden=True, className="cp-table-empty cp-empty"),
                html.Div(id="users-foot", className="card-footer d-flex align-items-center gap-4"),
            ],
            className="card cp-fill cp-table",
        ),
        grid.row_menu(TABLE, _menu(scope)),
        *export_button.parts(TABLE),
        *(user_dialog.dialog() + user_removal.question() if scope.role in WRITERS else []),
        *(dcc.Store(id=f"users-{name}") for name in ("query", "link", "live", "wish")),
        dcc.Store(id="users-node", data=node),
    ]


@callback(
    Output(TABLE, "getRowsResponse"),
    Input(TABLE, "getRowsRequest"),
    State("users-node", "data"),
    prevent_initial_call=True,
)
@allow(*READERS)
def rows(request: grid.Request | None, node: str | None) -> dict[str, Any]:
    if not request:
        raise PreventUpdate
    filters, order = request["filterModel"], request["sortModel"]
    scope, chosen = current_scope(), navigator.chosen_node(node)
    page = user_table.page(scope, chosen, filters, order, request["startRow"], request["endRow"])
    return {"rowData": cells(page.rows), "rowCount": page.count}


@callback(
    Output("users-roles", "children"),
    Output("users-chips", "children"),
    Output("users-foot", "children"),
    Output("users-empty", "children"),
    Output("users-empty", "hidden"),
    Output("users-export", "children"),
    Output("users-export", "aria-label"),
    Output("users-export", "disabled"),
    Output("users-link", "data"),
    Input("users-query", "data"),
    Input("users-live", "data"),
    State("users-node", "data"),
    prevent_initial_call=True,
)
@allow(*READERS)
def around(query: Query | None, _live: Any, node: str | None) -> tuple[Any, ...]:
    if not query:
        raise PreventUpdate
    scope, chosen, filters = current_scope(), navigator.chosen_node(node), query["filters"]
    others = {name: filtered for name, filtered in filters.items() if name != "role"}
    found = user_table.count(scope, chosen, filters)
    everything = user_table.count(scope, chosen, {}) if filters else found
    return (
        roles(user_table.count_roles(scope, chosen, others), filters),
        chips(TABLE, COLUMNS, HEADINGS, in_chips(filters)),
        foot(found, everything),
        empty(chosen.name if chosen else "", len(filters), TABLE),
        found > 0,
        *export_button.face(found),
        link(filters, [] if query["order"] == BY_NAME else query["order"]),
    )


export_button.offer(
    TABLE,
    Source(
        lazy_gettext("Users"),
        user_table.count,
        lambda *asked: in_words(user_table.export(*asked), user_table.COLUMNS),
        lambda scope: {name: HEADINGS[name].file_title for name in user_table.SHOWN},
    ),
    READERS,
)
clientside_callback(
    ClientsideFunction("grid", "query"),
    Output("users-query", "data"),
    Input(TABLE, "getRowsResponse"),
    State(TABLE, "getRowsRequest"),
    State("users-query", "data"),
    State(TABLE, "id"),
    prevent_initial_call=True,
)
clientside_callback(ClientsideFunction("grid", "keep"), Input("users-link", "data"))
clientside_callback(ClientsideFunction("users", "shown"), Input("users-query", "data"), State(TABLE, "id"))
clientside_callback(
    ClientsideFunction("users", "changed"),
    Output("users-live", "data"),
    Input("live-changes", "data"),
    State(TABLE, "id"),
    prevent_initial_call=True,
)
user_dialog.register()
user_removal.register()


def _actions(scope: Scope) -> list[Any]:
    export = export_button.button(TABLE, "btn-secondary")
    if scope.role not in WRITERS:
        return [export]
    add = html.Button(
        [icon("bi-person-plus"), _("Add user")],
        type="button",
        className="btn btn-primary btn-sm",
        **{"data-users-add": "", "aria-haspopup": "dialog"},
    )
    return [*import_link.link(scope, "users"), export, add]


def _bar(found: str) -> html.Div:
    search = dbc.Input(
        id="users-find",
        type="search",
        size="sm",
        value=found,
        placeholder=_("Find name, email or RFID"),
        maxlength=LONGEST_FIND,
    )
    label = dbc.Label(_("Find name, email or RFID"), html_for="users-find", class_name="visually-hidden")
    return html.Div(
        [
            html.Div(id="users-roles", className="cp-seg", role="group", **{"aria-label": _("Role")}),
            html.Div(id="users-chips", className="d-contents", role="group", **{"aria-label": _("Active filters")}),
            html.Div([icon("bi-search"), label, search], className="cp-find cp-find-user ms-auto"),
        ],
        className="cp-bar",
    )


def _menu(scope: Scope) -> list[MenuItem]:
    sessions = MenuItem(_("Show charging sessions"), "bi-table", href="/statistics?f=email.is.{email}")
    copy = MenuItem(_("Copy row"), "bi-copy", action="copy")
    if scope.role not in WRITERS:
        return [sessions, copy]
    return [
        MenuItem(_("Add User"), "bi-person-plus", action="wish:add"),
        MenuItem(_("Edit"), "bi-pencil", action="wish:edit", key="Enter"),
        sessions,
        copy,
        MenuItem(_("Delete"), "bi-trash", action="wish:delete", key="Del", is_danger=True),
    ]
