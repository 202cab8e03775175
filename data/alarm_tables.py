# ruff: noqa: S608 - tables and column expressions come from constants, values are bound
"""The tables of the page Alarms (manual: Alarms): active alarms, alarm history and event log, filtered and sorted."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from data import alarms, filters, paging
from data.errors import InvalidInput
from data.filters import FilterModel, SortModel
from data.nodes import Node
from data.paging import EXCEL_ROWS, Column, Run, Terms, at, text
from data.scope import Condition, Role, Scope
from data.texts import told

READERS = (Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, Role.SUPPORT_USER)

NODE = "station.name || CASE WHEN connector_id > 0 THEN ' Connector: ' || connector_id ELSE '' END"
STATION_REF = "CASE WHEN station.removed_at IS NULL THEN 'station:' || station.station_id END AS station_ref"
TOLD = """coalesce(' (' || nullif(concat_ws(', ', nullif(vendor_error_code, ''),
    CASE WHEN NOT contains(kept.description, info) THEN info END), '') || ')', '')"""
DESCRIPTION = f"kept.description || {TOLD} AS description"
USER = "person.first_name || ' ' || person.last_name"


@dataclass(frozen=True)
class AlarmTable:
    """One table.

    columns: what users see, filter and sort by.
    newest: the column that sorts it unless the user chose another.
    identity: what makes every order a full one.
    """

    rows: paging.Table
    columns: Mapping[str, Column]
    newest: str
    identity: str


@dataclass(frozen=True)
class Page:
    """Rows with the table's columns, its identity and station_ref (NULL when removed), times in the site's zone.

    count: how many rows there are in all.
    """

    rows: pa.Table
    count: int


ACTIVE = AlarmTable(
    paging.Table(
        f"""(SELECT alarm_id, {alarms.SEVERITY} AS severity, raised_at, {NODE} AS node, site.name AS site,
                    {DESCRIPTION}, repeats, kept.site_id, station_id, connector_id, site.time_zone, {STATION_REF}
             FROM alarm kept JOIN charging_station station USING (station_id)
             JOIN site ON site.site_id = kept.site_id) active_alarm""",
        frozenset({"alarm", "topology"}),
    ),
    {
        "severity": text("severity"),
        "raised": at("raised_at"),
        "node": text("node"),
        "site": text("site"),
        "description": text("description"),
        "repeats": Column("number", "repeats", buckets=("repeats",)),
    },
    "raised",
    "alarm_id",
)
HISTORY = AlarmTable(
    paging.Table(
        f"""(SELECT alarm_id, {alarms.SEVERITY} AS severity, raised_at, cleared_at, {NODE} AS node, site.name AS site,
                    {DESCRIPTION}, coalesce({USER}, 'Station') AS cleared_by, repeats,
                    kept.site_id, station_id, connector_id, site.time_zone, {STATION_REF}
             FROM alarm_history kept JOIN charging_station station USING (station_id)
             JOIN site ON site.site_id = kept.site_id
             LEFT JOIN portal_user person ON person.user_id = kept.cleared_by) past_alarm""",
        frozenset({"alarm", "topology", "user"}),
    ),
    {
        "severity": text("severity"),
        "raised": at("raised_at"),
        "cleared": at("cleared_at"),
        "node": text("node"),
        "site": text("site"),
        "description": text("description"),
        "cleared_by": text("cleared_by"),
        "repeats": Column("number", "repeats", buckets=("repeats",)),
    },
    "cleared",
    "alarm_id",
)
# What concerns no site has site_id 0, whose time zone is the system's.
EVENTS = AlarmTable(
    paging.Table(
        f"""(SELECT event.rowid AS event_id, logged_at, site.name AS site,
                    coalesce({NODE}, site.name, event.charge_box_id, system.name) AS node,
                    event.kind, event.text,
                    CASE WHEN person.user_id IS NOT NULL THEN {USER}
                         WHEN event.charge_box_id IS NOT NULL OR station_id IS NOT NULL THEN 'Station'
                         ELSE 'System' END AS done_by,
                    coalesce(event.site_id, 0) AS site_id, station_id, connector_id,
                    coalesce(site.time_zone, system.time_zone) AS time_zone, {STATION_REF}
             FROM event CROSS JOIN system LEFT JOIN charging_station station USING (station_id)
             LEFT JOIN site ON site.site_id = event.site_id
             LEFT JOIN portal_user person ON person.user_id = event.user_id) logged""",
        frozenset({"event", "topology", "user"}),
    ),
    {
        "logged": at("logged_at"),
        "node": text("node"),
        "site": text("site"),
        "kind": text("kind"),
        "text": text("text"),
        "done_by": text("done_by"),
    },
    "logged",
    "event_id",
)


def page(
    scope: Scope,
    table: AlarmTable,
    node: Node | None,
    filter_model: FilterModel,
    sort_model: SortModel,
    start: int,
    end: int,
) -> Page:
    """Return rows start to end (excluded) of a filtered and sorted table.

    Raises:
        NotPermitted: an EV user has no alarms.
        InvalidInput: a filter or sort that cannot be, or more rows than a file may have.
    """
    if end - start > EXCEL_ROWS:
        raise InvalidInput("Rows", f"{start} to {end}", told("are more than %(most)s.", most=EXCEL_ROWS))
    condition, terms = _selection(scope, table, node, filter_model), _terms(table, sort_model)
    runs, count = paging.find(scope.database, table.rows, condition, terms, max(start, 0), end)
    tables = [_rows(scope, table, run, paging.order_by(terms)) for run in runs or [Run(("FALSE", {}), 0, 0)]]
    return Page(pa.concat_tables(tables), count)


def count(scope: Scope, table: AlarmTable, node: Node | None, filter_model: FilterModel) -> int:
    """Return how many rows a filtered table has."""
    sql, params = _selection(scope, table, node, filter_model)
    question = f"SELECT count(*) AS rows FROM {table.rows.sql} WHERE {sql}"
    [row] = paging.ask(scope.database, table.rows, question, params)
    return int(row["rows"])


def severities(scope: Scope, node: Node | None) -> dict[str, int]:
    """Return how many active alarms a node has of each severity."""
    sql, params = _selection(scope, ACTIVE, node, {})
    question = f"SELECT severity, count(*) AS alarms FROM {ACTIVE.rows.sql} WHERE {sql} GROUP BY severity"
    return {row["severity"]: row["alarms"] for row in paging.ask(scope.database, ACTIVE.rows, question, params)}


def export(
    scope: Scope, table: AlarmTable, node: Node | None, filter_model: FilterModel, sort_model: SortModel
) -> pa.Table:
    """Return the first 64,000 rows of a filtered table in its order, with the columns of `page`."""
    return page(scope, table, node, filter_model, sort_model, 0, EXCEL_ROWS).rows


def _selection(scope: Scope, table: AlarmTable, node: Node | None, filter_model: FilterModel) -> Condition:
    scope.require(*READERS, action="see alarms")
    scoped, params = scope.condition(node)
    filtered, values = filters.where(filter_model, table.columns, _zones(scope, table, node))
    return f"{scoped} AND {filtered}", {**params, **values}


def _zones(scope: Scope, table: AlarmTable, node: Node | None) -> filters.Zones:
    if node is not None and node.kind != "system":
        return {node.time_zone: ()}
    sql = """SELECT time_zone, array_agg(site_id ORDER BY site_id) AS sites
             FROM (SELECT time_zone, site_id FROM site UNION ALL SELECT time_zone, 0 FROM system) GROUP BY time_zone"""
    return {row["time_zone"]: row["sites"] for row in paging.ask(scope.database, table.rows, sql, {})}


def _terms(table: AlarmTable, sort_model: SortModel) -> Terms:
    terms = dict(filters.order(sort_model, table.columns))
    terms.setdefault(table.newest, True)
    chosen = [(table.columns[name], descending) for name, descending in terms.items()]
    return [*chosen, (Column("number", table.identity), True)]


def _rows(scope: Scope, table: AlarmTable, run: Run, order: str) -> pa.Table:
    sql, params = run.condition
    shown = [
        f"timezone(time_zone, {column.sql}) AS {name}" if column.kind == "date" else f'{column.sql} AS "{name}"'
        for name, column in table.columns.items()
    ]
    return scope.database.query(
        f"""SELECT {table.identity}, {", ".join(shown)}, station_ref FROM {table.rows.sql}
            WHERE {sql} ORDER BY {order} LIMIT {run.end - run.start} OFFSET {run.start}""",
        params,
    )
