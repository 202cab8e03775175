"""Latest charging sessions: the energy of this month, and the newest sessions."""

from datetime import UTC, datetime
from typing import Any

from dash import dcc, html
from flask_babel import format_date, lazy_gettext, ngettext
from flask_babel import gettext as _

from components import format
from components.access import OPERATORS
from components.windows.content import SHOWN, Content, empty, listed
from data import sessions
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Latest charging sessions")
PAGE = "/statistics"
SUBJECTS = ("session",)
ROLES = OPERATORS


def build(scope: Scope, node: Node | None) -> Content:
    page = sessions.page(scope, node, {}, [], 0, SHOWN)
    if not page.count:
        when = _("A session appears here when its charging has ended.")
        return empty("bi-clock-history", _("No charging sessions yet"), when)
    rows = html.Div([_row(row) for row in page.rows.to_pylist()], className="list-group list-group-flush")
    return Content([_month(scope, node), listed(rows, page.count)])


def _month(scope: Scope, node: Node | None) -> html.Div:
    today = datetime.now(UTC).date()
    days = {"dateFrom": f"{today.replace(day=1)}", "dateTo": f"{today}"}
    this_month = sessions.totals(scope, node, {"start": {"filterType": "date", "type": "inRange", **days}})
    count = ngettext("%(count)s session", "%(count)s sessions", this_month.count, count=format.number(this_month.count))
    energy = [format.number(this_month.energy_kwh, 1), format.NO_BREAK, html.Small("kWh")]
    month = _("%(sessions)s in %(month)s", sessions=count, month=format_date(today, "LLLL"))
    return html.Div(
        [html.Span(energy, className="cp-kpi"), html.Span(month, className="cp-t13 cp-2nd")],
        className="card-body pt-0 pb-2 d-flex flex-wrap align-items-baseline justify-content-between flex-grow-0",
    )


def _row(row: dict[str, Any]) -> dcc.Link:
    when = f"{row['start']:%Y-%m-%d\u00a0%H:%M}, {format.duration_short(row['duration'])}"
    place = [html.B(row["site"], className="fw-semibold"), ", ", format.identity(row["station"])]
    return dcc.Link(
        [
            html.Span([*place, html.Br(), html.Span(when, className="cp-2nd cp-t12")], className="flex-fill cp-t13"),
            html.Span(format.quantity(row["energy"], "kWh"), className="cp-t13 text-nowrap"),
            html.I(className="bi bi-chevron-right cp-3rd", **{"aria-hidden": "true"}),
        ],
        href=f"/session/{row['session']}",
        className="list-group-item list-group-item-action d-flex align-items-center gap-3 py-2",
    )
