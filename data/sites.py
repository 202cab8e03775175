"""Sites and their floors: creating them (manual: Topology)."""

from data import node_changes, values
from data.scope import Role, Scope
from data.texts import N_


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
