# ruff: noqa: S608 - conditions come from the scope and the node, values are bound
"""The stations and outlets that Control shows: what they do now (manual: Control)."""

from typing import Any

from data.nodes import Node
from data.scope import Scope

MOST = 2000


def stations(scope: Scope, node: Node) -> list[dict[str, Any]]:
    """Return a node's stations by name: station_id, name, charge_box_id, state, connected, firmware_version."""
    condition, params = scope.condition(node, connector="NULL")
    return list(
        scope.database.query(
            f"""SELECT station_id, name, charge_box_id, node.state, coalesce(connected, FALSE) AS connected,
                       coalesce(firmware_version, '') AS firmware_version
                FROM (SELECT * FROM charging_station WHERE {condition} AND removed_at IS NULL)
                JOIN station_node_state node USING (station_id) LEFT JOIN station_state USING (station_id)
                ORDER BY name, station_id LIMIT {MOST}""",
            params,
        ).to_pylist()
    )


def outlets(scope: Scope, node: Node) -> list[dict[str, Any]]:
    """Return a station's outlets by number.

    Returns: connector_id, connector_type, mode, state (as the Navigator has it), status (OCPP's, empty if never told),
        and of what is charging there transaction_id, started_at, power_w, energy_kwh, email; NULL if nothing is.
    """
    sites, params = scope.sites("station.site_id")
    return list(
        scope.database.query(
            f"""SELECT outlet.connector_id, connector_type, mode, node.state, coalesce(told.status, '') AS status,
                       transaction_id, started_at, power_w, energy_kwh, email
                FROM outlet JOIN outlet_node_state node USING (outlet_id)
                JOIN charging_station station USING (station_id)
                LEFT JOIN outlet_state told
                    ON told.station_id = outlet.station_id AND told.connector_id = outlet.connector_id
                LEFT JOIN open_transaction running
                    ON running.station_id = outlet.station_id AND running.connector_id = outlet.connector_id
                WHERE outlet.station_id = $id AND outlet.removed_at IS NULL AND {sites}
                ORDER BY outlet.connector_id""",
            {"id": node.station_id or node.id, **params},
        ).to_pylist()
    )
