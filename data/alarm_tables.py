# ruff: noqa: S608 - tables and column expressions come from constants, values are bound
"""The tables of the page Alarms (manual: Alarms): active alarms, alarm history and event log, filtered and sorted."""

from data import alarms, event_changes, log_tables, paging
from data.events import EventKind
from data.log_tables import LogTable
from data.nodes import Node
from data.paging import Column, at, text
from data.scope import Scope

NODE = "station.name || CASE WHEN connector_id > 0 THEN ' Connector: ' || connector_id ELSE '' END"
STATION_REF = "CASE WHEN station.removed_at IS NULL THEN 'station:' || station.station_id END AS station_ref"
TOLD = """coalesce(' (' || nullif(concat_ws(', ', nullif(vendor_error_code, ''),
    CASE WHEN NOT contains(kept.description, info) THEN info END), '') || ')', '')"""
DESCRIPTION = f"kept.description || {TOLD} AS description"
SEVERITIES = {word: word for word in ("Critical", "Major", "Minor")}
DOERS = {word: word for word in ("Station", "Charge Portal")}
"""Who does what no user did: a station what it reports, the portal everything else."""
USER = "person.first_name || ' ' || person.last_name"


ACTIVE = LogTable(
    paging.Table(
        f"""(SELECT alarm_id, {alarms.SEVERITY} AS severity, raised_at, {NODE} AS node, site.name AS site,
                    {DESCRIPTION}, repeats, kept.site_id, station_id, connector_id, site.time_zone, {STATION_REF}
             FROM alarm kept JOIN charging_station station USING (station_id)
             JOIN site ON site.site_id = kept.site_id) active_alarm""",
        frozenset({"alarm", "topology"}),
    ),
    {
        "severity": text("severity", SEVERITIES),
        "raised": at("raised_at"),
        "node": text("node", word="Connector: %(number)s"),
        "site": text("site"),
        "description": text("description", told="rtrim(split_part(description, ' (', 1), '.')"),
        "repeats": Column("number", "repeats", buckets=("repeats",)),
    },
    "raised",
    "alarm_id",
    beside=("station_ref", "epoch_us(raised_at) AS at_us"),
)
HISTORY = LogTable(
    paging.Table(
        f"""(SELECT alarm_id, {alarms.SEVERITY} AS severity, raised_at, cleared_at, {NODE} AS node, site.name AS site,
                    {DESCRIPTION}, coalesce({USER}, 'Station') AS cleared_by, repeats,
                    kept.site_id, station_id, connector_id, site.time_zone, {STATION_REF}
             FROM alarm_history kept JOIN charging_station station USING (station_id)
             JOIN site ON site.site_id = kept.site_id
             LEFT JOIN portal_user person ON person.user_id = kept.cleared_by) past_alarm""",
        frozenset({"alarm", "topology", "user"}),
    ),
    {
        "severity": text("severity", SEVERITIES),
        "raised": at("raised_at"),
        "cleared": at("cleared_at"),
        "node": text("node", word="Connector: %(number)s"),
        "site": text("site"),
        "description": text("description", told="rtrim(split_part(description, ' (', 1), '.')"),
        "cleared_by": text("cleared_by", DOERS),
        "repeats": Column("number", "repeats", buckets=("repeats",)),
    },
    "cleared",
    "alarm_id",
    beside=("station_ref", "epoch_us(raised_at) AS at_us"),
)


# What concerns no site has site_id 0, whose time zone is the system's.
def _events(details: str) -> paging.Table:
    return paging.Table(
        f"""(SELECT event.rowid AS event_id, logged_at, site.name AS site,
                    coalesce({NODE}, site.name, event.charge_box_id, system.name) AS node,
                    event.kind, event.text, event.template, event.arguments,
                    CASE WHEN event.user_id IS NOT NULL THEN {details} END AS details,
                    CASE WHEN person.user_id IS NOT NULL THEN {USER}
                         WHEN event.user_id IS NULL AND coalesce(event.charge_box_id, station_id::VARCHAR) IS NOT NULL
                         THEN 'Station' ELSE 'Charge Portal' END AS done_by,
                    coalesce(event.site_id, 0) AS site_id, station_id, connector_id,
                    coalesce(site.time_zone, system.time_zone) AS time_zone, {STATION_REF}
             FROM event CROSS JOIN system LEFT JOIN charging_station station USING (station_id)
             LEFT JOIN site ON site.site_id = event.site_id
             LEFT JOIN portal_user person ON person.user_id = event.user_id) logged""",
        frozenset({"event", "topology", "user"}),
    )


EVENTS = LogTable(
    _events("event.details"),
    {
        "logged": at("logged_at"),
        "node": text("node", word="Connector: %(number)s"),
        "site": text("site"),
        "kind": text("kind", {kind.value: kind.capitalize() for kind in EventKind}),
        "text": text("text", told="template", beside=event_changes.found),
        "done_by": text("done_by", DOERS),
    },
    "logged",
    "event_id",
    beside=("station_ref", "template", "arguments", "details", "epoch_us(logged_at) AS at_us"),
    of_sites=_events(event_changes.OF_SITES),
)


def severities(scope: Scope, node: Node | None) -> dict[str, int]:
    """Return how many active alarms a node has of each severity."""
    sql, params = log_tables.selection(scope, ACTIVE, node, {})
    question = f"SELECT severity, count(*) AS alarms FROM {ACTIVE.rows.sql} WHERE {sql} GROUP BY severity"
    return {row["severity"]: row["alarms"] for row in paging.ask(scope.database, ACTIVE.rows, question, params)}
