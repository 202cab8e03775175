"""Active alarms: what needs somebody, the newest first."""

from datetime import UTC, datetime
from typing import Any

from dash import html
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from components import format, states
from components.access import OPERATORS
from components.alarm_tables import described
from components.windows.content import SHOWN, Content, empty, listed
from data import alarms
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Active alarms")
PAGE = "/alarms"
SUBJECTS = ("alarm", "topology", "minute")
ROLES = OPERATORS


def build(scope: Scope, node: Node) -> Content:
    rows = alarms.active(scope, node)
    if not rows:
        return empty("bi-check2-circle", _("No active alarms"), _("Every charging station works as it should."))
    # Stations of a site that lost contact at once are one line.
    lines = [row for row in rows if row["cause_id"] in (None, row["alarm_id"])]
    newest = html.Div([_row(row) for row in lines[:SHOWN]], className="list-group list-group-flush")
    return Content([listed(newest, len(lines))], len(rows))


def _row(row: dict[str, Any]) -> html.Div:
    look = states.severity(row["kind"], row["code"])
    severity = html.Span(
        [states.glyph(look), html.Span(str(look.word), className="visually-hidden")],
        className=look.colour,
        title=str(look.word),
    )
    connector = " " + _("Connector: %(number)s", number=row["connector_id"]) if row["connector_id"] else ""
    node = [format.identity(row["station_name"]), connector]
    if row["stations"]:
        node = [ngettext("%(num)d charging station", "%(num)d charging stations", row["stations"])]
    place = html.Span([*node, " · ", row["site_name"]], className="cp-2nd cp-t12")
    since = format.age((datetime.now(UTC) - row["raised_at"]).total_seconds())
    return html.Div(
        [
            severity,
            html.Span(
                [html.B(described(row["description"]), className="fw-semibold"), html.Br(), place],
                className="flex-fill text-truncate cp-t13",
            ),
            html.Span(since, className="cp-t12 cp-2nd text-nowrap"),
        ],
        className="list-group-item d-flex align-items-center gap-3 py-2",
    )
