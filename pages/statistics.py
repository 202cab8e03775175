"""Statistics (manual: Statistics): the finished charging sessions of the chosen node, filtered, sorted, exported."""

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from components import export_button, grid, navigator
from components.access import EVERYONE, allow, current_scope
from components.export_button import Source
from components.filter_chips import chips, clear_button, link, notice, read_link
from components.format import duration_short, number, quantity
from components.grid import MenuItem, Query, Request
from components.imports import link as import_link
from components.session_window import HEADINGS, cells
from components.texts import in_words
from data import sessions
from data.nodes import Node
from data.paging import EXCEL_ROWS
from data.scope import Role, Scope
from data.sessions import Totals

dash.register_page(__name__, path="/statistics", name="Statistics")

TABLE = "sessions"
NEWEST_FIRST = [{"colId": "start", "sort": "desc"}]


def layout(node: str | None = None, f: str = "", sort: str = "", **_query: str) -> list[Any]:
    scope, chosen = current_scope(), navigator.chosen_node(node)
    columns = sessions.columns(scope)
    shown = read_link(f, sort, columns)
    order = shown.order or NEWEST_FIRST
    return [
        html.Div(
            [
                html.H1(_("Statistics")),
                navigator.heading(chosen) if chosen else html.Span(_("Your own charging"), className="cp-sub"),
                html.Div(
                    [*import_link.link(scope, "sessions"), _columns(scope), export_button.button(TABLE)],
                    className="cp-actions",
                ),
            ],
            className="cp-head",
        ),
        *([notice(shown.refused)] if shown.refused else []),
        html.Div(
            [*_node_chip(chosen), html.Span(id="sessions-chips", className="d-contents")],
            className="cp-bar",
            role="group",
            **{"aria-label": _("Active filters")},
        ),
        html.Div(
            [
                grid.table(TABLE, columns, HEADINGS, shown.filters, order, row_id="session"),
                html.Div(id="sessions-empty", hidden=True, className="cp-table-empty cp-empty"),
                html.Div(id="sessions-totals", className="card-footer d-flex align-items-center gap-4"),
            ],
            className="card cp-fill cp-table",
        ),
        grid.row_menu(TABLE, _menu(scope)),
        *export_button.parts(TABLE),
        dcc.Store(id="sessions-query"),
        dcc.Store(id="sessions-node", data=node),
        dcc.Store(id="sessions-link"),
        dcc.Store(id="sessions-changed"),
    ]


@callback(
    Output(TABLE, "getRowsResponse"),
    Input(TABLE, "getRowsRequest"),
    State("sessions-node", "data"),
    prevent_initial_call=True,
)
@allow(*EVERYONE)
def rows(request: Request | None, node: str | None) -> dict[str, Any]:
    if not request:
        raise PreventUpdate
    filters, order = request["filterModel"], request["sortModel"]
    scope, chosen = current_scope(), navigator.chosen_node(node)
    page = sessions.page(scope, chosen, filters, order, request["startRow"], request["endRow"])
    return {"rowData": cells(page.rows), "rowCount": page.count}


@callback(
    Output("sessions-chips", "children"),
    Output("sessions-totals", "children"),
    Output("sessions-empty", "children"),
    Output("sessions-empty", "hidden"),
    Output("sessions-export", "children"),
    Output("sessions-export", "aria-label"),
    Output("sessions-export", "disabled"),
    Output("sessions-link", "data"),
    Input("sessions-query", "data"),
    Input("live-session", "data"),
    State("sessions-node", "data"),
    prevent_initial_call=True,
)
@allow(*EVERYONE)
def around(query: Query | None, _changed: Any, node: str | None) -> tuple[Any, ...]:
    if not query:
        raise PreventUpdate
    scope, chosen, filters = current_scope(), navigator.chosen_node(node), query["filters"]
    found = sessions.totals(scope, chosen, filters)
    everything = sessions.totals(scope, chosen, {}) if filters else found
    order = [] if query["order"] == NEWEST_FIRST else query["order"]
    return (
        chips(TABLE, sessions.columns(scope), HEADINGS, filters),
        _totals(found, everything),
        _empty(chosen, len(filters)),
        found.count > 0,
        *export_button.face(found.count),
        link(filters, order),
    )


