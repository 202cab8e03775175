"""What is charging now, and how it becomes a charging session at its end."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import pyarrow as pa

from data.database import Batch, Database, Into, Sql, rows_into

TIME = pa.timestamp("us", tz="UTC")

ANONYMOUS = 0
RFID = 1

END_ESTIMATED = "end estimated"


class OpenTransaction(NamedTuple):
    """A row of `open_transaction`, in its column order."""

    transaction_id: int
    station_id: int
    site_id: int
    connector_id: int
    charge_box_id: str
    id_tag: str | None
    user_id: int | None
    email: str | None
    authentication: int
    started_at: datetime
    logged_at: datetime
    meter_start_kwh: float | None
    energy_kwh: float | None
    power_w: float | None
    measured_at: datetime | None
    note: str


class Session(NamedTuple):
    """A row of `session`, in its column order."""

    session_id: str
    charge_box_id: str
    connector_id: int
    id_tag: str | None
    started_at: datetime
    ended_at: datetime
    energy_kwh: float | None
    meter_start_kwh: float | None
    meter_stop_kwh: float | None
    authentication: int
    email: str | None
    logged_at: datetime
    duration_s: float
    site_id: int
    station_id: int
    user_id: int | None
    transaction_id: int | None = None  # an imported one has none of these
    stop_reason: str | None = None
    note: str | None = None


INTO_OPEN_TRANSACTION = rows_into(
    "open_transaction",
    pa.schema(
        [
            ("transaction_id", pa.int64()),
            ("station_id", pa.int32()),
            ("site_id", pa.int32()),
            ("connector_id", pa.int32()),
            ("charge_box_id", pa.string()),
            ("id_tag", pa.string()),
            ("user_id", pa.int32()),
            ("email", pa.string()),
            ("authentication", pa.int16()),
            ("started_at", TIME),
            ("logged_at", TIME),
            ("meter_start_kwh", pa.float64()),
            ("energy_kwh", pa.float64()),
            ("power_w", pa.float64()),
            ("measured_at", TIME),
            ("note", pa.string()),
        ]
    ),
)
MEASURED = Into(
    """UPDATE open_transaction
       SET energy_kwh = batch.energy_kwh, power_w = batch.power_w, measured_at = batch.measured_at
       FROM batch WHERE open_transaction.transaction_id = batch.transaction_id""",
    pa.schema(
        [("transaction_id", pa.int64()), ("energy_kwh", pa.float64()), ("power_w", pa.float64()), ("measured_at", TIME)]
    ),
    key=("transaction_id",),
)
ENDED = Into(
    "DELETE FROM open_transaction USING batch WHERE open_transaction.transaction_id = batch.transaction_id",
    pa.schema([("transaction_id", pa.int64())]),
)
INTO_SESSION = rows_into(
    "session",
    pa.schema(
        [
            ("session_id", pa.string()),
            ("charge_box_id", pa.string()),
            ("connector_id", pa.int32()),
            ("id_tag", pa.string()),
            ("started_at", TIME),
            ("ended_at", TIME),
            ("energy_kwh", pa.float64()),
            ("meter_start_kwh", pa.float64()),
            ("meter_stop_kwh", pa.float64()),
            ("authentication", pa.int16()),
            ("email", pa.string()),
            ("logged_at", TIME),
            ("duration_s", pa.float64()),
            ("site_id", pa.int32()),
            ("station_id", pa.int32()),
            ("user_id", pa.int32()),
            ("transaction_id", pa.int64()),
            ("stop_reason", pa.string()),
            ("note", pa.string()),
        ]
    ),
)


def started(transaction: OpenTransaction) -> Batch:
    return Batch(INTO_OPEN_TRANSACTION, [transaction])


def measured(transaction: OpenTransaction) -> Batch:
    """Write the live energy and power of an open transaction."""
    live = (transaction.transaction_id, transaction.energy_kwh, transaction.power_w, transaction.measured_at)
    return Batch(MEASURED, [live])


def ended(session: Session) -> list[Batch]:
    """Turn an open transaction into its session; for one commit."""
    return [Batch(ENDED, [(session.transaction_id,)]), Batch(INTO_SESSION, [session])]


def corrected(session: Session) -> Sql:
    """Replace the estimated end of a session by the one its station reported late."""
    return Sql(
        """UPDATE session SET ended_at = $ended_at, energy_kwh = $energy_kwh, meter_stop_kwh = $meter_stop_kwh,
               logged_at = $logged_at, duration_s = $duration_s, stop_reason = $stop_reason, note = $note
           WHERE transaction_id = $transaction_id AND station_id = $station_id""",
        {
            "ended_at": session.ended_at,
            "energy_kwh": session.energy_kwh,
            "meter_stop_kwh": session.meter_stop_kwh,
            "logged_at": session.logged_at,
            "duration_s": session.duration_s,
            "stop_reason": session.stop_reason,
            "note": session.note,
            "transaction_id": session.transaction_id,
            "station_id": session.station_id,
        },
    )


def session_id(transaction: OpenTransaction) -> str:
    return f"S-{transaction.started_at:%Y%m%d}-{transaction.transaction_id:07d}"


def open_transactions(database: Database) -> list[OpenTransaction]:
    columns = ", ".join(OpenTransaction._fields)
    rows = database.query(f"SELECT {columns} FROM open_transaction ORDER BY transaction_id").to_pylist()  # noqa: S608 - own column names
    return [OpenTransaction(**row) for row in rows]


def last_transaction_id(database: Database) -> int:
    """Return the highest transaction id ever given, 0 before the first."""
    rows = database.query(
        """SELECT coalesce(max(transaction_id), 0) AS last
           FROM (SELECT transaction_id FROM session UNION ALL SELECT transaction_id FROM open_transaction)"""
    ).to_pylist()
    return int(rows[0]["last"])


def last_ends(database: Database) -> Sequence[tuple[int, int, datetime]]:
    """Return station_id, connector_id and the end of the newest session of each outlet that ever charged."""
    rows = database.query("SELECT station_id, connector_id, max(ended_at) AS ended_at FROM session GROUP BY ALL")
    return list(zip(*(column.to_pylist() for column in rows.columns), strict=True))


def find_session(database: Database, station_id: int, transaction_id: int) -> Session | None:
    """Return the finished session of a transaction, if this station had it."""
    return _session(
        database,
        "station_id = $station_id AND transaction_id = $transaction_id",
        {"station_id": station_id, "transaction_id": transaction_id},
    )


def find_session_started(
    database: Database, station_id: int, connector_id: int, started_at: datetime, id_tag: str | None
) -> Session | None:
    """Return the finished session that began so: the one a repeated start speaks of."""
    return _session(
        database,
        """station_id = $station_id AND connector_id = $connector_id AND started_at = $started_at
           AND id_tag IS NOT DISTINCT FROM $id_tag AND transaction_id IS NOT NULL""",
        {"station_id": station_id, "connector_id": connector_id, "started_at": started_at, "id_tag": id_tag},
    )


def _session(database: Database, where: str, params: dict[str, object]) -> Session | None:
    sql = f"SELECT {', '.join(Session._fields)} FROM session WHERE {where} LIMIT 1"  # noqa: S608 - conditions are this module's
    rows = database.query(sql, params).to_pylist()
    return Session(**rows[0]) if rows else None
