# ruff: noqa: S608 - conditions come from the scope and the node, values are bound
"""How well stations stay in contact: their days, why connections closed, the worst of many, and the quirks met."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from data.connection_days import KEPT
from data.events import EventKind
from data.latencies import Latencies, total, within_ms
from data.log_tables import READERS
from data.nodes import Node
from data.scope import Scope
from data.texts import N_

ACTION = N_("see how a station stays in contact")
QUIRKS_OF = timedelta(weeks=4)
WORST_OF_DAYS = 7
MOST_QUIRKS = 20
MOST_STATIONS = 50


def days(scope: Scope, station: Node) -> list[dict[str, Any]]:
    """Return the days of a station that are kept, oldest first.

    Returns: the columns of `connection_day`; share (percent of the watched time in which it was connected, None when
        nothing was watched); closed (connections, for whatever reason); median_ms and p95_ms of its answers and
        ping_ms, the median, None where there were none.

    Raises:
        NotPermitted: an EV user sees none.
    """
    scope.require(*READERS, action=ACTION)
    condition, params = scope.condition(station, connector="NULL")
    rows = scope.database.query(
        f"""SELECT connection_day.*, least(100, 100 * connected_s / nullif(watched_s, 0)) AS share,
                   closed_station + closed_network + closed_newer + closed_portal + closed_silence + closed_protocol
                       AS closed
            FROM connection_day SEMI JOIN (SELECT station_id FROM charging_station WHERE {condition})
                USING (station_id)
            WHERE day >= $since ORDER BY day""",
        {**params, "since": _today(station) - KEPT},
    ).to_pylist()
    return [row | _latencies(row) for row in rows]


def worst(scope: Scope, node: Node) -> list[dict[str, Any]]:
    """Return a node's stations by the share of the last seven days in which they were connected, lowest first.

    Returns: ref, name, site, share (percent), connects, silences, silent_s (the longest), p95_ms (None without
        answers); at most 50 stations, and none that never came.
    """
    scope.require(*READERS, action=ACTION)
    condition, params = scope.condition(node, connector="NULL")
    rows = scope.database.query(
        f"""SELECT 'station:' || station_id AS ref, any_value(station.name) AS name, any_value(site.name) AS site,
                   least(100, 100 * sum(connected_s) / sum(watched_s)) AS share, sum(connects)::INTEGER AS connects,
                   sum(silences)::INTEGER AS silences, max(silent_s) AS silent_s, list(answers) AS answers
            FROM (SELECT * FROM charging_station WHERE {condition} AND removed_at IS NULL) station
            JOIN site USING (site_id) JOIN connection_day USING (station_id)
            WHERE day > $since GROUP BY station_id HAVING sum(watched_s) > 0
            ORDER BY share, connects DESC, name, station_id LIMIT {MOST_STATIONS}""",
        {**params, "since": _today(node) - timedelta(days=WORST_OF_DAYS)},
    ).to_pylist()
    return [row | {"p95_ms": within_ms(total(row["answers"]), 0.95)} for row in rows]


def quirks(scope: Scope, station: Node) -> list[dict[str, Any]]:
    """Return what was odd in the last four weeks.

    Returns: text with its template and arguments, hours in which it was met, last (in the site's zone).
    """
    scope.require(*READERS, action=ACTION)
    sites, params = scope.sites()
    rows = scope.database.query(
        f"""SELECT text, any_value(template) AS template, any_value(arguments) AS arguments, count(*) AS hours,
                   timezone($zone, max(logged_at)) AS last
            FROM event
            WHERE {sites} AND station_id = $station AND logged_at >= $since AND kind IN ($odd, $broken)
            GROUP BY text ORDER BY hours DESC, text LIMIT {MOST_QUIRKS}""",
        {
            **params,
            "zone": station.time_zone,
            "station": station.id,
            "since": datetime.now(UTC) - QUIRKS_OF,
            "odd": EventKind.ODD_MESSAGE,
            "broken": EventKind.BROKEN_FRAME,
        },
    )
    return list(rows.to_pylist())


def _latencies(row: dict[str, Any]) -> dict[str, float | None]:
    answers, pings = Latencies(row["answers"]).counts, Latencies(row["pings"]).counts
    return {"median_ms": within_ms(answers, 0.5), "p95_ms": within_ms(answers, 0.95), "ping_ms": within_ms(pings, 0.5)}


def _today(node: Node) -> date:
    return datetime.now(ZoneInfo(node.time_zone)).date()
