"""Who is let in: a station must show what is asked of it, a password or a certificate, and tries are limited.

Source: Improved security for OCPP 1.6-J, chapter 2 (security profiles).
"""

import base64
import binascii
from collections import OrderedDict, deque
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import NamedTuple

from csms.central import Central
from csms.refusals import Refusals
from csms.station import Station
from csms.tls import ClientCertificate
from data import station_passwords, station_security
from data.database import Batch, Change, Sql
from data.events import EventKind
from data.station_security import CHANGED, NOTHING, Credentials
from data.texts import N_, told

MOST_WRONG = 10  # tries of one address at one station …
WRONG_WITHIN = timedelta(minutes=1)  # … within this time; more are not noted, and a right password still counts
MOST_KEPT = 10_000
CHALLENGE = 'Basic realm="Charge Portal"'
"""What an answer of 401 asks for, as WWW-Authenticate."""
PASSWORD, PASSWORD_OVER_TLS, CERTIFICATE = 1, 2, 3
"""The security profiles that prove who comes."""


class Shown(NamedTuple):
    """What a caller shows of itself.

    authorization: the header of that name, empty without one.
    certificate: its client certificate, signed by the portal's authority and not expired; None without one.
    """

    address: str
    authorization: str = ""
    is_tls: bool = False
    certificate: ClientCertificate | None = None


class Admitted(NamedTuple):
    """profile: what the station proved, 0 to 3. password_hash: of the password it came with, empty without one."""

    profile: int
    password_hash: str = ""


class Proof(NamedTuple):
    """What to commit of what a station came with."""

    statements: list[Sql | Batch]
    changed: list[Change]
    is_renewed: bool  # something else is asked of the station from now on


class Denied(NamedTuple):
    status: HTTPStatus
    text: str


class Gate:
    """Looks at every connection, and with SOAP at every request."""

    def __init__(self, central: Central, refusals: Refusals) -> None:
        self._central = central
        self._refusals = refusals
        self._wrong: OrderedDict[tuple[int, str], deque[datetime]] = OrderedDict()

    def look_at(self, station: Station, shown: Shown) -> Admitted | Denied:
        """Tell whether a caller is the station it says it is."""
        now = datetime.now(UTC)
        asked = self._central.credentials.get(station.station_id, NOTHING)
        if shown.certificate is not None:
            fault = self._fault(station, shown.certificate)
            return self._deny(station, shown, fault) if fault else Admitted(CERTIFICATE)
        found = _matching(asked, station.charge_box_id, shown.authorization)
        if asked.password and not found:
            if not shown.authorization:
                return self._deny(station, shown, told("it came without its password"))
            if self._is_guessing(station, shown.address, now):
                return Denied(HTTPStatus.TOO_MANY_REQUESTS, "Too many wrong passwords. Try again in a minute.\n")
            self._note_wrong(station, shown.address, now)
            return self._deny(station, shown, told("its password is wrong"))
        profile = 0 if not found else PASSWORD_OVER_TLS if shown.is_tls else PASSWORD
        if profile < asked.profile:
            return self._deny(
                station,
                shown,
                told(
                    "security profile %(asked)s is asked for and it came with %(shown)s",
                    asked=asked.profile,
                    shown=profile,
                ),
            )
        return Admitted(profile, found)

    def proven(self, station: Station, admitted: Admitted) -> Proof:
        """Return what to commit of what a station came with: a new password ends the old one, a higher profile the
        lower ones."""
        asked = self._central.credentials.get(station.station_id, NOTHING)
        renewed, now = _renewed(asked, admitted), datetime.now(UTC)
        statements: list[Sql | Batch] = []
        changed: list[Change] = []
        if station.profile != admitted.profile:
            statements.append(station_security.came_with(station.station_id, admitted.profile))
            changed.append(("station_state", station.station_id))
        texts = []
        if renewed.password != asked.password:
            gone = set(asked.next_passwords) - set(renewed.next_passwords)
            statements += station_security.forgotten(station.station_id, gone)
            statements.append(station_security.proven(station.station_id, renewed.password, now))
            texts.append(told("The station came with its new password; the old one is not valid any more."))
        if renewed.profile != asked.profile:
            statements.append(station_security.profile_reached(station.station_id, renewed.profile, now))
            reached = N_("Security profile %(profile)s was reached; lower ones are refused from now on.")
            texts.append(told(reached, profile=renewed.profile))
        if texts:
            changed += [(CHANGED, station.station_id), ("event", station.site_id)]
            statements += [self._central.note(station, EventKind.SECURITY, text) for text in texts]
        return Proof(statements, changed, is_renewed=bool(texts))

    async def came(self, station: Station, admitted: Admitted, proof: Proof) -> None:
        """Take over what was committed of what a station came with."""
        station.profile = admitted.profile
        if proof.is_renewed:
            await self._central.reload_credentials(station.station_id)

    def _fault(self, station: Station, shown: ClientCertificate) -> str:
        """Say why a certificate is not good for a station; empty if it is."""
        if shown.name != station.charge_box_id:
            return told("it came with the certificate of %(name)s", name=repr(shown.name[:100]))
        known = self._central.certificates.get(shown.serial_number)  # none: signed before a restored backup was made
        if known and known.station_id != station.station_id:
            return told("its certificate is that of an earlier station of this name")
        return told("its certificate was revoked") if known and known.is_revoked else ""

    def _deny(self, station: Station, shown: Shown, reason: str) -> Denied:
        self._refusals.refused(station.charge_box_id, reason, shown.address, station)
        return Denied(HTTPStatus.UNAUTHORIZED, f"Refused: {reason}.\n")

    def _is_guessing(self, station: Station, address: str, now: datetime) -> bool:
        tries = self._wrong.get((station.station_id, address))
        while tries and now - tries[0] > WRONG_WITHIN:
            tries.popleft()
        return tries is not None and len(tries) >= MOST_WRONG

    def _note_wrong(self, station: Station, address: str, now: datetime) -> None:
        tries = self._wrong.setdefault((station.station_id, address), deque(maxlen=MOST_WRONG))
        tries.append(now)
        self._wrong.move_to_end((station.station_id, address))
        if len(self._wrong) > MOST_KEPT:
            self._wrong.popitem(last=False)


def _renewed(asked: Credentials, admitted: Admitted) -> Credentials:
    if admitted.password_hash in asked.next_passwords:
        later = asked.next_passwords[asked.next_passwords.index(admitted.password_hash) + 1 :]
        asked = asked._replace(password=admitted.password_hash, next_passwords=later)
    if asked.next_profile and admitted.profile >= asked.next_profile:
        asked = asked._replace(profile=asked.next_profile, next_profile=0)
    return asked


def _matching(asked: Credentials, charge_box_id: str, authorization: str) -> str:
    """Return the hash that fits the password in the header; empty if none does, or it is for another station."""
    scheme, _blank, content = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        name, colon, password = base64.b64decode(content.strip(), validate=True).partition(b":")
    except binascii.Error:
        return ""
    if not colon or name.decode(errors="replace") != charge_box_id:
        return ""
    hashes = [asked.password, *asked.next_passwords]
    return next((kept for kept in hashes if kept and station_passwords.is_password(password, kept)), "")
