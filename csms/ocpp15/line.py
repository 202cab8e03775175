"""Calls to an OCPP 1.5 station: a SOAP service of its own, in the place of a WebSocket's connection.

Callers speak OCPP 1.6's words, which are 1.5's but for a few; these are translated here.
"""

import asyncio
import io
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx
from lxml import etree
from zeep import AsyncClient, Settings
from zeep.exceptions import Error as ZeepError
from zeep.plugins import Plugin
from zeep.proxy import AsyncServiceProxy
from zeep.transports import AsyncTransport

from csms.call_queue import CALL
from csms.calling import CallFailed, ErrorAnswered, NoAnswer, Payload
from csms.connection import CALLERROR, CALLRESULT
from csms.message_log import StationLog
from csms.ocpp15 import envelope
from csms.ocpp15.contract import CHARGE_POINT, local_name
from data import texts

log = logging.getLogger(__name__)

LOOKED_UP_AGAIN_S = 60

BINDING = f"{{{CHARGE_POINT.namespace}}}ChargePointServiceSoap"
LARGEST_ANSWER = 256 * 1024  # bytes
SAME_WORD = {"localAuthorizationList": "localAuthorisationList"}
UNLOCKED = {"Accepted": "Unlocked", "Rejected": "UnlockFailed"}


Sent = Callable[[etree._Element], None]
"""Hears of an envelope as it goes out."""


class _Sender(Plugin):
    """Says who calls: zeep leaves From and ReplyTo out, which stations look for; and tells what is sent."""

    def egress(self, message: Any, headers: Any, operation: Any, options: Any) -> tuple[Any, Any]:
        header = message.find(f"{{{envelope.SOAP}}}Header")
        for name in ("From", "ReplyTo"):
            place = etree.SubElement(header, f"{{{envelope.WSA}}}{name}")
            etree.SubElement(place, f"{{{envelope.WSA}}}Address").text = envelope.ANONYMOUS
        options["sent"](message)
        return message, headers


class _Transport(AsyncTransport):
    """Posts without following anybody elsewhere, and reads no more than an answer can have."""

    async def post_xml(self, address: str, envelope: etree._Element, headers: dict[str, str]) -> bytes:
        content = b""
        posted = etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")
        async with self.client.stream("POST", address, content=posted, headers=headers) as response:
            async for part in response.aiter_bytes():
                content += part
                if len(content) > LARGEST_ANSWER:
                    raise CallFailed(texts.told("its answer is too long"))
        if b"<" not in content:
            raise CallFailed(texts.told("it answered HTTP %(status)s without SOAP", status=response.status_code))
        return content


class SoapClient:
    """The one client of all stations: it holds the contract and the connections."""

    def __init__(self, deadline_s: float) -> None:
        self._http = httpx.AsyncClient(timeout=deadline_s, follow_redirects=False, trust_env=False)
        self._client = AsyncClient(
            wsdl=io.BytesIO(CHARGE_POINT.wsdl),
            transport=_Transport(client=self._http, wsdl_client=httpx.Client(trust_env=False)),
            plugins=[_Sender()],
            settings=Settings(raw_response=True),  # answers are read by the contract: zeep takes any for the right one
        )
        self.deadline_s = deadline_s

    async def post(self, url: str, charge_box_id: str, action: str, payload: Payload, sent: Sent) -> bytes:
        proxy = AsyncServiceProxy(self._client, self._client.wsdl.bindings[BINDING], address=url, sent=sent)
        header = {"ChargeBoxIdentity": charge_box_id}
        content: bytes = await getattr(proxy, action)(**payload, _soapheaders=header)
        return content

    async def close(self) -> None:
        await self._http.aclose()


