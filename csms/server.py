"""The WebSocket server that stations connect to."""

import asyncio
import logging
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import NegotiationError
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from csms import addresses, connection_days, ocpp16, registration
from csms.calling import Line
from csms.central import Central
from csms.connection import TAKEN_OVER, Connection, Peer
from csms.gate import CHALLENGE, Admitted, Denied, Gate, Shown
from csms.message_log import StationLog
from csms.networks import caller
from csms.ocpp16.calls import Caller16
from csms.ocpp16.respond import is_repeatable, respond
from csms.ocpp16.schemas import flaw
from csms.refusals import Refusals
from csms.station import Station
from csms.tls import client_certificate
from data.connection_days import Closed
from data.events import EventKind
from data.texts import told
from settings import Address

log = logging.getLogger(__name__)

LARGEST_FRAME = 256 * 1024  # bytes
PING_EVERY_S = 60  # keeps lines through NAT open; late pongs are no reason to hang up
CLOSE_WITHIN_S = 5
HANDSHAKE_WITHIN_S = 20  # of TLS; stations compute slowly
RESTARTING = 1012


class OcppServer:
    """Accepts the configured stations, one connection for each: the newest wins."""

    def __init__(self, central: Central, refusals: Refusals, gate: Gate) -> None:
        self._central = central
        self._refusals = refusals
        self._gate = gate
        self._admitted: WeakKeyDictionary[ServerConnection, Admitted] = WeakKeyDictionary()
        self._servers: list[Server] = []
        self._closing: set[asyncio.Task[None]] = set()
        self._is_finishing = False
        self._waited_for = timedelta(seconds=central.timing.silent_after)

    async def start(self, address: Address, tls: ssl.SSLContext | None = None) -> Address:
        """Listen, at one address or more; return the address with the real port.

        Raises:
            OSError: the address is taken or not this machine's.
        """
        server = await serve(
            self._serve,
            address.host,
            address.port,
            process_request=self._refusal,
            select_subprotocol=self._subprotocol,
            compression=None,  # saves 36 KiB a station; none needs it
            max_size=LARGEST_FRAME,
            ping_interval=PING_EVERY_S,
            ping_timeout=None,
            close_timeout=CLOSE_WITHIN_S,
            server_header=None,
            backlog=4096,
            ssl=tls,
            ssl_handshake_timeout=HANDSHAKE_WITHIN_S if tls else None,
        )
        self._servers.append(server)
        return Address(address.host, server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Answer what was received, then tell the stations to come again."""
        self._is_finishing = True
        for server in self._servers:
            server.close(close_connections=False)
        connections = [station.connection for station in self._central.stations.values() if station.connection]
        await asyncio.gather(
            *(connection.finish(RESTARTING, self._central.timing.finish_within) for connection in connections)
        )
        await asyncio.gather(*(server.wait_closed() for server in self._servers))

    def _refusal(self, socket: ServerConnection, request: Request) -> Response | None:
        """Answer what is no station's request, and stations nobody configured."""
        if request.path == "/healthz":
            return socket.respond(HTTPStatus.OK, "ok\n")
        if "Connection" not in request.headers and "Upgrade" in request.headers:
            request.headers["Connection"] = "Upgrade"  # some stations forget it
        if self._is_finishing:
            return socket.respond(HTTPStatus.SERVICE_UNAVAILABLE, "The central system is restarting.\n")
        charge_box_id = addresses.charge_box_id(request.path, self._central.stations)
        station = self._central.stations.get(charge_box_id or "")
        if station:
            return self._denial(station, socket, request)
        self._refusals.unknown(charge_box_id or "", "OCPP 1.6", str(socket.remote_address[0]))
        return socket.respond(HTTPStatus.NOT_FOUND, "No charging station has this ChargeboxId.\n")

    def _denial(self, station: Station, socket: ServerConnection, request: Request) -> Response | None:
        """Answer who does not show what its station must."""
        # only the first of several headers counts
        authorization = next(iter(request.headers.get_all("Authorization")), "")
        session = socket.transport.get_extra_info("ssl_object")
        forwarded = next(iter(request.headers.get_all("X-Forwarded-For")), "")
        address = caller(str(socket.remote_address[0]), forwarded)
        shown = Shown(address, authorization, session is not None, client_certificate(session))
        found = self._gate.look_at(station, shown)
        if isinstance(found, Denied):
            response = socket.respond(found.status, found.text)
            response.headers["WWW-Authenticate"] = CHALLENGE
            return response
        self._admitted[socket] = found
        return None

    def _subprotocol(self, socket: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
        """Take OCPP 1.6, also from stations that offer nothing."""
        chosen = addresses.subprotocol(offered)
        if chosen is None and offered:
            assert socket.request is not None
            charge_box_id = addresses.charge_box_id(socket.request.path, self._central.stations)
            reason = told("it speaks only %(protocols)s", protocols=", ".join(offered)[:100])
            self._refusals.refused(charge_box_id or "", reason, str(socket.remote_address[0]))
            raise NegotiationError("only ocpp1.6 is spoken here")
        return None if chosen is None else Subprotocol(chosen)

    async def _serve(self, socket: ServerConnection) -> None:
        central = self._central
        assert socket.request is not None
        station = central.stations.get(addresses.charge_box_id(socket.request.path, central.stations) or "")
        if station is None:  # removed this moment
            return
        connection = Connection(socket, self._peer(station), central.metrics, central.timing.call_deadline)
        older, station.connection = station.connection, connection
        station.caller = Caller16(connection)
        station.heard_at = station.connected_at = datetime.now(UTC)
        if older:
            self._close_later(older)
            station.contact.over(Closed.NEWER, station.heard_at, is_last=False)
        station.contact.heard(station.heard_at, self._waited_for)
        try:
            async with station.lock:
                admitted = self._admitted[socket]
                proof = self._gate.proven(station, admitted)
                await registration.connected(central, station, ocpp16.PROTOCOL, station.heard_at, proof)
                await self._gate.came(station, admitted, proof)
            central.commander.wake(station)
            await connection.run()
        finally:
            if station.connection is connection:
                station.connection = station.caller = None
                async with station.lock:
                    closed = connection_days.reason(socket.protocol)
                    await registration.disconnected(central, station, _reason(socket), closed)

    def _peer(self, station: Station) -> Peer:
        central = self._central

        async def answer(unique_id: str, action: str, payload: dict[str, Any], received_at: datetime) -> dict[str, Any]:
            return await respond(central, station, unique_id, action, payload, received_at)

        def heard(at: datetime) -> None:
            station.heard_at = at
            station.contact.heard(at, self._waited_for)

        messages = StationLog(central.recorder, station.station_id, station.site_id, station.contact, flaw)
        return Peer(
            station.charge_box_id,
            station.answers,
            answer,
            is_repeatable,
            heard,
            partial(self._note_broken, station),
            partial(self._note_unexpected, station),
            messages.record,
        )

    def _note_broken(self, station: Station, frame: bytes) -> None:
        text = told("The station sent a frame that is no OCPP-J message.")
        details = {"frame": frame[:1000].decode(errors="replace").replace("\0", "")}
        self._central.note_oddity(station, EventKind.BROKEN_FRAME, text, details)

    def _note_unexpected(self, station: Station, unique_id: str) -> None:
        text = told("The station answered a call that nobody made, or a second time.")
        self._central.note_oddity(station, EventKind.ODD_MESSAGE, text, {"unique_id": unique_id[:100]})

    def _close_later(self, older: Line) -> None:
        """Close a connection that was taken over without waiting for a station that is no longer there."""
        task = asyncio.create_task(older.close(TAKEN_OVER, "a newer connection of this station"))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def station_url(address: Address, charge_box_id: str) -> str:
    return f"ws://{address}{addresses.PATH}{quote(charge_box_id, safe='<>')}"


def _reason(socket: ServerConnection) -> str:
    code = told("code %(code)s", code=socket.close_code)
    return told("%(code)s, %(reason)s", code=code, reason=told(socket.close_reason)) if socket.close_reason else code
