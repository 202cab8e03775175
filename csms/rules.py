"""Which rule stands for which happening."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from csms import certificates, charging, metering, registration, security_events, statuses
from csms.central import Central
from csms.happenings import (
    Authorizing,
    Beat,
    Booted,
    CertificateAsked,
    DataTransferred,
    DiagnosticsStatusChanged,
    FirmwareStatusChanged,
    Happening,
    Measured,
    SecurityReported,
    Started,
    StatusChanged,
    Stopped,
)
from csms.station import Station

Rule = Callable[[Central, Station, Any, datetime], Awaitable[Any]]
"""Takes the happening and when it was received; returns what the version's answer needs, after the commit."""

RULES: dict[type, Rule] = {
    Beat: registration.beat,
    Booted: registration.booted,
    StatusChanged: statuses.status_changed,
    Authorizing: charging.authorizing,
    Started: charging.started,
    Measured: metering.measured,
    Stopped: charging.stopped,
    FirmwareStatusChanged: registration.firmware_status_changed,
    DiagnosticsStatusChanged: registration.diagnostics_status_changed,
    DataTransferred: registration.data_transferred,
    SecurityReported: security_events.reported,
    CertificateAsked: certificates.asked,
}


async def take(central: Central, station: Station, happening: Happening, received_at: datetime, message_id: str) -> Any:
    """Let the rule of a happening work, one at a time per station whatever connection it came by."""
    if isinstance(happening, Measured):
        happening = happening._replace(message_id=message_id)
    async with station.lock:
        return await RULES[type(happening)](central, station, happening, received_at)
