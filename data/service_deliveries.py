"""Notifications on their way to third-party services: an outbox, written in the commit of what it tells."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

import pyarrow as pa

from data import texts
from data.database import Batch, Change, Database, Into, Sql
from data.events import EventKind, event
from data.scope import Role, Scope
from data.texts import N_

WAKE = "service_delivery"
"""The subject of the change feed that wakes the sender."""

_TIME = pa.timestamp("us", tz="UTC")


class Event(StrEnum):
    """What services are told of."""

    SESSION_STARTED = "session.started"
    SESSION_UPDATED = "session.updated"
    SESSION_ENDED = "session.ended"
    SESSION_CORRECTED = "session.corrected"
    OUTLET_STATE = "outlet.state"


class Notice(NamedTuple):
    """What is told of a session, in the order of the batch's columns.

    service_id: only this service; None: all that have a share of the outlet.
    starter_id, reference: the service that started the session, and its word for it.
    """

    event: str
    subject: str
    station_id: int
    connector_id: int
    service_id: int | None
    starter_id: int | None
    reference: str | None
    content: str
    created_at: datetime


_SCHEMA = pa.schema(
    [
        ("event", pa.string()),
        ("subject", pa.string()),
        ("station_id", pa.int32()),
        ("connector_id", pa.int32()),
        ("service_id", pa.int32()),
        ("starter_id", pa.int32()),
        ("reference", pa.string()),
        ("content", pa.string()),
        ("created_at", _TIME),
    ]
)
INTO_DELIVERY = Into(
    """INSERT INTO service_delivery (service_id, event, subject, outlet_id, reference, content, created_at, next_at)
       SELECT service.service_id, batch.event, batch.subject, outlet.outlet_id,
              CASE WHEN batch.starter_id = service.service_id THEN batch.reference END,
              batch.content, batch.created_at, batch.created_at
       FROM batch
       JOIN service ON service.removed_at IS NULL AND service.is_active AND service.url <> '' AND service.kind <> 'map'
       LEFT JOIN (SELECT station_id, connector_id, max(outlet_id) AS outlet_id FROM outlet GROUP BY ALL) outlet
            ON outlet.station_id = batch.station_id AND outlet.connector_id = batch.connector_id
       LEFT JOIN outlet_service_value listed
            ON listed.outlet_id = outlet.outlet_id AND listed.service_id = service.service_id
       WHERE (batch.service_id IS NULL OR batch.service_id = service.service_id)
         AND (service.outlets = 'all' OR listed.value IS NOT NULL OR batch.starter_id = service.service_id)
       ORDER BY batch.created_at""",
    _SCHEMA,
)
SUPERSEDED = Into(
    """DELETE FROM service_delivery USING batch
       WHERE service_delivery.event = batch.event AND service_delivery.subject = batch.subject
         AND service_delivery.service_id = batch.service_id AND service_delivery.attempts = 0
         AND service_delivery.created_at < batch.created_at""",
    _SCHEMA,
)


class Follower(NamedTuple):
    """A service that is told of sessions; energy_every_s 0: of their beginning and end only."""

    service_id: int
    energy_every_s: int


class Due(NamedTuple):
    """A notification to be sent now, with what is known of its outlet and its service."""

    delivery_id: int
    public_id: str
    service_id: int
    service: str
    url: str
    signing_secret: str
    failures: int
    event: str
    content: str
    reference: str | None
    created_at: datetime
    attempts: int
    uuid: str | None
    value: str | None
    connector_id: int | None
    charge_box_id: str | None
    station: str | None
    site: str | None


def told(notices: Sequence[Notice]) -> tuple[list[Sql | Batch], list[Change]]:
    """Return what to commit beside what happened."""
    return ([Batch(INTO_DELIVERY, notices)], [(WAKE, 0)]) if notices else ([], [])


def updated(notices: Sequence[Notice]) -> tuple[list[Sql | Batch], list[Change]]:
    """Return what to commit for updates; one that still waits is no longer needed then."""
    statements, changed = told(notices)
    return ([Batch(SUPERSEDED, notices), *statements], changed) if notices else ([], [])


def followers(database: Database) -> list[Follower]:
    rows = database.query(
        """SELECT service_id, energy_every_s FROM service
           WHERE removed_at IS NULL AND is_active AND url <> '' AND kind <> 'map' ORDER BY service_id"""
    )
    return [Follower(**row) for row in rows.to_pylist()]


def due(database: Database, now: datetime, most: int = 500) -> list[Due]:
    """Return what can be sent now, the oldest first: of each subject only the first that waits."""
    rows = database.query(
        """SELECT delivery_id, public_id, service.service_id, service.name AS service, service.url, signing_secret,
                  failures, event, content, reference, waiting.created_at, attempts, uuid, value, outlet.connector_id,
                  charge_box_id, station.name AS station, site.name AS site
           FROM service_delivery waiting
           JOIN (SELECT min(delivery_id) AS delivery_id FROM service_delivery
                 WHERE delivered_at IS NULL GROUP BY service_id, subject) USING (delivery_id)
           JOIN service USING (service_id)
           LEFT JOIN outlet USING (outlet_id)
           LEFT JOIN charging_station station ON station.station_id = outlet.station_id
           LEFT JOIN site ON site.site_id = station.site_id
           LEFT JOIN outlet_service_value named
                ON named.outlet_id = waiting.outlet_id AND named.service_id = waiting.service_id
           WHERE waiting.next_at <= $now AND service.removed_at IS NULL AND service.is_active AND service.url <> ''
             AND (paused_until IS NULL OR paused_until <= $now)
           ORDER BY delivery_id LIMIT $most""",
        {"now": now, "most": most},
    )
    return [Due(**row) for row in rows.to_pylist()]


def claimed(delivery_ids: Sequence[int], at: datetime) -> Sql:
    """Count a try before it is made: after a kill the next one knows that it may be a repetition."""
    return Sql(
        "UPDATE service_delivery SET attempts = attempts + 1, tried_at = $at WHERE delivery_id = ANY($ids)",
        {"at": at, "ids": list(delivery_ids)},
    )


def delivered(delivery_ids: Sequence[int], at: datetime, answer: str) -> Sql:
    return Sql(
        "UPDATE service_delivery SET delivered_at = $at, answer = $answer WHERE delivery_id = ANY($ids)",
        {"at": at, "answer": answer, "ids": list(delivery_ids)},
    )


def postponed(delivery_id: int, until: datetime, answer: str) -> Sql:
    return Sql(
        "UPDATE service_delivery SET next_at = $until, answer = $answer WHERE delivery_id = $id",
        {"until": until, "answer": answer, "id": delivery_id},
    )


def answered(due: Due, at: datetime) -> tuple[list[Sql | Batch], list[Change]]:
    """Note that a service takes notifications; when it did not before, that is an event."""
    sql = """UPDATE service SET last_contact_at = $at, failures = 0, paused_until = NULL WHERE service_id = $id"""
    known: Sql = Sql(sql, {"at": at, "id": due.service_id})
    if not due.failures:
        return [known], []
    text = texts.told("The service %(service)s takes notifications again.", service=due.service)
    noted = event(EventKind.SERVICE, text, at=at)
    return [known, noted], [("service", due.service_id), ("event", 0)]


def away(due: Due, at: datetime, until: datetime, reason: str) -> tuple[list[Sql | Batch], list[Change]]:
    """Note that a service takes none, and let it rest; the first time is an event."""
    sql = """UPDATE service SET last_failure_at = $at, failures = failures + 1, paused_until = $until
             WHERE service_id = $id"""
    known: Sql = Sql(sql, {"at": at, "until": until, "id": due.service_id})
    if due.failures:
        return [known], []
    text = texts.told(
        "The service %(service)s takes no notifications: %(reason)s. They are kept and sent again.",
        service=due.service,
        reason=reason,
    )
    return [known, event(EventKind.SERVICE, text, at=at)], [("service", due.service_id), ("event", 0)]


def forget(database: Database, before: datetime) -> None:
    """Remove what was delivered before a time, and what waits for services that were removed."""
    sql = """DELETE FROM service_delivery WHERE delivered_at < $before
             OR service_id IN (SELECT service_id FROM service WHERE removed_at IS NOT NULL)"""
    database.write([Sql(sql, {"before": before})])


def latest(scope: Scope, service_id: int, limit: int = 10) -> tuple[list[dict[str, Any]], int]:
    """Return a service's newest notifications, and how many wait in all.

    First stand those that it did not take, then what was not tried yet, then what it has.

    Returns: rows of event, subject, created_at, attempts, next_at, delivered_at, answer.

    Raises:
        NotPermitted: the user has no System level.
    """
    scope.require(Role.ADMINISTRATOR, Role.SUPPORT_USER, action=N_("see services"))
    rows = scope.database.query(
        """SELECT event, subject, created_at, attempts, next_at, delivered_at, answer FROM service_delivery
           WHERE service_id = $id ORDER BY delivered_at IS NOT NULL, attempts = 0, delivery_id DESC LIMIT $limit""",
        {"id": service_id, "limit": limit},
    )
    waiting = scope.database.query(
        "SELECT count(*) AS n FROM service_delivery WHERE service_id = $id AND delivered_at IS NULL", {"id": service_id}
    )
    return list(rows.to_pylist()), int(waiting["n"][0].as_py())


def send_now(scope: Scope, service_id: int) -> None:
    """Let what a service did not take wait no longer.

    Raises:
        NotPermitted: the user is no administrator.
    """
    scope.require(Role.ADMINISTRATOR, action=N_("have notifications sent"))
    params: dict[str, object] = {"id": service_id, "now": datetime.now(UTC)}
    waiting = """UPDATE service_delivery SET next_at = $now
                 WHERE service_id = $id AND delivered_at IS NULL AND next_at > $now"""
    resting = Sql("UPDATE service SET paused_until = NULL WHERE service_id = $id", {"id": service_id})
    scope.database.write([Sql(waiting, params), resting], changed=[(WAKE, 0), ("service", service_id)])


def pause(failures: int, first_s: float, longest_s: float) -> timedelta:
    """Return how long to wait after so many failures in a row: doubled each time."""
    return timedelta(seconds=min(first_s * 2.0 ** min(max(failures, 1) - 1, 30), longest_s))
