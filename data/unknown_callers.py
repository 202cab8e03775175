"""Stations that call with a ChargeboxId nobody configured, until somebody takes them in."""

from datetime import datetime
from typing import Any

from data.database import Sql
from data.scope import Role, Scope
from data.stations import CREATED
from data.texts import N_

MOST_KEPT = 200
"""The newest are kept: somebody who tries names must not fill the database."""


def noted(charge_box_id: str, address: str, protocol: str, at: datetime, calls: int) -> list[Sql]:
    """Return the statements that note calls of an unknown station."""
    upsert = """INSERT INTO unknown_caller AS u VALUES ($id, $address, $protocol, $at, $at, $calls)
                ON CONFLICT (charge_box_id) DO UPDATE SET address = $address, protocol = $protocol,
                    last_seen_at = $at, calls = u.calls + $calls"""
    forget = """DELETE FROM unknown_caller WHERE charge_box_id NOT IN (
                    SELECT charge_box_id FROM unknown_caller ORDER BY last_seen_at DESC LIMIT $most)"""
    row = {"id": charge_box_id, "address": address, "protocol": protocol, "at": at, "calls": calls}
    return [Sql(upsert, row), Sql(forget, {"most": MOST_KEPT})]


def taken_by(scope: Scope, charge_box_id: str) -> str | None:
    """Return who made a caller a charging station; None if the event log does not tell.

    Raises:
        NotPermitted: the user is no administrator or support user.
    """
    scope.require(Role.ADMINISTRATOR, Role.SUPPORT_USER, action=N_("see unknown callers"))
    rows = scope.database.query(
        """SELECT trim(first_name || ' ' || last_name) AS who
           FROM event JOIN portal_user USING (user_id) JOIN charging_station USING (station_id)
           WHERE charging_station.charge_box_id = $id AND charging_station.removed_at IS NULL
             AND template = $created""",
        {"id": charge_box_id, "created": CREATED},
    )
    return str(rows["who"][0].as_py()) if rows.num_rows else None


def latest(scope: Scope) -> list[dict[str, Any]]:
    """Return unknown callers that no station or grid controller has been configured for since, newest first.

    Raises:
        NotPermitted: the user is no administrator or support user.
    """
    scope.require(Role.ADMINISTRATOR, Role.SUPPORT_USER, action=N_("see unknown callers"))
    rows = scope.database.query(
        """SELECT * FROM unknown_caller WHERE charge_box_id NOT IN (
               SELECT charge_box_id FROM charging_station WHERE removed_at IS NULL
               UNION ALL SELECT charge_box_id FROM grid_controller WHERE removed_at IS NULL)
           ORDER BY last_seen_at DESC"""
    )
    return list(rows.to_pylist())
