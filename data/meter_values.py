"""Sampled meter values as stations report them, in base units."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import pyarrow as pa

from data.database import Batch, Database, Sql, rows_into
from data.power import LONGEST_GAP
from data.power_sums import OVERLAP

TIME = pa.timestamp("us", tz="UTC")
LATE = timedelta(days=2)  # a message lost at a restart is repeated well within this
FORGOTTEN_AT_ONCE = 20_000  # values: stations' writes wait meanwhile


class MeterValue(NamedTuple):
    """A row of `meter_value`, in its column order."""

    station_id: int
    connector_id: int
    transaction_id: int | None
    measured_at: datetime
    logged_at: datetime
    measurand: str
    phase: str | None
    value: float
    unit: str
    context: str | None
    location: str | None


INTO_METER_VALUE = rows_into(
    "meter_value",
    pa.schema(
        [
            ("station_id", pa.int32()),
            ("connector_id", pa.int32()),
            ("transaction_id", pa.int64()),
            ("measured_at", TIME),
            ("logged_at", TIME),
            ("measurand", pa.string()),
            ("phase", pa.string()),
            ("value", pa.float64()),
            ("unit", pa.string()),
            ("context", pa.string()),
            ("location", pa.string()),
        ]
    ),
)


def sampled(values: Sequence[MeterValue]) -> Batch:
    return Batch(INTO_METER_VALUE, values)


def are_stored(database: Database, values: Sequence[MeterValue]) -> bool:
    """Tell whether every one of a station's values is on disk already, whenever it was received."""
    rows = database.query(
        """SELECT connector_id, measured_at, measurand, phase, value FROM meter_value
           WHERE station_id = $station_id AND logged_at > $since AND measured_at >= $from AND measured_at <= $to""",
        {
            "station_id": values[0].station_id,
            "since": values[0].logged_at - LATE,
            "from": min(value.measured_at for value in values),
            "to": max(value.measured_at for value in values),
        },
    )
    stored = set(zip(*(column.to_pylist() for column in rows.columns), strict=True))
    return all((v.connector_id, v.measured_at, v.measurand, v.phase, v.value) in stored for v in values)


def forget(database: Database, before: datetime) -> bool:
    """Delete some of the values from before a time; return whether there may be more.

    Those stay that are not summed up yet, that tell the power beside what is not, and those of open transactions.
    """
    [summed] = database.query("SELECT until, looked_at, kept_since FROM power_summed").to_pylist()
    since = max(summed["kept_since"], min(before, summed["until"] - LONGEST_GAP))
    *_, deleted = database.write(
        [
            Sql("UPDATE power_summed SET kept_since = $since", {"since": since}),
            Sql(
                f"""DELETE FROM meter_value WHERE rowid IN (
                        SELECT rowid FROM meter_value
                        WHERE measured_at < $since AND logged_at < $looked_at
                              AND NOT EXISTS (SELECT 1 FROM open_transaction running
                                              WHERE running.transaction_id = meter_value.transaction_id)
                        LIMIT {FORGOTTEN_AT_ONCE})
                    RETURNING station_id""",  # noqa: S608 - an own number, values are bound
                {"since": since, "looked_at": summed["looked_at"] - OVERLAP},
            ),
        ]
    )
    return bool(deleted.num_rows == FORGOTTEN_AT_ONCE)
