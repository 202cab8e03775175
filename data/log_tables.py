# ruff: noqa: S608 - tables and column expressions come from constants, values are bound
"""Long tables of what happened, newest first unless the user sorts them: their pages, counts and exports."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from data import filters, paging
from data.errors import InvalidInput, NotFound
from data.filters import FilterModel, SortModel
from data.nodes import Node
from data.paging import EXCEL_ROWS, Column, Run, Terms
from data.scope import Condition, Role, Scope
from data.texts import N_, told

READERS = (Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, Role.SUPPORT_USER)


@dataclass(frozen=True)
class LogTable:
    """One table; its rows have site_id, station_id, connector_id and time_zone too.

    columns: what users see, filter and sort by.
    newest: the column that sorts it unless the user chose another.
    identity: what makes every order a full one.
    action: what is refused to who may not read it.
    beside: columns that come with each row and are not shown.
    of_sites: the rows for users of some sites, where these read others; their SQL may take `$scope_sites`.
    """

    rows: paging.Table
    columns: Mapping[str, Column]
    newest: str
    identity: str
    action: str = N_("see alarms")
    beside: tuple[str, ...] = ("station_ref",)
    of_sites: paging.Table | None = None

    def rows_for(self, scope: Scope) -> paging.Table:
        return self.of_sites if self.of_sites and scope.site_ids is not None else self.rows


@dataclass(frozen=True)
class Page:
    """Rows with the table's identity, its columns and those beside them, times in the site's zone.

    count: how many rows there are in all.
    """

    rows: pa.Table
    count: int


def page(
    scope: Scope,
    table: LogTable,
    node: Node | None,
    filter_model: FilterModel,
    sort_model: SortModel,
    start: int,
    end: int,
) -> Page:
    """Return rows start to end (excluded) of a filtered and sorted table.

    Raises:
        NotPermitted: an EV user has none of these tables.
        InvalidInput: a filter or sort that cannot be, or more rows than a file may have.
    """
    if end - start > EXCEL_ROWS:
        raise InvalidInput(N_("Rows"), f"{start}–{end}", told("are more than %(most)s.", most=EXCEL_ROWS))
    condition, terms = selection(scope, table, node, filter_model), _terms(table, sort_model)
    runs, count = paging.find(scope.database, table.rows_for(scope), condition, terms, max(start, 0), end)
    tables = [_rows(scope, table, run, paging.order_by(terms)) for run in runs or [Run(condition, 0, 0)]]
    return Page(pa.concat_tables(tables), count)


def count(scope: Scope, table: LogTable, node: Node | None, filter_model: FilterModel) -> int:
    """Return how many rows a filtered table has."""
    sql, params = selection(scope, table, node, filter_model)
    rows = table.rows_for(scope)
    [row] = paging.ask(scope.database, rows, f"SELECT count(*) AS rows FROM {rows.sql} WHERE {sql}", params)
    return int(row["rows"])


def row(scope: Scope, table: LogTable, identity: int) -> dict[str, Any]:
    """Return one row, as `page` has it.

    Raises:
        NotPermitted: an EV user has none of these tables.
        NotFound: there is no such row for this user.
    """
    sql, params = selection(scope, table, None, {})
    only = Run((f"{sql} AND {table.identity} = $identity", {**params, "identity": identity}), 0, 1)
    found = _rows(scope, table, only, table.identity).to_pylist()
    if not found:
        raise NotFound("row", identity)
    return dict(found[0])


def export(
    scope: Scope, table: LogTable, node: Node | None, filter_model: FilterModel, sort_model: SortModel
) -> pa.Table:
    """Return the first 64,000 rows of a filtered table in its order, with the columns of `page`."""
    return page(scope, table, node, filter_model, sort_model, 0, EXCEL_ROWS).rows


def selection(scope: Scope, table: LogTable, node: Node | None, filter_model: FilterModel) -> Condition:
    """Limit a table to a node's rows that the filters leave.

    Raises:
        NotPermitted: an EV user has none of these tables.
    """
    scope.require(*READERS, action=table.action)
    scoped, params = scope.condition(node)
    filtered, values = filters.where(filter_model, table.columns, _zones(scope, table, node))
    return f"{scoped} AND {filtered}", {**params, **values}


def _zones(scope: Scope, table: LogTable, node: Node | None) -> filters.Zones:
    if node is not None and node.kind != "system":
        return {node.time_zone: ()}
    sql = """SELECT time_zone, array_agg(site_id ORDER BY site_id) AS sites
             FROM (SELECT time_zone, site_id FROM site UNION ALL SELECT time_zone, 0 FROM system) GROUP BY time_zone"""
    return {row["time_zone"]: row["sites"] for row in paging.ask(scope.database, table.rows, sql, {})}


def _terms(table: LogTable, sort_model: SortModel) -> Terms:
    terms = dict(filters.order(sort_model, table.columns))
    terms.setdefault(table.newest, True)
    chosen = [(table.columns[name], descending) for name, descending in terms.items()]
    return [*chosen, (Column("number", table.identity), True)]


def _rows(scope: Scope, table: LogTable, run: Run, order: str) -> pa.Table:
    sql, params = run.condition
    shown = [
        f"timezone(time_zone, {column.sql}) AS {name}" if column.kind == "date" else f'{column.sql} AS "{name}"'
        for name, column in table.columns.items()
    ]
    return scope.database.query(
        f"""SELECT {", ".join([table.identity, *shown, *table.beside])} FROM {table.rows_for(scope).sql}
            WHERE {sql} ORDER BY {order} LIMIT {run.end - run.start} OFFSET {run.start}""",
        params,
    )
