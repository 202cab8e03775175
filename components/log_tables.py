"""A long table of what happened on a page: filters as chips, new rows that wait for the reader, export to Excel."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html
from dash.exceptions import PreventUpdate
from flask_babel import LazyString, ngettext
from flask_babel import gettext as _

from components import export_button, grid, navigator
from components.access import OPERATORS, allow, current_scope
from components.export_button import Source
from components.filter_chips import Heading, Shown, chips, clear_button, link
from components.format import number
from components.grid import MenuItem, Query
from components.menus import icon
from components.texts import in_words
from data import log_tables
from data.filters import FilterModel, SortModel
from data.log_tables import LogTable
from data.nodes import Node
from data.scope import Scope


class Face(NamedTuple):
    """How a table is shown.

    tab: its name in the address.
    cells: writes the rows of a `log_tables.Page` as the table shows them.
    note: what stands at the right under the table.
    in_file: writes what the rows tell in the user's language, where it is no word of a column's own.
    by_scope: the table with the same columns that a user may read, where that is not the same for all.
    """

    tab: str
    title: LazyString
    table: LogTable
    headings: Mapping[str, Heading]
    empty: LazyString
    hint: LazyString
    cells: Callable[[pa.Table], list[dict[str, Any]]]
    note: LazyString | None = None
    in_file: Callable[[pa.Table], pa.Table] | None = None
    by_scope: Callable[[Scope], LogTable] | None = None

    def of(self, scope: Scope) -> LogTable:
        return self.by_scope(scope) if self.by_scope else self.table

    @property
    def newest_first(self) -> list[dict[str, str]]:
        return [{"colId": self.table.newest, "sort": "desc"}]


def bar(table_id: str, before: Sequence[Any] = ()) -> html.Div:
    """Return what stands above a table: its filters, and the button for new rows."""
    return html.Div(
        [*before, html.Span(id=f"{table_id}-chips", className="d-contents"), _new_rows(table_id)],
        className="cp-bar cp-alarm-bar",
        role="group",
        **{"aria-label": _("Active filters")},
    )


def card(
    table_id: str,
    face: Face,
    shown: Shown,
    before_menu: Sequence[dict[str, Any]] = (),
    several: bool = False,
    selection: Sequence[Any] = (),
) -> html.Div:
    """Return the table with its foot; several: rows can be selected, of which `selection` tells."""
    return html.Div(
        [
            grid.table(
                table_id,
                face.table.columns,
                face.headings,
                shown.filters,
                shown.order or face.newest_first,
                row_id=face.table.identity,
                before_menu=before_menu,
                several=several,
            ),
            html.Div(id=f"{table_id}-empty", hidden=True, className="cp-table-empty cp-empty"),
            *selection,
            html.Div(id=f"{table_id}-foot", className="card-footer d-flex align-items-center gap-4"),
        ],
        className="card cp-fill cp-table",
    )


def parts(table_id: str, node: str | None, menu: Sequence[MenuItem]) -> list[Any]:
    """Return the row menu and the stores."""
    return [
        grid.row_menu(table_id, menu),
        *export_button.parts(table_id),
        *(dcc.Store(id=f"{table_id}-{name}") for name in ("query", "link")),
        dcc.Store(id=f"live-{table_id}"),
        dcc.Store(id=f"{table_id}-node", data=node),
    ]


def empty(face: Face, node: str, filters: int, table_id: str) -> list[Any]:
    """Return what stands in a table without rows."""
    if filters:
        title = _("Nothing matches the filters")
        text = ngettext(
            "%(num)d filter is active for %(node)s.", "%(num)d filters are active for %(node)s.", filters, node=node
        )
        return [
            icon("bi-funnel"),
            html.H2(title, className="h3"),
            html.P(text),
            clear_button(table_id, "btn-secondary"),
        ]
    return [icon("bi-check2-circle"), html.H2(str(face.empty), className="h3"), html.P(str(face.hint))]


def foot(face: Face, count: int, everything: int) -> list[Any]:
    """Return how many rows there are, and the table's note."""
    of = ngettext("of %(all)s row", "of %(all)s rows", everything, all=number(everything))
    found = html.B(number(count), className="fw-semibold", **{"data-count": count})
    shown = html.Span([found, html.Span(f" {of}", className="cp-2nd")])
    if face.note is None:
        return [shown]
    note = [icon("bi-info-circle"), f" {face.note}"]
    return [shown, html.Span(note, className="ms-auto cp-2nd d-none d-md-inline")]


