"""Charging station, Connection: how well it stays in contact, by day, and what was odd about it."""

from typing import Any

from dash import dcc, html
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components.format import number
from data import connection_quality
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Connection")


def layout(scope: Scope, node: Node) -> html.Div:
    days = [
        [
            f"{day['day']:%Y-%m-%d}",
            number(day["connects"]),
            number(day["closed"]),
            _measured(day["silent_s"]),
            _measured(day["median_ms"]),
            _measured(day["p95_ms"]),
        ]
        for day in connection_quality.days(scope, node)
    ]
    quirks = [
        [one["text"], number(one["hours"]), f"{one['last']:%Y-%m-%d\u00a0%H:%M}"]
        for one in connection_quality.quirks(scope, node)
    ]
    titles = [
        _("Day"),
        _("Connected"),
        _("Connection closed"),
        _("Longest silence, s"),
        _("Half of the answers within, ms"),
        _("95 of 100 answers within, ms"),
    ]
    met = [_("What was odd"), _("Hours in which it was met"), _("Last")]
    messages = dcc.Link(_("Messages"), href=f"/messages?node={node.ref}", className="btn btn-secondary btn-sm ms-auto")
    return html.Div(
        [
            _card(_("Contact in the last four weeks"), titles, days, _("The station has not connected."), messages),
            _card(_("Quirks met in the last four weeks"), met, quirks, _("Nothing was odd about this station.")),
        ],
        className="d-grid gap-3",
    )


def register() -> None:
    """Nothing follows: the page is read anew when it is opened."""


def _measured(value: float | None) -> str:
    return "–" if value is None else number(value, 0)


def _card(title: str, titles: list[str], rows: list[list[str]], nothing: str, beside: Any = None) -> html.Section:
    head = html.Thead(html.Tr([html.Th(text, scope="col") for text in titles]))
    body = html.Tbody([html.Tr([html.Td(text) for text in row]) for row in rows])
    table = html.Div(html.Table([head, body], className="table mb-0"), className="table-responsive", tabIndex="0")
    shown = table if rows else html.P(nothing, className="card-body cp-2nd mb-0")
    return html.Section([html.Div([html.H2(title), beside], className="card-header d-flex"), shown], className="card")
