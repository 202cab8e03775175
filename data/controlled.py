# ruff: noqa: S608 - conditions come from the scope and the node, values are bound
"""The stations and outlets that Control shows: what they do now (manual: Control)."""

from typing import Any

from data.nodes import Node
from data.scope import Scope


def stations(scope: Scope, node: Node) -> list[dict[str, Any]]:
    """Return a node's stations by name.

    Returns: station_id, name, charge_box_id, site, state (as the Navigator has it), connected; what the station
        told of itself, empty if nothing: protocol (ocpp1.6 …), vendor, model, firmware_version; of the last command
        that it was given command_kind and command_state, NULL if there was none.
    """
    condition, params = scope.condition(node, connector="NULL")
    return list(
        scope.database.query(
            f"""SELECT station_id, station.name, charge_box_id, site.name AS site, node.state,
                       coalesce(told.connected, FALSE) AS connected, coalesce(told.protocol, '') AS protocol,
                       coalesce(told.vendor, '') AS vendor, coalesce(told.model, '') AS model,
                       coalesce(told.firmware_version, '') AS firmware_version,
                       last.kind AS command_kind, last.state AS command_state
                FROM (SELECT * FROM charging_station WHERE {condition} AND removed_at IS NULL) station
                JOIN site USING (site_id) JOIN station_node_state node USING (station_id)
                LEFT JOIN station_state told USING (station_id)
                LEFT JOIN (SELECT station_id, max_by(kind, command_id) AS kind, max_by(state, command_id) AS state
                           FROM command GROUP BY station_id) last USING (station_id)
                ORDER BY station.name, station_id""",
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
