"""Charging sessions: the user's own, the newest first."""

from datetime import UTC, date, datetime
from typing import Any

from dash import dcc, html
from flask_babel import format_date, lazy_gettext
from flask_babel import gettext as _

from components import format
from components.windows.content import Content, empty
from data import sessions
from data.nodes import Node
from data.scope import Role, Scope

TITLE = lazy_gettext("Charging sessions")
PAGE = "/statistics"
SUBJECTS = ("session",)
ROLES = (Role.EV_USER,)

SHOWN = 5


def build(scope: Scope, node: Node | None) -> Content:
    page = sessions.page(scope, node, {}, [], 0, SHOWN)
    if not page.count:
        when = _("A session appears here when its charging has ended.")
        return empty("bi-clock-history", _("No charging sessions yet"), when)
    today = datetime.now(UTC).date()
    rows = [_row(row, today) for row in page.rows.to_pylist()]
    told = html.Span(_("All charging sessions"), className="visually-hidden")
    everything = dcc.Link([html.Span(_("All"), **{"aria-hidden": "true"}), told], href=PAGE, className="cp-t13")
    listed = html.Div(html.Div(rows, className="list-group list-group-flush"), className="cp-window-scroll")
    return Content([listed], beside=everything)


def day(at: date, today: date) -> str:
    """Write a day as people say it: Today, Wed 18 Mar, 18 Mar 2025."""
    if at == today:
        return _("Today")
    return str(format_date(at, "EEE d MMM" if at.year == today.year else "d MMM y")).replace(".", "")


def _row(row: dict[str, Any], today: date) -> dcc.Link:
    when = f"{day(row['start'].date(), today)} {row['start']:%H:%M}, {format.duration_short(row['duration'])}"
    energy = [
        html.B(format.number(row["energy"], 1), className="fw-semibold cp-tab"),
        html.Span(" kWh", className="cp-2nd"),
    ]
    place = [html.B(row["site"], className="fw-semibold"), ", ", format.identity(row["station"])]
    return dcc.Link(
        [
            html.Span([*place, html.Br(), html.Span(when, className="cp-t12 cp-2nd")], className="flex-fill cp-t13"),
            html.Span([*energy, html.Br(), html.Span(_how(row), className="cp-t12 cp-2nd")], className="text-end"),
            html.I(className="bi bi-chevron-right cp-3rd cp-t12", **{"aria-hidden": "true"}),
        ],
        href=f"/session/{row['session']}",
        className="list-group-item list-group-item-action d-flex align-items-center gap-3 py-2",
    )


def _how(row: dict[str, Any]) -> str:
    return _("Anonymous") if row["auth"] == "Anonymous (0)" else _("RFID")
