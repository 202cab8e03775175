"""What a window shows, and what it shows when there is nothing."""

from typing import Any, NamedTuple

from dash import html


class Content(NamedTuple):
    """The inside of a window's card; count is what its title's badge says."""

    children: list[Any]
    count: int = 0


def empty(glyph: str, title: str, text: str) -> Content:
    icon = html.I(className=f"bi {glyph}", **{"aria-hidden": "true"})
    return Content([html.Div([icon, html.H3(title), html.P(text)], className="cp-empty flex-fill")])
