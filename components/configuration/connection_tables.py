"""What both tabs Connection are made of: cards with a table, drawn anew when days were written."""

from collections.abc import Callable, Sequence
from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html

from components import navigator
from components.access import OPERATORS, allow, current_scope
from components.format import NO_BREAK, NOTHING, number
from data.nodes import Node
from data.scope import Scope

Cards = Callable[[Scope, Node], list[html.Section]]


def followed(name: str, cards: Cards, scope: Scope, node: Node) -> html.Div:
    """Return cards that `follow` keeps up to date."""
    return html.Div(
        [
            html.Div(cards(scope, node), id=f"{name}-cards", className="d-grid gap-3"),
            dcc.Store(id=f"{name}-node", data=node.ref),
            dcc.Store(id=f"{name}-live"),
        ]
    )


def follow(name: str, cards: Cards) -> None:
    clientside_callback(
        ClientsideFunction("control", "connection"),
        Output(f"{name}-live", "data"),
        Input("live-changes", "data"),
        prevent_initial_call=True,
    )

    @callback(
        Output(f"{name}-cards", "children"),
        Input(f"{name}-live", "data"),
        State(f"{name}-node", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def show(_live: Any, node: str) -> list[html.Section]:
        chosen = navigator.chosen_node(node)
        assert chosen is not None  # the page is not an EV user's
        return cards(current_scope(), chosen)


def card(title: str, *content: Any, beside: Any = None) -> html.Section:
    head = html.Div([html.H2(title), beside], className="card-header d-flex")
    return html.Section([head, *content], className="card")


def table(titles: Sequence[str], rows: Sequence[Sequence[Any]], nothing: str) -> Any:
    """Return a table that a narrow screen scrolls; a sentence if it has no rows."""
    if not rows:
        return html.P(nothing, className="card-body cp-2nd mb-0")
    head = html.Thead(html.Tr([html.Th(title, scope="col") for title in titles]))
    body = html.Tbody([html.Tr([html.Td(value) for value in row]) for row in rows])
    inside = html.Table([head, body], className="table mb-0")
    return html.Div(inside, className="table-responsive", tabIndex="0")


def percent(share: float | None) -> str:
    """Write a share; one that is not quite whole is not rounded up to it."""
    return NOTHING if share is None else number(share if share == 100 else min(share, 99.99), 2) + NO_BREAK + "%"


def milliseconds(value: float | None) -> str:
    return NOTHING if value is None else number(value)
