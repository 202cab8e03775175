"""The window of an event: its whole sentence, and every field that a user changed with its old and new value."""

from collections.abc import Mapping
from typing import Any, TypedDict

import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, callback, clientside_callback, html
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _

from components import event_changes, event_kinds
from components.access import OPERATORS, allow, current_scope
from components.alarm_tables import doer, node_name
from components.event_changes import Said
from data import alarm_tables, log_tables
from data.errors import InvalidInput

TABLE = "event-log"
WINDOW = "event-window"
LATEST = 1 << 62


class Chosen(TypedDict):
    """What of a chosen row names its event."""

    event_id: int


def window() -> dbc.Modal:
    """Return the window, closed; it opens when a row of the event log is chosen."""
    close = html.Button(_("Close"), id=f"{WINDOW}-close", type="button", className="btn btn-secondary")
    return dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(id=f"{WINDOW}-title", tag="h2"), close_button=False),
            dbc.ModalBody(id=f"{WINDOW}-body"),
            dbc.ModalFooter(close),
        ],
        id=WINDOW,
        is_open=False,
        centered=True,
        scrollable=True,
        size="lg",
    )


def follow() -> None:
    """Register the callbacks of the window."""

    @callback(
        Output(WINDOW, "is_open"),
        Output(f"{WINDOW}-title", "children"),
        Output(f"{WINDOW}-body", "children"),
        Input(TABLE, "selectedRows"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def show(rows: list[Chosen] | None) -> tuple[bool, str, list[Any]]:
        if not rows:
            raise PreventUpdate
        event_id = rows[0].get("event_id")
        if type(event_id) is not int or not 0 <= event_id < LATEST:
            raise InvalidInput(_("Event"), str(event_id)[:20], _("is none of this table."))
        row = log_tables.row(current_scope(), alarm_tables.EVENTS, event_id)
        return True, event_kinds.word(row["kind"]), _content(row)

    clientside_callback(ClientsideFunction("alarms", "closeEvent"), Input(f"{WINDOW}-close", "n_clicks"))
    clientside_callback(
        ClientsideFunction("alarms", "eventClosed"), Input(WINDOW, "is_open"), prevent_initial_call=True
    )


def _content(row: Mapping[str, Any]) -> list[Any]:
    facts = {
        _("Date"): f"{row['logged']:%Y-%m-%d\u00a0%H:%M:%S}",
        _("Node name"): node_name(row["node"]),
        _("Site"): row["site"] or "–",
        _("By"): doer(row["done_by"]),
    }
    listed = [part for name, value in facts.items() for part in (html.Dt(name), html.Dd(value))]
    changes = event_changes.of(row)
    return [
        html.P(event_kinds.sentence(row), className="fw-semibold text-break"),
        html.Dl(listed, className="cp-dl"),
        *([_table(changes)] if changes else []),
    ]


def _table(changes: list[Said]) -> html.Div:
    heads = [html.Th(title, scope="col") for title in (_("Field"), _("Old value"), _("New value"))]
    rows = [html.Tr([html.Th(one.title, scope="row"), html.Td(one.old), html.Td(one.new)]) for one in changes]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="table mt-3 mb-0 text-break")
    return html.Div(table, className="table-responsive")
