"""What stations last said of themselves, and whether they are there."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, TypeVar

import pyarrow as pa

from data.database import Batch, Database, Into, Sql, rows_into

Row = TypeVar("Row", bound=tuple[object, ...])

TIME = pa.timestamp("us", tz="UTC")

CONNECTED = Into(
    """INSERT INTO station_state (station_id, connected, protocol, connected_at, last_heard_at, registered_at)
       SELECT station_id, TRUE, protocol, connected_at, connected_at, connected_at FROM batch
       ON CONFLICT (station_id) DO UPDATE SET connected = TRUE, protocol = excluded.protocol,
           connected_at = excluded.connected_at, last_heard_at = excluded.last_heard_at""",
    pa.schema([("station_id", pa.int32()), ("protocol", pa.string()), ("connected_at", TIME)]),
    key=("station_id",),
)
DISCONNECTED = Into(
    """UPDATE station_state SET connected = FALSE, last_heard_at = batch.last_heard_at
       FROM batch WHERE station_state.station_id = batch.station_id""",
    pa.schema([("station_id", pa.int32()), ("last_heard_at", TIME)]),
    key=("station_id",),
)
HEARD = Into(
    """UPDATE station_state SET last_heard_at = batch.last_heard_at
       FROM batch WHERE station_state.station_id = batch.station_id""",
    pa.schema([("station_id", pa.int32()), ("last_heard_at", TIME)]),
    key=("station_id",),
)
BOOTED = Into(
    """UPDATE station_state SET booted_at = batch.booted_at, vendor = batch.vendor, model = batch.model,
           serial_number = batch.serial_number, firmware_version = batch.firmware_version
       FROM batch WHERE station_state.station_id = batch.station_id""",
    pa.schema(
        [
            ("station_id", pa.int32()),
            ("booted_at", TIME),
            ("vendor", pa.string()),
            ("model", pa.string()),
            ("serial_number", pa.string()),
            ("firmware_version", pa.string()),
        ]
    ),
    key=("station_id",),
)
UNTIMED = Into(
    """UPDATE station_state SET untimed_print = batch.untimed_print
       FROM batch WHERE station_state.station_id = batch.station_id""",
    pa.schema([("station_id", pa.int32()), ("untimed_print", pa.string())]),
    key=("station_id",),
)
STATUS = rows_into(
    "outlet_state",
    pa.schema(
        [
            ("station_id", pa.int32()),
            ("connector_id", pa.int32()),
            ("status", pa.string()),
            ("error_code", pa.string()),
            ("info", pa.string()),
            ("vendor_error_code", pa.string()),
            ("status_at", TIME),
            ("logged_at", TIME),
        ]
    ),
    after="""ON CONFLICT (station_id, connector_id) DO UPDATE
             SET status = excluded.status, error_code = excluded.error_code, info = excluded.info,
                 vendor_error_code = excluded.vendor_error_code, status_at = excluded.status_at,
                 logged_at = excluded.logged_at""",
    key=("station_id", "connector_id"),
)


def connected(station_id: int, protocol: str, at: datetime) -> Batch:
    return Batch(CONNECTED, [(station_id, protocol, at)])


def disconnected(station_id: int, last_heard_at: datetime) -> Batch:
    return Batch(DISCONNECTED, [(station_id, last_heard_at)])


def heard(stations: Iterable[tuple[int, datetime]]) -> Batch:
    """Write when each of many stations, by station_id, was last heard."""
    return Batch(HEARD, list(stations))


def callable_at(station_id: int, url: str) -> Sql:
    """Keep where a station that speaks SOAP can be called."""
    return Sql("UPDATE station_state SET call_back_url = $url WHERE station_id = $id", {"url": url, "id": station_id})


def callable_stations(database: Database, protocol: str) -> list[tuple[int, str]]:
    """Return station_id and URL of the stations that last spoke a protocol over SOAP and told where to call them."""
    sql = "SELECT station_id, call_back_url FROM station_state WHERE protocol = $protocol AND call_back_url IS NOT NULL"
    rows = database.query(sql, {"protocol": protocol})
    return list(zip(rows["station_id"].to_pylist(), rows["call_back_url"].to_pylist(), strict=True))


def nobody_connected() -> Sql:
    """For the start of the central system: who was connected must connect again."""
    return Sql("UPDATE station_state SET connected = FALSE WHERE connected")


def booted(station_id: int, at: datetime, vendor: str, model: str, serial_number: str, firmware_version: str) -> Batch:
    return Batch(BOOTED, [(station_id, at, vendor, model, serial_number, firmware_version)])


def untimed(station_id: int, untimed_print: str) -> Batch:
    """Keep what tells the last meter values without a usable time from others: only by it is a repeat known."""
    return Batch(UNTIMED, [(station_id, untimed_print)])


def status(
    station_id: int,
    connector_id: int,
    status: str,
    error_code: str,
    info: str,
    vendor_error_code: str,
    status_at: datetime,
    logged_at: datetime,
) -> Batch:
    """Write the last status of a connector; status_at is the station's time, logged_at the portal's."""
    row = (station_id, connector_id, status, error_code, info, vendor_error_code, status_at, logged_at)
    return Batch(STATUS, [row])


class KnownStation(NamedTuple):
    """A configured station, and whether it ever registered.

    parameters_read: its parameters were read, and no reboot has made changes count since.
    reads_after_boot: a change of its parameters counts from its next reboot on.
    """

    station_id: int
    site_id: int
    charge_box_id: str
    time_zone: str
    last_heard_at: datetime | None
    is_registered: bool
    parameters_read: bool
    reads_after_boot: bool
    created_at: datetime | None
    model: str
    reported_model: str
    untimed_print: str | None


class KnownOutlet(NamedTuple):
    station_id: int
    connector_id: int
    mode: str


class LastStatus(NamedTuple):
    station_id: int
    connector_id: int
    status: str
    error_code: str
    info: str
    vendor_error_code: str
    logged_at: datetime


def known_stations(database: Database) -> list[KnownStation]:
    return _rows(
        database,
        KnownStation,
        """SELECT station_id, charging_station.site_id, charge_box_id, time_zone, last_heard_at,
               registered_at IS NOT NULL AS is_registered,
               parameters_read_at IS NOT NULL
                   AND NOT coalesce(greatest(required_at, parameters_read_at) < booted_at, FALSE) AS parameters_read,
               required_at IS NOT NULL AND NOT coalesce(required_at < booted_at, FALSE) AS reads_after_boot,
               created_at, charging_station.model, coalesce(station_state.model, '') AS reported_model, untimed_print
           FROM charging_station JOIN site USING (site_id) LEFT JOIN station_state USING (station_id)
               LEFT JOIN (SELECT station_id, max(answered_at) AS required_at FROM command
                          WHERE kind = 'change_configuration' AND answer = 'RebootRequired' GROUP BY station_id)
                   USING (station_id)
           WHERE charging_station.removed_at IS NULL""",
    )


def known_outlets(database: Database) -> list[KnownOutlet]:
    return _rows(database, KnownOutlet, "SELECT station_id, connector_id, mode FROM outlet WHERE removed_at IS NULL")


def last_statuses(database: Database) -> list[LastStatus]:
    return _rows(
        database,
        LastStatus,
        "SELECT station_id, connector_id, status, error_code, info, vendor_error_code, logged_at FROM outlet_state",
    )


def _rows(database: Database, kind: type[Row], sql: str) -> list[Row]:
    """Read a query's rows by position."""
    return [kind(*row) for row in zip(*(column.to_pylist() for column in database.query(sql).columns), strict=True)]
