"""What third-party services started or stopped: the command, and that the session is theirs."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from data.abilities import abilities
from data.command_rows import State
from data.commands import cancel, checked_command, queue
from data.database import Database, Sql
from data.errors import NotFound
from data.scope import PORTAL, Role, Scope
from data.service_access import Outlet, Service
from data.texts import told


class Start(NamedTuple):
    """A row of `service_start`."""

    batch_id: str
    service_id: int
    station_id: int
    connector_id: int
    id_tag: str
    is_own: bool
    reference: str | None
    started_at: datetime
    expires_at: datetime
    transaction_id: int | None = None


class Progress(NamedTuple):
    """How far a service's command is, and what was said."""

    command_id: int
    state: State
    text: str


class Asked(NamedTuple):
    """A service's command: for which outlet, and the service's word for what it starts."""

    batch_id: str
    outlet_uuid: str
    reference: str | None


REFUSED = (State.REJECTED, State.NOT_SUPPORTED, State.FAILED, State.EXPIRED, State.CANCELLED)
COLUMNS = ", ".join(Start._fields)


def ask(
    database: Database,
    service: Service,
    outlet: Outlet,
    kind: str,
    parameters: Mapping[str, object],
    batch_id: str,
    expires_at: datetime,
    start: Start | None = None,
) -> None:
    """Queue a command of a service for one outlet, together with what it starts.

    Raises:
        InvalidInput: a parameter cannot be taken.
        NotFound: the station was removed this moment.
    """
    wanted = checked_command(kind, parameters, outlet.connector_id, expires_at)
    stations = list(abilities(_everywhere(database), [outlet.station_id]).values())
    if not stations:
        raise NotFound("outlet", outlet.uuid)
    statements, changed = queue(
        wanted, batch_id, stations, None, told("asked for by the service %(service)s.", service=service.name)
    )
    owned = _owned(service, outlet, batch_id, start.reference if start else None)
    database.write([*statements, owned, *([_made(start)] if start else [])], changed)


def progress(database: Database, batch_id: str) -> Progress:
    """Return how far the one command of a batch is."""
    row = database.query(
        "SELECT command_id, state, answer, progress_text FROM command WHERE batch_id = $batch_id",
        {"batch_id": batch_id},
    ).to_pylist()[0]
    return Progress(row["command_id"], State(row["state"]), row["progress_text"] or row["answer"])


def given_up(database: Database, batch_id: str) -> Progress:
    """Call off the one command of a batch if its station was not sent it yet; return how far it is then."""
    cancel(_everywhere(database), [progress(database, batch_id).command_id])
    return progress(database, batch_id)


def asked(database: Database, service: Service, command_id: int) -> Asked | None:
    """Return a command that a service asked for."""
    rows = database.query(
        """SELECT batch_id, outlet_uuid, reference FROM service_command JOIN command USING (batch_id)
           WHERE command_id = $command_id AND service_id = $service_id""",
        {"command_id": command_id, "service_id": service.service_id},
    ).to_pylist()
    return Asked(**rows[0]) if rows else None


def referred(database: Database, service: Service, reference: str) -> Start | None:
    """Return what a service started under its reference."""
    sql = f"SELECT {COLUMNS} FROM service_start WHERE service_id = $id AND reference = $reference"  # noqa: S608
    rows = database.query(sql, {"id": service.service_id, "reference": reference}).to_pylist()
    return Start(**rows[0]) if rows else None


def began(start: Start) -> Sql:
    """Note the transaction that a start led to."""
    return Sql(
        "UPDATE service_start SET transaction_id = $transaction_id WHERE batch_id = $batch_id",
        {"transaction_id": start.transaction_id, "batch_id": start.batch_id},
    )


def at_work(database: Database, now: datetime) -> list[Start]:
    """Return the starts that may still begin a session, and those whose session is going on."""
    rows = database.query(
        f"""SELECT {COLUMNS} FROM service_start WHERE (transaction_id IS NULL AND expires_at > $now
                AND batch_id NOT IN (SELECT batch_id FROM command WHERE state = ANY($refused)))
            OR transaction_id IN (SELECT transaction_id FROM open_transaction)""",  # noqa: S608 - own column names
        {"now": now, "refused": list(REFUSED)},
    )
    return [Start(**row) for row in rows.to_pylist()]


def _made(start: Start) -> Sql:
    values = ", ".join(f"${name}" for name in Start._fields)
    return Sql(f"INSERT INTO service_start ({COLUMNS}) VALUES ({values})", start._asdict())  # noqa: S608


def _owned(service: Service, outlet: Outlet, batch_id: str, reference: str | None) -> Sql:
    return Sql(
        "INSERT INTO service_command VALUES ($batch_id, $service_id, $uuid, $reference)",
        {"batch_id": batch_id, "service_id": service.service_id, "uuid": outlet.uuid, "reference": reference},
    )


def _everywhere(database: Database) -> Scope:
    return Scope(database, user_id=PORTAL, role=Role.ADMINISTRATOR, site_ids=None)
