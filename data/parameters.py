"""A station's OCPP configuration as read from it."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import pyarrow as pa

from data.database import Batch, Sql, rows_into

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


def read(station_id: int, parameters: Iterable[Parameter], read_at: datetime) -> list[Sql | Batch]:
    """Keep what a station answered, and that it was asked."""
    asked = Sql(
        "UPDATE station_state SET parameters_read_at = $read_at WHERE station_id = $station_id",
        {"station_id": station_id, "read_at": read_at},
    )
    return [Batch(INTO_PARAMETER, [(station_id, *parameter, read_at) for parameter in parameters]), asked]
