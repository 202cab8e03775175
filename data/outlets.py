# ruff: noqa: S608 - tables and conditions come from constants, values are bound
"""Outlets as operators count them: how many are available, charging, at fault, or never came online."""

from dataclasses import dataclass

from data.nodes import Node
from data.scope import Scope

# Under each kind of node: what its parts are, as (ref, name) of an outlet's row.
_PARTS = {
    "system": ("'site:' || site.site_id", "site.name"),
    "site": (
        "coalesce('floor:' || floor.floor_id, 'station:' || station.station_id)",
        "coalesce(floor.name, station.name)",
    ),
    "floor": ("'station:' || station.station_id", "station.name"),
    "station": ("'outlet:' || outlet_id", "CAST(connector_id AS VARCHAR)"),
    "outlet": ("'outlet:' || outlet_id", "CAST(connector_id AS VARCHAR)"),
    "grid_controller": ("''", "''"),
}


@dataclass(frozen=True)
class OutletCounts:
    """How many outlets of a node are in which state."""

    ref: str
    name: str
    stations: int
    available: int
    charging: int
    fault: int
    never: int

    @property
    def outlets(self) -> int:
        return self.available + self.charging + self.fault + self.never


def counts(scope: Scope, node: Node) -> list[OutletCounts]:
    """Count the outlets of each part of a node by state, parts in the order of their names; no outlets, no rows."""
    ref, name = _PARTS[node.kind]
    condition, params = scope.condition(node)
    rows = scope.database.query(
        f"""WITH part AS (
                SELECT {ref} AS ref, {name} AS name, station.site_id, station.station_id, connector_id, state
                FROM outlet JOIN outlet_node_state USING (outlet_id)
                JOIN charging_station station USING (station_id) JOIN site USING (site_id)
                LEFT JOIN floor ON floor.floor_id = station.floor_id
                WHERE outlet.removed_at IS NULL AND station.removed_at IS NULL)
            SELECT ref, name, count(DISTINCT station_id) AS stations,
                   count(*) FILTER (WHERE state = 'available') AS available,
                   count(*) FILTER (WHERE state = 'charging') AS charging,
                   count(*) FILTER (WHERE state = 'fault') AS fault,
                   count(*) FILTER (WHERE state = 'never') AS never
            FROM part WHERE {condition} GROUP BY ref, name ORDER BY name, ref""",
        params,
    )
    return [OutletCounts(**row) for row in rows.to_pylist()]
