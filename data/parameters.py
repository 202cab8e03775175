"""A station's OCPP configuration as read from it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import pyarrow as pa

from data.command_kinds import LONGEST_KEY, is_secret_key
from data.database import Batch, Sql, rows_into
from data.scope import Scope
from data.texts import Told, told

MOST_PARAMETERS = 500
LONGEST_VALUE = 1000
CUT = "…"
"""Ends what was longer, so that nobody takes it for the whole."""

INTO_PARAMETER = rows_into(
    "parameter",
    pa.schema(
        [
            ("station_id", pa.int32()),
            ("key", pa.string()),
            ("value", pa.string()),
            ("readonly", pa.bool_()),
            ("read_at", pa.timestamp("us", tz="UTC")),
        ]
    ),
    after="""ON CONFLICT (station_id, key)
             DO UPDATE SET value = excluded.value, readonly = excluded.readonly, read_at = excluded.read_at""",
    key=("station_id", "key"),
)


class Parameter(NamedTuple):
    key: str
    value: str
    readonly: bool


def read(
    station_id: int, parameters: Iterable[Parameter], read_at: datetime, *, is_whole: bool = False
) -> list[Sql | Batch]:
    """Keep what a station answered, and that it was asked; a whole answer forgets keys it no longer names."""
    rows = [(station_id, *parameter, read_at) for parameter in parameters]
    asked = Sql(
        "UPDATE station_state SET parameters_read_at = $read_at WHERE station_id = $station_id",
        {"station_id": station_id, "read_at": read_at},
    )
    gone = Sql(
        "DELETE FROM parameter WHERE station_id = $station_id AND NOT key = ANY($keys)",
        {"station_id": station_id, "keys": [row[1] for row in rows]},
    )
    return [Batch(INTO_PARAMETER, rows), asked, *([gone] if is_whole and rows else [])]


def changed(station_id: int, key: str, value: str, at: datetime) -> Sql:
    """Keep a value that the station took; of a secret key nothing is kept."""
    return Sql(
        """INSERT INTO parameter (station_id, key, value, readonly, read_at)
           VALUES ($station_id, $key, $value, FALSE, $at)
           ON CONFLICT (station_id, key) DO UPDATE SET value = excluded.value, read_at = excluded.read_at""",
        {"station_id": station_id, "key": key, "value": "" if is_secret_key(key) else value, "at": at},
    )


def of_station(scope: Scope, station_id: int) -> list[dict[str, Any]]:
    """Return a station's parameters as last read, by key: key, value, readonly, read_at; a secret value is empty."""
    sites, params = scope.sites("site_id")
    rows = scope.database.query(
        f"""SELECT key, value, readonly, read_at FROM parameter JOIN charging_station USING (station_id)
            WHERE station_id = $id AND removed_at IS NULL AND {sites} ORDER BY lower(key), key""",  # noqa: S608 - the scope's
        {"id": station_id, **params},
    )
    return list(rows.to_pylist())


def said_of(read: int) -> Told:
    """Say how many parameters a station told."""
    return told("%(num)s parameters were read from the station.", num=read)


def within_limits(answered: Iterable[Parameter]) -> Iterable[Parameter]:
    """Yield each key once; stations with absurdly many or long ones must not fill the memory.

    A key that is cut is none that the station knows: nobody can change it.
    """
    by_key = {_cut(parameter.key, LONGEST_KEY): parameter for parameter in answered if parameter.key}
    for key, parameter in list(by_key.items())[:MOST_PARAMETERS]:
        value = "" if is_secret_key(parameter.key) else _cut(parameter.value, LONGEST_VALUE)
        yield Parameter(key, value, parameter.readonly or key != parameter.key)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - len(CUT)] + CUT
