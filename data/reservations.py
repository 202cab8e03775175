"""Outlets held for a tag until a time."""

from datetime import datetime
from typing import Any

from data.command_rows import Command
from data.database import Database, Sql
from data.transactions import OpenTransaction


def made(command: Command, at: datetime) -> Sql:
    """Keep a reservation that a station accepted; its id is the command's."""
    return Sql(
        """INSERT INTO reservation (reservation_id, station_id, site_id, connector_id, id_tag, parent_id_tag,
               reserved_at, expires_at, state)
           VALUES ($id, $station_id, $site_id, $connector_id, $id_tag, $parent_id_tag, $at,
               CAST($until AS TIMESTAMPTZ), 'active')""",
        {
            "id": command.command_id,
            "station_id": command.station_id,
            "site_id": command.site_id,
            "connector_id": command.connector_id or 0,
            "id_tag": command.parameters["id_tag"],
            "parent_id_tag": command.parameters.get("parent_id_tag"),
            "at": at,
            "until": command.parameters["until"],
        },
    )


def cancelled(reservation_id: int, station_id: int, at: datetime) -> Sql:
    return Sql(
        """UPDATE reservation SET state = 'cancelled', ended_at = $at
           WHERE reservation_id = $id AND station_id = $station_id AND state = 'active'""",
        {"id": reservation_id, "station_id": station_id, "at": at},
    )


def over(database: Database, now: datetime) -> list[dict[str, Any]]:
    """Return the active reservations whose time is over: reservation_id, station_id, site_id, connector_id."""
    rows = database.query(
        """SELECT reservation_id, station_id, site_id, connector_id FROM reservation
           WHERE state = 'active' AND expires_at <= $now ORDER BY reservation_id""",
        {"now": now},
    )
    return list(rows.to_pylist())


def expired(reservation_id: int, at: datetime) -> Sql:
    return Sql(
        """UPDATE reservation SET state = 'expired', ended_at = $at
           WHERE reservation_id = $id AND state = 'active'""",
        {"id": reservation_id, "at": at},
    )


def used(reservation_id: int, transaction: OpenTransaction) -> Sql:
    """End a reservation by the transaction that began with it."""
    return Sql(
        """UPDATE reservation SET state = 'used', ended_at = $at, transaction_id = $transaction_id
           WHERE reservation_id = $id AND station_id = $station_id AND state = 'active'""",
        {
            "id": reservation_id,
            "station_id": transaction.station_id,
            "at": transaction.logged_at,
            "transaction_id": transaction.transaction_id,
        },
    )
