# ruff: noqa: S608 - tables and conditions come from constants, values are bound
"""The Navigator's tree: system → site → floor → charging station and grid controller → outlet (manual: Navigation)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data import gone
from data.errors import Gone, NotFound
from data.scope import Condition, Role, Scope

SYSTEM = "system:1"


@dataclass(frozen=True)
class Node:
    """One node of the tree, and where it stands in it."""

    kind: str
    id: int
    name: str
    site_id: int | None = None
    floor_id: int | None = None
    station_id: int | None = None
    connector_id: int | None = None
    time_zone: str = "UTC"
    path: tuple[tuple[str, str], ...] = ()  # (ref, name) from the system down to this node

    @property
    def ref(self) -> str:
        return f"{self.kind}:{self.id}"

    def condition(self, connector: str = "connector_id") -> Condition:
        """Limit rows to this node by site_id, station_id and connector columns."""
        if self.kind == "site":
            return "site_id = $node_id", {"node_id": self.id}
        if self.kind == "floor":
            return "station_id IN (SELECT station_id FROM charging_station WHERE floor_id = $node_id)", {
                "node_id": self.id
            }
        if self.kind == "station":
            return "station_id = $node_id", {"node_id": self.id}
        if self.kind == "outlet":
            return f"station_id = $node_id AND {connector} = $node_connector", {
                "node_id": self.station_id,
                "node_connector": self.connector_id,
            }
        return "FALSE", {}  # a grid controller charges nobody


@dataclass(frozen=True)
class TreeNode:
    """A row of the Navigator. state is empty for system, site and floor: the browser counts their stations."""

    ref: str
    parent: str | None
    kind: str
    name: str
    state: str = ""


def find(scope: Scope, ref: str) -> Node:
    """Find a node by its address form, for example `site:12`.

    Raises:
        NotFound: there is none, it was removed, or it is not in the user's scope: for the user these are one.
    """
    kind, _, text = ref.partition(":")
    if kind not in _FIND or not text.isdecimal() or len(text) > 9 or scope.role is Role.EV_USER:
        raise NotFound("node", ref)
    sites, params = scope.sites("site.site_id") if kind != "system" else ("TRUE", {})
    rows = scope.database.query(f"{_FIND[kind]} AND {sites}", {"id": int(text), **params}).to_pylist()
    if not rows:
        why = gone.missing(scope, "charging_station" if kind == "station" else kind, int(text))
        raise why if isinstance(why, Gone) else NotFound("node", ref)
    return _node(kind, rows[0])


def tree(scope: Scope) -> list[TreeNode]:
    """Give every node the user may see, parents before children, siblings by name."""
    if scope.role is Role.EV_USER:
        return []
    sites, params = scope.sites("site_id")
    ask = scope.database.query
    nodes = [TreeNode(SYSTEM, None, "system", row["name"]) for row in ask("SELECT name FROM system").to_pylist()]
    for sql in _TREE:
        rows = ask(f"SELECT * FROM ({sql}) WHERE {sites} ORDER BY name, ref", params).to_pylist()
        nodes += [TreeNode(row["ref"], row["parent"], row["kind"], row["name"], row["state"]) for row in rows]
    return nodes


def count_sites(scope: Scope) -> int:
    """Count the sites in scope."""
    sites, params = scope.sites()
    rows = scope.database.query(f"SELECT count(*) AS n FROM site WHERE removed_at IS NULL AND {sites}", params)
    return int(rows["n"][0].as_py())


def states(scope: Scope, station_ids: list[int]) -> dict[str, str]:
    """Give the present state of some stations and their outlets by ref, those in scope only."""
    if scope.role is Role.EV_USER or not station_ids:
        return {}
    sites, params = scope.sites("site_id")
    rows = scope.database.query(
        f"""SELECT ref, state FROM ({_STATION_TREE} UNION ALL {_OUTLET_TREE})
            WHERE station_id = ANY($stations) AND {sites}""",
        {"stations": station_ids, **params},
    )
    return dict(zip(rows["ref"].to_pylist(), rows["state"].to_pylist(), strict=True))


_STATION_TREE = """
    SELECT 'station:' || station_id AS ref, coalesce('floor:' || floor_id, 'site:' || site_id) AS parent,
           'station' AS kind, name, state, site_id, station_id
    FROM charging_station JOIN station_node_state USING (station_id)
    WHERE removed_at IS NULL"""

_OUTLET_TREE = """
    SELECT 'outlet:' || outlet_id AS ref, 'station:' || outlet.station_id AS parent, 'outlet' AS kind,
           CAST(outlet.connector_id AS VARCHAR) AS name, state, site_id, station_id
    FROM outlet JOIN outlet_node_state USING (outlet_id) JOIN charging_station USING (station_id)
    WHERE outlet.removed_at IS NULL AND charging_station.removed_at IS NULL"""

_TREE = (
    """SELECT 'site:' || site_id AS ref, 'system:1' AS parent, 'site' AS kind, name, '' AS state, site_id
       FROM site WHERE removed_at IS NULL""",
    """SELECT 'floor:' || floor_id AS ref, 'site:' || site_id AS parent, 'floor' AS kind, name, '' AS state, site_id
       FROM floor WHERE removed_at IS NULL""",
    """SELECT 'grid_controller:' || grid_controller_id AS ref,
              coalesce('floor:' || floor_id, 'site:' || site_id) AS parent,
              'grid_controller' AS kind, name, 'never' AS state, site_id
       FROM grid_controller WHERE removed_at IS NULL""",
    _STATION_TREE,
    _OUTLET_TREE,
)

_SITE_COLUMNS = "site.site_id, site.name AS site_name, site.time_zone, system.name AS system_name"

_FIND = {
    "system": "SELECT system_id AS id, name, time_zone, name AS system_name FROM system WHERE system_id = $id",
    "site": f"""
        SELECT site.site_id AS id, site.name, {_SITE_COLUMNS}
        FROM site, system WHERE site_id = $id AND removed_at IS NULL""",
    "floor": f"""
        SELECT floor.floor_id AS id, floor.name, floor.floor_id, {_SITE_COLUMNS}
        FROM floor JOIN site USING (site_id), system WHERE floor.floor_id = $id AND floor.removed_at IS NULL""",
    "grid_controller": f"""
        SELECT node.grid_controller_id AS id, node.name, node.floor_id, floor.name AS floor_name, {_SITE_COLUMNS}
        FROM grid_controller node JOIN site USING (site_id) LEFT JOIN floor ON floor.floor_id = node.floor_id, system
        WHERE node.grid_controller_id = $id AND node.removed_at IS NULL""",
    "station": f"""
        SELECT node.station_id AS id, node.name, node.floor_id, floor.name AS floor_name, {_SITE_COLUMNS}
        FROM charging_station node JOIN site USING (site_id) LEFT JOIN floor ON floor.floor_id = node.floor_id, system
        WHERE node.station_id = $id AND node.removed_at IS NULL""",
    "outlet": f"""
        SELECT outlet.outlet_id AS id, CAST(outlet.connector_id AS VARCHAR) AS name, outlet.connector_id,
               station.station_id, station.name AS station_name, station.floor_id, floor.name AS floor_name,
               {_SITE_COLUMNS}
        FROM outlet JOIN charging_station station USING (station_id) JOIN site USING (site_id)
             LEFT JOIN floor ON floor.floor_id = station.floor_id, system
        WHERE outlet.outlet_id = $id AND outlet.removed_at IS NULL AND station.removed_at IS NULL""",
}


def _node(kind: str, row: Mapping[str, Any]) -> Node:
    path = [(SYSTEM, row["system_name"])]
    for level in ("site", "floor", "station"):
        if kind != level and row.get(f"{level}_name") is not None:
            path.append((f"{level}:{row[f'{level}_id']}", row[f"{level}_name"]))
    if kind != "system":
        path.append((f"{kind}:{row['id']}", row["name"]))
    return Node(
        kind=kind,
        id=row["id"],
        name=row["name"],
        site_id=row.get("site_id"),
        floor_id=row.get("floor_id"),
        station_id=row["id"] if kind == "station" else row.get("station_id"),
        connector_id=row.get("connector_id"),
        time_zone=row["time_zone"],
        path=tuple(path),
    )
