# ruff: noqa: S608 - tables and conditions come from constants, values are bound
"""Sites, floors, charging stations, grid controllers and outlets: creating and removing them (manual: Topology)."""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import pyarrow as pa

from data.database import Batch, Into, Sql
from data.errors import AlreadyExists, HasChildren, InvalidInput, NotFound
from data.events import EventKind, event
from data.scope import Role, Scope
from data.texts import told

MOST_OUTLETS = 4  # manual: a charging station can have up to four
MODES = ("OPEN", "RFID")


class NewOutlet(NamedTuple):
    connector_id: int
    connector_type: str = ""
    mode: str = "RFID"
    parking: str = ""


class NewStation(NamedTuple):
    site_id: int
    charge_box_id: str
    name: str
    floor_id: int | None = None
    outlets: Sequence[NewOutlet] = (NewOutlet(1),)


INTO_STATION = Into(
    """INSERT INTO charging_station (station_id, site_id, floor_id, name, charge_box_id, created_at)
       SELECT station_id, site_id, floor_id, name, charge_box_id, now() FROM batch
       WHERE NOT EXISTS (SELECT 1 FROM charging_station live
                         WHERE live.charge_box_id = batch.charge_box_id AND live.removed_at IS NULL)""",
    pa.schema(
        [
            ("station_id", pa.int32()),
            ("site_id", pa.int32()),
            ("floor_id", pa.int32()),
            ("name", pa.string()),
            ("charge_box_id", pa.string()),
        ]
    ),
)
LEARNED_MODEL = Into(
    """UPDATE charging_station SET model = batch.model FROM batch
       WHERE charging_station.station_id = batch.station_id AND charging_station.model = ''""",
    pa.schema([("station_id", pa.int32()), ("model", pa.string())]),
    key=("station_id",),
)
# Two commits may create one outlet: the administrator's, and a station that reports an unknown connector.
INTO_OUTLET = Into(
    """INSERT INTO outlet (station_id, connector_id, uuid, connector_type, mode, parking)
       SELECT station_id, connector_id, uuid, connector_type, mode, parking FROM batch
       WHERE NOT EXISTS (SELECT 1 FROM outlet live WHERE live.station_id = batch.station_id
                         AND live.connector_id = batch.connector_id AND live.removed_at IS NULL)""",
    pa.schema(
        [
            ("station_id", pa.int32()),
            ("connector_id", pa.int32()),
            ("uuid", pa.string()),
            ("connector_type", pa.string()),
            ("mode", pa.string()),
            ("parking", pa.string()),
        ]
    ),
    key=("station_id", "connector_id"),
)


def create_site(scope: Scope, name: str, time_zone: str | None = None) -> int:
    """Create a site, in the system's time zone unless told another, and return its site_id.

    Raises:
        AlreadyExists: a site has that name.
    """
    scope.require(Role.ADMINISTRATOR, action="create a site")
    sql = """INSERT INTO site (name, time_zone)
             SELECT $name, coalesce($time_zone, (SELECT time_zone FROM system))
             WHERE NOT EXISTS (SELECT 1 FROM site WHERE name = $name AND removed_at IS NULL)
             RETURNING site_id AS id"""
    params = {"name": _name("Name", name), "time_zone": time_zone}
    return _create(scope, "site", name, Sql(sql, params), None)


def create_floor(scope: Scope, site_id: int, name: str) -> int:
    """Create a floor of a site and return its floor_id.

    Raises:
        AlreadyExists: the site has a floor of that name.
    """
    _require_site(scope, site_id, "create a floor")
    sql = """INSERT INTO floor (site_id, name) SELECT $site_id, $name
             WHERE NOT EXISTS (SELECT 1 FROM floor WHERE site_id = $site_id AND name = $name AND removed_at IS NULL)
             RETURNING floor_id AS id"""
    return _create(scope, "floor", name, Sql(sql, {"site_id": site_id, "name": _name("Name", name)}), site_id)


