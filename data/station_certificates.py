"""Certificates that the portal signed for stations: which there are, and which are not valid any more."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from data.database import Database, Sql
from data.errors import NotFound
from data.events import EventKind, event
from data.scope import Scope
from data.station_security import of_station
from data.station_settings import ROLES
from data.texts import N_, told

CHANGED = "station_certificate"
"""The subject of the change feed."""


class Certificate(NamedTuple):
    station_id: int
    is_revoked: bool


class Expiring(NamedTuple):
    station_id: int
    site_id: int


def issued(station_id: int, serial_number: str, at: datetime, expires_at: datetime) -> Sql:
    """Keep that a certificate was signed.

    Args:
        serial_number: hexadecimal.
    """
    return Sql(
        """INSERT INTO station_certificate (serial_number, station_id, issued_at, expires_at)
           VALUES ($serial_number, $station_id, $at, $expires_at)""",
        {"serial_number": serial_number, "station_id": station_id, "at": at, "expires_at": expires_at},
    )


def known(database: Database) -> dict[str, Certificate]:
    """Return the certificates that have not expired, by serial number."""
    rows = database.query(
        """SELECT serial_number, station_id, revoked_at IS NOT NULL AS is_revoked FROM station_certificate
           WHERE expires_at > $now""",
        {"now": datetime.now(UTC)},
    ).to_pylist()
    return {row["serial_number"]: Certificate(row["station_id"], row["is_revoked"]) for row in rows}


def expiring(database: Database, now: datetime, by: datetime, asked_since: datetime) -> list[Expiring]:
    """Return the stations of OCPP 1.6 that come with a certificate, have none that is valid after `by`, and were not
    asked by the portal to renew it since `asked_since`.
    """
    rows = database.query(
        """SELECT station_id, any_value(station.site_id) AS site_id
           FROM station_certificate
           JOIN charging_station AS station USING (station_id)
           JOIN station_state AS state USING (station_id)
           WHERE revoked_at IS NULL AND station.removed_at IS NULL
             AND state.security_profile = 3 AND state.protocol = 'ocpp1.6'
             AND NOT EXISTS (FROM command WHERE command.station_id = station.station_id AND requested_by IS NULL
                             AND kind = 'extended_trigger_message' AND requested_at > $asked_since)
           GROUP BY station_id HAVING max(expires_at) BETWEEN $now AND $by ORDER BY station_id""",
        {"now": now, "by": by, "asked_since": asked_since},
    ).to_pylist()
    return [Expiring(**row) for row in rows]


def certificates(scope: Scope, station_id: int) -> list[dict[str, Any]]:
    """Return a station's certificates, the newest first: serial_number, issued_at, expires_at, revoked_at.

    Raises:
        NotFound: there is no such station for this user.
    """
    of_station(scope, station_id)
    return list(
        scope.database.query(
            """SELECT serial_number, issued_at, expires_at, revoked_at FROM station_certificate
               WHERE station_id = $id ORDER BY issued_at DESC, serial_number LIMIT 50""",
            {"id": station_id},
        ).to_pylist()
    )


def revoke(scope: Scope, station_id: int, serial_number: str) -> None:
    """Let nobody in with a certificate any more, from the next connection on.

    Raises:
        NotFound: the station is not the user's, or has no such valid certificate.
        NotPermitted: an EV user may not.
    """
    scope.require(*ROLES, action=N_("change how a charging station is secured"))
    station = of_station(scope, station_id)
    revoked = scope.database.write(
        [
            Sql(
                """UPDATE station_certificate SET revoked_at = $now
                   WHERE serial_number = $serial AND station_id = $id AND revoked_at IS NULL RETURNING serial_number""",
                {"now": datetime.now(UTC), "serial": serial_number, "id": station_id},
            )
        ],
        changed=[(CHANGED, station_id)],
    )[0]
    if not revoked.num_rows:
        raise NotFound("certificate", serial_number)
    noted = event(
        EventKind.CONFIGURED,
        told("Certificate %(number)s of the station was revoked.", number=serial_number),
        site_id=station["site_id"],
        station_id=station_id,
        charge_box_id=station["charge_box_id"],
        user_id=scope.user_id,
    )
    scope.database.write([noted], changed=[("event", station["site_id"])])
