"""Active alarms and their history.

At most one is active per station, connector and kind: repeats are counted on it, also those of a station that flaps,
which takes the alarm that it cleared a short while ago out of the history again.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pyarrow as pa

from data.database import Batch, Database, Into, Sql
from data.nodes import Node
from data.scope import Role, Scope
from data.texts import N_

TIME = pa.timestamp("us", tz="UTC")

NO_NETWORK, NOT_REGISTERED = N_("No network"), N_("Not registered")
CONFIGURATION_FAULT, SECURITY = N_("Configuration fault hardware"), N_("Security")
LIST_CONFLICT = N_("List of RFID tags")
OF_THE_STATION = frozenset({NO_NETWORK, NOT_REGISTERED, CONFIGURATION_FAULT, SECURITY, LIST_CONFLICT})
"""Kinds that no connector's status raises or clears; they stand on connector 0."""

FLAPPING = timedelta(minutes=10)
"""What a station cleared itself and raises again within this time is the same alarm."""

CRITICAL = ("Hardware fault", "Fuse")
LESS_CRITICAL = ("ConnectorLockFailure", "PowerMeterFailure")
MINOR = (NOT_REGISTERED,)


def _among(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


SEVERITY = f"""CASE WHEN {_among("kind", CRITICAL)} AND NOT {_among("code", LESS_CRITICAL)} THEN 'Critical'
    WHEN {_among("kind", MINOR)} THEN 'Minor' ELSE 'Major' END"""
"""How grave an alarm is, by its kind and code: Hardware fault and Fuse critical, but for lock and meter."""


class Alarm(NamedTuple):
    """What is wrong where. code says what of its kind; connector_id 0 is the whole station."""

    kind: str
    code: str
    site_id: int
    station_id: int
    connector_id: int
    description: str
    info: str
    vendor_error_code: str
    raised_at: datetime


_ALARM = pa.schema(
    [
        ("kind", pa.string()),
        ("code", pa.string()),
        ("site_id", pa.int32()),
        ("station_id", pa.int32()),
        ("connector_id", pa.int32()),
        ("description", pa.string()),
        ("info", pa.string()),
        ("vendor_error_code", pa.string()),
        ("raised_at", TIME),
    ]
)
_KEY = ("station_id", "connector_id", "kind")
_SAME = "alarm.station_id = batch.station_id AND alarm.connector_id = batch.connector_id AND alarm.kind = batch.kind"
_CLEARING = pa.schema(
    [("station_id", pa.int32()), ("connector_id", pa.int32()), ("kind", pa.string()), ("cleared_at", TIME)]
)
HISTORY = """INSERT INTO alarm_history BY NAME
    SELECT alarm_id, alarm.kind, code, site_id, alarm.station_id, alarm.connector_id, description, info,
           vendor_error_code, raised_at, repeats"""

REPEATED = Into(
    f"""UPDATE alarm SET repeats = repeats + 1, repeated_at = batch.raised_at, code = batch.code,
            description = batch.description, info = batch.info, vendor_error_code = batch.vendor_error_code
        FROM batch WHERE {_SAME}""",  # noqa: S608 - constant of this module
    _ALARM,
    _KEY,
)
REOPENED = Into(
    f"""INSERT INTO alarm BY NAME
        SELECT past.alarm_id, batch.kind, batch.code, batch.site_id, batch.station_id, batch.connector_id,
               batch.description, batch.info, batch.vendor_error_code, past.raised_at,
               batch.raised_at AS repeated_at, past.repeats + 1 AS repeats
        FROM (SELECT max(alarm_id) AS alarm_id, station_id, connector_id, kind,
                     max_by(raised_at, alarm_id) AS raised_at, max_by(repeats, alarm_id) AS repeats,
                     max(cleared_at) AS cleared_at
              FROM alarm_history
              WHERE cleared_by IS NULL AND cleared_at > (SELECT min(raised_at) FROM batch) - $flapping
              GROUP BY station_id, connector_id, kind) past
        JOIN batch ON past.station_id = batch.station_id AND past.connector_id = batch.connector_id
             AND past.kind = batch.kind AND past.cleared_at > batch.raised_at - $flapping
        WHERE NOT EXISTS (SELECT 1 FROM alarm WHERE {_SAME})""".replace(  # noqa: S608 - constant of this module
        "$flapping", f"INTERVAL '{FLAPPING.seconds}' SECOND"
    ),
    _ALARM,
    _KEY,
)
OUT_OF_HISTORY = Into(
    """DELETE FROM alarm_history USING batch
       WHERE alarm_history.station_id = batch.station_id AND alarm_history.kind = batch.kind
         AND alarm_history.cleared_at > batch.raised_at - INTERVAL '1' DAY
         AND EXISTS (SELECT 1 FROM alarm WHERE alarm.alarm_id = alarm_history.alarm_id)""",
    _ALARM,
    _KEY,
)
RAISED = Into(
    f"""INSERT INTO alarm BY NAME
        SELECT nextval('alarm_id') AS alarm_id, *, raised_at AS repeated_at, 0 AS repeats
        FROM batch WHERE NOT EXISTS (SELECT 1 FROM alarm WHERE {_SAME})""",  # noqa: S608 - constant of this module
    _ALARM,
    _KEY,
)
INTO_HISTORY = Into(
    f"{HISTORY}, cleared_at FROM alarm JOIN batch ON {_SAME}",
    _CLEARING,
    _KEY,
)
CLEARED = Into(f"DELETE FROM alarm USING batch WHERE {_SAME}", _CLEARING, _KEY)  # noqa: S608 - constant of this module


def raised(*alarms: Alarm) -> list[Sql | Batch]:
    """Raise alarms, or count the repeat of those that are active or were a short while ago."""
    return [Batch(into, alarms) for into in (REPEATED, REOPENED, OUT_OF_HISTORY, RAISED)]


def cleared(station_id: int, connector_id: int, kinds: frozenset[str] | set[str], at: datetime) -> list[Sql | Batch]:
    """Move a connector's active alarms of these kinds to the history: the station recovered."""
    rows = [(station_id, connector_id, kind, at) for kind in sorted(kinds)]
    return [Batch(INTO_HISTORY, rows), Batch(CLEARED, rows)]


def active(scope: Scope, node: Node | None = None) -> list[dict[str, Any]]:
    """Return a node's active alarms with station_name and site_name, newest first.

    cause_id: the first alarm of many stations of a site that lost contact at once, stations: how many; None and 0 for
    any other.
    """
    if scope.role is Role.EV_USER:
        return []
    condition, params = scope.condition(node)
    rows = scope.database.query(
        f"""SELECT * FROM (SELECT alarm.*, charging_station.name AS station_name, site.name AS site_name,
                                  lost.cause_id, coalesce(lost.stations, 0) AS stations
                           FROM alarm JOIN charging_station USING (station_id)
                           JOIN site ON site.site_id = alarm.site_id
                           LEFT JOIN lost_contact lost ON lost.alarm_id = alarm.alarm_id)
            WHERE {condition} ORDER BY raised_at DESC, alarm_id DESC""",  # noqa: S608 - the scope's condition
        params,
    )
    return list(rows.to_pylist())


def causes(scope: Scope, node: Node | None = None) -> list[dict[str, Any]]:
    """Return where many stations lost contact at once: site_id, site_name, stations, began_at (the site's time)."""
    if scope.role is Role.EV_USER:
        return []
    condition, params = scope.condition(node)
    rows = scope.database.query(
        f"""SELECT site_id, site.name AS site_name, stations, timezone(time_zone, began_at) AS began_at
            FROM lost_contact JOIN alarm USING (alarm_id, site_id) JOIN site USING (site_id)
            WHERE alarm_id = cause_id AND site_id IN (SELECT site_id FROM alarm WHERE {condition})
            ORDER BY grew_at DESC, site_id""",  # noqa: S608 - the scope's condition
        params,
    )
    return list(rows.to_pylist())


def active_kinds(database: Database) -> list[tuple[int, int, str]]:
    """Return station_id, connector_id and kind of every active alarm, for the central system's start."""
    rows = database.query("SELECT station_id, connector_id, kind FROM alarm")
    return list(zip(*(column.to_pylist() for column in rows.columns), strict=True))
