"""What a window shows, and what it shows when there is nothing."""

from typing import Any, NamedTuple

from dash import html
from dash.development.base_component import Component
from flask_babel import ngettext

SHOWN = 10
"""Rows of a window; more would cost the browser at each change, and the window's page has them all."""


class Content(NamedTuple):
    """The inside of a window's card.

    count: what the title's badge says.
    title: what stands there now instead of the window's TITLE.
    beside: stands at the other end of the title's line.
    """

    children: list[Any]
    count: int = 0
    title: str = ""
    beside: Component | None = None


def listed(rows: Component, count: int) -> Component:
    """Let rows scroll in the window, and say how many of `count` are not among its first SHOWN."""
    more = ngettext("%(num)d more", "%(num)d more", count - SHOWN) if count > SHOWN else ""
    return html.Div([rows, html.P(more, className="cp-3rd px-3 py-2 m-0")], className="cp-window-scroll")


def empty(glyph: str, title: str, text: str, action: Component | None = None) -> Content:
    """Say that there is nothing, and offer what to do about it."""
    icon = html.I(className=f"bi {glyph}", **{"aria-hidden": "true"})
    return Content([html.Div([icon, html.H3(title), html.P(text), action], className="cp-empty flex-fill")])
