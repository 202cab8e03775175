"""What happens at stations ends the commands that wait for it; each in the same commit as the happening."""

from datetime import datetime
from typing import TYPE_CHECKING

from csms.effects import WITH_REQUEST_ID
from csms.station import Station
from data import texts
from data.command_kinds import Outcome, sentence
from data.command_rows import FAILURES, Command, State, batch_stopped, updated
from data.commands import WAKE
from data.database import Batch, Change, Sql
from data.events import EventKind
from data.id_tags import canonical
from data.transactions import OpenTransaction

if TYPE_CHECKING:
    from csms.central import Central

Told = tuple[list[Sql | Batch], list[Change]]

FINISHED = {Outcome.INSTALLED: ("Installed",), Outcome.UPLOADED: ("Uploaded",)}
FAILED = {
    Outcome.INSTALLED: ("DownloadFailed", "InstallationFailed", "InstallVerificationFailed", "InvalidSignature"),
    Outcome.UPLOADED: ("UploadFailed", "UploadFailure", "BadMessage", "PermissionDenied", "NotSupportedOperation"),
}


def ended(central: "Central", station: Station, command: Command, state: State, at: datetime, text: str) -> Told:
    """End a command; return what to commit, and with it the end of its batch when too many failed."""
    command.state, command.ended_at = state, at
    command.progress_text = text
    station.awaiting.pop(command.command_id, None)
    statements, changed = noted(central, station, command, text)
    if command.stop_on_failures and state in FAILURES:
        statements.append(batch_stopped(command, at))
        changed.append((WAKE, 0))
    return statements, changed


def noted(central: "Central", station: Station, command: Command, text: str) -> Told:
    details = {"command_id": command.command_id, "batch_id": command.batch_id, "state": command.state}
    said = sentence(command.kind, text)
    event = central.note(station, EventKind.COMMAND, said, command.connector_id, details=details)
    return [updated(command), event], [("command", station.station_id), ("event", station.site_id)]


def happened(central: "Central", station: Station, outcome: Outcome, at: datetime, text: str) -> Told:
    """End every command that waits for this outcome."""
    waiting = [command for command in station.awaiting.values() if command.kind.done_when is outcome]
    return _fulfilled(central, station, waiting, at, text)


def progressed(
    central: "Central", station: Station, outcome: Outcome, status: str, request_id: int | None, at: datetime
) -> Told:
    """Take what a station reports of a software update or an upload.

    Args:
        request_id: the command it is about, where the station says so.
    """
    command = _reported(station, outcome, request_id)
    if command is None:
        return [], []
    if status in FINISHED[outcome]:
        done, over = _fulfilled(central, station, [command], at, status), replaced(central, station, command, at)
        return [*done[0], *over[0]], [*done[1], *over[1]]
    if status in FAILED[outcome]:
        return ended(central, station, command, State.FAILED, at, status)
    if status == "Idle" or command.answered_at is None:
        return [], []
    command.state, command.progress_text, command.progressed_at = State.WORKING, status, at
    return noted(central, station, command, status)


def _reported(station: Station, outcome: Outcome, request_id: int | None) -> Command | None:
    """Return the command that a report is about: the one it names, else the newest that is reported in this way."""
    waiting = [command for command in station.awaiting.values() if command.kind.done_when is outcome]
    named = [command for command in waiting if command.command_id == request_id]
    alike = [one for one in waiting if (one.kind.name in WITH_REQUEST_ID) == (request_id is not None)]
    return next(reversed(named or alike or waiting), None)


def became(central: "Central", station: Station, connector_id: int, status: str, at: datetime) -> Told:
    """End the changes of availability that a station had put off, and that hold with this status."""
    statuses = {number: one.status for number, one in station.statuses.items()} | {connector_id: status}

    def holds(command: Command) -> bool:
        outlets = (command.connector_id,) if command.connector_id else station.outlets
        is_off = command.parameters["type"] == "Inoperative"
        return all((statuses.get(number) == "Unavailable") == is_off for number in outlets)

    waiting = [command for command in station.awaiting.values() if command.kind.done_when is Outcome.STATUS]
    return _fulfilled(central, station, [command for command in waiting if holds(command)], at, status)


def replaced(central: "Central", station: Station, newer: Command, at: datetime) -> Told:
    """End the commands of a kind that the station has given up for a newer one."""
    statements: list[Sql | Batch] = []
    changed: list[Change] = []
    for command in list(station.awaiting.values()):
        if command is not newer and command.kind is newer.kind and command.answered_at:
            text = texts.told("The station took a newer one instead.")
            told = ended(central, station, command, State.CANCELLED, at, text)
            statements += told[0]
            changed += told[1]
    return statements, changed


def charging_began(central: "Central", station: Station, transaction: OpenTransaction) -> Told:
    """End the first command that asked for this."""
    waiting = [
        command
        for command in station.awaiting.values()
        if command.kind.done_when is Outcome.STARTED
        and command.connector_id in (None, 0, transaction.connector_id)
        and canonical(str(command.parameters["id_tag"])) == canonical(transaction.id_tag or "")
    ]
    text = texts.told("Transaction %(number)s.", number=transaction.transaction_id)
    return _fulfilled(central, station, waiting[:1], transaction.logged_at, text)


def charging_ended(central: "Central", station: Station, transaction: OpenTransaction, at: datetime) -> Told:
    waiting = [
        command
        for command in station.awaiting.values()
        if command.kind.done_when is Outcome.STOPPED
        and command.parameters.get("transaction_id") == transaction.transaction_id
    ]
    text = texts.told("Transaction %(number)s ended.", number=transaction.transaction_id)
    return _fulfilled(central, station, waiting, at, text)


def _fulfilled(central: "Central", station: Station, waiting: list[Command], at: datetime, text: str) -> Told:
    statements: list[Sql | Batch] = []
    changed: list[Change] = []
    for command in waiting:
        if command.answered_at is None:  # the answer is on its way and ends the command
            command.is_fulfilled = True
            continue
        told = ended(central, station, command, State.DONE, at, text)
        statements += told[0]
        changed += told[1]
    return statements, changed
