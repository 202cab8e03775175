"""What stations must show of themselves: a password, a least security profile (manual: Charging station level)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pyarrow as pa

from data import commands, gone, station_passwords
from data.database import Batch, Change, Database, Into, Sql
from data.errors import InvalidInput
from data.events import EventKind, event
from data.scope import Scope
from data.station_settings import ROLES
from data.texts import N_, told

PROFILES = (0, 1, 2, 3)
"""0: the ChargeboxId alone; 1: a password; 2: a password over TLS; 3: a certificate that the portal signed."""
AUTHORIZATION_KEY = "AuthorizationKey"
CHANGED = "station_security"
"""The subject of the change feed."""


CAME_WITH = Into(
    """UPDATE station_state SET security_profile = batch.profile
       FROM batch WHERE station_state.station_id = batch.station_id""",
    pa.schema([("station_id", pa.int32()), ("profile", pa.int16())]),
    key=("station_id",),
)


class Credentials(NamedTuple):
    """What one station must show; hashes of passwords, the empty one asks for none."""

    password: str = ""
    next_passwords: tuple[str, ...] = ()
    profile: int = 0
    next_profile: int = 0


NOTHING = Credentials()


def known(database: Database, station_id: int | None = None) -> dict[int, Credentials]:
    """Return what is asked of all stations, or of one, by station_id."""
    rows = database.query(
        """SELECT station_id, password, next_passwords, profile, next_profile FROM station_security
           WHERE station_id = $id OR $id IS NULL""",
        {"id": station_id},
    ).to_pylist()
    return {
        row["station_id"]: Credentials(
            row["password"], tuple(row["next_passwords"].split()), row["profile"], row["next_profile"]
        )
        for row in rows
    }


def given(station_id: int, password_hash: str, at: datetime) -> Sql:
    """Keep that a station may come with this password too: it is about to be told so."""
    return Sql(
        """INSERT INTO station_security (station_id, next_passwords, changed_at) VALUES ($id, $given, $at)
           ON CONFLICT (station_id) DO UPDATE SET changed_at = excluded.changed_at,
               next_passwords = trim(station_security.next_passwords || ' ' || excluded.next_passwords)""",
        {"id": station_id, "given": password_hash, "at": at},
    )


def forgotten(station_id: int, password_hashes: Iterable[str]) -> list[Sql]:
    """Keep that passwords that were given out are none: the station refused them, or has a newer one."""
    sql = """UPDATE station_security SET next_passwords = trim(replace(next_passwords, $hash, ''))
             WHERE station_id = $id"""
    return [Sql(sql, {"id": station_id, "hash": one}) for one in password_hashes]


def proven(station_id: int, password_hash: str, at: datetime) -> Sql:
    """Keep that a station came with a new password, which ends the old one."""
    return Sql(
        "UPDATE station_security SET password = $hash, changed_at = $at WHERE station_id = $id",
        {"id": station_id, "hash": password_hash, "at": at},
    )


def profile_agreed(station_id: int, profile: int, at: datetime) -> Sql:
    """Keep that a station has taken over a security profile, which it has not come with yet."""
    return Sql(
        """INSERT INTO station_security (station_id, next_profile, changed_at) VALUES ($id, $profile, $at)
           ON CONFLICT (station_id) DO UPDATE SET next_profile = excluded.next_profile""",
        {"id": station_id, "profile": profile, "at": at},
    )


def profile_reached(station_id: int, profile: int, at: datetime) -> Sql:
    """Keep that a station has come with the agreed profile: no lower one is let in any more."""
    return Sql(
        "UPDATE station_security SET profile = $profile, next_profile = 0, changed_at = $at WHERE station_id = $id",
        {"id": station_id, "profile": profile, "at": at},
    )


def came_with(station_id: int, profile: int) -> Batch:
    """Keep the security profile a station came with."""
    return Batch(CAME_WITH, [(station_id, profile)])


def of_station(scope: Scope, station_id: int) -> dict[str, Any]:
    """Return how a station is secured.

    Returns: has_password, is_changing (a new password is given out and the station has not come with it), profile,
        next_profile, changed_at, came_with (None: not known), site_id, charge_box_id.

    Raises:
        NotFound: there is no such station for this user.
    """
    sites, params = scope.sites("site_id")
    rows = scope.database.query(
        f"""SELECT site_id, charge_box_id, coalesce(password, '') <> '' AS has_password,
                   coalesce(next_passwords, '') <> '' AS is_changing, coalesce(profile, 0) AS profile,
                   coalesce(next_profile, 0) AS next_profile, changed_at, security_profile AS came_with
            FROM charging_station LEFT JOIN station_security USING (station_id) LEFT JOIN station_state
                 USING (station_id)
            WHERE station_id = $id AND removed_at IS NULL AND {sites}""",  # noqa: S608 - the scope's condition
        {"id": station_id, **params},
    ).to_pylist()
    if not rows:
        raise gone.missing(scope, "charging_station", station_id)
    found: dict[str, Any] = rows[0]
    return found


def make_password(scope: Scope, station_id: int) -> str:
    """Make a password for a station, to be typed into it, and return it for this once.

    A first one is asked for from the next connection on. An old one stays valid until the station has come with the
    new one.

    Raises:
        NotFound: there is no such station for this user.
        NotPermitted: an EV user may not.
    """
    before = _changeable(scope, station_id)
    password = station_passwords.generate()
    made = station_passwords.hash_of(password)
    first = """INSERT INTO station_security (station_id, password, changed_at) VALUES ($id, $made, $now)
               ON CONFLICT (station_id) DO UPDATE SET changed_at = $now,
                   next_passwords = CASE WHEN station_security.password = '' THEN station_security.next_passwords
                                    ELSE trim(station_security.next_passwords || ' ' || $made) END,
                   password = CASE WHEN station_security.password = '' THEN $made
                              ELSE station_security.password END"""
    _write(scope, station_id, before, first, {"made": made}, told("A password was made for the station."))
    return password


def send_password(scope: Scope, station_id: int) -> None:
    """Make a password and have the station told it, as its AuthorizationKey; nobody sees it.

    Until the station has come with it, it may come as before.

    Raises:
        NotFound: there is no such station for this user.
        NotPermitted: an EV user may not.
    """
    key = station_passwords.authorization_key(station_passwords.generate())
    commands.request(scope, "change_configuration", [station_id], {"key": AUTHORIZATION_KEY, "value": key})


def remove_password(scope: Scope, station_id: int) -> None:
    """Let a station come without a password again.

    Raises:
        NotFound: there is no such station for this user.
        NotPermitted: an EV user may not.
        InvalidInput: its security profile asks for one.
    """
    before = _changeable(scope, station_id)
    if before["profile"] in (1, 2):
        raise InvalidInput("Security profile", before["profile"], "needs a password. Choose another profile first.")
    forgotten = """UPDATE station_security SET password = '', next_passwords = '', changed_at = $now
                   WHERE station_id = $id"""
    _write(scope, station_id, before, forgotten, {}, told("The station's password was removed."))


def require_profile(scope: Scope, station_id: int, profile: int) -> None:
    """Let a station in with this security profile or a higher one only, from its next connection on.

    Raises:
        NotFound: there is no such station for this user.
        NotPermitted: an EV user may not.
        InvalidInput: there is no such profile, or it needs a password first.
    """
    before = _changeable(scope, station_id)
    if profile not in PROFILES:
        raise InvalidInput("Security profile", profile, "must be 0, 1, 2 or 3.")
    if profile in (1, 2) and not before["has_password"]:
        raise InvalidInput("Security profile", profile, "needs a password. Make one first.")
    if profile == before["profile"]:
        return
    required = """INSERT INTO station_security (station_id, profile, changed_at) VALUES ($id, $profile, $now)
                  ON CONFLICT (station_id) DO UPDATE SET profile = $profile, next_profile = 0, changed_at = $now"""
    text = told("Security profile was changed from %(old)s to %(new)s.", old=before["profile"], new=profile)
    _write(scope, station_id, before, required, {"profile": profile}, text)


def _changeable(scope: Scope, station_id: int) -> dict[str, Any]:
    scope.require(*ROLES, action=N_("change how a charging station is secured"))
    return of_station(scope, station_id)


def _write(
    scope: Scope, station_id: int, station: dict[str, Any], sql: str, params: dict[str, object], text: str
) -> None:
    noted = event(
        EventKind.CONFIGURED,
        text,
        site_id=station["site_id"],
        station_id=station_id,
        charge_box_id=station["charge_box_id"],
        user_id=scope.user_id,
    )
    statement = Sql(sql, {"id": station_id, "now": datetime.now(UTC), **params})
    changed: list[Change] = [(CHANGED, station_id), ("event", station["site_id"])]
    scope.database.write([statement, noted], changed=changed)
