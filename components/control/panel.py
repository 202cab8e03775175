"""What every page with a Control board has: the board, the dialog, the list of commands, and what follows them live."""

from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html
from flask_babel import gettext as _

from components import navigator
from components.access import OPERATORS, allow, current_scope
from components.control import batches, dialog, giving, log
from components.control.board import board
from data import abilities, command_log
from data.command_kinds import KINDS
from data.nodes import Node
from data.scope import Scope

SHOWN = 30
SHOWN_ACTIONS = 3


def reasons(scope: Scope, station_id: int) -> dict[str, str]:
    """Say by kind of command why a station cannot be given it; those it can be given are left out."""
    able = abilities.abilities(scope, [station_id])[station_id]
    found = {kind: abilities.unsupported_reason(able, kind) for kind in KINDS}
    return {kind: reason for kind, reason in found.items() if reason}


def layout(scope: Scope, node: Node, left: list[Any], chosen: list[str] | None = None) -> html.Div:
    """Return a page with what is controlled at its left and the commands at its right.

    Args:
        chosen: the stations chosen of several; None where the node itself is the station.
    """
    columns = [html.Div(left, className="d-grid gap-3"), commands_card(scope, node)]
    return html.Div([html.Div(columns, className="cp-split cp-control"), *parts(node, chosen)])


def board_card(closed: dict[str, str], contact: Any = None) -> html.Section:
    """Return the Control board; closed: why commands cannot be given, by kind."""
    head = html.Div(
        [html.H2(_("Control board"), id="control-board", className="flex-fill"), contact], className="card-header"
    )
    return html.Section([head, *board(closed)], className="card", **{"aria-labelledby": "control-board"})


def commands_card(scope: Scope, node: Node) -> html.Section:
    """Return the list of commands, which follows them."""
    return html.Section(
        [
            html.Div(html.H2(_("Commands"), id="control-commands-title"), className="card-header"),
            html.Div(commands_of(scope, node), id="control-commands", **{"aria-live": "polite"}),
        ],
        className="card",
        **{"aria-labelledby": "control-commands-title"},
    )


def commands_of(scope: Scope, node: Node) -> list[Any]:
    found = command_log.of_node(scope, node, SHOWN)
    if node.kind in ("station", "outlet"):
        return log.commands(found, node.time_zone)
    actions = command_log.batches(scope, node, SHOWN_ACTIONS)
    return [*batches.summaries(actions, node.time_zone), *log.commands(found, node.time_zone, with_station=True)]


def parts(node: Node, chosen: list[str] | None) -> list[Any]:
    """Return the dialog and the stores."""
    return [
        dialog.modal(),
        *dialog.stores(),
        dcc.Store(id="control-node", data=node.ref),
        dcc.Store(id="control-chosen", data=chosen),
        dcc.Store(id="control-live"),
        dcc.Store(id="control-acted"),
    ]


def register() -> None:
    """Make the callbacks; once, for all pages with a board."""
    giving.register()
    clientside_callback(
        ClientsideFunction("control", "changed"),
        Output("control-live", "data"),
        Input("live-changes", "data"),
        State("control-node", "data"),
        prevent_initial_call=True,
    )

    @callback(
        Output("control-commands", "children"),
        Input("control-live", "data"),
        Input("control-acted", "data"),
        State("control-node", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def follow(_live: Any, _acted: str | None, node: str) -> list[Any]:
        scope, chosen = current_scope(), navigator.chosen_node(node)
        assert chosen is not None
        return commands_of(scope, chosen)
