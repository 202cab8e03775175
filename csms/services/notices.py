"""What services are told of sessions: statements for the very commit that begins, measures or ends one."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

from csms.services import bodies
from csms.services.starts import Starts
from data import service_deliveries, service_starts
from data.database import Batch, Change, Database, Sql
from data.duckdb_engine import DuckDB
from data.service_deliveries import Event, Follower, Notice
from data.service_starts import Start
from data.transactions import OpenTransaction, Session, session_id

Told = tuple[list[Sql | Batch], list[Change]]


class Notices:
    """Costs nothing as long as no service is active. Updates begin anew after a restart."""

    def __init__(self) -> None:
        self.starts = Starts()
        self._followers: list[Follower] = []
        self._changed = self._read = 0  # how often services changed, and up to which change they were read
        self._told_at: dict[int, dict[int, datetime]] = {}  # by transaction_id, then service_id

    def load(self, database: DuckDB) -> None:
        """Fill at the start of the process."""
        self.starts = Starts(service_starts.at_work(database, datetime.now(UTC)))
        self._followers = service_deliveries.followers(database)
        database.listen("service", self._heard)

    async def refresh(self, database: Database) -> None:
        """Take over which services are told of sessions."""
        seen = self._changed
        self._followers = await asyncio.to_thread(service_deliveries.followers, database)
        self._read = seen

    def _heard(self) -> None:
        """Hear of a change before whoever made it does: a service is told of all that comes after it was activated."""
        self._changed += 1

    def started(self, transaction: OpenTransaction) -> Told:
        """Return what to commit; `begun` follows when it is on disk."""
        start = self.starts.that_began(transaction)
        body = bodies.of_open(transaction)
        statements, changed = self._told(Event.SESSION_STARTED, transaction, body, transaction.logged_at, start)
        return [*([service_starts.began(start)] if start else []), *statements], changed

    def begun(self, transaction: OpenTransaction) -> None:
        """Take over that a transaction is on disk."""
        start = self.starts.that_began(transaction)
        if start:
            self.starts.begun(start)

    def over(self, transaction_id: int) -> None:
        """Take over that a transaction's end is on disk."""
        self.starts.over(transaction_id)
        self._told_at.pop(transaction_id, None)

    def measured(self, transaction: OpenTransaction) -> Told:
        """Return updates for the services whose last one is long enough ago."""
        now = datetime.now(UTC)
        told_at = self._told_at.setdefault(transaction.transaction_id, {}) if self._followers else {}
        notices = []
        for one in self._followers:
            since = told_at.get(one.service_id, transaction.logged_at)
            if one.energy_every_s and now - since >= timedelta(seconds=one.energy_every_s):
                told_at[one.service_id] = now
                body = bodies.of_open(transaction)
                start = self.starts.of(transaction.transaction_id)
                notices.append(_notice(Event.SESSION_UPDATED, transaction, body, now, start, one.service_id))
        return service_deliveries.updated(notices)

    def ended(self, session: Session, event: Event = Event.SESSION_ENDED) -> Told:
        start = self.starts.of(session.transaction_id)
        return self._told(event, session, bodies.of_session(session), session.logged_at, start)

    def _told(
        self, event: Event, about: OpenTransaction | Session, body: bodies.Body, at: datetime, start: Start | None
    ) -> Told:
        if not self._followers and self._changed == self._read:
            return [], []
        return service_deliveries.told([_notice(event, about, body, at, start)])


def _notice(
    event: Event,
    about: OpenTransaction | Session,
    body: bodies.Body,
    at: datetime,
    start: Start | None,
    service_id: int | None = None,
) -> Notice:
    return Notice(
        event.value,
        about.session_id if isinstance(about, Session) else session_id(about),
        about.station_id,
        about.connector_id,
        service_id,
        start.service_id if start else None,
        start.reference if start else None,
        json.dumps(body),
        at,
    )
