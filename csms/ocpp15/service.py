"""The central system service of OCPP 1.5: stations post envelopes, each answered when what it tells is on disk."""

import asyncio
import logging
import ssl
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from aiohttp import web

from csms.call_queue import CALL
from csms.central import Central
from csms.connection import CALLERROR, CALLRESULT
from csms.gate import CHALLENGE, Denied, Gate, Shown
from csms.happenings import NotUnderstood
from csms.networks import caller
from csms.ocpp15 import envelope
from csms.ocpp15.contacts import Contacts
from csms.ocpp15.contract import CENTRAL_SYSTEM, local_name
from csms.ocpp15.envelope import Envelope, Fault
from csms.ocpp15.line import SoapLine
from csms.ocpp15.messages import MESSAGES
from csms.refusals import Refusals
from csms.rules import take
from csms.station import Station
from csms.tls import client_certificate
from data.errors import DatabaseUnusable
from data.events import EventKind
from data.texts import told

log = logging.getLogger(__name__)

PATH = "/Ocpp/CentralSystemService15"
READ_WITHIN_S = 30
REQUEST = "Request"


class _Request(NamedTuple):
    content: bytes
    received_at: datetime
    peer: str
    own: str  # the address of this machine that it came to
    authorization: str
    tls: ssl.SSLObject | None


class CentralSystemService:
    """Answers the configured stations."""

    def __init__(self, central: Central, contacts: Contacts, refusals: Refusals, gate: Gate) -> None:
        self._central = central
        self._gate = gate
        self._refusals = refusals
        self._contacts = contacts

    def routes(self) -> list[web.RouteDef]:
        return [web.get(PATH, self._wsdl), web.post(PATH, self._serve)]

    async def _wsdl(self, request: web.Request) -> web.Response:
        """Serve the contract, with the address it was asked at."""
        address = escape(str(request.url.with_query(None))).encode()
        return web.Response(
            body=CENTRAL_SYSTEM.wsdl.replace(b"http://localhost/", address), content_type="text/xml", charset="utf-8"
        )

    async def _serve(self, http: web.Request) -> web.Response:
        authorization = http.headers.get("Authorization", "")
        try:
            content = await _content(http)
        except web.RequestPayloadError:
            return self._refused(Fault("Sender", "ProtocolError", "The request cannot be unpacked."), None, None)
        peer = caller(http.remote or "", http.headers.get("X-Forwarded-For", ""))
        tls = http.transport.get_extra_info("ssl_object") if http.transport else None
        request = _Request(content, datetime.now(UTC), peer, _own_address(http), authorization, tls)
        asked: Envelope | None = None
        line: SoapLine | None = None
        try:
            asked = envelope.read(request.content)
            station = self._station(asked, request)
            line = await self._admitted(station, asked, request)
            operation, payload = await self._answer(station, line, asked, request)
        except Fault as fault:
            self._central.metrics.refused += 1
            return self._refused(fault, asked, line)
        except DatabaseUnusable:  # only silence makes every station send it again
            self._central.metrics.failed += 1
            return web.Response(status=503)
        except Exception:
            self._central.metrics.failed += 1
            log.exception("%s: a request failed", asked.charge_box_id if asked else "")
            failed = Fault("Receiver", "InternalError", "The central system could not store this. Send it again.")
            return self._refused(failed, asked, line)
        content = envelope.answer(CENTRAL_SYSTEM, operation, payload, asked)
        line.log("out", content, [CALLRESULT, asked.message_id, payload])
        return _response(content, 200)

    def _refused(self, fault: Fault, asked: Envelope | None, line: SoapLine | None) -> web.Response:
        content = envelope.fault(CENTRAL_SYSTEM, fault, asked)
        if asked and line:
            line.log("out", content, [CALLERROR, asked.message_id, fault.code, str(fault)])
        response = _response(content, fault.http_status)
        if fault.http_status == HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = CHALLENGE
        return response

    async def _admitted(self, station: Station, asked: Envelope, request: _Request) -> SoapLine:
        """Return the way to a station whose request may be looked at.

        Raises:
            Fault: it does not prove who it is.
        """
        certificate = client_certificate(request.tls)
        shown = Shown(request.peer, request.authorization, request.tls is not None, certificate)
        found = self._gate.look_at(station, shown)
        if isinstance(found, Denied):
            raise Fault("Sender", "SecurityError", found.text.strip(), found.status)
        line = await self._contacts.heard(station, asked.from_address, request.peer, request.own)
        proof = self._gate.proven(station, found)
        if proof.statements:
            await self._central.commits.write(proof.statements, proof.changed)
        await self._gate.came(station, found, proof)
        return line

    async def _answer(
        self, station: Station, line: SoapLine, asked: Envelope, request: _Request
    ) -> tuple[str, dict[str, object]]:
        """Return the operation and the fields of its response.

        Raises:
            Fault: an unknown operation, or a message that cannot be understood.
        """
        central = self._central
        name = local_name(asked.body)
        operation = name[:1].upper() + name[1:].removesuffix(REQUEST)
        message = MESSAGES.get(operation)
        if message is None or not CENTRAL_SYSTEM.has(name):
            line.log("in", request.content, [CALL, asked.message_id, operation], request.received_at, "NotSupported")
            text = told("The station sent an operation unknown to OCPP 1.5, which is not supported.")
            central.note_oddity(station, EventKind.ODD_MESSAGE, text, {"operation": operation[:100]})
            raise Fault("Receiver", "NotSupported", text)
        payload, breach = CENTRAL_SYSTEM.read(asked.body), CENTRAL_SYSTEM.breach(asked.body)
        flaw = breach.rule if breach else None
        line.log("in", request.content, [CALL, asked.message_id, operation, payload], request.received_at, flaw)
        if breach:
            text = told("%(action)s is not as OCPP 1.5 has it.", action=operation)
            central.note_oddity(station, EventKind.ODD_MESSAGE, text, {"breach": breach.message})
        try:
            happening = message.read(payload)
        except NotUnderstood as error:
            raise Fault("Sender", "ProtocolError", f"{error}.") from error
        result = await take(central, station, happening, request.received_at, asked.message_id)
        central.metrics.received[operation] += 1
        return operation, message.answer(result, datetime.now(UTC), central.timing.heartbeat)

    def _station(self, asked: Envelope, request: _Request) -> Station:
        if not asked.charge_box_id:
            raise Fault("Sender", "IdentityMismatch", "The header chargeBoxIdentity is missing.")
        station = self._central.stations.get(asked.charge_box_id)
        if station is None:
            self._refusals.unknown(asked.charge_box_id, "OCPP 1.5", request.peer)
            raise Fault("Sender", "SecurityError", "No charging station has this ChargeboxId.")
        return station


async def _content(http: web.Request) -> bytes:
    """Return the body: unpacked, and within the application's limit of size."""
    try:
        async with asyncio.timeout(READ_WITHIN_S):
            return await http.read()
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error


def _own_address(http: web.Request) -> str:
    name: Any = http.transport.get_extra_info("sockname") if http.transport else None
    return str(name[0]) if name else ""


def _response(content: bytes, status: int) -> web.Response:
    return web.Response(body=content, status=status, content_type=envelope.CONTENT_TYPE, charset="utf-8")
