"""The states of outlets as map services were last told, and what is new to them."""

from datetime import datetime

from data.database import Database, Sql
from data.service_deliveries import WAKE, Event

SUBJECTS = {"outlet_state", "station_state", "open_transaction", "session", "alarm", "topology", "service"}
"""What of the change feed may change a state."""

_NEWS = """(
    SELECT service.service_id, outlet.outlet_id, outlet.uuid, node.state,
           service.service_id IN (SELECT service_id FROM service_outlet_state) AS is_known
    FROM service
    JOIN outlet ON outlet.removed_at IS NULL
    JOIN charging_station station ON station.station_id = outlet.station_id AND station.removed_at IS NULL
    JOIN outlet_node_state node ON node.outlet_id = outlet.outlet_id
    LEFT JOIN outlet_service_value listed
         ON listed.outlet_id = outlet.outlet_id AND listed.service_id = service.service_id
    LEFT JOIN service_outlet_state told
         ON told.service_id = service.service_id AND told.outlet_id = outlet.outlet_id
    WHERE service.kind = 'map' AND service.removed_at IS NULL AND service.is_active AND service.url <> ''
      AND (service.outlets = 'all' OR listed.value IS NOT NULL)
      AND told.state IS DISTINCT FROM node.state) news"""


def has_followers(database: Database) -> bool:
    sql = "SELECT 1 FROM service WHERE kind = 'map' AND removed_at IS NULL AND is_active AND url <> '' LIMIT 1"
    return bool(database.query(sql).num_rows)


def tell(database: Database, now: datetime) -> None:
    """Put every state that map services have not been told into the outbox, in the place of older ones that wait.

    A new service is told nothing at first: it reads the map.
    """
    values = {"now": now, "event": Event.OUTLET_STATE.value}
    replaced = Sql(
        f"""DELETE FROM service_delivery WHERE event = $event AND attempts = 0 AND delivered_at IS NULL
            AND EXISTS (SELECT 1 FROM {_NEWS} WHERE news.service_id = service_delivery.service_id
                        AND news.outlet_id = service_delivery.outlet_id)""",  # noqa: S608 - a constant
        {"event": values["event"]},
    )
    queued = Sql(
        f"""INSERT INTO service_delivery (service_id, event, subject, outlet_id, content, created_at, next_at)
            SELECT service_id, $event, uuid, outlet_id, '{{"state": "' || state || '"}}', $now, $now
            FROM {_NEWS} WHERE is_known ORDER BY outlet_id""",  # noqa: S608 - a constant; states are the view's words
        values,
    )
    kept = Sql(
        f"""INSERT INTO service_outlet_state (service_id, outlet_id, state)
            SELECT service_id, outlet_id, state FROM {_NEWS}
            ON CONFLICT (service_id, outlet_id) DO UPDATE SET state = excluded.state"""  # noqa: S608 - a constant
    )
    database.write([replaced, queued, kept], [(WAKE, 0)])
