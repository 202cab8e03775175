"""The nodes as the tab Topology shows, renames and moves them, and what forms change of system, site and floor."""

from collections import Counter
from typing import NamedTuple

from data import edits, nodes, values
from data.database import Sql
from data.edits import Change, Field, Record
from data.errors import ChangedMeanwhile, InvalidInput, NotFound
from data.scope import Role, Scope
from data.texts import N_

DESCRIPTION = Field("Description", values.text())

SYSTEM = Record(
    N_("system"),
    "system",
    "system_id",
    site=None,
    roles=(Role.ADMINISTRATOR,),
    fields={
        "name": Field("System name", values.name),
        "description": DESCRIPTION,
        "time_zone": Field("Time zone", values.time_zone),
        "ocpp15_url": Field("OCPP 1.5 Url", values.url("http", "https")),
        "ocpp16_url": Field("OCPP 1.6 Url", values.url("ws", "wss")),
        "ftp_url": Field("FTP Server", values.url("ftp", "ftps")),
    },
    alive="TRUE",
)

SITE = Record(
    "site",
    "site",
    "site_id",
    site="site_id",
    roles=(Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR),
    fields={
        "name": Field("Name", values.name),
        "identification": Field("Identification", values.line()),
        "description": DESCRIPTION,
        "time_zone": Field("Time zone", values.time_zone),
        "contact_name": Field("Contact person", values.line()),
        "contact_phone": Field("Phone", values.line(40)),
    },
    unique={"name": "other.removed_at IS NULL"},
)

FLOOR = Record(
    "floor",
    "floor",
    "floor_id",
    site="site_id",
    roles=(Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR),
    fields={"name": Field("Name", values.name), "description": DESCRIPTION},
    unique={"name": "other.removed_at IS NULL AND other.site_id = floor.site_id"},
)

GRID_CONTROLLER = Record(
    N_("grid controller"),
    "grid_controller",
    "grid_controller_id",
    site="site_id",
    roles=(Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR),
    fields={
        "name": Field("Name", values.name),
        "description": DESCRIPTION,
        "charge_box_id": Field("ChargeboxId", values.charge_box_id),
    },
    unique={"charge_box_id": "other.removed_at IS NULL"},
    unique_beside={"charge_box_id": "charging_station"},
)

_PLACE = {
    "site_id": Field("Site", values.identity, names="site"),
    "floor_id": Field("Floor", values.identity_or_none, names="floor"),
}
STATION_PLACE = Record(
    "charging station",
    "charging_station",
    "station_id",
    site="site_id",
    roles=(Role.ADMINISTRATOR,),
    fields={"name": Field("Name", values.name), **_PLACE},
    station="station_id",
)
GRID_CONTROLLER_PLACE = Record(
    N_("grid controller"),
    "grid_controller",
    "grid_controller_id",
    site="site_id",
    roles=(Role.ADMINISTRATOR,),
    fields={"name": Field("Name", values.name), **_PLACE},
)
RECORDS = {"site": SITE, "floor": FLOOR, "station": STATION_PLACE, "grid_controller": GRID_CONTROLLER_PLACE}
"""Kind of node → the record that renaming and moving change."""


class Row(NamedTuple):
    """A node as Topology shows it."""

    ref: str
    parent: str | None
    kind: str
    name: str
    children: int
    charge_box_id: str


def rows(scope: Scope) -> list[Row]:
    """Return every node, parents before children.

    Raises:
        NotPermitted: the user has no System level.
    """
    scope.require(Role.ADMINISTRATOR, Role.SUPPORT_USER, action=N_("see the topology"))
    tree = nodes.tree(scope)
    children = Counter(node.parent for node in tree)
    named = scope.database.query(
        """SELECT 'station:' || station_id AS ref, charge_box_id FROM charging_station WHERE removed_at IS NULL
           UNION ALL SELECT 'grid_controller:' || grid_controller_id, charge_box_id FROM grid_controller
           WHERE removed_at IS NULL"""
    )
    ids = dict(zip(named["ref"].to_pylist(), named["charge_box_id"].to_pylist(), strict=True))
    return [
        Row(node.ref, node.parent, node.kind, node.name, children[node.ref], ids.get(node.ref, "")) for node in tree
    ]


def rename(scope: Scope, ref: str, seen: str, name: str) -> None:
    """Give a node another name.

    Raises:
        NotFound, NotPermitted, InvalidInput, AlreadyExists, ChangedMeanwhile: as `edits.save`.
    """
    kind, _, number = ref.partition(":")
    if kind not in RECORDS or not number.isdecimal():
        raise NotFound("node", ref)
    scope.require(Role.ADMINISTRATOR, action=N_("rename nodes here"))
    edits.save(scope, RECORDS[kind], int(number), {"name": seen}, {"name": name})


def move(scope: Scope, ref: str, seen: str, parent: str) -> None:
    """Move a charging station or grid controller to another site or floor; what it reported before stays where it was.

    Args:
        seen: the site or floor that it was seen on.

    Raises:
        ChangedMeanwhile: somebody else moved it.
        InvalidInput: the node is none that moves, or the parent is neither a site nor a floor.
        NotFound: there is no such node for this user.
        NotPermitted: the user is no administrator.
    """
    scope.require(Role.ADMINISTRATOR, action=N_("move nodes"))
    node, to = nodes.find(scope, ref), nodes.find(scope, parent)
    if node.kind not in ("station", "grid_controller"):
        raise InvalidInput("Node", node.name, "stays where it is: only stations and grid controllers move.")
    if to.kind not in ("site", "floor"):
        raise InvalidInput(N_("Destination"), to.name, N_("is neither a site nor a floor."))
    stands = parent_of(node)
    if stands not in (seen, parent):
        raise ChangedMeanwhile(RECORDS[node.kind].kind, [_moved(scope, node, seen)])
    now = {"site_id": node.site_id, "floor_id": node.floor_id}
    wanted = {"site_id": to.site_id, "floor_id": to.floor_id}
    also = _with_station(node.id, to) if node.kind == "station" else []
    edits.save(scope, RECORDS[node.kind], node.id, now, wanted, also)


def parent_of(node: nodes.Node) -> str:
    """Return the node that a node stands in."""
    return node.path[-2][0]


def _moved(scope: Scope, node: nodes.Node, seen: str) -> Change:
    """Tell from where somebody else moved a node, and who and when if the event log does."""
    by = edits.authors(scope, RECORDS[node.kind], node.id)
    who, at = max((by[name] for name in _PLACE if name in by), key=lambda one: one[1], default=(None, None))
    names = {row.ref: row.name for row in nodes.tree(scope)}
    return Change("place", "Site or floor", names.get(seen), node.path[-2][1], who, at)


def _with_station(station_id: int, to: nodes.Node) -> list[Sql]:
    """Take along what goes on at a station that has moved, and forget its place on the map of the floor it left."""
    params = {"id": station_id, "site": to.site_id, "floor": to.floor_id}
    has_moved = "station_id = $id AND site_id = $site AND floor_id IS NOT DISTINCT FROM $floor"
    return [
        *(
            Sql(
                f"""UPDATE {table} SET site_id = $site
                    WHERE station_id = $id AND EXISTS (SELECT 1 FROM charging_station WHERE {has_moved})""",  # noqa: S608
                params,
            )
            for table in ("alarm", "open_transaction")
        ),
        Sql(f"UPDATE charging_station SET plan_x = NULL, plan_y = NULL WHERE {has_moved}", params),  # noqa: S608
    ]
