"""A user's own charging: what runs now, and the RFID tags. Who asks gets what is theirs, whatever the role."""

from typing import Any

from data.scope import Scope


def running(scope: Scope) -> list[dict[str, Any]]:
    """Return the user's open transactions, the newest first.

    Returns: transaction_id, station_id, connector_id, started_at (UTC), meter_start_kwh, energy_kwh (since the start,
        None before the first meter value), power_w (None when the station sends none), time_zone (of the site), site,
        floor and parking (either may be empty), station.
    """
    rows = scope.database.query(
        """SELECT transaction_id, running.station_id, running.connector_id, started_at, meter_start_kwh, energy_kwh,
                  power_w, site.time_zone, site.name AS site, coalesce(floor.name, '') AS floor,
                  coalesce(parking, '') AS parking, station.name AS station
           FROM open_transaction running
           JOIN charging_station station USING (station_id) JOIN site ON site.site_id = running.site_id
           LEFT JOIN floor ON floor.floor_id = station.floor_id
           LEFT JOIN outlet ON outlet.station_id = running.station_id AND outlet.removed_at IS NULL
                AND outlet.connector_id = running.connector_id
           WHERE running.user_id = $user_id ORDER BY started_at DESC, transaction_id DESC""",
        {"user_id": scope.user_id},
    )
    return list(rows.to_pylist())


def tags(scope: Scope) -> list[dict[str, Any]]:
    """Return the user's RFID tags, those that can charge first.

    Returns: id_tag, label (may be empty), state (in use | blocked | expired).
    """
    rows = scope.database.query(
        """SELECT id_tag, label,
                  CASE WHEN status = 'Blocked' THEN 'blocked' WHEN expires_at <= now() THEN 'expired'
                       ELSE 'in use' END AS state
           FROM id_tag WHERE user_id = $user_id ORDER BY state <> 'in use', label, id_tag""",
        {"user_id": scope.user_id},
    )
    return list(rows.to_pylist())