def create_grid_controller(
    scope: Scope, site_id: int, name: str, charge_box_id: str, floor_id: int | None = None
) -> int:
    """Create a grid controller under a site or floor and return its grid_controller_id.

    Raises:
        AlreadyExists: a grid controller has that ChargeboxId.
    """
    _require_site(scope, site_id, "create a grid controller", floor_id)
    charge_box_id = _name("ChargeboxId", charge_box_id)
    sql = """INSERT INTO grid_controller (site_id, floor_id, name, charge_box_id)
             SELECT $site_id, $floor_id, $name, $charge_box_id
             WHERE NOT EXISTS (SELECT 1 FROM grid_controller
                               WHERE charge_box_id = $charge_box_id AND removed_at IS NULL)
             RETURNING grid_controller_id AS id"""
    params = {"site_id": site_id, "floor_id": floor_id, "name": _name("Name", name), "charge_box_id": charge_box_id}
    return _create(scope, "grid controller", charge_box_id, Sql(sql, params), site_id)


def create_station(scope: Scope, station: NewStation) -> int:
    """Create one charging station with its outlets and return its station_id."""
    return create_stations(scope, [station])[0]


def create_stations(scope: Scope, stations: Sequence[NewStation]) -> list[int]:
    """Create charging stations with their outlets, all or none, and return their station_ids in order.

    Raises:
        AlreadyExists: a live station has one of the ChargeboxIds.
        InvalidInput: no or too many outlets, an unknown mode, an empty name.
    """
    for site_id, floor_id in {(station.site_id, station.floor_id) for station in stations}:
        _require_site(scope, site_id, "create a charging station", floor_id)
    for station in stations:
        _check(station)
    _refuse_known(scope, [station.charge_box_id for station in stations])
    ids = scope.database.write(
        [Sql("SELECT CAST(nextval('node_id') AS INTEGER) AS id FROM range($n)", {"n": len(stations)})]
    )[0]["id"].to_pylist()
    station_rows = [
        (station_id, station.site_id, station.floor_id, station.name, station.charge_box_id)
        for station_id, station in zip(ids, stations, strict=True)
    ]
    outlet_rows = [
        (station_id, outlet.connector_id, str(uuid.uuid4()), outlet.connector_type, outlet.mode, outlet.parking)
        for station_id, station in zip(ids, stations, strict=True)
        for outlet in station.outlets
    ]
    notes = [
        _noted(scope, f"created the charging station {station.charge_box_id}.", station.site_id, station_id)
        for station_id, station in zip(ids, stations, strict=True)
    ]
    scope.database.write(
        [Batch(INTO_STATION, station_rows), Batch(INTO_OUTLET, outlet_rows), *notes],
        changed=[
            *(("topology", station_id) for station_id in ids),
            *(("event", station.site_id) for station in stations),
        ],
    )
    return list(ids)


# What must be gone before a node can be removed: kind → (table, column, word for one)
_CHILDREN = {
    "site": (
        ("floor", "site_id", "floor"),
        ("charging_station", "site_id", "charging station"),
        ("grid_controller", "site_id", "grid controller"),
    ),
    "floor": (
        ("charging_station", "floor_id", "charging station"),
        ("grid_controller", "floor_id", "grid controller"),
    ),
}
_TABLES = {
    "site": ("site", "site_id"),
    "floor": ("floor", "floor_id"),
    "station": ("charging_station", "station_id"),
    "grid_controller": ("grid_controller", "grid_controller_id"),
}


def remove(scope: Scope, kind: str, node_id: int) -> None:
    """Remove a site, floor, charging station (with its outlets) or grid controller; its sessions stay.

    Raises:
        NotFound: there is no such node.
        HasChildren: it still has sub-nodes; says how many of which.
    """
    scope.require(Role.ADMINISTRATOR, action="remove nodes")
    table, column = _TABLES[kind]
    params = {"now": datetime.now(UTC), "id": node_id}
    empty = "".join(
        f" AND NOT EXISTS (SELECT 1 FROM {child} c WHERE c.{child_column} = $id AND c.removed_at IS NULL)"
        for child, child_column, _word in _CHILDREN.get(kind, ())
    )
    sql = f"""UPDATE {table} SET removed_at = $now WHERE {column} = $id AND removed_at IS NULL{empty}
              RETURNING name, {"NULL" if kind == "site" else "site_id"} AS site_id"""
    removed = scope.database.write([Sql(sql, params)], changed=[("topology", node_id)])[0].to_pylist()
    if not removed:
        _refuse_removal(scope, kind, node_id)
    name, site_id = removed[0]["name"], removed[0]["site_id"]
    note = _noted(scope, f"removed the {_words(kind)} {name}.", site_id, node_id if kind == "station" else None)
    scope.database.write([note], changed=[("event", site_id or 0)])


