"""A charging station that speaks OCPP 1.6-J: one connection, its calls, its answers."""

import asyncio
import base64
import contextlib
import inspect
import json
import logging
import random
import ssl
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from simulator import commands
from simulator.identity import Identity
from simulator.parameters import parameters

log = logging.getLogger(__name__)

CALL, CALLRESULT, CALLERROR = 2, 3, 4
Payload = dict[str, Any]


class CallError(Exception):
    """The other side answered with a CALLERROR; raised inside a handler it becomes one."""

    def __init__(self, code: str, description: str = "", details: Payload | None = None) -> None:
        super().__init__(f"{code}: {description}")
        self.code, self.description, self.details = code, description, details or {}


# What a call, or a whole connection, can end with when the other side goes away or refuses.
LOST = (OSError, TimeoutError, CallError, websockets.WebSocketException)


def now() -> str:
    """Return the station's clock as stations write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class VirtualStation:
    """A station with its outlets (connectors 1…n), its meters and its parameters.

    `handlers` maps each action the central system may call to a function `(station, payload) -> answer`; replace an
    entry to behave otherwise. A handler may be a coroutine function, raise CallError, or return None: no answer.
    Frames that answer no waiting call are kept for `receive()`.
    """

    def __init__(
        self,
        url: str,
        charge_box_id: str,
        *,
        connectors: int = 2,
        subprotocols: Sequence[str] = ("ocpp1.6",),
        headers: dict[str, str] | None = None,
        timeout_s: float = 30,
    ) -> None:
        self.charge_box_id, self.connectors, self.timeout_s = charge_box_id, connectors, timeout_s
        self.url = f"{url.rstrip('/')}/{quote(charge_box_id, safe='')}"
        self.subprotocols, self.headers = subprotocols, headers or {}
        self.parameters = parameters(charge_box_id, url, connectors)
        self.handlers: dict[str, commands.Handler] = dict(commands.HANDLERS)
        self.commands: list[tuple[str, Payload]] = []  # what the central system called, in order
        self.status = dict.fromkeys(range(connectors + 1), "Available")
        self.meter_wh = dict.fromkeys(range(1, connectors + 1), 0)
        self.transactions: dict[int, int] = {}  # connector_id -> transaction id
        self.local_list_version = 0
        self.certificates: dict[str, list[Payload]] = {}  # installed ones, as OCPP names them, by their kind
        self.identity = Identity(charge_box_id)
        self.tls: ssl.SSLContext | None = None  # for wss addresses; None: whoever answers is trusted
        self.heartbeat_interval_s = 300
        self.socket: ClientConnection | None = None
        self._waiting: dict[str, asyncio.Future[Payload]] = {}
        self._frames: asyncio.Queue[str | bytes] = asyncio.Queue()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._reader: asyncio.Task[None] | None = None

    # -- connection

    async def __aenter__(self) -> "VirtualStation":
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def connect(self) -> None:
        """Open the connection.

        Raises:
            websockets.InvalidStatus: the central system refused it.
            OSError: nobody listens.
        """
        tls = self.tls or (self.identity.context(None) if self.url.startswith("wss:") else None)
        self.socket = await connect(
            self.url,
            subprotocols=[Subprotocol(name) for name in self.subprotocols] or None,
            additional_headers=self.headers,
            compression=None,
            ping_interval=None,
            proxy=None,
            **({"ssl": tls} if tls else {}),
            open_timeout=self.timeout_s,
        )
        self._reader = asyncio.create_task(self._read(self.socket))

    async def close(self) -> None:
        """Close the connection and end what this station still does."""
        if self.socket:
            await self.socket.close()
        for task in self._tasks:
            task.cancel()
        await self.closed()

    def cut(self) -> None:
        """Break the connection without a word, as a power cut does."""
        assert self.socket
        self.socket.transport.abort()

    async def closed(self) -> None:
        """Wait until the connection has ended."""
        if self._reader:
            await asyncio.wait([self._reader])

    async def keep_connected(self, live: Callable[[], Awaitable[None]], longest_wait_s: float = 30) -> None:
        """Live through lost connections: connect, live until it breaks, wait a little longer each time in vain."""
        wait_s = 1.0
        while True:
            with contextlib.suppress(*LOST):
                await self.connect()
                wait_s = 1.0
                await live()
            await self.close()
            await asyncio.sleep(wait_s * random.uniform(0.5, 1))
            wait_s = min(longest_wait_s, wait_s * 2)

    def log_in_with(self, password: bytes) -> None:
        """Show a password from the next connection on."""
        shown = base64.b64encode(self.charge_box_id.encode() + b":" + password).decode()
        self.headers = {**self.headers, "Authorization": f"Basic {shown}"}

    # -- frames

    async def send(self, frame: object) -> None:
        """Send a frame as it is (text or bytes), or anything else as JSON."""
        assert self.socket
        await self.socket.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))

    async def receive(self) -> Any:
        """Return the next frame that answers no waiting call, parsed."""
        async with asyncio.timeout(self.timeout_s):
            return json.loads(await self._frames.get())

    async def call(self, action: str, payload: Payload, message_id: str | None = None) -> Payload:
        """Call the central system and return its answer.

        Raises:
            CallError: it answered with an error.
            ConnectionError: the connection ended meanwhile.
            TimeoutError: no answer in timeout_s.
        """
        message_id = message_id or str(uuid.uuid4())
        waiting = self._waiting[message_id] = asyncio.get_running_loop().create_future()
        try:
            await self.send([CALL, message_id, action, payload])
            async with asyncio.timeout(self.timeout_s):
                return await waiting
        finally:
            self._waiting.pop(message_id, None)
            if waiting.done() and not waiting.cancelled():
                waiting.exception()  # has been seen, also when sending failed first

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for frame in socket:
                self._take(frame)
        except websockets.ConnectionClosedError:
            log.debug("%s lost its connection", self.charge_box_id)
        finally:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(ConnectionError("connection lost"))

    def _take(self, frame: str | bytes) -> None:
        message = json.loads(frame)
        waiting = self._waiting.get(message[1])
        if message[0] == CALL:
            self.spawn(self._answer(*message[1:4]))
        elif waiting is None or waiting.done():
            self._frames.put_nowait(frame)
        elif message[0] == CALLRESULT:
            waiting.set_result(message[2])
        else:
            waiting.set_exception(CallError(*message[2:5]))

    async def _answer(self, message_id: str, action: str, payload: Payload) -> None:
        self.commands.append((action, payload))
        try:
            handler = self.handlers.get(action)
            if handler is None:
                raise CallError("NotImplemented", action)
            answer = handler(self, payload)
            if inspect.isawaitable(answer):
                answer = await answer
            if answer is not None:
                await self.send([CALLRESULT, message_id, answer])
        except CallError as error:
            await self.send([CALLERROR, message_id, error.code, error.description, error.details])

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do `work` beside everything else; a lost connection ends it quietly."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._spawned_done)

    def _spawned_done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error and not isinstance(error, LOST):
            log.error("%s", self.charge_box_id, exc_info=error)

    # -- the Core profile, from the station

    async def boot(self, **fields: Any) -> Payload:
        """Tell who this is and take over the heartbeat interval."""
        answer = await self.call(
            "BootNotification",
            {
                "chargePointVendor": self.parameters["ChargingStationVendor"].value,
                "chargePointModel": self.parameters["ChargingStationModel"].value,
                "chargePointSerialNumber": self.charge_box_id[-20:],
                "firmwareVersion": self.parameters["FirmwareVersion"].value,
            }
            | fields,
        )
        self.heartbeat_interval_s = answer.get("interval") or self.heartbeat_interval_s
        return answer

    async def heartbeat(self) -> Payload:
        return await self.call("Heartbeat", {})

    async def notify(self, connector_id: int, status: str, error_code: str = "NoError", **fields: Any) -> Payload:
        """Report the status of an outlet, or of the station as a whole (connector 0)."""
        self.status[connector_id] = status
        return await self.call(
            "StatusNotification",
            {"connectorId": connector_id, "status": status, "errorCode": error_code, "timestamp": now()} | fields,
        )

    async def authorize(self, id_tag: str) -> str:
        """Ask for a tag and return its status: Accepted, Invalid, Blocked, Expired or ConcurrentTx."""
        return str((await self.call("Authorize", {"idTag": id_tag}))["idTagInfo"]["status"])

    async def start(self, connector_id: int, id_tag: str, **fields: Any) -> Payload:
        """Start a transaction; its id is kept for `meter` and `stop`."""
        answer = await self.call(
            "StartTransaction",
            {
                "connectorId": connector_id,
                "idTag": id_tag,
                "meterStart": self.meter_wh[connector_id],
                "timestamp": now(),
            }
            | fields,
        )
        self.transactions[connector_id] = answer["transactionId"]
        return answer

    async def meter(
        self, connector_id: int, energy_wh: int, power_w: float | None = None, at: str | None = None, **fields: Any
    ) -> Payload:
        """Report the energy register, and the power where one is given."""
        self.meter_wh[connector_id] = energy_wh
        samples = [{"value": str(energy_wh), "measurand": "Energy.Active.Import.Register", "unit": "Wh"}]
        if power_w is not None:
            samples.append({"value": f"{power_w:.0f}", "measurand": "Power.Active.Import", "unit": "W"})
        transaction = {"transactionId": self.transactions[connector_id]} if connector_id in self.transactions else {}
        return await self.call(
            "MeterValues",
            {
                "connectorId": connector_id,
                **transaction,
                "meterValue": [{"timestamp": at or now(), "sampledValue": samples}],
            }
            | fields,
        )

    async def stop(self, connector_id: int, reason: str = "Local", **fields: Any) -> Payload:
        """Stop the outlet's transaction."""
        answer = await self.call(
            "StopTransaction",
            {
                "transactionId": self.transactions[connector_id],
                "meterStop": self.meter_wh[connector_id],
                "timestamp": now(),
                "reason": reason,
            }
            | fields,
        )
        del self.transactions[connector_id]
        return answer

    async def ask_for_certificate(self) -> Payload:
        return await self.call("SignCertificate", {"csr": self.identity.request()})

    async def data_transfer(self, vendor_id: str, **fields: Any) -> Payload:
        return await self.call("DataTransfer", {"vendorId": vendor_id} | fields)
