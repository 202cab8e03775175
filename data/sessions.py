# ruff: noqa: S608 - column expressions come from constants, values are bound
"""Charging sessions for the statistics table (manual: Statistics): pages, totals, one session and its curve."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyarrow as pa

from data import filters, paging, power
from data.errors import InvalidInput, NotFound
from data.filters import FilterModel, SortModel
from data.nodes import Node
from data.paging import EXCEL_ROWS, Column, Run, Terms, at, text
from data.scope import Condition, Role, Scope
from data.texts import N_, told

TABLE = paging.Table("session", frozenset({"session", "topology"}))
ROW_ID = "rowid"  # DuckDB's address of a row; PostgreSQL's is ctid
WINDOW = 300  # rows whose addresses are sorted at once


def _number(column: str, step: float) -> Column:
    """Return a column of numbers; a bucket is a step wide. A step more on each side makes up for what floor rounds."""
    span = f"{column} >= ({{0}} - 1) * {step} AND {column} <= ({{1}} + 2) * {step}"
    steps = f"floor({column} / {step})"
    return Column("number", column, buckets=(steps, column), spans={steps: span})


def _named(table: str, key: str) -> Column:
    return Column(
        "text",
        "name",
        within=f"{key} IN (SELECT {key} FROM {table} WHERE {{}})",
        buckets=(f"session.{key}",),
        rank=f"(SELECT name FROM {table} named WHERE named.{key} = {{}})",
    )


AUTHENTICATION = "CASE authentication WHEN 0 THEN 'Anonymous (0)' WHEN 1 THEN 'RFID (1)' END"

COLUMNS: Mapping[str, Column] = {
    "start": at("started_at"),
    "duration": Column("number", "duration_s / 60", buckets=("floor(duration_s / 60)", "duration_s")),
    "energy": _number("energy_kwh", 0.1),
    "station": _named("charging_station", "station_id"),
    "outlet": Column("number", "connector_id", buckets=("connector_id",)),
    "site": _named("site", "site_id"),
    "end": at("ended_at"),
    "node": text("charge_box_id"),
    "auth": text(AUTHENTICATION, {word: word for word in ("Anonymous (0)", "RFID (1)")}),
    "session": Column("text", "session_id", buckets=tuple(f"left(session_id, {size})" for size in (3, 6, 9, 12, 15))),
    "logged": at("logged_at"),
    "email": text("email"),
    "meter": _number("meter_stop_kwh", 100),
    "rfid": text("id_tag"),
}
"""The manual's parameters of a session by the names that links use, and the RFID. Durations are filtered in minutes."""

LAST_KEYS = (("start", True), ("session", True))  # newest first; the identity makes every order a full one

ROW = f"""
    session_id AS session, timezone(site.time_zone, started_at) AS start, timezone(site.time_zone, ended_at) AS "end",
    timezone(site.time_zone, logged_at) AS logged, duration_s AS duration, energy_kwh AS energy,
    station.name AS station, connector_id AS outlet, site.name AS site, session.charge_box_id AS node,
    {AUTHENTICATION} AS auth, email, meter_stop_kwh AS meter, id_tag AS rfid,
    CASE WHEN station.removed_at IS NULL THEN 'station:' || station_id END AS station_ref"""


NAMES = "JOIN charging_station station USING (station_id) JOIN site ON site.site_id = session.site_id"


@dataclass(frozen=True)
class Page:
    """Rows with a column per name of COLUMNS, times in the site's zone, duration in s, energy and meter in kWh.

    station_ref is NULL for a removed station. count: how many rows there are in all.
    """

    rows: pa.Table
    count: int


@dataclass(frozen=True)
class Totals:
    count: int
    energy_kwh: float
    mean_duration_s: float | None


@dataclass(frozen=True)
class Place:
    """Where a session stands in a filtered and sorted table; position counts from 1."""

    position: int
    count: int
    previous: str | None
    following: str | None


def columns(scope: Scope) -> dict[str, Column]:
    """Return the columns a user may see, filter and sort by: an RFID opens outlets, so support users do not see it."""
    return {name: column for name, column in COLUMNS.items() if name != "rfid" or scope.role is not Role.SUPPORT_USER}


def page(
    scope: Scope, node: Node | None, filter_model: FilterModel, sort_model: SortModel, start: int, end: int
) -> Page:
    """Return rows start to end (excluded) of the filtered and sorted table.

    Raises:
        InvalidInput: a filter or sort that cannot be, or more rows than a file may have.
    """
    if end - start > EXCEL_ROWS:
        raise InvalidInput(N_("Rows"), f"{start}–{end}", told("are more than %(most)s.", most=EXCEL_ROWS))
    terms = _terms(scope, sort_model)
    condition = selection(scope, node, filter_model)
    runs, count = paging.find(scope.database, TABLE, condition, terms, max(start, 0), end)
    tables = [_rows(scope, run, paging.order_by(terms)) for run in runs or [Run(("FALSE", {}), 0, 0)]]
    return Page(pa.concat_tables(tables), count)


