"""Rule for a station that wants its certificate signed: it is signed for who proved to be that station."""

import asyncio
from datetime import datetime

from csms.authority import NotSigned
from csms.central import Central
from csms.happenings import CertificateAsked
from csms.station import Station
from data import commands, station_certificates
from data.events import EventKind
from data.texts import told

UNPROVEN = told("it came without a password, so that anybody may have asked")


async def asked(central: Central, station: Station, wish: CertificateAsked, received_at: datetime) -> bool:
    """Sign it, and have the station sent it; return whether it was signed."""
    try:
        if not station.profile:
            raise NotSigned(UNPROVEN)
        signed = await asyncio.to_thread(central.authority.sign, wish.csr, station.charge_box_id, received_at)
    except NotSigned as refusal:
        text = told("The station's certificate was not signed: %(reason)s.", reason=refusal.args[0])
        noted = central.note(station, EventKind.SECURITY, text)
        await central.commits.write([noted], [("event", station.site_id)])
        return False
    text = told("A certificate was signed for the station, valid until %(day)s.", day=f"{signed.expires_at:%Y-%m-%d}")
    chain = {"certificate_chain": signed.chain}
    await central.commits.write(
        [
            station_certificates.issued(station.station_id, signed.serial_number, received_at, signed.expires_at),
            commands.by_portal("certificate_signed", station.station_id, station.site_id, chain, received_at),
            central.note(station, EventKind.SECURITY, text, details={"serial_number": signed.serial_number}),
        ],
        [
            ("event", station.site_id),
            ("command", station.station_id),
            (commands.WAKE, 0),
            (station_certificates.CHANGED, station.station_id),
        ],
    )
    return True
