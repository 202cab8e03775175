"""Has stations renew the certificate they come with before it expires.

Source: Improved security for OCPP 1.6-J, A02 (the central system asks for a new certificate).
"""

import asyncio
from datetime import UTC, datetime, timedelta

from csms.central import Central
from csms.repeating import every
from data import commands, station_certificates
from data.database import Change

RENEWED_BEFORE = timedelta(days=30)
ASKED_AGAIN_AFTER = timedelta(days=1)
SIGN = {"message": "SignChargePointCertificate"}


async def run(central: Central) -> None:
    """Look for them, for ever."""
    failing = "certificates that expire soon could not be looked for"
    await every(central.timing.renewals_every, lambda: ask(central, datetime.now(UTC)), failing, at_once=True)


async def ask(central: Central, now: datetime) -> None:
    """Queue the request for each station whose certificate expires soon; one not renewed is asked again a day later."""
    expiring = await asyncio.to_thread(
        station_certificates.expiring, central.database, now, now + RENEWED_BEFORE, now - ASKED_AGAIN_AFTER
    )
    if not expiring:
        return
    asked = [commands.by_portal("extended_trigger_message", one.station_id, one.site_id, SIGN, now) for one in expiring]
    changed: list[Change] = [("command", one.station_id) for one in expiring]
    await central.commits.write(asked, [*changed, (commands.WAKE, 0)])
