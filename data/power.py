# ruff: noqa: S608 - tables and conditions come from constants, values are bound
"""Power over time from meter values: power samples where a station sends them, else what its energy register gained.

What is older than some hours has been summed up (data/power_sums.py); the rest is worked out from the meter values.
"""

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from data.database import Database
from data.nodes import Node
from data.scope import Condition, Scope

SAMPLES_FRESH = timedelta(minutes=20)  # stations sample at most this rarely; an older sample says nothing about now
BUCKET_S = 600
LONGEST_SPAN = timedelta(hours=1)  # from one value to the next of a session; a longer silence is a gap
LONGEST_GAP = timedelta(days=1)  # a session that was silent for longer is taken as not measured meanwhile

# Readings of outlets with their power in W: what was sampled, else what the register gained since the reading before.
VALUED = """
    WITH following AS (
        SELECT *, lag(measured_at) OVER outlet AS measured_before, lag(register_wh) OVER outlet AS register_before,
               lag(transaction_id) OVER outlet = transaction_id AS goes_on,
               epoch(measured_at) - epoch(lag(measured_at) OVER outlet) AS since_s
        FROM meter_reading WHERE measured_at >= $since AND measured_at < $until AND {condition}
        WINDOW outlet AS (PARTITION BY station_id, connector_id ORDER BY measured_at)),
    valued AS (
        SELECT *, coalesce(power_w, CASE WHEN since_s <= $longest AND register_wh >= register_before
                                         THEN (register_wh - register_before) / since_s * 3600 END) AS value_w
        FROM following)"""

# One power per outlet and bucket, in W: begins a query on `outlet_bucket`.
BUCKETED = f"""{VALUED},
    bucketed AS (
        SELECT *, floor(epoch(measured_at) / {BUCKET_S})::BIGINT * {BUCKET_S} AS bucket,
               floor(epoch(measured_before) / {BUCKET_S})::BIGINT * {BUCKET_S} AS bucket_before FROM valued),
    -- Between two values of a session that are apart, the later one holds, or nothing is known: a gap.
    outlet_bucket AS (
        SELECT to_timestamp(bucket) AS begins_at, site_id, station_id, connector_id, power_w
        FROM (SELECT site_id, station_id, connector_id, bucket, avg(value_w) AS power_w FROM bucketed GROUP BY ALL
              UNION ALL
              SELECT site_id, station_id, connector_id, unnest(range(bucket_before + {BUCKET_S}, bucket, {BUCKET_S})),
                     CASE WHEN since_s <= $longest THEN value_w END
              FROM bucketed WHERE goes_on AND since_s <= $longest_gap AND bucket_before + {BUCKET_S} < bucket))"""


def bucket(at: datetime) -> datetime:
    """Return the start of the ten minutes that hold a moment."""
    return datetime.fromtimestamp(at.timestamp() // BUCKET_S * BUCKET_S, UTC)


def bucketed(since: datetime, until: datetime) -> dict[str, object]:
    """Return the parameters of BUCKETED: readings before `since` and after `until` tell what was between."""
    return {
        "since": since - LONGEST_GAP,
        "until": until + LONGEST_GAP,
        "longest": LONGEST_SPAN.total_seconds(),
        "longest_gap": LONGEST_GAP.total_seconds(),
    }


def over_time(scope: Scope, node: Node, since: datetime, until: datetime) -> pa.Table:
    """Give the mean power of each ten minutes.

    Returns: columns at (start of the bucket) and power_w; buckets without any meter value have no row.
    """
    measured, params = _of_node(scope, node, since, until)
    return scope.database.query(f"{measured} SELECT begins_at AS at, power_w FROM measured ORDER BY begins_at", params)


def per_step(scope: Scope, node: Node, since: datetime, until: datetime, time_zone: str, step: str) -> pa.Table:
    """Give mean and peak (of ten minutes) of each step of local time, from the first meter value to the last.

    Ten minutes in which no session is measured are zero; those in which one was silent for long are left out.

    Args:
        step: hour, day, week, month or year.

    Returns: columns start (local), mean_w and peak_w, NULL where nothing is known, and hours (how long it is known).
    """
    measured, params = _of_node(scope, node, since, until)
    return scope.database.query(
        f"""{measured},
            every AS (
                SELECT to_timestamp(bucket_s) AS moment
                FROM (SELECT epoch(min(begins_at))::BIGINT AS first_s, epoch(max(begins_at))::BIGINT AS last_s
                      FROM measured),
                     range(first_s, last_s + {BUCKET_S}, {BUCKET_S}) times(bucket_s))
            SELECT date_trunc($step, timezone($zone, moment))::TIMESTAMP AS start,
                   avg(CASE WHEN begins_at IS NULL THEN 0 ELSE power_w END) AS mean_w,
                   max(CASE WHEN begins_at IS NULL THEN 0 ELSE power_w END) AS peak_w,
                   count(*) FILTER (begins_at IS NULL OR power_w IS NOT NULL) * {BUCKET_S} / 3600 AS hours
            FROM every LEFT JOIN measured ON begins_at = moment GROUP BY start ORDER BY start""",
        {**params, "zone": time_zone, "step": step},
    )


def _of_node(scope: Scope, node: Node, since: datetime, until: datetime) -> Condition:
    table = "site_power" if node.kind in ("system", "site") else "outlet_power"
    return measured(scope.database, table, scope.condition(node), since, until)


def measured(database: Database, table: str, which: Condition, since: datetime, until: datetime) -> Condition:
    """Begin a query on `measured`: begins_at and power_w of the ten minutes in which something was measured.

    Args:
        table: where they are summed up.
        which: its rows that count, and the meter values that count.
    """
    summed_until: datetime = database.query("SELECT until FROM power_summed")["until"][0].as_py()
    condition, params = which
    recent = bucketed(max(since, summed_until), until)
    return (
        f"""{BUCKETED.format(condition=condition)},
            measured AS (
                SELECT begins_at, sum(power_w) AS power_w
                FROM (SELECT begins_at, power_w FROM {table} WHERE begins_at < $summed_until AND {condition}
                      UNION ALL
                      SELECT begins_at, power_w FROM outlet_bucket WHERE begins_at >= $summed_until) both_of_them
                WHERE begins_at >= $first AND begins_at < $end GROUP BY begins_at)""",
        {**params, **recent, "summed_until": summed_until, "first": since, "end": until},
    )


def now_w(scope: Scope, node: Node, now: datetime) -> float:
    """Give the present power in W of all running transactions with a fresh sample."""
    condition, params = scope.condition(node)
    rows = scope.database.query(
        f"""SELECT coalesce(sum(power_w), 0.0) AS power_w
            FROM open_transaction WHERE measured_at >= $since AND {condition}""",
        {**params, "since": now - SAMPLES_FRESH},
    )
    return float(rows["power_w"][0].as_py())
