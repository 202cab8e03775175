# ruff: noqa: S608 - conditions come from constants, values are bound
"""What users want stations to do: asking for it, calling it off, asking again (manual: Control).

A command is a row; the central system is woken by its commit, sends it, and writes every step into the row.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

import pyarrow as pa

from data import command_log, gone, station_passwords
from data.abilities import Abilities, abilities, unsupported_reason
from data.command_kinds import KINDS, MASK, Kind, Target, secret_names, sentence
from data.command_log import ROLES
from data.command_parameters import checked
from data.command_rows import FAILURES, State
from data.database import Batch, Change, Sql, rows_into
from data.errors import InvalidInput, NotFound
from data.events import EventKind, event
from data.scope import Scope
from data.texts import N_, told, words

WAKE = "command_request"
"""The subject of the change feed that wakes the central system; pages follow `command`."""

MOST_STATIONS = 20_000
LONGEST_WAIT = timedelta(days=30)
DEFAULT_WAIT = timedelta(hours=1)
ASKED = told("asked for.")

_TIME = pa.timestamp("us", tz="UTC")
INTO_COMMAND = rows_into(
    "command",
    pa.schema(
        [
            ("batch_id", pa.string()),
            ("station_id", pa.int32()),
            ("site_id", pa.int32()),
            ("connector_id", pa.int32()),
            ("kind", pa.string()),
            ("parameters", pa.string()),
            ("secret", pa.string()),
            ("stop_on_failures", pa.int32()),
            ("requested_by", pa.int32()),
            ("requested_at", _TIME),
            ("expires_at", _TIME),
            ("state", pa.string()),
            ("ended_at", _TIME),
            ("answer", pa.string()),
            ("template", pa.string()),
            ("arguments", pa.string()),
        ]
    ),
)


class Wanted(NamedTuple):
    """A command that was checked; parameters without the secret ones."""

    kind: Kind
    parameters: Mapping[str, object]
    secret: Mapping[str, object]
    connector_id: int | None
    expires_at: datetime
    stop_on_failures: int | None


def request(
    scope: Scope,
    kind: str,
    station_ids: Sequence[int],
    parameters: Mapping[str, object] | None = None,
    *,
    connector_id: int | None = None,
    expires_at: datetime | None = None,
    stop_on_failures: int | None = None,
) -> str:
    """Queue a command for one station or many, and return its batch_id.

    Stations that cannot do it get a row too, ended as not supported with the reason.

    Args:
        connector_id: 0 means the whole station, None that no connector is meant.
        expires_at: how long a station that is away is waited for; an hour unless told otherwise.
        stop_on_failures: so many failed stations cancel what is still queued.

    Raises:
        NotPermitted: an EV user commands no stations.
        NotFound: a station does not exist or is out of scope.
        InvalidInput: a parameter cannot be taken.
    """
    scope.require(*ROLES, action=N_("control charging stations"))
    wanted = checked_command(kind, parameters or {}, connector_id, expires_at, stop_on_failures)
    if not station_ids or len(station_ids) > MOST_STATIONS:
        raise InvalidInput(N_("Stations"), len(station_ids), told("must be 1 to %(most)s.", most=MOST_STATIONS))
    stations = abilities(scope, sorted(set(station_ids)))
    missing = set(station_ids) - stations.keys()
    if missing:
        raise gone.missing(scope, "charging_station", min(missing))
    batch_id = uuid4().hex
    scope.database.write(*queue(wanted, batch_id, list(stations.values()), scope.user_id))
    return batch_id


def checked_command(
    name: str,
    parameters: Mapping[str, object],
    connector_id: int | None,
    expires_at: datetime | None,
    stop_on_failures: int | None = None,
) -> Wanted:
    """Return a command as it is kept.

    Raises:
        InvalidInput: there is no such command, or a parameter cannot be taken.
    """
    kind = KINDS.get(name)
    if kind is None or kind.is_own:
        raise InvalidInput("Command", name, "is not known.")
    kept = checked(kind.parameters, parameters)
    if name == "change_configuration" and station_passwords.is_authorization_key(str(kept["key"])):
        station_passwords.check_key(str(kept["value"]))
    if kind.target is Target.CONNECTOR and not connector_id:
        raise InvalidInput("Outlet", None, "is missing. Choose one.")
    if kind.target is Target.STATION and connector_id is not None:
        raise InvalidInput("Outlet", connector_id, "does not belong to this command: it is for the whole station.")
    if connector_id is not None and not 0 <= connector_id <= 64:
        raise InvalidInput("Outlet", connector_id, "must be from 0 to 64.")
    now = datetime.now(UTC)
    expires_at = expires_at or now + DEFAULT_WAIT
    if not now < expires_at <= now + LONGEST_WAIT:
        raise InvalidInput(
            N_("Wait until"),
            expires_at.isoformat(),
            told("must be within the next %(days)s days.", days=LONGEST_WAIT.days),
        )
    if stop_on_failures is not None and stop_on_failures < 1:
        raise InvalidInput(N_("Stop on failures"), stop_on_failures, N_("must be 1 or more."))
    hidden = secret_names(kind, kept)
    secret = {key: value for key, value in kept.items() if key in hidden}
    shown = {key: MASK if key in hidden else value for key, value in kept.items()}
    return Wanted(kind, shown, secret, connector_id, expires_at, stop_on_failures)


def queue(
    wanted: Wanted, batch_id: str, stations: Sequence[Abilities], user_id: int | None, text: str = ASKED
) -> tuple[list[Batch], list[Change]]:
    """Return what to commit for a command that is allowed: its rows, events and changes.

    Args:
        user_id: who asks; None: no user but who is named in the text.
    """
    now = datetime.now(UTC)
    rows: list[tuple[object, ...]] = []
    events: list[tuple[object, ...]] = []
    parameters = json.dumps(wanted.parameters)
    secret = json.dumps(wanted.secret) if wanted.secret else None
    for station in stations:
        reason = unsupported_reason(station, wanted.kind.name)
        state, ended_at = (State.NOT_SUPPORTED, now) if reason else (State.QUEUED, None)
        rows.append(
            (
                batch_id, station.station_id, station.site_id, wanted.connector_id, wanted.kind.name, parameters,
                None if reason else secret, wanted.stop_on_failures, user_id, now, wanted.expires_at,
                state.value, ended_at, reason, *words(reason),
            )
        )  # fmt: skip
        noted = event(
            EventKind.COMMAND,
            sentence(wanted.kind, reason or text),
            at=now,
            site_id=station.site_id,
            station_id=station.station_id,
            connector_id=wanted.connector_id,
            charge_box_id=station.charge_box_id,
            user_id=user_id,
            details={"batch_id": batch_id, "kind": wanted.kind.name, "parameters": wanted.parameters, "state": state},
        )
        events += noted.rows
    changed: set[Change] = {("event", station.site_id) for station in stations}
    changed |= {("command", station.station_id) for station in stations}
    return [Batch(INTO_COMMAND, rows), noted._replace(rows=events)], [*changed, (WAKE, 0)]


def by_portal(kind: str, station_id: int, site_id: int, parameters: Mapping[str, object], at: datetime) -> Batch:
    """Queue a command for a station that no user gave; the caller writes it, with WAKE among what changed."""
    row = (
        uuid4().hex, station_id, site_id, None, kind, json.dumps(parameters), None, None, None, at, at + DEFAULT_WAIT,
        State.QUEUED.value, None, "", None, None,
    )  # fmt: skip
    return Batch(INTO_COMMAND, [row])


def cancel(scope: Scope, command_ids: Sequence[int]) -> int:
    """Call off commands that are still queued; return how many were."""
    return _end(scope, command_ids, (State.QUEUED,), told("Cancelled."))


def stop_waiting(scope: Scope, command_ids: Sequence[int]) -> int:
    """Wait no longer for the outcome of commands that stations accepted; return how many were waited for.

    What the station does goes on: OCPP cannot call it back.
    """
    return _end(scope, command_ids, (State.ACCEPTED, State.WORKING), told("Nobody waits for the outcome any longer."))


def _end(scope: Scope, command_ids: Sequence[int], states: Sequence[State], text: str) -> int:
    scope.require(*ROLES, action=N_("control charging stations"))
    sites, params = scope.sites()
    known = scope.database.query(
        f"SELECT command_id FROM command WHERE command_id = ANY($ids) AND {sites}", {"ids": list(command_ids), **params}
    )["command_id"].to_pylist()
    missing = set(command_ids) - set(known)
    if missing:
        raise NotFound("command", min(missing))
    ended = scope.database.write(
        [
            Sql(
                f"""UPDATE command SET state = 'cancelled', ended_at = $now, progress_text = $text, secret = NULL,
                        template = $template, arguments = $arguments
                    WHERE command_id = ANY($ids) AND state = ANY($states) AND {sites}
                    RETURNING command_id, station_id, site_id, kind""",
                {
                    "now": datetime.now(UTC),
                    "text": text,
                    **words(text)._asdict(),
                    "ids": list(known),
                    "states": list(states),
                    **params,
                },
            )
        ],
        changed=[(WAKE, 0)],
    )[0].to_pylist()
    if ended:
        noted = [
            event(
                EventKind.COMMAND,
                sentence(KINDS[row["kind"]], text),
                site_id=row["site_id"],
                station_id=row["station_id"],
                user_id=scope.user_id,
                details={"command_id": row["command_id"], "state": State.CANCELLED},
            )
            for row in ended
        ]
        changed = {("command", row["station_id"]) for row in ended} | {("event", row["site_id"]) for row in ended}
        scope.database.write(noted, changed)
    return len(ended)


def retry_failed(scope: Scope, batch_id: str, expires_at: datetime | None = None) -> str:
    """Ask again those stations of a batch that failed; return the new batch_id.

    Raises:
        NotFound: there is no such batch in scope.
        InvalidInput: nothing failed, or a secret value would have to be entered again.
    """
    scope.require(*ROLES, action=N_("control charging stations"))
    commands = command_log.batch(scope, batch_id)
    failed = [command for command in commands if command["state"] in (*FAILURES, State.EXPIRED)]
    if not failed:
        raise InvalidInput(N_("Stations"), None, N_("that failed: there are none."))
    parameters = failed[0]["parameters"]
    if MASK in parameters.values():
        raise InvalidInput(N_("Value"), None, N_("is secret and was not kept. Enter it again."))
    return request(
        scope,
        failed[0]["kind"],
        [command["station_id"] for command in failed],
        parameters,
        connector_id=failed[0]["connector_id"],
        expires_at=expires_at,
        stop_on_failures=failed[0]["stop_on_failures"],
    )
