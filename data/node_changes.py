# ruff: noqa: S608 - tables and conditions come from constants, values are bound
"""Creating and removing nodes of the topology, each in one commit with its event (manual: Topology)."""

from collections.abc import Mapping
from datetime import UTC, datetime

from data import edits, gone
from data.database import Database, Sql
from data.errors import AlreadyExists, HasChildren
from data.events import NAME, EventKind, event_of
from data.scope import Role, Scope
from data.texts import N_, few, told

TABLES = {
    "site": ("site", "site_id"),
    "floor": ("floor", "floor_id"),
    "station": ("charging_station", "station_id"),
    "grid_controller": ("grid_controller", "grid_controller_id"),
}
"""Kind of node → its table and key."""

_ON_FLOORS = (
    ("charging_station", N_("one charging station"), N_("%(count)s charging stations")),
    ("grid_controller", N_("one grid controller"), N_("%(count)s grid controllers")),
)
CHILDREN = {"site": (("floor", N_("one floor"), N_("%(count)s floors")), *_ON_FLOORS), "floor": _ON_FLOORS}
"""What must be gone before a node can be removed: kind → tables with its key, and what one row and many are called."""


def require_site(scope: Scope, site_id: int, action: str, floor_id: int | None = None) -> None:
    """Refuse unless the user may build on a site that is there, and its floor is too.

    Raises:
        NotPermitted: the role may not do it anywhere.
        NotFound: there is no such site for this user, or no such floor in it.
    """
    scope.require(Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, action=action)
    there = "SELECT 1 FROM site WHERE site_id = $id AND removed_at IS NULL"
    if not scope.sees_site(site_id) or not scope.database.query(there, {"id": site_id}).num_rows:
        raise gone.missing(scope, "site", site_id)
    there = "SELECT 1 FROM floor WHERE floor_id = $floor AND site_id = $id AND removed_at IS NULL"
    if floor_id is not None and not scope.database.query(there, {"id": site_id, "floor": floor_id}).num_rows:
        raise gone.missing(scope, "floor", floor_id)


def draw_ids(database: Database, count: int = 1) -> list[int]:
    """Draw numbers for new nodes; those that are not used are never used."""
    draw = Sql("SELECT CAST(nextval('node_id') AS INTEGER) AS id FROM range($n)", {"n": count})
    return list(database.write([draw])[0]["id"].to_pylist())


def create(scope: Scope, kind: str, called: str, insert: str, params: Mapping[str, object]) -> int:
    """Insert a node and return its number.

    Args:
        called: what the refusal and the event call it.
        insert: SQL that inserts it as `$id` where its name or identity is free, and returns it.

    Raises:
        AlreadyExists: it is not free.
    """
    table, key = TABLES[kind]
    (node_id,) = draw_ids(scope.database)
    noted = event_of(
        f"{table} WHERE {key} = $id",
        {"id": node_id},
        EventKind.CONFIGURED,
        told("%(who)s created the %(kind)s %(name)s.", who=edits.who(scope), kind=told(words(kind)), name=called),
        site_id="site_id",
        user_id=scope.user_id,
    )
    changed = [("topology", node_id), ("event", params.get("site_id") or node_id)]
    if not scope.database.write([Sql(insert, {**params, "id": node_id}), noted], changed)[0].num_rows:
        raise AlreadyExists(words(kind), called)
    return node_id


def remove(scope: Scope, kind: str, node_id: int) -> None:
    """Remove a site, floor, charging station (with its outlets) or grid controller; its sessions stay.

    Raises:
        NotFound: there is no such node.
        HasChildren: it still has sub-nodes; says how many, and what the first are called.
    """
    scope.require(Role.ADMINISTRATOR, action=N_("remove nodes"))
    table, key = TABLES[kind]
    empty = "".join(
        f" AND NOT EXISTS (SELECT 1 FROM {child} c WHERE c.{key} = $id AND c.removed_at IS NULL)"
        for child, *_words in CHILDREN.get(kind, ())
    )
    there = f"{key} = $id AND removed_at IS NULL{empty}"
    noted = event_of(  # first: the row is no longer there afterwards
        f"{table} WHERE {there}",
        {"id": node_id},
        EventKind.CONFIGURED,
        told(gone.REMOVED, who=edits.who(scope), kind=told(words(kind)), name=NAME),
        site_id="NULL" if kind == "site" else "site_id",
        station_id="station_id" if kind == "station" else "NULL",
        user_id=scope.user_id,
        details={"record": f"{table}:{node_id}", "changes": {}},
    )
    removed = Sql(
        f"UPDATE {table} SET removed_at = $now WHERE {there} RETURNING 1", {"now": datetime.now(UTC), "id": node_id}
    )
    changed = [("topology", node_id), ("event", _site_of(scope.database, kind, node_id))]
    if not scope.database.write([noted, removed], changed)[1].num_rows:
        _refuse_removal(scope, kind, node_id)


def words(kind: str) -> str:
    """Return what people call a kind of node."""
    return "charging station" if kind == "station" else kind.replace("_", " ")


def _site_of(database: Database, kind: str, node_id: int) -> int:
    """Return the site whose users hear of a node's removal; 0: those of the whole system, or there is no such node."""
    if kind == "site":
        return 0
    table, key = TABLES[kind]
    rows = database.query(f"SELECT site_id FROM {table} WHERE {key} = $id", {"id": node_id})
    return int(rows["site_id"][0].as_py()) if rows.num_rows else 0


def _refuse_removal(scope: Scope, kind: str, node_id: int) -> None:
    """Say why a node was not removed."""
    table, key = TABLES[kind]
    database = scope.database
    for child, one, many in CHILDREN.get(kind, ()):
        sql = f"SELECT name FROM {child} WHERE {key} = $id AND removed_at IS NULL ORDER BY name"
        if names := database.query(sql, {"id": node_id})["name"].to_pylist():
            name = database.query(f"SELECT name FROM {table} WHERE {key} = $id", {"id": node_id})["name"][0].as_py()
            count = told(one) if len(names) == 1 else told(many, count=len(names))
            raise HasChildren(words(kind), str(name), told("%(count)s (%(names)s)", count=count, names=few(names)))
    raise gone.missing(scope, table, node_id)
