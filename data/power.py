# ruff: noqa: S608 - tables and conditions come from constants, values are bound
"""Power over time from meter values: power samples where a station sends them, else what its energy register gained."""

from datetime import datetime, timedelta

import pyarrow as pa

from data.nodes import Node
from data.scope import Scope

SAMPLES_FRESH = timedelta(minutes=20)  # stations sample at most this rarely; an older sample says nothing about now
BUCKET_S = 600
LONGEST_SPAN = timedelta(hours=1)  # from one value to the next of a session; a longer silence is a gap

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

# One power per outlet and bucket, in W.
_POWER = f"""{VALUED},
    bucketed AS (
        SELECT *, floor(epoch(measured_at) / $bucket)::BIGINT * $bucket AS bucket,
               floor(epoch(measured_before) / $bucket)::BIGINT * $bucket AS bucket_before FROM valued),
    -- Between two values of a session that are apart, the later one holds, or nothing is known: a gap.
    outlet_power AS (
        SELECT station_id, connector_id, bucket, avg(value_w) AS power_w FROM bucketed GROUP BY ALL
        UNION ALL
        SELECT station_id, connector_id, unnest(range(bucket_before + $bucket, bucket, $bucket)) AS bucket,
               CASE WHEN since_s <= $longest THEN value_w END AS power_w
        FROM bucketed WHERE goes_on AND bucket_before + $bucket < bucket)
    SELECT to_timestamp(bucket) AS at, sum(power_w) AS power_w FROM outlet_power GROUP BY bucket ORDER BY bucket"""


def over_time(scope: Scope, node: Node, since: datetime, until: datetime) -> pa.Table:
    """Give the mean power of each ten minutes.

    Returns: columns at (start of the bucket) and power_w; buckets without any meter value have no row.
    """
    condition, params = scope.condition(node)
    return scope.database.query(
        _POWER.format(condition=condition),
        {**params, "since": since, "until": until, "bucket": BUCKET_S, "longest": LONGEST_SPAN.total_seconds()},
    )


def per_step(scope: Scope, node: Node, since: datetime, until: datetime, time_zone: str, step: str) -> pa.Table:
    """Give mean and peak (of ten minutes) of each step of local time, from the first meter value to the last.

    Ten minutes in which no session is measured are zero; those in which one was silent for long are left out.

    Args:
        step: hour, day, week, month or year.

    Returns: columns start (local), mean_w and peak_w, NULL where nothing is known.
    """
    condition, params = scope.condition(node)
    return scope.database.query(
        f"""WITH measured AS ({_POWER.format(condition=condition)}),
            every AS (
                SELECT to_timestamp(bucket_s) AS moment
                FROM range((SELECT epoch(min("at"))::BIGINT FROM measured),
                           (SELECT epoch(max("at"))::BIGINT + {BUCKET_S} FROM measured), {BUCKET_S}) times(bucket_s))
            SELECT date_trunc($step, timezone($zone, moment))::TIMESTAMP AS start,
                   avg(CASE WHEN measured."at" IS NULL THEN 0 ELSE power_w END) AS mean_w,
                   max(CASE WHEN measured."at" IS NULL THEN 0 ELSE power_w END) AS peak_w
            FROM every LEFT JOIN measured ON measured."at" = moment GROUP BY start ORDER BY start""",
        {
            **params,
            "since": since,
            "until": until,
            "bucket": BUCKET_S,
            "longest": LONGEST_SPAN.total_seconds(),
            "zone": time_zone,
            "step": step,
        },
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
