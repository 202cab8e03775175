# ruff: noqa: S608 - tables and conditions come from constants, values are bound
"""Sites and their floors: creating them, and what a site holds (manual: Topology)."""

from typing import NamedTuple

from data import node_changes, values
from data.scope import Role, Scope
from data.texts import N_


class Content(NamedTuple):
    """How many of each a site holds."""

    floors: int
    stations: int
    grid_controllers: int
    administrators: int


def content(scope: Scope, site_id: int) -> Content:
    """Count what a site of this user holds; of another's, nothing is there."""
    sites, params = scope.sites("site_id")
    counts = [
        f"(SELECT count(*) FROM {table} WHERE site_id = $id AND removed_at IS NULL AND {sites})"
        for table in ("floor", "charging_station", "grid_controller")
    ]
    counts.append(
        f"""(SELECT count(*) FROM user_site JOIN portal_user USING (user_id)
             WHERE site_id = $id AND role = $role AND removed_at IS NULL AND {sites})"""
    )
    held = scope.database.query(
        f"SELECT {', '.join(counts)}", {"id": site_id, "role": Role.SITE_ADMINISTRATOR.value, **params}
    )
    return Content(*(column[0].as_py() for column in held.columns))


def create_site(scope: Scope, name: str, time_zone: str | None = None) -> int:
    """Create a site, in the system's time zone unless told another, and return its site_id.

    Raises:
        AlreadyExists: a site has that name.
    """
    scope.require(Role.ADMINISTRATOR, action=N_("create a site"))
    sql = """INSERT INTO site (site_id, name, time_zone)
             SELECT $id, $name, coalesce($time_zone, (SELECT time_zone FROM system))
             WHERE NOT EXISTS (SELECT 1 FROM site WHERE name = $name AND removed_at IS NULL)
             RETURNING site_id"""
    name = values.name("Name", name)
    return node_changes.create(scope, "site", name, sql, {"name": name, "time_zone": time_zone})


def create_floor(scope: Scope, site_id: int, name: str) -> int:
    """Create a floor of a site and return its floor_id.

    Raises:
        AlreadyExists: the site has a floor of that name.
    """
    node_changes.require_site(scope, site_id, N_("create a floor"))
    sql = """INSERT INTO floor (floor_id, site_id, name) SELECT $id, $site_id, $name
             WHERE NOT EXISTS (SELECT 1 FROM floor WHERE site_id = $site_id AND name = $name AND removed_at IS NULL)
             RETURNING floor_id"""
    name = values.name("Name", name)
    return node_changes.create(scope, "floor", name, sql, {"site_id": site_id, "name": name})
