"""Large databases: made in seconds by SQL, the same each time, and kept in their folder for the next run."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from data import sites, stations
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.scope import Role, Scope

MANY = 10_000_000
SITES, USERS = 25, 2_000
ROWS_PER_COMMIT = 1_000_000
YEARS = 6
MOST_KWH = 40  # sessions take anything below, evenly

# All that looks random is a hash of the row's number, so that every run measures the same rows.
INSERT_SESSIONS = """
INSERT INTO session
SELECT printf('S-%08d', n), charge_box_id, 1 + hash(n * 3) % 2, printf('%08X', user_id * 7919 + 77660160),
       started_at, started_at + to_seconds(duration_s), energy_kwh, meter_kwh, round(meter_kwh + energy_kwh, 3),
       1, 'user' || user_id || '@fastcars.example', started_at + to_seconds(duration_s + 1), duration_s,
       site_id, station_id, user_id, n, CASE WHEN n % 3 = 0 THEN 'Local' ELSE 'EVDisconnected' END, NULL, NULL
FROM (SELECT n, 1 + hash(n * 5) % $users AS user_id, 600 + hash(n * 7) % 36000 AS duration_s,
             $since + to_seconds(floor(n * $step_s) + hash(n * 11) % 1800) AS started_at,
             (1 + hash(n * 13) % ($most_kwh * 1000)) / 1000.0 AS energy_kwh, n / 1000.0 AS meter_kwh,
             hash(n * 17) % $stations AS place
      FROM range($first, $last) rows(n))
JOIN (SELECT station_id, site_id, charge_box_id, row_number() OVER (ORDER BY station_id) - 1 AS place
      FROM charging_station) USING (place)