def totals(scope: Scope, node: Node | None, filter_model: FilterModel) -> Totals:
    """Return how many sessions there are, their energy and mean duration."""
    sql, params = selection(scope, node, filter_model)
    [row] = paging.ask(
        scope.database,
        TABLE,
        f"""SELECT count(*) AS count, coalesce(sum(energy_kwh), 0) AS energy_kwh, avg(duration_s) AS mean_duration_s
            FROM session WHERE {sql}""",
        params,
    )
    return Totals(**row)


def export(scope: Scope, node: Node | None, filter_model: FilterModel, sort_model: SortModel) -> pa.Table:
    """Return the first 64,000 rows of the filtered table in its order, with the columns of `page`."""
    return page(scope, node, filter_model, sort_model, 0, EXCEL_ROWS).rows


def find(scope: Scope, session_id: str) -> dict[str, Any]:
    """Return one session: the columns of `page`, and what its window and `curve` need beside them.

    Raises:
        NotFound: there is none, or it is not in the user's scope.
    """
    sql, params = scope.condition()
    rows = scope.database.query(
        f"""WITH session AS (SELECT * FROM session WHERE session_id = $session_id AND {sql})
            SELECT {ROW}, site.time_zone, 'site:' || session.site_id AS site_ref, session.station_id, connector_id,
                   transaction_id, started_at, ended_at, meter_start_kwh, stop_reason, note,
                   started_at >= (SELECT kept_since FROM power_summed) AS has_meter_values,
                   (SELECT 'outlet:' || max(outlet_id) FROM outlet WHERE outlet.station_id = session.station_id
                    AND outlet.connector_id = session.connector_id AND outlet.removed_at IS NULL) AS outlet_ref
            FROM session {NAMES}""",
        {**params, "session_id": session_id},
    ).to_pylist()
    if not rows:
        raise NotFound("charging session", session_id)
    found: dict[str, Any] = rows[0]
    return found


def place(
    scope: Scope, node: Node | None, filter_model: FilterModel, sort_model: SortModel, session_id: str
) -> Place | None:
    """Return where a session stands in the filtered table and its neighbours; none when the filter leaves it out."""
    sql, params = selection(scope, node, filter_model)
    terms = _terms(scope, sort_model)
    keys = [(key, descending) for column, descending in terms for key in column.keys]
    names = ", ".join(f"{key} AS key_{index}" for index, (key, _) in enumerate(keys))
    same, earlier = "TRUE", []
    for index, (_, descending) in enumerate(keys):
        this, own = f"row.key_{index}", f"own.key_{index}"
        first = f"{this} {'>' if descending else '<'} {own} OR ({this} IS NOT NULL AND {own} IS NULL)"
        earlier.append(f"({same} AND ({first}))")
        same += f" AND {this} IS NOT DISTINCT FROM {own}"
    [found] = scope.database.query(
        f"""WITH row AS (SELECT session_id, {names} FROM session WHERE {sql}),
                 own AS (SELECT * FROM row WHERE session_id = $session_id)
            SELECT (SELECT count(*) FROM own) AS present, count(*) AS before
            FROM row, own WHERE {" OR ".join(earlier)}""",
        {**params, "session_id": session_id},
    ).to_pylist()
    if not found["present"]:
        return None
    before = found["before"]
    around = page(scope, node, filter_model, sort_model, before - 1, before + 2)
    ids = around.rows["session"].to_pylist()
    here = ids.index(session_id)
    return Place(before + 1, around.count, ids[here - 1] if here else None, (ids[here + 1 :] or [None])[0])


def curve(scope: Scope, session: Mapping[str, Any]) -> pa.Table:
    """Return what the meter said during a session that `find` gave; power comes as in the diagrams (data/power.py).

    Without `has_meter_values`, those are no longer kept, and it is the mean power of each ten minutes.

    Returns: measured_at in the site's zone, at_s (the same since 1970), power_kw, energy_kwh since the start, either
        NULL where it is not known; no rows when the station sent no meter values.
    """
    if not session["has_meter_values"]:
        return _means(scope, session)
    own = """station_id = $station AND connector_id = $connector
             AND coalesce(transaction_id, $transaction) IS NOT DISTINCT FROM $transaction"""
    return scope.database.query(
        f"""{power.VALUED.format(condition=own)}
            SELECT timezone($zone, measured_at) AS measured_at, epoch(measured_at) AS at_s, value_w / 1000 AS power_kw,
                   register_wh / 1000 - $meter_start AS energy_kwh
            FROM valued ORDER BY valued.measured_at""",
        {
            "station": session["station_id"],
            "connector": session["connector_id"],
            "transaction": session["transaction_id"],
            "since": session["started_at"],
            "until": session["ended_at"] + timedelta.resolution,  # with what is measured at the end itself
            "longest": power.LONGEST_SPAN.total_seconds(),
            "meter_start": session["meter_start_kwh"],
            "zone": session["time_zone"],
        },
    )