def _refuse_removal(scope: Scope, kind: str, node_id: int) -> None:
    """Say why a node was not removed."""
    table, column = _TABLES[kind]
    for child, child_column, word in _CHILDREN.get(kind, ()):
        count = scope.database.query(
            f"SELECT count(*) AS n FROM {child} WHERE {child_column} = $id AND removed_at IS NULL", {"id": node_id}
        )["n"][0].as_py()
        if count:
            children = f"{count} {word}" + ("s" if count > 1 else "")
            raise HasChildren(kind, _name_of(scope, table, column, node_id), children)
    raise NotFound(_words(kind), node_id)


def _words(kind: str) -> str:
    return "charging station" if kind == "station" else kind.replace("_", " ")


def _noted(scope: Scope, text: str, site_id: int | None, station_id: int | None = None) -> Batch:
    who = scope.database.query("SELECT email FROM portal_user WHERE user_id = $id", {"id": scope.user_id})
    text = f"{who['email'][0].as_py() if who.num_rows else 'The command line'} {text}"
    return event(EventKind.CONFIGURED, text, site_id=site_id, station_id=station_id, user_id=scope.user_id)


def _name_of(scope: Scope, table: str, column: str, node_id: int) -> str:
    rows = scope.database.query(f"SELECT name FROM {table} WHERE {column} = $id", {"id": node_id})
    return str(rows["name"][0].as_py())


def _create(scope: Scope, kind: str, name: str, insert: Sql, site_id: int | None) -> int:
    created = scope.database.write([insert], changed=[("topology", 0)])[0]
    if not created.num_rows:
        raise AlreadyExists(kind, name)
    node_id = int(created["id"][0].as_py())
    note = _noted(scope, f"created the {kind} {name}.", node_id if kind == "site" else site_id)
    scope.database.write([note], changed=[("event", site_id or node_id)])
    return node_id


def _require_site(scope: Scope, site_id: int, action: str, floor_id: int | None = None) -> None:
    """Refuse unless the user may build on a site that is there, and its floor is too."""
    scope.require(Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, action=action)
    there = "SELECT 1 FROM site WHERE site_id = $id AND removed_at IS NULL"
    if not scope.sees_site(site_id) or not scope.database.query(there, {"id": site_id}).num_rows:
        raise NotFound("site", site_id)
    there = "SELECT 1 FROM floor WHERE floor_id = $floor AND site_id = $id AND removed_at IS NULL"
    if floor_id is not None and not scope.database.query(there, {"id": site_id, "floor": floor_id}).num_rows:
        raise NotFound("floor", floor_id)


def _refuse_known(scope: Scope, charge_box_ids: list[str]) -> None:
    twice = [one for one, count in Counter(charge_box_ids).items() if count > 1]
    known = scope.database.query(
        "SELECT charge_box_id FROM charging_station WHERE removed_at IS NULL AND charge_box_id = ANY($ids)",
        {"ids": charge_box_ids},
    )["charge_box_id"].to_pylist()
    for charge_box_id in [*twice, *known]:
        raise AlreadyExists("charging station with ChargeboxId", charge_box_id)


def _check(station: NewStation) -> None:
    _name("Name", station.name)
    _name("ChargeboxId", station.charge_box_id)
    connectors = [outlet.connector_id for outlet in station.outlets]
    if sorted(connectors) != list(range(1, len(connectors) + 1)) or not 1 <= len(connectors) <= MOST_OUTLETS:
        raise InvalidInput("Outlets", connectors, told("must be numbered 1 to at most %(most)s.", most=MOST_OUTLETS))
    for outlet in station.outlets:
        if outlet.mode not in MODES:
            raise InvalidInput("Mode", outlet.mode, "must be OPEN or RFID.")


def _name(field: str, value: str) -> str:
    if not value.strip() or len(value) > 100:
        raise InvalidInput(field, value, "must have 1 to 100 characters.")
    return value
