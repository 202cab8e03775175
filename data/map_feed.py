"""The map that third-party map services read: sites and stations with the live states of their outlets, as GeoJSON."""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

from data.database import Database
from data.service_access import SHARE, Service

Feature = dict[str, Any]


def features(database: Database, service: Service) -> dict[str, Any]:
    """Return a FeatureCollection of the service's share (RFC 7946).

    A site's geometry is null as long as nobody has placed it; a station without a place of its own has its site's.
    """
    rows = database.query(
        f"""SELECT site.site_id, site.name AS site, site.street, site.postal_code, site.city, site.country,
                   site.latitude AS site_latitude, site.longitude AS site_longitude,
                   station.station_id, station.name AS station, charge_box_id, station.latitude, station.longitude,
                   coalesce(heard.connected, FALSE) AS is_connected, uuid, outlet.connector_id, connector_type, parking,
                   mode, (SELECT value FROM outlet_service_value named
                          WHERE named.outlet_id = outlet.outlet_id AND named.service_id = $service_id) AS value,
                   node.state, said.status
            FROM outlet JOIN charging_station station USING (station_id) JOIN site USING (site_id)
            JOIN outlet_node_state node ON node.outlet_id = outlet.outlet_id
            LEFT JOIN station_state heard ON heard.station_id = station.station_id
            LEFT JOIN outlet_state said
                 ON said.station_id = outlet.station_id AND said.connector_id = outlet.connector_id
            WHERE outlet.removed_at IS NULL AND station.removed_at IS NULL AND site.removed_at IS NULL AND {SHARE}
            ORDER BY site.name, site.site_id, station.name, station.station_id, outlet.connector_id""",  # noqa: S608
        service.share(),
    ).to_pylist()
    found: list[Feature] = []
    for _site, of_site in groupby(rows, itemgetter("site_id")):
        own = list(of_site)
        found.append(_site_feature(own))
        found += [_station_feature(list(outlets)) for _station, outlets in groupby(own, itemgetter("station_id"))]
    return {"type": "FeatureCollection", "features": found}


def _site_feature(rows: list[dict[str, Any]]) -> Feature:
    first = rows[0]
    properties = {
        "kind": "site",
        "name": first["site"],
        "address": {name: first[name] for name in ("street", "postal_code", "city", "country")},
        "outlets": len(rows),
        "available": _count(rows, "available"),
        "charging": _count(rows, "charging"),
        "fault": _count(rows, "fault"),
        "never": _count(rows, "never"),
    }
    return _feature(f"site:{first['site_id']}", _point(first["site_latitude"], first["site_longitude"]), properties)


def _station_feature(rows: list[dict[str, Any]]) -> Feature:
    first = rows[0]
    properties = {
        "kind": "station",
        "name": first["station"],
        "charge_box_id": first["charge_box_id"],
        "site": first["site"],
        "is_connected": first["is_connected"],
        "outlets": [_outlet(row) for row in rows],
    }
    own = _point(first["latitude"], first["longitude"])
    place = own or _point(first["site_latitude"], first["site_longitude"])
    return _feature(f"station:{first['station_id']}", place, properties)


def _outlet(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "uuid": row["uuid"],
        "value": row["value"],
        "outlet_id": row["connector_id"],
        "connector": row["connector_type"],
        "parking": row["parking"],
        "mode": row["mode"],
        "state": row["state"],
        "status": row["status"],
    }


def _feature(identity: str, geometry: dict[str, Any] | None, properties: dict[str, Any]) -> Feature:
    return {"type": "Feature", "id": identity, "geometry": geometry, "properties": properties}


def _point(latitude: float | None, longitude: float | None) -> dict[str, Any] | None:
    if latitude is None or longitude is None:
        return None
    return {"type": "Point", "coordinates": [longitude, latitude]}


def _count(rows: Iterable[dict[str, Any]], state: str) -> int:
    return sum(row["state"] == state for row in rows)