def _means(scope: Scope, session: Mapping[str, Any]) -> pa.Table:
    """Return the rows of `curve`: each mean at the end of what it is of, the first one at its beginning too."""
    outlet = {"station": session["station_id"], "connector": session["connector_id"]}
    which = "station_id = $station AND connector_id = $connector", outlet
    since, until = power.bucket(session["started_at"]), session["ended_at"]
    measured, params = power.measured(scope.database, "outlet_power", which, since, until)
    return scope.database.query(
        f"""{measured},
            known AS (
                SELECT greatest(begins_at, $started_at) AS since, power_w / 1000 AS power_kw,
                       least(begins_at + to_seconds({power.BUCKET_S}), $ended_at) AS until
                FROM measured WHERE power_w IS NOT NULL)
            SELECT timezone($zone, moment) AS measured_at, epoch(moment) AS at_s, power_kw, NULL::DOUBLE AS energy_kwh
            FROM ((SELECT since AS moment, power_kw FROM known ORDER BY since LIMIT 1)
                  UNION ALL SELECT until, power_kw FROM known) ends
            ORDER BY ends.moment""",
        {**params, "started_at": session["started_at"], "ended_at": until, "zone": session["time_zone"]},
    )


def line(samples: pa.Table, column: str) -> pa.Table:
    """Return what `curve` knows of one measurand, broken by a row without a value where the meter was long silent.

    Returns: measured_at and the column.
    """
    points: list[dict[str, Any]] = []
    for row in samples.filter(samples[column].is_valid()).to_pylist():
        if points and row["at_s"] - points[-1]["at_s"] > power.LONGEST_SPAN.total_seconds():
            points.append({"measured_at": row["measured_at"], column: None})
        points.append(row)
    return pa.Table.from_pylist(points, samples.select(["measured_at", column]).schema)


def selection(scope: Scope, node: Node | None, filter_model: FilterModel) -> Condition:
    """Return the condition that scope, node and filters put on the table session.

    Raises:
        InvalidInput: a filter that cannot be.
    """
    scoped, params = scope.condition(node)
    filtered, values = filters.where(filter_model, columns(scope), _zones(scope, node))
    return f"{scoped} AND {filtered}", {**params, **values}


def _zones(scope: Scope, node: Node | None) -> filters.Zones:
    if node is not None and node.kind != "system":
        return {node.time_zone: ()}
    sql = "SELECT time_zone, array_agg(site_id ORDER BY site_id) AS sites FROM site GROUP BY time_zone"
    return {row["time_zone"]: row["sites"] for row in paging.ask(scope.database, TABLE, sql, {})}


def _terms(scope: Scope, sort_model: SortModel) -> Terms:
    terms: dict[str, bool] = {}
    for name, descending in [*filters.order(sort_model, columns(scope)), *LAST_KEYS]:
        terms.setdefault(name, descending)
    return [(COLUMNS[name], descending) for name, descending in terms.items()]


def _rows(scope: Scope, run: Run, order: str) -> pa.Table:
    """Sort addresses alone, then read the rows at them."""
    sql, params = run.condition
    if run.end - run.start > WINDOW:
        among = (
            f"SELECT {ROW_ID} FROM session WHERE {sql} ORDER BY {order} LIMIT {run.end - run.start} OFFSET {run.start}"
        )
    else:
        among, params = "SELECT unnest($addresses)", {"addresses": _addresses(scope, run, order)}
    table = scope.database.query(
        f"""WITH session AS (
                SELECT *, row_number() OVER (ORDER BY {order}) AS place FROM session WHERE {ROW_ID} IN ({among}))
            SELECT {ROW} FROM session {NAMES} ORDER BY place""",
        params,
    )
    return table if "rfid" in columns(scope) else table.drop_columns("rfid")


def _addresses(scope: Scope, run: Run, order: str) -> list[int]:
    """Return where the rows of a run lie. More is sorted and kept than was asked for: who scrolls asks for it next."""
    sql, params = run.condition
    first, end = run.start - run.start % WINDOW, run.end + -run.end % WINDOW
    found = paging.ask(
        scope.database,
        TABLE,
        f"SELECT {ROW_ID} AS address FROM session WHERE {sql} ORDER BY {order} LIMIT {end - first} OFFSET {first}",
        params,
    )
    return [row["address"] for row in found[run.start - first : run.end - first]]