ORDER BY n"""

# What the sidecar would have summed up of their meter values: the mean power of each session, all the time.
INSERT_POWER = """
INSERT INTO outlet_power
SELECT to_timestamp(bucket * 600), site_id, station_id, connector_id, avg(power_w)
FROM (SELECT site_id, station_id, connector_id, energy_kwh * 3600000 / duration_s AS power_w,
             unnest(range(epoch(started_at)::BIGINT // 600, epoch(ended_at)::BIGINT // 600 + 1)) AS bucket
      FROM session WHERE transaction_id >= $first AND transaction_id < $last)
GROUP BY ALL ORDER BY 1"""
SUM_UP_POWER = (
    """INSERT INTO site_power
       SELECT begins_at, site_id, sum(power_w) FROM outlet_power GROUP BY begins_at, site_id ORDER BY begins_at""",
    "UPDATE power_summed SET until = (SELECT max(begins_at) FROM outlet_power)",
)

INSERT_USERS = """
INSERT INTO portal_user (role, first_name, last_name, email, password_hash, password_changed_at)
SELECT 'ev_user', 'User', n::VARCHAR, 'user' || n || '@fastcars.example', '', now() FROM range(1, $users + 1) rows(n)"""


def topology(folder: Path, station_count: int, connected: bool = False) -> list[str]:
    """Make a database of stations with two outlets each on 25 sites with two floors, and return the charge box ids.

    Args:
        connected: as if every station had been seen and its configuration read.
    """
    charge_box_ids = [f"{number:08d}" for number in range(1, station_count + 1)]
    if (folder / "portal.duckdb").exists():
        return charge_box_ids
    database = DuckDB(folder)
    scope = Scope(database, 0, Role.ADMINISTRATOR, None)
    outlets = [stations.NewOutlet(1, mode="OPEN"), stations.NewOutlet(2, mode="OPEN")]
    for site in range(SITES):
        site_id = sites.create_site(scope, f"Site {site + 1:02d}", "Europe/Stockholm")
        floor_ids = [sites.create_floor(scope, site_id, name) for name in ("P1", "P2")]
        new = [
            stations.NewStation(site_id, charge_box_id, charge_box_id, floor_ids[number % 2], outlets)
            for number, charge_box_id in enumerate(charge_box_ids[site::SITES])
        ]
        stations.create_stations(scope, new)
    if connected:
        database.write(
            [
                Sql(
                    """INSERT INTO station_state (station_id, connected, protocol, connected_at, last_heard_at,
                                              registered_at, parameters_read_at)
               SELECT station_id, FALSE, 'ocpp1.6', $now, $now, $now, $now FROM charging_station""",
                    {"now": datetime.now(UTC)},
                )
            ]
        )
    database.close()
    return charge_box_ids


def sessions(folder: Path, count: int, station_count: int = 500) -> Path:
    """Make, unless it is there, a database with many sessions of six years, and return its folder."""
    step_s = YEARS * 365.25 * 86400 / count
    since = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=count * step_s + 86400)
    shape = {"users": USERS, "stations": station_count, "since": since, "step_s": step_s, "most_kwh": MOST_KWH}
    place = folder / f"sessions-{count}"
    inserts = [Sql(INSERT_SESSIONS, shape), Sql(INSERT_POWER)]
    users = Sql(INSERT_USERS, {"users": USERS})
    return _filled(place, station_count, count, inserts, [users], [Sql(sql) for sql in SUM_UP_POWER])


def _filled(
    place: Path,
    station_count: int,
    count: int,
    inserts: Sequence[Sql],
    before: Sequence[Sql] = (),
    after: Sequence[Sql] = (),
) -> Path:
    """Make a database with many rows, unless it was made whole before, and return its folder.

    Args:
        inserts: make the rows $first to $last (excluded) out of their other parameters.
    """
    if (place / "complete").exists():
        return place
    for leftover in place.glob("*"):
        leftover.unlink()
    topology(place, station_count, connected=True)
    database = DuckDB(place)
    database.write(before)
    for first in range(0, count, ROWS_PER_COMMIT):
        rows = {"first": first, "last": min(count, first + ROWS_PER_COMMIT)}
        database.write([Sql(insert.sql, {**insert.params, **rows}) for insert in inserts])
    database.write(after)
    database.close()
    (place / "complete").touch()
    return place


# The first outlet of every station sends its register once a minute.
INSERT_METER_VALUES = """
INSERT INTO meter_value
SELECT station_id, 1, place + 1 + $stations * (minute // 300), measured_at,
       measured_at + to_milliseconds((hash(n) % 2000)::BIGINT), 'Energy.Active.Import.Register', NULL,
       minute * 100 + hash(n) % 90, 'Wh', 'Sample.Periodic', 'Outlet'
FROM (SELECT n, n % $stations AS place, n // $stations AS minute,
             $since + to_milliseconds(n * 60000 // $stations) AS measured_at FROM range($first, $last) rows(n))
JOIN (SELECT station_id, row_number() OVER (ORDER BY station_id) - 1 AS place FROM charging_station) USING (place)
ORDER BY n"""


def meter_values(folder: Path, days: int, station_count: int) -> Path:
    """Make, unless it is there, a database with days of meter values up to now, and return its folder."""
    since = datetime.now(UTC).replace(microsecond=0) - timedelta(days=days)
    insert = Sql(INSERT_METER_VALUES, {"stations": station_count, "since": since})
    count = days * 24 * 60 * station_count
    return _filled(folder / f"meter-values-{count}", station_count, count, [insert])


INSERT_MESSAGES = """
INSERT INTO message
SELECT CASE WHEN is_answer THEN called_at + to_microseconds(latency_us) ELSE called_at END AS logged_at,
       station_id, site_id, CASE WHEN is_answer <> (action = 'TriggerMessage') THEN 'out' ELSE 'in' END,
       CASE WHEN NOT is_answer THEN 'call' WHEN is_refused THEN 'error' ELSE 'result' END,
       action, call::VARCHAR, outlet, call // 40, CASE WHEN is_answer THEN latency_us / 1000 END,
       CASE WHEN is_answer AND is_refused THEN printf('[4,"%d","InternalError","No contact to the meter",{}]', call)
            WHEN is_answer THEN printf('[3,"%d",{"idTagInfo":{"status":"Accepted","parentIdTag":"%08X"}}]', call, tag)
            ELSE printf('[2,"%d","%s",{"connectorId":%d,"idTag":"%08X","meterValue":[{"timestamp":"%s","sampledValue":'
                     || '[{"measurand":"Energy.Active.Import.Register","unit":"Wh","value":"%d"}]}]}]',
                        call, action, outlet, tag, called_at::VARCHAR, call // 10) END,
       CASE WHEN is_answer AND is_refused THEN 'InternalError' END
FROM (SELECT n // 2 AS call, n % 2 = 1 AS is_answer, hash(call * 11) % $stations AS place,
             hash(call * 13) % 100000 AS tag, 1 + hash(call * 7) % 2 AS outlet,
             (1000 + hash(call * 3) % 150000)::BIGINT AS latency_us, hash(call * 5) % 400 = 0 AS is_refused,
             $since + to_microseconds((call * $step_us)::BIGINT) AS called_at,
             ['MeterValues', 'MeterValues', 'MeterValues', 'MeterValues', 'Heartbeat', 'Heartbeat', 'Authorize',
              'StatusNotification', 'StartTransaction', 'StopTransaction', 'TriggerMessage'
             ][1 + (hash(call * 17) % 11)::INTEGER] AS action
      FROM range($first, $last) rows(n))
JOIN (SELECT station_id, site_id, row_number() OVER (ORDER BY station_id) - 1 AS place FROM charging_station)
USING (place) ORDER BY 1"""


def messages(folder: Path, count: int, station_count: int, days: int) -> Path:
    """Make, unless it is there, a database with many messages up to now, and return its folder."""
    shape = {
        "stations": station_count,
        "since": datetime.now(UTC).replace(microsecond=0) - timedelta(days=days),
        "step_us": days * 86_400_000_000 / (count / 2),
    }
    return _filled(folder / f"messages-{count}", station_count, count, [Sql(INSERT_MESSAGES, shape)])
