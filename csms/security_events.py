"""Rule for what stations report of their security: kept, and an alarm where somebody must look.

Source: Improved security for OCPP 1.6-J, appendix A.2 (security events).
"""

from datetime import datetime

from csms import clock
from csms.central import Central
from csms.happenings import SecurityReported
from csms.station import Station
from data import alarms
from data.alarms import SECURITY, Alarm
from data.database import Batch, Change, Sql
from data.events import EventKind
from data.texts import N_, told

ALARMING = {
    "AttemptedReplayAttacks": N_("Messages were sent to the charging station again by somebody else"),
    "InvalidCentralSystemCertificate": N_("The charging station does not trust the certificate it was shown"),
    "InvalidFirmwareSignature": N_("The charging station got software with a wrong signature"),
    "InvalidFirmwareSigningCertificate": N_("The charging station got software signed by a stranger"),
    "MemoryExhaustion": N_("The charging station runs out of memory"),
    "SecurityLogWasCleared": N_("The security log of the charging station was cleared"),
    "TamperDetectionActivated": N_("The charging station was tampered with"),
}
"""Types that need somebody to look; the others are events. What happened cannot unhappen: only a person clears it."""


async def reported(central: Central, station: Station, report: SecurityReported, received_at: datetime) -> None:
    at = clock.moment(report.stamp, received_at, station.zone).at
    what: str = report.type or told("an event without a type")
    text = told("Security: %(what)s.", what=what)
    if report.info:
        text = told("Security: %(what)s, %(info)s.", what=what, info=report.info)
    details = {"type": report.type, "info": report.info, "at": at.isoformat()}
    statements: list[Sql | Batch] = [central.note(station, EventKind.SECURITY, text, details=details)]
    changed: list[Change] = [("event", station.site_id)]
    description = ALARMING.get(report.type)
    if description:
        statements += alarms.raised(
            Alarm(
                SECURITY, report.type, station.site_id, station.station_id, 0, description, report.info, "", received_at
            )
        )
        changed.append(("alarm", station.station_id))
    await central.commits.write(statements, changed)
    if description:
        station.alarms.add((0, SECURITY))
