"""Event log: what users did and what stations told, the newest first."""

from typing import Any

from dash import html
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import event_changes, event_kinds, format
from components.access import OPERATORS
from components.alarm_tables import doer, node_name
from components.windows.content import SHOWN, Content, empty, listed
from data import alarm_tables, log_tables
from data.nodes import Node
from data.scope import Scope

TITLE = lazy_gettext("Event log")
PAGE = "/alarms?tab=events"
SUBJECTS = ("event", "topology")
ROLES = OPERATORS


def build(scope: Scope, node: Node) -> Content:
    page = log_tables.page(scope, alarm_tables.EVENTS, node, {}, [], 0, SHOWN)
    if not page.count:
        return empty("bi-journal-text", _("No events yet"), _("What users do and what stations report appears here."))
    rows = html.Div([_row(row) for row in page.rows.to_pylist()], className="list-group list-group-flush")
    return Content([listed(rows, page.count)])


def _row(row: dict[str, Any]) -> html.Div:
    by = [format.identity(node_name(row["node"])), " · ", doer(row["done_by"])]
    said = event_changes.after(event_kinds.sentence(row), event_changes.of(row))
    return html.Div(
        [
            html.Span(
                [
                    html.B(said, className="fw-semibold"),
                    html.Br(),
                    html.Span(by, className="cp-2nd cp-t12"),
                ],
                className="flex-fill text-truncate cp-t13",
                title=said,
            ),
            html.Span(f"{row['logged']:%Y-%m-%d\u00a0%H:%M}", className="cp-t12 cp-2nd text-nowrap"),
        ],
        className="list-group-item d-flex align-items-center gap-3 py-2",
    )