class SoapLine:
    """What is known of the way to one station; calls go one at a time."""

    def __init__(
        self, charge_box_id: str, client: SoapClient, messages: StationLog, closed: Callable[[str], Awaitable[None]]
    ) -> None:
        self.url: str | None = None
        self.told: str | None = None  # what the station said of its address, usable or not …
        self.peer = ""  # … where its request came from, which it may mean …
        self.looked_at = 0.0  # … and when that was looked up
        self.is_over = False
        self._charge_box_id = charge_box_id
        self._client = client
        self._messages = messages
        self._closed = closed
        self._busy = asyncio.Lock()

    @property
    def can_be_called(self) -> bool:
        return self.url is not None

    def is_known(self, told: str, peer: str) -> bool:
        """Tell whether it was looked up where the station can be called; what led nowhere is looked up again."""
        is_recent = self.url is not None or time.monotonic() - self.looked_at < LOOKED_UP_AGAIN_S
        return (told, peer) == (self.told, self.peer) and is_recent

    def log(
        self,
        direction: str,
        content: bytes,
        says: list[object] | None,
        at: datetime | None = None,
        flaw: str | None = None,
    ) -> None:
        """Log an envelope.

        Args:
            says: the same as an OCPP-J frame, by which the message log has all others; None: it cannot be read.
            flaw: how it is not as the contract has it.
        """
        self._messages.record(direction, content, at, says, flaw)

    async def call(self, action: str, payload: Payload) -> Payload:
        """Call the station and return its answer in OCPP 1.6's words.

        Raises:
            CallFailed: the station told no address, or it answered what is no answer or nothing.
            ErrorAnswered: 1.5 has no such call, or the station answered with a fault.
        """
        message = action[0].lower() + action[1:]
        if not CHARGE_POINT.has(f"{message}Request"):
            raise ErrorAnswered("NotSupported", f"OCPP 1.5 has no {action}")
        if self.url is None:
            raise CallFailed(texts.told("the station does not tell where it can be called"))
        sent = {SAME_WORD.get(name, name): value for name, value in payload.items()}
        call_id = ""

        def log_call(written: etree._Element) -> None:
            nonlocal call_id
            call_id = str(written.findtext(f"{{*}}Header/{{{envelope.WSA}}}MessageID"))
            self.log("out", etree.tostring(written), [CALL, call_id, action, sent])

        content = await self._post(action, sent, log_call)
        says: list[object] | None = None
        try:
            answer = _answer(content, f"{message}Response")
            says = [CALLRESULT, call_id, answer]
        except ErrorAnswered as error:
            says = [CALLERROR, call_id, error.code, str(error)]
            raise
        finally:
            self.log("in", content, says)
        return answer

    async def is_there(self) -> bool:
        """Ask for a sign of life: any answer, of which a fault is one too."""
        try:
            await self.call("GetLocalListVersion", {})
        except ErrorAnswered:
            return True
        except CallFailed:
            return False
        return True

    async def _post(self, action: str, payload: Payload, sent: Sent) -> bytes:
        assert self.url
        try:
            async with self._busy, asyncio.timeout(self._client.deadline_s):
                return await self._client.post(self.url, self._charge_box_id, action, payload, sent)
        except (TimeoutError, httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError) as error:
            raise NoAnswer(
                texts.told("no answer within %(seconds)s s", seconds=f"{self._client.deadline_s:g}")
            ) from error
        except (httpx.HTTPError, ZeepError, TypeError, ValueError) as error:  # zeep: what its contract cannot write
            raise CallFailed(texts.told("it could not be called: %(error)s", error=str(error))) from error

    def new_round_trip_s(self) -> None:
        """Return nothing: SOAP has no pings."""

    async def close(self, code: int, reason: str) -> None:
        """Forget the way to the station, and say so: there is no socket whose end would be noticed."""
        self._forget()
        await self._closed(reason)

    async def finish(self, code: int, within_s: float) -> None:
        self._forget()

    def _forget(self) -> None:
        self.url, self.is_over = None, True


def _answer(content: bytes, message: str) -> Payload:
    try:
        body = envelope.read(content).body
    except envelope.Fault as error:
        raise CallFailed(texts.told("it answered what is no SOAP: %(reason)s", reason=error.reason)) from error
    name = local_name(body)
    if name == "Fault":
        raise _error_answered(body)
    if name != message:
        raise CallFailed(texts.told("it answered %(name)s in place of %(message)s", name=name[:50], message=message))
    answer = CHARGE_POINT.read(body)
    if message == "unlockConnectorResponse":
        answer["status"] = UNLOCKED.get(answer.get("status", ""), "UnlockFailed")
    return answer


def _error_answered(fault: etree._Element) -> ErrorAnswered:
    """Read a fault: its subcode, or else its code, and its reason."""
    codes = [text.strip().rpartition(":")[2] for text in fault.xpath(".//*[local-name()='Value']/text()")]
    reason = "".join(fault.xpath(".//*[local-name()='Reason']//text()")).strip()
    return ErrorAnswered(codes[-1][:50] if codes else "fault", reason[:300])
