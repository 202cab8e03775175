"""Grid controllers: creating them (manual: Topology)."""

from data import node_changes, values
from data.scope import Scope
from data.texts import N_


def create_grid_controller(
    scope: Scope, site_id: int, name: str, charge_box_id: str, floor_id: int | None = None
) -> int:
    """Create a grid controller under a site or floor and return its grid_controller_id.

    Raises:
        AlreadyExists: a grid controller or charging station has that ChargeboxId.
    """
    node_changes.require_site(scope, site_id, N_("create a grid controller"), floor_id)
    sql = """INSERT INTO grid_controller (grid_controller_id, site_id, floor_id, name, charge_box_id)
             SELECT $id, $site_id, $floor_id, $name, $charge_box_id
             WHERE NOT EXISTS (SELECT 1 FROM grid_controller
                               WHERE charge_box_id = $charge_box_id AND removed_at IS NULL)
               AND NOT EXISTS (SELECT 1 FROM charging_station
                               WHERE charge_box_id = $charge_box_id AND removed_at IS NULL)
             RETURNING grid_controller_id"""
    called = values.charge_box_id("ChargeboxId", charge_box_id)
    params = {"site_id": site_id, "floor_id": floor_id, "name": values.name("Name", name), "charge_box_id": called}
    return node_changes.create(scope, "grid_controller", called, sql, params)
