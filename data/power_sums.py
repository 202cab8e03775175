# ruff: noqa: S608 - conditions come from constants, values are bound
"""Keeps `outlet_power` and `site_power`: what years of meter values say, summed up ten minutes at a time.

It runs again and again beside the stations' writes. What is written depends on the meter values alone, so a run that
was killed, or that sums up the same again, does no harm.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from data.database import Database, Sql
from data.power import BUCKET_S, BUCKETED, LONGEST_GAP, LONGEST_SPAN, bucket, bucketed

SETTLED = 2 * LONGEST_SPAN  # most meter values of ten minutes are in by then; those that come later are looked for
OVERLAP = timedelta(hours=1)  # from a meter value's receipt until it is on disk, or the server's clock set back
BUCKET = timedelta(seconds=BUCKET_S)
PORTION = timedelta(days=1)  # of years that nobody has summed up, at a time: stations' writes wait meanwhile

_POWER = "measurand IN ('Power.Active.Import', 'Energy.Active.Import.Register')"

# Readings that are not, or may not be, in the sums: those from where the sums end, and those received lately.
_FRESH = f"""
    SELECT station_id, connector_id, min(measured_at) AS first, max(measured_at) AS last
    FROM (SELECT station_id, connector_id, measured_at FROM meter_value
          WHERE measured_at >= $begin AND measured_at < $until AND {_POWER}
          UNION ALL
          SELECT station_id, connector_id, measured_at FROM meter_value
          WHERE logged_at >= $received AND measured_at < $until AND {_POWER}) reading
    GROUP BY station_id, connector_id"""

# They bear on all from the reading before them to the one after.
_BESIDE = f"""
    SELECT station_id, connector_id, first, last, max(measured_at) FILTER (WHERE measured_at < first) AS before,
           min(measured_at) FILTER (WHERE measured_at > last) AS after
    FROM (SELECT unnest($stations) AS station_id, unnest($connectors) AS connector_id, unnest($firsts) AS first,
                 unnest($lasts) AS last) fresh
    JOIN meter_value USING (station_id, connector_id)
    WHERE measured_at >= $since AND measured_at < $until AND {_POWER}
    GROUP BY station_id, connector_id, first, last"""

_SPAN = """(SELECT unnest($stations) AS station_id, unnest($connectors) AS connector_id, unnest($sinces) AS since,
                   unnest($untils) AS until) span"""
_IN_SPAN = """{0}.station_id = span.station_id AND {0}.connector_id = span.connector_id
              AND {0}.begins_at >= span.since AND {0}.begins_at < span.until"""


class _Span(NamedTuple):
    """Ten minutes of an outlet that are to be written anew."""

    station_id: int
    connector_id: int
    since: datetime
    until: datetime


def sum_up(database: Database, now: datetime) -> bool:
    """Sum up meter values up to some hours ago, at most a day's of them; tell whether there is more to do."""
    summed = database.query("SELECT until, looked_at FROM power_summed")
    begin: datetime = summed["until"][0].as_py()
    latest = max(begin, bucket(now - SETTLED))
    if begin + PORTION < latest:
        begin = _first(database, begin, latest)
    until = min(begin + PORTION, latest)
    spans = _spans(database, begin, until, summed["looked_at"][0].as_py() - OVERLAP)
    is_summed = Sql("UPDATE power_summed SET until = $until, looked_at = $now", {"until": until, "now": now})
    database.write([*(_sums(spans) if spans else ()), is_summed])
    return until < latest


def _first(database: Database, since: datetime, latest: datetime) -> datetime:
    """Return where the next meter values are, `latest` if there are none before."""
    sql = "SELECT min(measured_at) AS first FROM meter_value WHERE measured_at >= $since"
    first = database.query(sql, {"since": since})["first"][0].as_py()
    return min(latest, bucket(first)) if first else latest


def _spans(database: Database, begin: datetime, until: datetime, received: datetime) -> list[_Span]:
    horizon = until + LONGEST_GAP
    fresh = database.query(_FRESH, {"begin": begin, "until": horizon, "received": received})
    if not fresh.num_rows:
        return []
    outlets = {"stations": fresh["station_id"].to_pylist(), "connectors": fresh["connector_id"].to_pylist()}
    firsts, lasts = fresh["first"].to_pylist(), fresh["last"].to_pylist()
    bounds = {"since": min(firsts) - LONGEST_GAP, "until": horizon}
    rows = database.query(_BESIDE, {**outlets, "firsts": firsts, "lasts": lasts, **bounds}).to_pylist()
    spans = []
    for row in rows:
        first = bucket(row["first"])
        if row["before"] and row["first"] - row["before"] <= LONGEST_GAP:
            first = min(first, bucket(row["before"]) + BUCKET)
        end = min(until, bucket(row["after"] or row["last"]) + BUCKET)
        if first < end:
            spans.append(_Span(row["station_id"], row["connector_id"], first, end))
    return spans


def _sums(spans: list[_Span]) -> list[Sql]:
    stations, connectors, sinces, untils = (list(column) for column in zip(*spans, strict=True))
    params = {"stations": stations, "connectors": connectors, "sinces": sinces, "untils": untils}
    whole = {"first": min(sinces), "end": max(untils)}
    in_whole = "begins_at >= $first AND begins_at < $end"
    of_stations = BUCKETED.format(condition="station_id = ANY($stations)")
    return [
        Sql(
            f"DELETE FROM outlet_power USING {_SPAN} WHERE {in_whole} AND {_IN_SPAN.format('outlet_power')}",
            {**params, **whole},
        ),
        Sql(
            f"""INSERT INTO outlet_power {of_stations}
                SELECT begins_at, site_id, outlet_bucket.station_id, outlet_bucket.connector_id, power_w
                FROM outlet_bucket JOIN {_SPAN} ON {_IN_SPAN.format("outlet_bucket")} ORDER BY begins_at """,
            {**params, **bucketed(min(sinces), max(untils))},
        ),
        Sql(f"DELETE FROM site_power WHERE {in_whole}", whole),
        Sql(
            f"""INSERT INTO site_power SELECT begins_at, site_id, sum(power_w) FROM outlet_power WHERE {in_whole}
                GROUP BY begins_at, site_id ORDER BY begins_at """,
            whole,
        ),
    ]
