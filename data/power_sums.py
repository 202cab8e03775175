# ruff: noqa: S608 - conditions come from constants, values are bound
"""Keeps `outlet_power` and `site_power`: what years of meter values say, summed up ten minutes at a time.

It runs again and again beside the stations' writes. What is written depends on the meter values alone, so a run that
was killed, or that sums up the same again, does no harm. Where they may have been deleted since (data/meter_values.py),
a late one is summed up only if nothing was known: the values beside it, on which its ten minutes depend, are gone.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from data.database import Database, Sql
from data.power import BUCKET_S, BUCKETED, LONGEST_GAP, LONGEST_SPAN, bucket, bucketed

SETTLED = 2 * LONGEST_SPAN  # most meter values of ten minutes are in by then; those that come later are looked for
OVERLAP = timedelta(hours=1)  # from a meter value's receipt until it is on disk, or the server's clock set back
BUCKET = timedelta(seconds=BUCKET_S)
PORTION = timedelta(days=1)  # that is summed up at a time: stations' writes wait while it is written

_POWER = "measurand IN ('Power.Active.Import', 'Energy.Active.Import.Register')"

# Readings that are not, or may not be, in the sums: those from where the sums end, and those received lately.
_FRESH = f"""
    SELECT station_id, connector_id, min(measured_at) AS first, max(measured_at) AS last,
           floor((epoch(measured_at) - epoch($begin)) / {PORTION.total_seconds()})::INTEGER AS portion
    FROM (SELECT station_id, connector_id, measured_at FROM meter_value
          WHERE measured_at >= $begin AND measured_at < $until AND {_POWER}
          UNION ALL
          SELECT station_id, connector_id, measured_at FROM meter_value
          WHERE logged_at >= $received AND measured_at < $until AND {_POWER}) reading
    GROUP BY station_id, connector_id, portion"""

# They bear on all from the reading before them to the one after.
_BESIDE = f"""
    SELECT station_id, connector_id, portion, first, last,
           max(measured_at) FILTER (WHERE measured_at < first) AS before,
           min(measured_at) FILTER (WHERE measured_at > last) AS after
    FROM (SELECT unnest($station_ids) AS station_id, unnest($connector_ids) AS connector_id,
                 unnest($portions) AS portion, unnest($firsts) AS first, unnest($lasts) AS last) fresh
    JOIN meter_value USING (station_id, connector_id)
    WHERE measured_at >= $since AND measured_at < $until AND {_POWER}
          AND measured_at BETWEEN first - $gap AND last + $gap
    GROUP BY station_id, connector_id, portion, first, last"""

_SPAN = """(SELECT unnest($stations) AS station_id, unnest($connectors) AS connector_id, unnest($sinces) AS since,
                   unnest($untils) AS until) span"""
# What is known may rest on meter values that are gone: it stays.
_MAY_CHANGE = "(power_w IS NULL OR begins_at >= (SELECT kept_since + $gap FROM power_summed))"
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
    for spans in _spans(database, begin, until, summed["looked_at"][0].as_py() - OVERLAP):
        database.write(_sums(database, spans))
    is_summed = Sql("UPDATE power_summed SET until = $until, looked_at = $now", {"until": until, "now": now})
    database.write([is_summed])
    return until < latest


def _first(database: Database, since: datetime, latest: datetime) -> datetime:
    """Return where the next meter values are, `latest` if there are none before."""
    sql = "SELECT min(measured_at) AS first FROM meter_value WHERE measured_at >= $since"
    first = database.query(sql, {"since": since})["first"][0].as_py()
    return min(latest, bucket(first)) if first else latest


def _spans(database: Database, begin: datetime, until: datetime, received: datetime) -> Iterable[list[_Span]]:
    """Return what is to be written anew, a portion at a time: each outlet once in it."""
    horizon = until + LONGEST_GAP
    fresh = database.query(_FRESH, {"begin": begin, "until": horizon, "received": received})
    if not fresh.num_rows:
        return ()
    columns = {f"{name}s": fresh[name].to_pylist() for name in fresh.column_names}
    bounds = {"since": min(columns["firsts"]) - LONGEST_GAP, "until": horizon, "gap": LONGEST_GAP}
    portions: dict[int, list[_Span]] = defaultdict(list)
    for row in database.query(_BESIDE, {**columns, **bounds}).to_pylist():
        first = bucket(row["first"])
        if row["before"]:
            first = min(first, bucket(row["before"]) + BUCKET)
        end = min(until, bucket(row["after"] or row["last"]) + BUCKET)
        if first < end:
            portions[row["portion"]].append(_Span(row["station_id"], row["connector_id"], first, end))
    return portions.values()


def _sums(database: Database, spans: list[_Span]) -> list[Sql]:
    """Work the sums out, while stations write, and return what keeps them."""
    stations, connectors, sinces, untils = (list(column) for column in zip(*spans, strict=True))
    params = {"stations": stations, "connectors": connectors, "sinces": sinces, "untils": untils}
    whole = {"first": min(sinces), "end": max(untils)}
    in_whole = "begins_at >= $first AND begins_at < $end"
    sums = database.query(
        f"""{BUCKETED.format(condition="station_id = ANY($stations)")}
            SELECT begins_at, site_id, outlet_bucket.station_id, outlet_bucket.connector_id, power_w
            FROM outlet_bucket JOIN {_SPAN} ON {_IN_SPAN.format("outlet_bucket")} ORDER BY begins_at""",
        {**params, **bucketed(min(sinces), max(untils))},
    )
    columns = {name: sums[name].to_pylist() for name in sums.column_names}
    unnested = ", ".join(f"unnest(${name}) AS {name}" for name in columns)
    return [
        Sql(
            f"""DELETE FROM outlet_power USING {_SPAN}
                WHERE {in_whole} AND {_IN_SPAN.format("outlet_power")} AND {_MAY_CHANGE}""",
            {**params, **whole, "gap": LONGEST_GAP},
        ),
        Sql(
            f"""INSERT INTO outlet_power SELECT * FROM (SELECT {unnested}) summed
                WHERE NOT EXISTS (SELECT 1 FROM outlet_power known
                                  WHERE {in_whole} AND known.begins_at = summed.begins_at
                                        AND known.station_id = summed.station_id
                                        AND known.connector_id = summed.connector_id)""",
            {**columns, **whole},
        ),
        Sql(f"DELETE FROM site_power WHERE {in_whole}", whole),
        Sql(
            f"""INSERT INTO site_power SELECT begins_at, site_id, sum(power_w) FROM outlet_power WHERE {in_whole}
                GROUP BY begins_at, site_id ORDER BY begins_at """,
            whole,
        ),
    ]
