"""Parts of a page that are drawn anew when what they show changes."""

from collections.abc import Callable
from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html

from components import navigator
from components.access import OPERATORS, allow, current_scope
from data.nodes import Node
from data.scope import Scope

Draw = Callable[[Scope, Node], list[Any]]


def followed(name: str, draw: Draw, scope: Scope, node: Node, class_name: str = "d-grid gap-3") -> html.Div:
    """Return what `follow` keeps up to date."""
    return html.Div(
        [
            html.Div(draw(scope, node), id=f"{name}-drawn", className=class_name),
            dcc.Store(id=f"{name}-node", data=node.ref),
            dcc.Store(id=f"{name}-live"),
        ]
    )


def follow(name: str, draw: Draw, when: str) -> None:
    """Make the callbacks; once for each app.

    Args:
        when: the function of assets/control.js that tells which changes concern a node.
    """
    clientside_callback(
        ClientsideFunction("control", when),
        Output(f"{name}-live", "data"),
        Input("live-changes", "data"),
        State(f"{name}-node", "data"),
        prevent_initial_call=True,
    )

    @callback(
        Output(f"{name}-drawn", "children"),
        Input(f"{name}-live", "data"),
        State(f"{name}-node", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def show(_live: Any, node: str) -> list[Any]:
        chosen = navigator.chosen_node(node)
        assert chosen is not None  # the page is not an EV user's
        return draw(current_scope(), chosen)
