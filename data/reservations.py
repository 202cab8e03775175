"""Outlets held for a tag until a time."""

from datetime import datetime

from data.command_rows import Command
from data.database import Sql


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


def ended(reservation_id: int, state: str, at: datetime, transaction_id: int | None = None) -> Sql:
    """End an active reservation as used, cancelled or expired."""
    return Sql(
        """UPDATE reservation SET state = $state, ended_at = $at, transaction_id = $transaction_id
           WHERE reservation_id = $id AND state = 'active'""",
        {"id": reservation_id, "state": state, "at": at, "transaction_id": transaction_id},
    )
