"""A new password goes to a station as its AuthorizationKey: both are valid until the station has come with the new one.

Source: Improved security for OCPP 1.6-J, A05 and table 5.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from csms.calling import Answer, Verdict
from csms.station import Station
from data import station_passwords, station_security
from data.command_rows import Command
from data.database import Batch, Change, Sql
from data.station_security import CHANGED, NOTHING, PROFILES

if TYPE_CHECKING:
    from csms.central import Central

Told = tuple[list[Sql | Batch], list[Change]]

SECURITY_PROFILE = "securityprofile"


async def begin(central: "Central", station: Station, command: Command) -> str:
    """Make a new password valid before the station hears of it; return its hash, empty if the command is about none."""
    if command.kind.name != "change_configuration":
        return ""
    if not station_passwords.is_authorization_key(str(command.parameters["key"])):
        return ""
    given = station_passwords.hash_of_key(str(command.parameters["value"]))
    statement = station_security.given(station.station_id, given, datetime.now(UTC))
    await central.commits.write([statement], [(CHANGED, station.station_id)])
    await central.reload_credentials(station.station_id)
    return given


def refused(station: Station, given: str) -> Told:
    """Forget a new password that the station did not take."""
    if not given:
        return [], []
    return [*station_security.forgotten(station.station_id, [given])], [(CHANGED, station.station_id)]


def answered(central: "Central", station: Station, command: Command, answer: Answer, given: str) -> Told:
    """Return what follows from the answer to a new password, or to a new security profile."""
    if answer.verdict is not Verdict.ACCEPTED:
        return refused(station, given)
    profile = _profile(command)
    if profile <= central.credentials.get(station.station_id, NOTHING).profile:
        return [], []
    agreed = station_security.profile_agreed(station.station_id, profile, datetime.now(UTC))
    return [agreed], [(CHANGED, station.station_id)]


def is_profile(command: Command) -> bool:
    return _profile(command) > 0


def _profile(command: Command) -> int:
    """Return the security profile that a command asks the station to take; 0 if it asks for none."""
    if command.kind.name != "change_configuration":
        return 0
    key, value = str(command.parameters["key"]), str(command.parameters["value"]).strip()
    is_profile = key.strip().lower() == SECURITY_PROFILE and value.isdecimal() and int(value) in PROFILES
    return int(value) if is_profile else 0
