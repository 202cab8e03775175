"""What a third-party service may reach: who a key belongs to, its outlets and its sessions.

A service is no user: its key stands for it, and every function here joins what it was given a share of.
"""

import hmac
from datetime import datetime
from typing import Any, NamedTuple

from data.database import Database
from data.services import hash_of
from data.transactions import Session

SHARE = """($outlets = 'all' OR EXISTS (SELECT 1 FROM outlet_service_value own
    WHERE own.outlet_id = outlet.outlet_id AND own.service_id = $service_id))"""
"""SQL: the service has a share of a row of `outlet`."""


class Service(NamedTuple):
    """outlets: `all`, or `listed`: only those with a value at the service."""

    service_id: int
    kind: str
    name: str
    is_active: bool
    outlets: str

    def share(self) -> dict[str, object]:
        """Return the parameters of SHARE."""
        return {"service_id": self.service_id, "outlets": self.outlets}


class Outlet(NamedTuple):
    """value: what the outlet is called at the service, None without one. status: the last one in OCPP's words."""

    outlet_id: int
    uuid: str
    station_id: int
    site_id: int
    connector_id: int
    connector_type: str
    parking: str
    mode: str
    value: str | None
    charge_box_id: str
    station: str
    site: str
    state: str
    status: str | None
    status_at: datetime | None


class FinishedSession(NamedTuple):
    """is_own: the service started it. uuid: of its outlet."""

    session: Session
    uuid: str
    reference: str | None
    is_own: bool


def of_key(database: Database, key: str) -> Service | None:
    """Return whose key it is. Every hash is compared, each in constant time: an answer's time tells nothing."""
    rows = database.query(
        """SELECT service_id, kind, name, is_active, outlets, key_hash FROM service
           WHERE removed_at IS NULL AND key_hash <> '' ORDER BY service_id"""
    ).to_pylist()
    shown, found = hash_of(key), None
    for row in rows:
        kept = row.pop("key_hash")
        if hmac.compare_digest(kept, shown):
            found = Service(**row)
    return found


def outlet(database: Database, service: Service, uuid: str) -> Outlet | None:
    """Return an outlet of the service's share by its UUID."""
    rows = database.query(
        f"""SELECT outlet.outlet_id, uuid, outlet.station_id, station.site_id, outlet.connector_id, connector_type,
                   parking, mode, (SELECT value FROM outlet_service_value named
                             WHERE named.outlet_id = outlet.outlet_id AND named.service_id = $service_id) AS value,
                   charge_box_id, station.name AS station, site.name AS site, node.state, said.status, said.status_at
            FROM outlet JOIN charging_station station USING (station_id) JOIN site USING (site_id)
            JOIN outlet_node_state node ON node.outlet_id = outlet.outlet_id
            LEFT JOIN outlet_state said
                 ON said.station_id = outlet.station_id AND said.connector_id = outlet.connector_id
            WHERE lower(uuid) = lower($uuid) AND outlet.removed_at IS NULL AND station.removed_at IS NULL
            AND {SHARE}""",  # noqa: S608 - the share's condition
        {"uuid": uuid, **service.share()},
    ).to_pylist()
    return Outlet(**rows[0]) if rows else None


def uuid_at(database: Database, service: Service, station_id: int, connector_id: int) -> str | None:
    """Return the UUID of an outlet of the service's share by its station and connector."""
    rows = database.query(
        f"""SELECT uuid FROM outlet WHERE station_id = $station_id AND connector_id = $connector_id
            AND removed_at IS NULL AND {SHARE}""",  # noqa: S608 - the share's condition
        {"station_id": station_id, "connector_id": connector_id, **service.share()},
    )
    return str(rows["uuid"][0].as_py()) if rows.num_rows else None


def session(database: Database, service: Service, session_id: str) -> FinishedSession | None:
    """Return a finished session of the service's share, or one that it started."""
    columns = ", ".join(f"session.{name}" for name in Session._fields)
    rows = database.query(
        f"""SELECT {columns}, outlet.uuid, own.reference, own.batch_id IS NOT NULL AS is_own FROM session
            JOIN outlet ON outlet.outlet_id = (SELECT max(outlet_id) FROM outlet last
                WHERE last.station_id = session.station_id AND last.connector_id = session.connector_id)
            LEFT JOIN service_start own
                 ON own.transaction_id = session.transaction_id AND own.service_id = $service_id
            WHERE session_id = $session_id AND (own.batch_id IS NOT NULL OR {SHARE})""",  # noqa: S608
        {"session_id": session_id, **service.share()},
    ).to_pylist()
    if not rows:
        return None
    row: dict[str, Any] = rows[0]
    about = [row.pop(name) for name in ("uuid", "reference", "is_own")]
    return FinishedSession(Session(**row), *about)
