# ruff: noqa: S608 - tables and column expressions come from constants, values are bound
"""The table of the page Messages: frames between stations and the central system, and a call with its answer."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from data import log_tables, paging
from data.alarm_tables import STATION_REF
from data.errors import NotFound
from data.filters import FilterModel
from data.log_tables import LogTable
from data.message_log import MASKED_TAGS, READERS, masks_tags, shown
from data.nodes import Node
from data.paging import Column, at, text
from data.scope import Scope
from data.texts import N_

ACTION = N_("see messages")
WAYS = {"in": N_("from the station"), "out": N_("to the station")}
KINDS = {"call": N_("call"), "result": N_("answer"), "error": N_("error"), "broken": N_("not readable")}
"""What a direction and a kind are called."""
NEAR_S = 86_400  # an answer later than that belongs to no call

OF_CALL = """direction <> $direction AND kind IN ('result', 'error') AND unique_id = $id
    AND logged_at BETWEEN make_timestamptz($us) AND make_timestamptz($us + $near) ORDER BY logged_at"""
OF_ANSWER = """direction <> $direction AND kind = 'call' AND unique_id = $id
    AND logged_at BETWEEN make_timestamptz($us - $near) AND make_timestamptz($us) ORDER BY logged_at DESC"""
_MASKED = "frame"
for _place, _masked in MASKED_TAGS:
    _MASKED = f"regexp_replace({_MASKED}, '{_place}', '{_masked}', 'gi')"
_BESIDE = ("station_ref", "station_id", "epoch_us(logged_at) AS logged_us")


def _table(frame: str) -> LogTable:
    rows = f"""(SELECT message.rowid AS message_id, logged_at, station.name AS station, direction, action, kind,
                       latency_ms, flaw, unique_id, {frame} AS frame, message.site_id, station_id, connector_id,
                       site.time_zone, {STATION_REF}
                FROM message JOIN charging_station station USING (station_id)
                JOIN site ON site.site_id = message.site_id) message_row"""
    columns: Mapping[str, Column] = {
        "logged": at("logged_at"),
        "station": text("station"),
        "direction": text("direction", WAYS),
        "action": text("action"),
        "kind": text("kind", KINDS),
        "latency": Column("number", "latency_ms", buckets=("floor(latency_ms)",)),
        "flaw": text("flaw"),
        "id": Column("text", "unique_id"),
        "frame": Column("text", "frame"),
    }
    return LogTable(paging.Table(rows, frozenset()), columns, "logged", "message_id", ACTION, _BESIDE)


ALL, WITHOUT_TAGS = _table("frame"), _table(_MASKED)


def table(scope: Scope) -> LogTable:
    """Return the table as the user may read it: a masked id tag is not found by a filter either."""
    return WITHOUT_TAGS if masks_tags(scope) else ALL


class Key(NamedTuple):
    """What tells a message from all others, also once older ones are deleted.

    logged_us: microseconds since 1970.
    """

    station_id: int
    logged_us: int
    direction: str


class Exchange(NamedTuple):
    """A call and its answer; None: it is not there, or not kept any more.

    Each has logged (in the site's zone), direction, kind, action, latency_ms, unique_id, flaw, frame (indented),
    station, site, station_ref, and session_id of a session that has ended.
    """

    call: dict[str, Any] | None
    answer: dict[str, Any] | None


def place(scope: Scope, node: Node | None, filter_model: FilterModel, at_us: int) -> int:
    """Return how many of the filtered messages are newer than a time: the row at which the newest-first table has it.

    Args:
        at_us: microseconds since 1970.
    """
    shown = table(scope)
    sql, params = log_tables.selection(scope, shown, node, filter_model)
    question = f"SELECT count(*) AS newer FROM {shown.rows.sql} WHERE {sql} AND logged_at > make_timestamptz($at)"
    return int(scope.database.query(question, {**params, "at": at_us}).to_pylist()[0]["newer"])


def find(scope: Scope, key: Key) -> Exchange:
    """Return a message with what it answers, or what answers it; one that is no call stands as the answer.

    Raises:
        NotPermitted: an EV user sees no messages.
        NotFound: there is none in the user's scope, or it is too old to be kept.
    """
    scope.require(*READERS, action=ACTION)
    at = {"us": key.logged_us, "direction": key.direction}
    found = _one(scope, key, "direction = $direction AND logged_at = make_timestamptz($us) ORDER BY message.rowid", at)
    if found is None:
        raise NotFound("message", str(key.logged_us))
    is_call = found["kind"] == "call"
    if not found["unique_id"]:
        return Exchange(None, found)
    near = {"id": found["unique_id"], "near": NEAR_S * 1_000_000}
    other = _one(scope, key, OF_CALL if is_call else OF_ANSWER, at | near)
    return Exchange(found, other) if is_call else Exchange(other, found)


def _one(scope: Scope, key: Key, condition: str, params: dict[str, object]) -> dict[str, Any] | None:
    sites, scoped = scope.sites("message.site_id")
    rows = scope.database.query(
        f"""SELECT timezone(site.time_zone, logged_at) AS logged, station.name AS station, site.name AS site,
                   direction, kind, action, latency_ms, unique_id, flaw, frame,
                   {STATION_REF}, (SELECT any_value(session_id) FROM session
                                   WHERE session.station_id = message.station_id
                                         AND session.transaction_id = message.transaction_id) AS session_id
            FROM message JOIN charging_station station USING (station_id)
            JOIN site ON site.site_id = message.site_id
            WHERE {sites} AND station_id = $station AND {condition} LIMIT 1""",
        {**scoped, **params, "station": key.station_id},
    ).to_pylist()
    return rows[0] | {"frame": shown(scope, rows[0]["frame"])} if rows else None


def newest(scope: Scope, node: Node | None) -> int:
    """Return when the newest of a node's messages was logged, in microseconds since 1970; 0: there is none."""
    scope.require(*READERS, action=ACTION)
    scoped, params = scope.condition(node)
    sql = f"SELECT coalesce(epoch_us(max(logged_at)), 0) AS newest FROM message WHERE {scoped}"
    return int(scope.database.query(sql, params).to_pylist()[0]["newest"])