clientside_callback(
    ClientsideFunction("grid", "query"),
    Output("sessions-query", "data"),
    Input(TABLE, "getRowsResponse"),
    State(TABLE, "getRowsRequest"),
    State("sessions-query", "data"),
    State(TABLE, "id"),
    prevent_initial_call=True,
)
clientside_callback(ClientsideFunction("grid", "keep"), Input("sessions-link", "data"))
clientside_callback(
    ClientsideFunction("grid", "columns"),
    Input("sessions-columns", "value"),
    Input("sessions-query", "data"),  # the first one comes when the table has its columns
    State("sessions-columns-all", "data"),
    State(TABLE, "id"),
)
clientside_callback(
    ClientsideFunction("grid", "refresh"),
    Output("sessions-changed", "data"),
    Input("live-session", "data"),
    State(TABLE, "id"),
    prevent_initial_call=True,
)
export_button.offer(
    TABLE,
    Source(
        lazy_gettext("Charging sessions"),
        lambda scope, node, filters: sessions.totals(scope, node, filters).count,
        lambda *asked: in_words(sessions.export(*asked), sessions.COLUMNS),
        lambda scope: {name: HEADINGS[name].file_title for name in HEADINGS if name in sessions.columns(scope)},
    ),
    EVERYONE,
)


def _columns(scope: Scope) -> html.Details:
    names = [name for name in HEADINGS if name in sessions.columns(scope)]
    choice = dbc.Checklist(
        id="sessions-columns",
        options=[{"label": HEADINGS[name].full_title, "value": name} for name in names],
        value=[name for name in names if HEADINGS[name].shown],
        persistence="statistics",
        persistence_type="local",
    )
    icon = html.I(className="bi bi-layout-three-columns", **{"aria-hidden": "true"})
    return html.Details(
        [
            html.Summary([icon, _("Columns")], className="btn btn-secondary btn-sm"),
            html.Div(choice, className="dropdown-menu", role="group", **{"aria-label": _("Columns")}),
            dcc.Store(id="sessions-columns-all", data=names),
        ],
        className="cp-columns",
    )


def _node_chip(node: Node | None) -> list[html.Span]:
    if node is None:
        return []
    icon = html.I(className="bi bi-diagram-3 cp-3rd", **{"aria-hidden": "true"})
    return [
        html.Span(
            [icon, html.Span(_("Node"), className="cp-2nd"), html.B(navigator.called(node))],
            className="cp-chip is-locked",
        )
    ]


def _totals(found: Totals, everything: Totals) -> list[Any]:
    of = ngettext("of %(all)s session", "of %(all)s sessions", everything.count, all=number(everything.count))
    mean = "" if found.mean_duration_s is None else duration_short(found.mean_duration_s)
    hint = _("An Excel file holds at most %(count)s rows", count=number(EXCEL_ROWS))
    return [
        _total("", number(found.count), of),
        _total(_("Energy"), quantity(found.energy_kwh, "kWh")),
        _total(_("Mean duration"), mean),
        html.Span(
            [html.I(className="bi bi-info-circle", **{"aria-hidden": "true"}), f" {hint}"], className="ms-auto cp-2nd"
        ),
    ]


def _total(before: str, value: str, after: str = "") -> html.Span:
    words = [
        html.Span(f"{before} ", className="cp-2nd"),
        html.B(value, className="fw-semibold"),
        html.Span(f" {after}", className="cp-2nd"),
    ]
    return html.Span(words)


def _empty(node: Node | None, filters: int) -> list[Any]:
    name = navigator.called(node) if node else _("your own charging")
    if filters:
        text = ngettext(
            "%(num)d filter is active for %(node)s.", "%(num)d filters are active for %(node)s.", filters, node=name
        )
        return [
            _icon("bi-funnel"),
            html.H2(_("No sessions match the filters"), className="h3"),
            html.P(text),
            clear_button(TABLE, "btn-secondary"),
        ]
    text = _("A session appears here when its charging has ended.")
    return [
        _icon("bi-ev-station"),
        html.H2(_("No charging sessions of %(node)s yet", node=name), className="h3"),
        html.P(text),
    ]


def _menu(scope: Scope) -> list[MenuItem]:
    show = MenuItem(_("Show"), "bi-window", href="/session/{session}", key="Enter", new_window=True, keep_query=True)
    only = MenuItem(_("Only this station"), "bi-funnel", action="only:station")
    select = MenuItem(_("Select station in Navigator"), "bi-ev-station", href="/statistics?node={station_ref}")
    copy = MenuItem(_("Copy row"), "bi-copy", action="copy")
    return [show, only, *([] if scope.role is Role.EV_USER else [select]), copy]


def _icon(name: str) -> html.I:
    return html.I(className=f"bi {name}", **{"aria-hidden": "true"})
