"""Dashboard (manual: Overview panel): four windows about the chosen node, live."""

from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html, no_update
from flask_babel import gettext as _
from flask_babel import ngettext

from components import live, navigator, windows
from components.access import EVERYONE, allow, current_scope
from components.live import Told
from data import nodes, users
from data.nodes import Node
from data.scope import Scope

dash.register_page(__name__, path="/dashboard", name="Dashboard")


def layout(node: str | None = None, **_query: str) -> list[Any]:
    scope, chosen = current_scope(), navigator.chosen_node(node)
    kinds = windows.chosen(scope.role, users.find(scope.database, scope.user_id).dashboard_windows)
    head = [html.H1(_("Dashboard")), _subtitle(scope, chosen)]
    return [
        html.Div(head, className="cp-head" if chosen else "cp-head cp-own-head"),
        html.Div([windows.card(kind, scope, chosen) for kind in kinds], className="cp-fill cp-windows"),
        *(dcc.Store(id={"content": kind}) for kind in kinds),
    ]


def _subtitle(scope: Scope, node: Node | None) -> html.Span:
    if node is None:
        return html.Span(_("Your own charging"), className="cp-sub")
    if node.kind != "system":
        return navigator.heading(node)
    return navigator.heading(node, ", " + ngettext("%(num)d site", "%(num)d sites", nodes.count_sites(scope)))


@callback(
    Output({"content": ALL}, "data"),
    Input("live-changes", "data"),
    State({"content": ALL}, "id"),
    State("url", "search"),
    prevent_initial_call=True,
)
@allow(*EVERYONE)
def refresh(changes: Told | None, shown: list[dict[str, str]], search: str) -> list[Any]:
    scope = current_scope()
    node = live.once(scope, ("node", search), lambda: navigator.chosen_node_of(search))
    kinds = [slot.get("content") for slot in shown]
    own = [kind for kind in windows.available(scope.role) if kind in kinds]
    again = windows.concerned(own, changes["changed"] if changes else ())
    return [_drawn(kind, scope, node) if kind in again else no_update for kind in kinds]


def _drawn(kind: str, scope: Scope, node: Node | None) -> list[html.Div]:
    """Draw a window, once for all dashboards of the node."""
    return live.once(scope, (kind, node), lambda: windows.inside(kind, scope, node))


clientside_callback(
    ClientsideFunction("windows", "show"), Input({"content": ALL}, "data"), State({"content": ALL}, "id")
)
