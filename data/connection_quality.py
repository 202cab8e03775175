"""How well a station stays in contact: its connections, answers and silences by day, and the quirks it was met with."""

from datetime import UTC, datetime, timedelta
from typing import Any

from data.events import EventKind
from data.log_tables import READERS
from data.nodes import Node
from data.scope import Scope
from data.texts import N_

ACTION = N_("see how a station stays in contact")
DAYS = 28
MOST_QUIRKS = 20


def days(scope: Scope, station: Node) -> list[dict[str, Any]]:
    """Return the last four weeks' days with something to tell, newest first.

    Returns: day (in the site's zone), connects, closed, median_ms and p95_ms of the station's answers, silent_s: the
        longest time within the day without a message from it. The last three are None where no messages are kept.

    Raises:
        NotPermitted: an EV user sees none.
    """
    scope.require(*READERS, action=ACTION)
    sites, params = scope.sites()
    rows = scope.database.query(
        f"""WITH came AS (
                SELECT timezone($zone, logged_at)::DATE AS day, count(*) FILTER (kind = $connected) AS connects,
                       count(*) FILTER (kind = $disconnected) AS closed
                FROM event WHERE {sites} AND station_id = $station AND logged_at >= $since
                      AND kind IN ($connected, $disconnected) GROUP BY ALL),
            said AS (
                SELECT timezone($zone, logged_at)::DATE AS day, latency_ms, direction, kind,
                       logged_at - lag(logged_at) OVER (
                           PARTITION BY timezone($zone, logged_at)::DATE ORDER BY logged_at) AS gap
                FROM message WHERE {sites} AND station_id = $station AND logged_at >= $since AND direction = 'in'),
            heard AS (
                SELECT day, quantile_cont(latency_ms, 0.5) AS median_ms, quantile_cont(latency_ms, 0.95) AS p95_ms,
                       epoch(max(gap)) AS silent_s FROM said GROUP BY day)
            SELECT day, coalesce(connects, 0) AS connects, coalesce(closed, 0) AS closed, median_ms, p95_ms, silent_s
            FROM came FULL JOIN heard USING (day) ORDER BY day DESC""",  # noqa: S608 - a condition of scope, values are bound
        {
            **params,
            "zone": station.time_zone,
            "station": station.id,
            "since": _since(),
            "connected": EventKind.CONNECTED,
            "disconnected": EventKind.DISCONNECTED,
        },
    )
    return list(rows.to_pylist())


def quirks(scope: Scope, station: Node) -> list[dict[str, Any]]:
    """Return what was odd in the last four weeks: text, hours in which it was met, last (in the site's zone)."""
    scope.require(*READERS, action=ACTION)
    sites, params = scope.sites()
    rows = scope.database.query(
        f"""SELECT text, count(*) AS hours, timezone($zone, max(logged_at)) AS last FROM event
            WHERE {sites} AND station_id = $station AND logged_at >= $since AND kind IN ($odd, $broken)
            GROUP BY text ORDER BY hours DESC, text LIMIT {MOST_QUIRKS}""",  # noqa: S608 - a condition of scope, values are bound
        {
            **params,
            "zone": station.time_zone,
            "station": station.id,
            "since": _since(),
            "odd": EventKind.ODD_MESSAGE,
            "broken": EventKind.BROKEN_FRAME,
        },
    )
    return list(rows.to_pylist())


def _since() -> datetime:
    return datetime.now(UTC) - timedelta(days=DAYS)
