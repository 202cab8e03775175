"""System, site and floor, Connection: which stations stay in contact worst."""

from dash import dcc, html
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components.configuration.connection_tables import card, milliseconds, percent, table
from components.configuration.followed import follow, followed
from components.format import duration_short, number
from data import connection_quality
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Connection")
NAME = "stations-connection"


def layout(scope: Scope, node: Node) -> html.Div:
    return followed(NAME, _cards, scope, node)


def register() -> None:
    follow(NAME, _cards, "connection")


def _cards(scope: Scope, node: Node) -> list[html.Section]:
    titles = [
        _("Charging station"),
        _("Site"),
        _("Time connected"),
        _("Connections"),
        _("Silences"),
        _("Longest silence"),
        _("95 of 100 answers within, ms"),
    ]
    rows = [
        [
            dcc.Link(one["name"], href=f"/configuration?node={one['ref']}&tab=connection"),
            one["site"],
            percent(one["share"]),
            number(one["connects"]),
            number(one["silences"]),
            duration_short(one["silent_s"]),
            milliseconds(one["p95_ms"]),
        ]
        for one in connection_quality.worst(scope, node)
    ]
    title = _("Contact in the last seven days, worst first")
    return [card(title, table(titles, rows, _("No charging station has connected in the last seven days.")))]
