# ruff: noqa: S608 - tables and conditions come from constants, values are bound
"""The numbers behind the diagrams (manual: Diagrams): what happened at a node in each step of a period.

Steps are of the node's local time: a day has 23 or 25 hours when the clocks change, and the hour that comes twice in
autumn is one step. Ten million times are counted by quarter hours first, since every zone's offset is a multiple of
them, and only the quarters are turned into local time. The rows come from named views (schema/0026_diagram_views.sql).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from data.nodes import Node
from data.scope import Role, Scope
from data.texts import N_

STEPS = ("hour", "day", "week", "month", "year")
QUARTER_S = 900
QUARTER_US = QUARTER_S * 1_000_000
RANKED = 20
_LOCAL = f"timezone($zone, to_timestamp(quarter * {QUARTER_S}))"


@dataclass(frozen=True)
class Period:
    """Whole days of a zone; the last one is included."""

    first: date
    last: date
    time_zone: str

    @property
    def since(self) -> datetime:
        return self._midnight(self.first)

    @property
    def until(self) -> datetime:
        """The moment it ends, no longer included."""
        return self._midnight(self.last + timedelta(days=1))

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.time_zone)).astimezone(UTC)


def time_zone(scope: Scope, node: Node | None) -> str:
    """Return the zone of a node's days; an EV user, who has no node, gets the system's."""
    return node.time_zone if node else str(scope.database.query("SELECT time_zone FROM system")["time_zone"][0].as_py())


def first_session(scope: Scope, node: Node | None) -> datetime | None:
    """Return when the first session of a node started."""
    condition, params = scope.condition(node)
    rows = scope.database.query(f"SELECT min(started_at) AS first FROM charging_session WHERE {condition}", params)
    first: datetime | None = rows["first"][0].as_py()
    return first


def sessions(scope: Scope, node: Node | None, period: Period, step: str) -> pa.Table:
    """Sum up the sessions that started in each step.

    Returns: start (of the step, local), sessions, measured (those with a known energy), energy_kwh, duration_s; steps
        without a session have no row.
    """
    condition, params = scope.condition(node)
    return scope.database.query(
        f"""WITH counted AS (
                SELECT started_quarter AS quarter, count(*) AS sessions, count(energy_kwh) AS measured,
                       sum(energy_kwh) AS energy_kwh, sum(duration_s) AS duration_s
                FROM charging_session WHERE started_at >= $since AND started_at < $until AND {condition}
                GROUP BY quarter)
            SELECT date_trunc($step, {_LOCAL})::TIMESTAMP AS start, sum(sessions)::BIGINT AS sessions,
                   sum(measured)::BIGINT AS measured, coalesce(sum(energy_kwh), 0) AS energy_kwh,
                   sum(duration_s) AS duration_s
            FROM counted GROUP BY start ORDER BY start""",
        {**params, **_bounds(period), "step": step},
    )


def by_authentication(scope: Scope, node: Node | None, period: Period, step: str) -> pa.Table:
    """Count the sessions of each step by authentication: start, authentication (0 anonymous, 1 RFID), sessions."""
    condition, params = scope.condition(node)
    return scope.database.query(
        f"""WITH counted AS (
                SELECT started_quarter AS quarter, authentication, count(*) AS sessions
                FROM charging_session WHERE started_at >= $since AND started_at < $until AND {condition} GROUP BY ALL)
            SELECT date_trunc($step, {_LOCAL})::TIMESTAMP AS start, authentication, sum(sessions)::BIGINT AS sessions
            FROM counted GROUP BY start, authentication ORDER BY start, authentication""",
        {**params, **_bounds(period), "step": step},
    )


def outlets_in_use(scope: Scope, node: Node | None, period: Period, step: str) -> pa.Table:
    """Return how many outlets were in use on average in each step up to now: start, outlets, hours (its length)."""
    condition, params = scope.condition(node)
    return scope.database.query(
        f"""{_held("outlet_use", condition)}
            SELECT date_trunc($step, {_LOCAL})::TIMESTAMP AS start, avg(held_s) / {QUARTER_S} AS outlets,
                   count(*) * {QUARTER_S} / 3600 AS hours
            FROM held GROUP BY start ORDER BY start""",
        {**params, **_elapsed(period), "step": step},
    )


def hours_of_week(scope: Scope, node: Node | None, period: Period, _step: str) -> pa.Table:
    """Return how many outlets were in use on average in each hour of the week.

    Returns: weekday (1 is Monday), hour, outlets, hours (how many of them the period has).
    """
    condition, params = scope.condition(node)
    return scope.database.query(
        f"""{_held("outlet_use", condition)}
            SELECT extract(isodow FROM {_LOCAL}) AS weekday, extract(hour FROM {_LOCAL}) AS hour,
                   avg(held_s) / {QUARTER_S} AS outlets, count(*) * {QUARTER_S} / 3600 AS hours
            FROM held GROUP BY weekday, hour ORDER BY weekday, hour""",
        {**params, **_elapsed(period)},
    )


def stations(scope: Scope, node: Node | None, period: Period, _step: str) -> pa.Table:
    """Return the charging stations that gave most energy: name, sessions, energy_kwh."""
    condition, params = scope.condition(node)
    return scope.database.query(
        f"""WITH summed AS (
                SELECT station_id, count(*) AS sessions, coalesce(sum(energy_kwh), 0) AS energy_kwh
                FROM charging_session WHERE started_at >= $since AND started_at < $until AND {condition}
                GROUP BY station_id ORDER BY energy_kwh DESC, station_id LIMIT {RANKED})
            SELECT name, sessions, energy_kwh FROM summed JOIN charging_station USING (station_id)
            ORDER BY energy_kwh DESC, name""",
        {**params, **_bounds(period, zone=False)},
    )


def users(scope: Scope, node: Node | None, period: Period, _step: str) -> pa.Table:
    """Return who took most energy: name (an email, NULL for all that is known of nobody), sessions, energy_kwh."""
    scope.require(Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, Role.SUPPORT_USER, action=N_("see use by user"))
    condition, params = scope.condition(node)
    return scope.database.query(
        f"""WITH summed AS (
                SELECT user_id, imported_email, count(*) AS sessions, coalesce(sum(energy_kwh), 0) AS energy_kwh
                FROM charging_session WHERE started_at >= $since AND started_at < $until AND {condition} GROUP BY ALL)
            SELECT coalesce(email, imported_email) AS name, sessions, energy_kwh
            FROM summed LEFT JOIN portal_user USING (user_id)
            ORDER BY energy_kwh DESC, name LIMIT {RANKED}""",
        {**params, **_bounds(period, zone=False)},
    )


def faults(scope: Scope, node: Node | None, period: Period, step: str) -> pa.Table:
    """Count the alarms raised in each step, active and cleared ones: start, kind (the manual's), alarms."""
    scope.require(Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, Role.SUPPORT_USER, action=N_("see alarms"))
    condition, params = scope.condition(node, _CONNECTOR)
    return scope.database.query(
        f"""SELECT date_trunc($step, timezone($zone, raised_at))::TIMESTAMP AS start, kind, count(*) AS alarms
            FROM raised_alarm WHERE raised_at >= $since AND raised_at < $until AND {condition}
            GROUP BY start, kind ORDER BY start, kind""",
        {**params, **_bounds(period), "step": step},
    )


def availability(scope: Scope, node: Node | None, period: Period, step: str) -> pa.Table:
    """Return how long all stations together were known (since their first connection), and how long without alarm.

    Returns: start, known_s, available_s; steps before the first connection have no row.
    """
    scope.require(Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR, Role.SUPPORT_USER, action=N_("see alarms"))
    alarmed, params = scope.condition(node, _CONNECTOR)
    known, _same_params = scope.condition(node, "$node_connector")
    return scope.database.query(
        f"""WITH known AS ({_held("known_station", known)} FROM held),
                 down AS ({_held(f"({_DOWN.format(condition=alarmed)})")} FROM held)
            SELECT date_trunc($step, {_LOCAL})::TIMESTAMP AS start,
                   sum(known.held_s)::DOUBLE AS known_s,
                   sum(greatest(known.held_s - down.held_s, 0))::DOUBLE AS available_s
            FROM known JOIN down USING (quarter) GROUP BY start HAVING sum(known.held_s) > 0 ORDER BY start""",
        {**params, **_elapsed(period), "step": step},
    )


# An alarm of connector 0 is of the whole station, so of every outlet too.
_CONNECTOR = "CASE connector_id WHEN 0 THEN $node_connector ELSE connector_id END"

# The times a station had any alarm: those that overlap or touch become one.
_DOWN = """
    WITH alarmed AS (
        SELECT station_id, raised_at AS since, coalesce(cleared_at, $until) AS until FROM raised_alarm
        WHERE kind <> 'Not registered' AND raised_at < $until AND {condition}),
    following AS (
        SELECT *, since <= max(until) OVER (PARTITION BY station_id ORDER BY since, until
                                            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS goes_on FROM alarmed),
    joined AS (
        SELECT *, count(*) FILTER (WHERE goes_on IS NOT TRUE)
                  OVER (PARTITION BY station_id ORDER BY since, until ROWS UNBOUNDED PRECEDING) AS number
        FROM following)
    SELECT min(since) AS since, max(until) AS until FROM joined GROUP BY station_id, number"""


def _held(intervals: str, condition: str = "TRUE") -> str:
    """Begin a query on `held`: how many seconds the intervals (since, until) cover of each quarter, together.

    A beginning counts as if its whole quarter were covered, an end as if nothing of it were; what is wrong by that is
    put right in the quarter itself.
    """
    return f"""
        WITH limited AS NOT MATERIALIZED (
            SELECT epoch_us(greatest(since, $since)) AS first_us, epoch_us(least(until, $until)) AS last_us
            FROM {intervals} WHERE since < $until AND (until IS NULL OR until > $since) AND {condition}),
        change AS (
            SELECT first_us // {QUARTER_US} AS quarter, count(*) AS more, -sum(first_us) AS right_us
            FROM limited GROUP BY quarter
            UNION ALL
            SELECT last_us // {QUARTER_US} AS quarter, -count(*), sum(last_us) FROM limited GROUP BY quarter),
        held AS (
            SELECT quarter, ({QUARTER_US} * sum(coalesce(sum(more), 0)) OVER (ORDER BY quarter)
                             + coalesce(sum(right_us + more * quarter * {QUARTER_US}), 0)) / 1000000 AS held_s
            FROM range($first_quarter, $last_quarter) quarters(quarter) LEFT JOIN change USING (quarter)
            GROUP BY quarter)"""


def _bounds(period: Period, zone: bool = True) -> dict[str, object]:
    bounds: dict[str, object] = {"since": period.since, "until": period.until}
    return {**bounds, "zone": period.time_zone} if zone else bounds


def _elapsed(period: Period) -> dict[str, object]:
    """Return the bounds of what of a period is over, in whole quarters: nothing is in use in the future."""
    now = datetime.now(UTC).timestamp()
    first = int(period.since.timestamp()) // QUARTER_S
    last = max(first, int(min(period.until.timestamp(), now)) // QUARTER_S)
    until = datetime.fromtimestamp(last * QUARTER_S, UTC)
    return {
        "since": period.since,
        "until": until,
        "zone": period.time_zone,
        "first_quarter": first,
        "last_quarter": last,
    }
