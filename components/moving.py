"""Moving a charging station or grid controller by dragging it onto another site or floor: the question, and the deed.

What may be dragged is drawn by the Navigator and by Topology; `assets/moving.js` fills the store `move-wanted`.
"""

from typing import Any, TypedDict

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _

from components import messages
from components.access import allow, current_scope
from components.texts import said
from data import nodes, topology
from data.errors import PortalError
from data.nodes import Node
from data.scope import Role

MOVERS = (Role.ADMINISTRATOR,)


class Wish(TypedDict):
    """A node that was dropped on another, both as `<kind>:<id>`."""

    node: str
    to: str


def parts(role: Role) -> list[Any]:
    """Return the question, shut, for those who may move nodes; the shell has it on every page."""
    if role not in MOVERS:
        return []
    keep = html.Button(_("Cancel"), id="move-keep", type="button", className="btn btn-ghost", autoFocus=True)
    move = html.Button(_("Move"), id="move-do", type="button", className="btn btn-primary")
    question = dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(_("Move"), tag="h2"), close_button=False),
            dbc.ModalBody(id="move-text"),
            dbc.ModalFooter([keep, move]),
        ],
        id="move-question",
        is_open=False,
        centered=True,
    )
    return [question, dcc.Store(id="move-wanted"), dcc.Store(id="move-seen")]


def register_callbacks(app: dash.Dash) -> None:
    @app.callback(
        Output("move-question", "is_open"),
        Output("move-text", "children"),
        Output("move-seen", "data"),
        Input("move-wanted", "data"),
        Input("move-keep", "n_clicks"),
        Input("move-do", "n_clicks"),
        State("move-wanted", "data"),
        State("move-seen", "data"),
        prevent_initial_call=True,
    )
    @allow(*MOVERS)
    def ask(
        _dropped: Wish | None, _keep: int | None, _do: int | None, wish: Wish | None, seen: str | None
    ) -> tuple[bool, Any, Any]:
        shut = False, no_update, no_update
        if not wish:
            raise PreventUpdate
        if ctx.triggered_id == "move-keep":
            return shut
        scope = current_scope()
        try:
            if ctx.triggered_id == "move-do":
                topology.move(scope, wish["node"], seen or "", wish["to"])
                node, to = nodes.find(scope, wish["node"]), nodes.find(scope, wish["to"])
                messages.say(_("%(name)s is moved", name=node.name), _("It stands in %(place)s now.", place=_place(to)))
                return shut
            node, to = nodes.find(scope, wish["node"]), nodes.find(scope, wish["to"])
        except PortalError as error:
            messages.say(_("That did not work"), said(error), refused=True)
            return shut
        stands = topology.parent_of(node) if len(node.path) > 1 else ""
        if to.ref == stands:
            raise PreventUpdate
        return True, _question(node, to), stands


def _question(node: Node, to: Node) -> list[Any]:
    text = _("Move %(name)s from %(old)s to %(new)s?", name=node.name, old=_names(node.path[1:-1]), new=_place(to))
    effect = _("Running charging and active alarms move along; what it reported before stays where it was.")
    return [html.P(text), html.P(effect, className="cp-2nd mb-0")]


def _place(node: Node) -> str:
    return _names(node.path[1:])


def _names(path: tuple[tuple[str, str], ...]) -> str:
    return " / ".join(name for _ref, name in path)
