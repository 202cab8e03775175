# ruff: noqa: S608 - conditions come from constants, values are bound
"""What was asked of stations, and what became of it: command by command, and action by action."""

import json
from collections.abc import Mapping
from typing import Any

from data.errors import NotFound
from data.nodes import Node
from data.scope import Role, Scope
from data.texts import N_

ROLES = (Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, Role.SUPPORT_USER)
"""Who controls stations, and sees what was asked of them."""

_SELECT = """SELECT command_id, batch_id, command.station_id, command.site_id, connector_id, kind, parameters,
    stop_on_failures, requested_by, requested_at, expires_at, state, sent_at, answered_at, progressed_at, ended_at,
    done_by, answer, progress, progress_text, result, template, arguments,
    station.name AS station, station.charge_box_id,
    trim(asker.first_name || ' ' || asker.last_name) AS requested_by_name
    FROM command LEFT JOIN charging_station station ON station.station_id = command.station_id
    LEFT JOIN portal_user asker ON asker.user_id = command.requested_by"""


def of_node(scope: Scope, node: Node | None, limit: int = 50) -> list[dict[str, Any]]:
    """Return a node's commands, those under way first, then the newest.

    Returns: every column of `command` but secret; parameters and result read from JSON; station, charge_box_id and
        requested_by_name (None: the portal itself) beside them.
    """
    scope.require(*ROLES, action=N_("see commands"))
    condition, params = scope.condition(node)
    return _rows(
        scope,
        f"""SELECT * FROM ({_SELECT}) WHERE {condition}
            ORDER BY ended_at IS NOT NULL, command_id DESC LIMIT $limit""",
        {**params, "limit": limit},
    )


def newest_by_key(scope: Scope, node: Node, kind: str) -> list[dict[str, Any]]:
    """Return the newest command of a kind for each parameter of a station, and for all; columns as `of_node`."""
    scope.require(*ROLES, action=N_("see commands"))
    condition, params = scope.condition(node)
    return _rows(
        scope,
        f"""{_SELECT} WHERE command_id IN (
                SELECT max(command_id) FROM command WHERE kind = $kind AND {condition}
                GROUP BY parameters::JSON ->> 'key')""",
        {**params, "kind": kind},
    )


def batch(scope: Scope, batch_id: str) -> list[dict[str, Any]]:
    """Return the commands of one action, one per station in the order of their names; columns as `of_node`.

    Raises:
        NotFound: there is no such batch in scope.
    """
    scope.require(*ROLES, action=N_("see commands"))
    sites, params = scope.sites()
    rows = _rows(
        scope,
        f"SELECT * FROM ({_SELECT}) WHERE batch_id = $batch_id AND {sites} ORDER BY station, command_id",
        {**params, "batch_id": batch_id},
    )
    if not rows:
        raise NotFound("batch", batch_id)
    return rows


def batches(scope: Scope, node: Node | None, limit: int) -> list[dict[str, Any]]:
    """Return the newest actions on several stations of a node, the newest first.

    Returns: batch_id, kind, requested_at, commands (how many), states (how many by state).
    """
    scope.require(*ROLES, action=N_("see commands"))
    condition, params = scope.condition(node)
    return list(
        scope.database.query(
            f"""WITH counted AS (
                    SELECT batch_id, kind, state, count(*) AS n, min(requested_at) AS requested_at
                    FROM command WHERE {condition} GROUP BY ALL)
                SELECT batch_id, any_value(kind) AS kind, min(requested_at) AS requested_at,
                       sum(n)::INTEGER AS commands, map(list(state ORDER BY state), list(n ORDER BY state)) AS states
                FROM counted GROUP BY batch_id HAVING sum(n) > 1
                ORDER BY min(requested_at) DESC, batch_id LIMIT $limit""",
            {**params, "limit": limit},
        ).to_pylist(maps_as_pydicts="strict")
    )


def _rows(scope: Scope, sql: str, params: Mapping[str, object]) -> list[dict[str, Any]]:
    rows = scope.database.query(sql, params).to_pylist()
    for row in rows:
        row["parameters"] = json.loads(row["parameters"])
        row["result"] = json.loads(row["result"]) if row["result"] else None
    return list(rows)
