"""Ongoing sessions: what is charging now, the strongest first."""

from datetime import UTC, datetime
from typing import Any

from dash import dcc, html
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import format, states
from components.access import OPERATORS
from components.windows.content import SHOWN, Content, empty, listed
from data import ongoing_sessions
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Ongoing sessions")
PAGE = "/configuration"
SUBJECTS = ("open_transaction", "topology", "minute")
ROLES = OPERATORS


def build(scope: Scope, node: Node) -> Content:
    running = ongoing_sessions.ongoing(scope, node)
    if not running.num_rows:
        when = _("A session appears here when a car starts to charge.")
        return empty("bi-lightning-charge", _("Nothing is charging"), when)
    heads = [html.Th(_("Station"))] + [
        html.Th(text, className="cp-num") for text in (_("Outlet"), _("Power, kW"), _("Energy, kWh"), _("Duration"))
    ]
    now = datetime.now(UTC)
    body = html.Tbody([_row(row, now) for row in running.slice(length=SHOWN).to_pylist()])
    table = html.Table([html.Thead(html.Tr(heads)), body], className="table table-hover table-sm")
    return Content([listed(table, running.num_rows)], running.num_rows)


def _row(row: dict[str, Any], now: datetime) -> html.Tr:
    look = states.STATES["charging"]
    icon = html.I(className=f"bi {look.glyph} me-1 cp-t11", **{"aria-hidden": "true"})
    name = [icon, format.identity(row["name"])]
    style = f"text-decoration-none text-nowrap {look.colour}"
    station = dcc.Link(name, href=f"?node=station:{row['station_id']}", className=style)
    kilowatts = None if row["power_w"] is None else row["power_w"] / 1000
    return html.Tr(
        [
            html.Td(station),
            html.Td(row["connector_id"], className="cp-num"),
            html.Td(format.number(kilowatts, 1), className="cp-num"),
            html.Td(format.number(row["energy_kwh"], 1), className="cp-num"),
            html.Td(format.duration_short((now - row["started_at"]).total_seconds()), className="cp-num cp-age"),
        ]
    )
