"""The rows of `connection_day`, as the central system writes them."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

import pyarrow as pa

from data.database import Batch, Change, Database, Sql, rows_into

KEPT = timedelta(weeks=13)
CHANGED: Change = ("connection_day", 0)
"""One change for the days of all stations: thousands of them are written together."""


class Closed(StrEnum):
    """Why a connection is over; the end of its column's name."""

    STATION = "station"
    NETWORK = "network"
    NEWER = "newer"
    PORTAL = "portal"
    SILENCE = "silence"
    PROTOCOL = "protocol"


class Day(NamedTuple):
    """A row, in its column order."""

    station_id: int
    day: date
    watched_s: float
    connected_s: float
    connects: int
    closed_station: int
    closed_network: int
    closed_newer: int
    closed_portal: int
    closed_silence: int
    closed_protocol: int
    answers: str
    pings: str
    silent_s: float
    silences: int


_TYPES = {int: pa.int32(), float: pa.float64(), str: pa.string(), date: pa.date32()}
_KEY = ("station_id", "day")
INTO_DAY = rows_into(
    "connection_day",
    pa.schema([(name, _TYPES[kind]) for name, kind in Day.__annotations__.items()]),
    after="ON CONFLICT (station_id, day) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in Day._fields if name not in _KEY),
    key=_KEY,
)


def written(days: Iterable[Day]) -> Batch:
    """Write days as they stand now, over what was written of them before."""
    return Batch(INTO_DAY, list(days))


def since(database: Database, day: date) -> list[Day]:
    rows = database.query(f"SELECT {', '.join(Day._fields)} FROM connection_day WHERE day >= $day", {"day": day})  # noqa: S608
    return [Day(**row) for row in rows.to_pylist()]


def forgotten(today: date) -> Sql:
    """Delete what is older than is kept."""
    return Sql("DELETE FROM connection_day WHERE day < $before", {"before": today - KEPT})
