"""What a station's answer to a command changes in the portal, and what a command needs to know of the station."""

from collections.abc import Mapping
from datetime import UTC, datetime

from csms.calling import Answer, Verdict
from csms.file_accounts import Account, Accounts, Purpose
from csms.station import Station
from data import parameters, reservations
from data.command_rows import Command
from data.database import Batch, Change, Sql
from data.parameters import Parameter
from data.texts import told

TO_FTP, FROM_FTP = ("upload_log", "get_log"), ("update_software", "update_signed_software")
WITH_FILES = TO_FTP + FROM_FTP
WITH_REQUEST_ID = ("get_log", "update_signed_software")
"""The station names the command again when it tells its progress."""
REBOOT_REQUIRED = "RebootRequired"


class Impossible(Exception):
    """A command lacks what only the station could give; says what."""


def completed(station: Station, command: Command) -> Mapping[str, object]:
    """Return a command's parameters with what follows from the station's state.

    Raises:
        Impossible: there is no transaction to stop.
    """
    request = {"request_id": command.command_id} if command.kind.name in WITH_REQUEST_ID else {}
    if command.kind.name in FROM_FTP:
        return {"retrieve_at": datetime.now(UTC).isoformat(), **command.parameters, **request}
    if request:
        return {**command.parameters, **request}
    if command.kind.name == "reserve":
        return {**command.parameters, "reservation_id": command.command_id}
    if command.kind.name == "stop_charging" and "transaction_id" not in command.parameters:
        transaction = station.only_transaction(command.connector_id)
        if transaction is None and station.open and not command.connector_id:
            raise Impossible(told("Several outlets are charging. Say which."))
        if transaction is None:
            raise Impossible(told("Nothing is charging there."))
        return {**command.parameters, "transaction_id": transaction.transaction_id}
    return command.parameters


def located(accounts: Accounts, ftp_url: str, station: Station, command: Command) -> Mapping[str, object]:
    """Return a command's parameters with the address of the station's account, unless an address was given.

    Raises:
        Impossible: no FTP address is configured, or no image was chosen.
    """
    if "location" in command.parameters:
        return command.parameters
    if not ftp_url:
        raise Impossible(told("The portal's FTP address is not configured. Enter it under System, General."))
    if command.kind.name in TO_FTP:
        location = accounts.location(ftp_url, Account(Purpose.LOGS, station.station_id))
    elif command.parameters.get("image"):
        image = str(command.parameters["image"])
        location = accounts.location(ftp_url, Account(Purpose.IMAGES, station.station_id), image)
    else:
        raise Impossible(told("No software image was chosen."))
    return {**command.parameters, "location": location}


def of_answer(
    station: Station, command: Command, answer: Answer, at: datetime
) -> tuple[list[Sql | Batch], list[Change]]:
    """Return what to commit beside the answer."""
    if answer.verdict is not Verdict.ACCEPTED:
        return [], []
    changed: list[Change] = [("station_state", station.station_id)]
    if command.kind.name == "change_configuration":
        if answer.word == REBOOT_REQUIRED:
            station.reads_after_boot = True
        key, value = str(command.parameters["key"]), str(command.parameters["value"])
        return [parameters.changed(station.station_id, key, value, at)], changed
    if command.kind.name == "read_configuration":
        found = (answer.result or {}).get("parameters")
        read = [Parameter(**row) for row in found] if isinstance(found, list) else []
        is_whole = not command.parameters.get("key")
        command.result = {"unknown": (answer.result or {}).get("unknown")}
        station.parameters_read |= is_whole
        return list(parameters.read(station.station_id, parameters.within_limits(read), at, is_whole=is_whole)), changed
    if command.kind.name == "reserve":
        command.result = {"reservation_id": command.command_id}
        return [reservations.made(command, at)], changed
    if command.kind.name == "cancel_reservation":
        return [reservations.cancelled(int(str(command.parameters["reservation_id"])), station.station_id, at)], changed
    return [], []