def follow(table_id: str, face: Face) -> None:
    """Register the callbacks of a table."""
    _answer(table_id, face)
    _tell_around(table_id, face)
    source = Source(
        face.title,
        lambda scope, node, filters: log_tables.count(scope, face.of(scope), node, filters),
        lambda scope, node, filters, order: _export(face, scope, node, filters, order),
        lambda scope: {name: heading.file_title for name, heading in face.headings.items()},
    )
    export_button.offer(table_id, source, OPERATORS)
    clientside_callback(
        ClientsideFunction("grid", "query"),
        Output(f"{table_id}-query", "data"),
        Input(table_id, "getRowsResponse"),
        State(table_id, "getRowsRequest"),
        State(f"{table_id}-query", "data"),
        State(table_id, "id"),
        prevent_initial_call=True,
    )
    clientside_callback(
        ClientsideFunction("alarms", "narrow"), Input(f"{table_id}-query", "data"), State(table_id, "id")
    )
    clientside_callback(ClientsideFunction("grid", "keep"), Input(f"{table_id}-link", "data"))
    clientside_callback(
        ClientsideFunction("alarms", "counted"), Input(f"{table_id}-foot", "children"), State(table_id, "id")
    )


def _export(face: Face, scope: Scope, node: Node | None, filters: FilterModel, order: SortModel) -> pa.Table:
    table = face.of(scope)
    rows = in_words(log_tables.export(scope, table, node, filters, order), table.columns)
    return face.in_file(rows) if face.in_file else rows


def _answer(table_id: str, face: Face) -> None:
    """Register what gives a table its rows."""

    @callback(
        Output(table_id, "getRowsResponse"),
        Input(table_id, "getRowsRequest"),
        State(f"{table_id}-node", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def rows(request: grid.Request | None, node: str | None) -> dict[str, Any]:
        if not request:
            raise PreventUpdate
        filters, order = request["filterModel"], request["sortModel"]
        scope, chosen = current_scope(), navigator.chosen_node(node)
        page = log_tables.page(scope, face.of(scope), chosen, filters, order, request["startRow"], request["endRow"])
        return {"rowData": face.cells(page.rows), "rowCount": page.count}


def _tell_around(table_id: str, face: Face) -> None:
    """Register what says around a table what it shows."""

    @callback(
        Output(f"{table_id}-chips", "children"),
        Output(f"{table_id}-foot", "children"),
        Output(f"{table_id}-empty", "children"),
        Output(f"{table_id}-empty", "hidden"),
        Output(f"{table_id}-export", "children"),
        Output(f"{table_id}-export", "aria-label"),
        Output(f"{table_id}-export", "disabled"),
        Output(f"{table_id}-link", "data"),
        Input(f"{table_id}-query", "data"),
        Input(f"live-{table_id}", "data"),
        State(f"{table_id}-node", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def around(query: Query | None, _changed: Any, node: str | None) -> tuple[Any, ...]:
        if not query:
            raise PreventUpdate
        scope, chosen, filters = current_scope(), navigator.chosen_node(node), query["filters"]
        found = log_tables.count(scope, face.of(scope), chosen, filters)
        everything = log_tables.count(scope, face.of(scope), chosen, {}) if filters else found
        order = [] if query["order"] == face.newest_first else query["order"]
        return (
            chips(table_id, face.table.columns, face.headings, filters),
            foot(face, found, everything),
            empty(face, chosen.name if chosen else "", len(filters), table_id),
            found > 0,
            *export_button.face(found),
            link(filters, order),
        )


def _new_rows(table_id: str) -> html.Button:
    icon = html.I(className="bi bi-arrow-up", **{"aria-hidden": "true"})
    return html.Button(
        [icon, html.Span(_("New rows"))],
        type="button",
        hidden=True,
        className="btn btn-secondary btn-sm rounded-pill",
        **{"data-new-rows": table_id, "data-text": _("New rows"), "data-counted": _("New rows: {count}")},
    )
