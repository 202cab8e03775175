"""The button that exports a table to Excel: it asks when more rows match than a file holds, then shows the progress.

A page puts `button` and `parts` of a table on itself, registers it once by `offer`, and keeps what the table shows in
the store `<table>-query` and the chosen node in `<table>-node`.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import dash_bootstrap_components as dbc
import pyarrow as pa
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask_babel import LazyString, ngettext
from flask_babel import gettext as _

from components import export, navigator, texts
from components.access import allow, current_scope
from components.format import number
from components.grid import Query
from data.filters import FilterModel, SortModel
from data.nodes import Node
from data.paging import EXCEL_ROWS
from data.scope import Role, Scope

PROGRESS_MS = 250


class Source(NamedTuple):
    """What is exported: the file's name, how many rows match, the rows, and the headings by column."""

    name: LazyString
    count: Callable[[Scope, Node | None, FilterModel], int]
    read: Callable[[Scope, Node | None, FilterModel, SortModel], pa.Table]
    titles: Callable[[Scope], Mapping[str, str]]


def button(table_id: str, look: str = "btn-primary") -> html.Div:
    """Return the button and what is said of the export under way."""
    shown = html.Button(
        face(0)[0],
        id=f"{table_id}-export",
        type="button",
        className=f"btn {look} btn-sm",
        disabled=True,
        **{"aria-label": _("Export to Excel")},
    )
    state = html.Span(id=f"{table_id}-export-state", className="cp-export", **{"aria-live": "polite"})
    return html.Div([state, shown], className="d-flex align-items-center gap-2")


def face(count: int) -> tuple[list[Any], str, bool]:
    """Return the button's children, its name, and whether it is disabled, for so many rows."""
    icon = html.I(className="bi bi-file-earmark-excel", **{"aria-hidden": "true"})
    text = ngettext("Export %(count)s row to Excel", "Export %(count)s rows to Excel", count, count=number(count))
    name = _("Export to Excel, %(count)s rows", count=number(count))
    return [icon, text if count else _("Export to Excel")], name, count == 0


def parts(table_id: str) -> list[Any]:
    """Return what the button needs beside it: the question that comes when there are too many rows, and its stores."""
    title = dbc.ModalTitle(_("Too many rows for one Excel file"), id=f"{table_id}-too-many-title")
    narrow = html.Button(_("Narrow the filter"), id=f"{table_id}-narrow", type="button", className="btn btn-ghost")
    agree = html.Button(
        _("Export first %(count)s", count=number(EXCEL_ROWS)),
        id=f"{table_id}-export-first",
        type="button",
        className="btn btn-primary",
    )
    question = dbc.Modal(
        [
            dbc.ModalHeader(title, close_button=False),
            dbc.ModalBody(id=f"{table_id}-too-many-text"),
            dbc.ModalFooter([narrow, agree]),
        ],
        id=f"{table_id}-too-many",
        centered=True,
        labelledby=f"{table_id}-too-many-title",
    )
    ticker = dcc.Interval(id=f"{table_id}-progress-ticker", interval=PROGRESS_MS, disabled=True)
    return [question, dcc.Store(id=f"{table_id}-job"), ticker]


def offer(table_id: str, source: Source, roles: tuple[Role, ...]) -> None:
    """Register the callbacks of a table's button."""

    @callback(
        Output(f"{table_id}-job", "data"),
        Output(f"{table_id}-progress-ticker", "disabled"),
        Output(f"{table_id}-too-many", "is_open"),
        Output(f"{table_id}-too-many-text", "children"),
        Input(f"{table_id}-export", "n_clicks"),
        Input(f"{table_id}-export-first", "n_clicks"),
        State(f"{table_id}-query", "data"),
        State(f"{table_id}-node", "data"),
        prevent_initial_call=True,
    )
    @allow(*roles)
    def begin(asked: int | None, agreed: int | None, query: Query | None, node: str | None) -> tuple[Any, ...]:
        if not (asked or agreed) or not query:
            raise PreventUpdate
        scope, chosen = current_scope(), navigator.chosen_node(node)
        count = source.count(scope, chosen, query["filters"])
        if count > EXCEL_ROWS and ctx.triggered_id == f"{table_id}-export":
            return no_update, no_update, True, _too_many(count)
        job = export.jobs().start(
            scope,
            chosen.ref if chosen else None,
            str(source.name),
            texts.carried(lambda: source.read(scope, chosen, query["filters"], query["order"])),
            source.titles(scope),
        )
        return job, False, False, no_update

    @callback(
        Output(f"{table_id}-export-state", "children"),
        Output(f"{table_id}-progress-ticker", "disabled", allow_duplicate=True),
        Input(f"{table_id}-progress-ticker", "n_intervals"),
        State(f"{table_id}-job", "data"),
        prevent_initial_call=True,
    )
    @allow(*roles)
    def progress(_ticks: int | None, job_id: str | None) -> tuple[Any, bool]:
        if not job_id:
            raise PreventUpdate
        job = export.jobs().find(current_scope(), job_id)
        return export.state(job_id, job), job.done or job.failed

    clientside_callback(ClientsideFunction("grid", "save"), Input(f"{table_id}-export-state", "children"))
    clientside_callback(
        "(clicks) => clicks ? false : dash_clientside.no_update",
        Output(f"{table_id}-too-many", "is_open", allow_duplicate=True),
        Input(f"{table_id}-narrow", "n_clicks"),
        prevent_initial_call=True,
    )


def _too_many(count: int) -> str:
    return _(
        "%(count)s rows match. A file holds at most %(most)s: "
        "narrow the filter, or export the first %(most)s in the order shown.",
        count=number(count),
        most=number(EXCEL_ROWS),
    )
