"""What both tabs Connection are made of: cards with a table."""

from collections.abc import Sequence
from typing import Any

from dash import html

from components.format import NO_BREAK, NOTHING, number


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
