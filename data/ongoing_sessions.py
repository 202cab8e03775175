# ruff: noqa: S608 - tables and conditions come from constants, values are bound
"""What is charging now."""

import pyarrow as pa

from data.nodes import Node
from data.scope import Scope


def ongoing(scope: Scope, node: Node | None) -> pa.Table:
    """Give the running transactions in scope, the strongest first.

    Returns: columns station_id, name (of the station), connector_id, started_at, energy_kwh (since the start, null
        before the first meter value), power_w (null when the station sends none).
    """
    condition, params = scope.condition(node)
    return scope.database.query(
        f"""SELECT station_id, coalesce(name, charge_box_id) AS name, connector_id, started_at, energy_kwh, power_w
            FROM (SELECT running.*, station.name FROM open_transaction running
                  LEFT JOIN charging_station station USING (station_id))
            WHERE {condition} ORDER BY power_w DESC NULLS LAST, started_at, transaction_id""",
        params,
    )
