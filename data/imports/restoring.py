"""How rows that an import made are taken away, and how those it changed or removed become as they were."""

from collections.abc import Mapping
from typing import NamedTuple

import pyarrow as pa

from data.database import Into
from data.imports import topology, users


def _marked(table: str, key: str) -> Into:
    sql = f"UPDATE {table} SET removed_at = now() FROM batch WHERE {table}.{key} = batch.{key}"  # noqa: S608 - constants
    return Into(sql, pa.schema([(key, pa.int32())]))


class Table(NamedTuple):
    """How rows of a table are looked at, taken away and given back.

    current: the rows there are, with the columns that the journal keeps.
    remove: takes as many of the first columns as its schema has.
    change: takes the kept columns, and some more that it has no use for.
    restore: takes the kept columns of rows that the import removed.
    word: what people call a row.
    """

    current: str
    remove: Into
    word: str
    change: tuple[Into, ...] = ()
    restore: Into | None = None


_OUTLET = pa.schema(
    {"station_id": pa.int32(), "connector_id": pa.int32(), "connector_type": pa.string(), "mode": pa.string()}
)
_LATEST = """outlet.outlet_id IN (SELECT max(outlet_id) FROM outlet one JOIN batch USING (station_id, connector_id)
                                  GROUP BY station_id, connector_id)"""
_USER = pa.schema(
    {
        "user_id": pa.int32(), "first_name": pa.string(), "last_name": pa.string(), "email": pa.string(),
        "email_at_alarm": pa.bool_(), "password_hash": pa.string(),
    }
)  # fmt: skip
_TAG = pa.schema(
    {
        "id_tag": pa.string(), "user_id": pa.int32(), "label": pa.string(), "status": pa.string(),
        "expires_at": pa.timestamp("us", "UTC"), "parent_id_tag": pa.string(), "is_single": pa.bool_(),
    }
)  # fmt: skip
TABLES: Mapping[str, Table] = {
    "site": Table(
        "SELECT site_id, name, time_zone FROM site WHERE removed_at IS NULL",
        _marked("site", "site_id"),
        "site",
        (topology.CHANGE_SITE,),
    ),
    "floor": Table(
        "SELECT floor_id, site_id, name FROM floor WHERE removed_at IS NULL", _marked("floor", "floor_id"), "floor"
    ),
    "charging_station": Table(
        "SELECT station_id, site_id, floor_id, name, charge_box_id FROM charging_station WHERE removed_at IS NULL",
        _marked("charging_station", "station_id"),
        "charging station",
        (topology.CHANGE_STATION, topology.MOVE_TRANSACTION, topology.MOVE_ALARM),
    ),
    "outlet": Table(
        "SELECT station_id, connector_id, connector_type, mode FROM outlet WHERE removed_at IS NULL",
        Into(
            """UPDATE outlet SET removed_at = now() FROM batch WHERE outlet.station_id = batch.station_id
               AND outlet.connector_id = batch.connector_id AND outlet.removed_at IS NULL""",
            pa.schema([_OUTLET.field(0), _OUTLET.field(1)]),
        ),
        "outlet",
        (
            Into(
                """UPDATE outlet SET connector_type = batch.connector_type, mode = batch.mode FROM batch
                   WHERE outlet.station_id = batch.station_id AND outlet.connector_id = batch.connector_id
                     AND outlet.removed_at IS NULL""",
                _OUTLET,
            ),
        ),
        Into(f"UPDATE outlet SET removed_at = NULL WHERE {_LATEST}", _OUTLET),  # noqa: S608 - a constant
    ),
    "portal_user": Table(
        """SELECT user_id, first_name, last_name, email, email_at_alarm, password_hash FROM portal_user
           WHERE removed_at IS NULL""",
        _marked("portal_user", "user_id"),
        "user",
        (
            Into(
                """UPDATE portal_user SET first_name = batch.first_name, last_name = batch.last_name,
                       email_at_alarm = batch.email_at_alarm, password_hash = batch.password_hash,
                       password_changed_at = CASE WHEN portal_user.password_hash = batch.password_hash
                                                  THEN password_changed_at ELSE now() END
                   FROM batch WHERE portal_user.user_id = batch.user_id""",
                _USER,
            ),
        ),
    ),
    "id_tag": Table(
        "SELECT id_tag, user_id, label, status, expires_at, parent_id_tag, is_single FROM id_tag",
        users.REMOVE_TAG,
        "RFID",
        restore=Into(
            f"INSERT INTO id_tag ({', '.join(_TAG.names)}) SELECT {', '.join(_TAG.names)} FROM batch",  # noqa: S608 - constants
            _TAG,
        ),
    ),
    "user_site": Table(
        "SELECT user_id, site_id FROM user_site", users.REMOVE_SITE, "site of user", restore=users.INTO_SITE
    ),
}
"""Subject of a step → its table."""
