"""Where sites are, and stations and grid controllers that are on no floor (manual: Site level, Address)."""

from dataclasses import replace
from typing import NamedTuple

from data import topology, values
from data.edits import Field
from data.nodes import Node
from data.scope import Role, Scope

LONGEST_PART = 200
DIGITS = 6  # of a degree: a tenth of a metre

SITE = replace(
    topology.SITE,
    fields={
        "street": Field("Street", values.line(LONGEST_PART)),
        "postal_code": Field("Postal code", values.line(LONGEST_PART)),
        "city": Field("City", values.line(LONGEST_PART)),
        "country": Field("Country", values.line(LONGEST_PART)),
        "latitude": Field("Latitude", values.number_or_none(-90, 90, DIGITS)),
        "longitude": Field("Longitude", values.number_or_none(-180, 180, DIGITS)),
    },
    unique=None,
    together=(("latitude", "longitude"),),
)
_ON_NO_FLOOR = "removed_at IS NULL AND floor_id IS NULL"
STATION = replace(
    SITE,
    kind="charging station",
    table="charging_station",
    key="station_id",
    roles=(Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, Role.SUPPORT_USER),
    alive=_ON_NO_FLOOR,
    station="station_id",
)
GRID_CONTROLLER = replace(
    SITE, kind="grid controller", table="grid_controller", key="grid_controller_id", alive=_ON_NO_FLOOR
)


class PlacedSite(NamedTuple):
    """A site that has a position, with its stations counted by state."""

    site_id: int
    name: str
    latitude: float
    longitude: float
    stations: int
    available: int
    charging: int
    fault: int

    @property
    def state(self) -> str:
        """The worst state of its stations."""
        return "fault" if self.fault else "charging" if self.charging else "available" if self.available else "never"


def placed_sites(scope: Scope, node: Node) -> list[PlacedSite]:
    """Return the sites that have a position: all in scope for the system, else the node's own; by name."""
    sites, params = scope.sites("site.site_id")
    own, own_params = ("TRUE", {}) if node.kind == "system" else ("site.site_id = $site", {"site": node.site_id})
    rows = scope.database.query(
        f"""SELECT site.site_id, site.name, site.latitude, site.longitude, count(station.station_id) AS stations,
                   count(*) FILTER (WHERE state = 'available') AS available,
                   count(*) FILTER (WHERE state = 'charging') AS charging,
                   count(*) FILTER (WHERE state = 'fault') AS fault
            FROM site
            LEFT JOIN charging_station station ON station.site_id = site.site_id AND station.removed_at IS NULL
            LEFT JOIN station_node_state looks ON looks.station_id = station.station_id
            WHERE site.removed_at IS NULL AND site.latitude IS NOT NULL AND site.longitude IS NOT NULL
                  AND {own} AND {sites}
            GROUP BY site.site_id, site.name, site.latitude, site.longitude
            ORDER BY site.name, site.site_id""",  # noqa: S608 - the scope's condition and a constant
        {**params, **own_params},
    )
    return [PlacedSite(**row) for row in rows.to_pylist()]


class PlacedStation(NamedTuple):
    """A station on no floor that has a position of its own."""

    station_id: int
    name: str
    latitude: float
    longitude: float
    state: str


def placed_stations(scope: Scope, site_id: int) -> list[PlacedStation]:
    """Return the stations of a site that have a position of their own, by name."""
    sites, params = scope.sites()
    rows = scope.database.query(
        f"""SELECT station_id, name, latitude, longitude, state
            FROM charging_station JOIN station_node_state USING (station_id)
            WHERE site_id = $id AND floor_id IS NULL AND removed_at IS NULL
                  AND latitude IS NOT NULL AND longitude IS NOT NULL AND {sites}
            ORDER BY name, station_id""",  # noqa: S608 - the scope's condition
        {"id": site_id, **params},
    )
    return [PlacedStation(**row) for row in rows.to_pylist()]


def of_site(scope: Scope, site_id: int) -> tuple[float, float] | None:
    """Return where a site is, if that is known: latitude and longitude in degrees."""
    sites, params = scope.sites()
    rows = scope.database.query(
        f"SELECT latitude, longitude FROM site WHERE site_id = $id AND {sites}",  # noqa: S608 - the scope's condition
        {"id": site_id, **params},
    ).to_pylist()
    if not rows or rows[0]["latitude"] is None or rows[0]["longitude"] is None:
        return None
    return float(rows[0]["latitude"]), float(rows[0]["longitude"])
