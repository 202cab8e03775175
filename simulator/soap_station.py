"""A charging station that speaks OCPP 1.5 over SOAP: the same life as any other, told in envelopes."""

import uuid
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

import aiohttp
from aiohttp import web

from simulator.commands import Payload
from simulator.station import CallError, VirtualStation

SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
CENTRAL_SYSTEM, CHARGE_POINT = "urn://Ocpp/Cs/2012/06/", "urn://Ocpp/Cp/2012/06/"
LISTS = ("key", "configurationKey", "unknownKey", "localAuthorisationList")
STATUSES = {"Preparing": "Occupied", "Charging": "Occupied", "SuspendedEV": "Occupied", "SuspendedEVSE": "Occupied",
            "Finishing": "Occupied"}  # fmt: skip
UNITS = {"A": "Amp", "V": "Volt"}
# 1.5 has its fields in this order
ORDER = (
    "status", "connectorId", "errorCode", "transactionId", "idTag", "timestamp", "meterStart", "meterStop", "values",
    "key", "readonly", "value",
)  # fmt: skip


class SoapStation(VirtualStation):
    """Posts to `url`, the central system service, and serves a service of its own on a free port of this machine."""

    def __init__(self, url: str, charge_box_id: str, **options: Any) -> None:
        super().__init__(url, charge_box_id, **options)
        self.service = url
        self.address: str | None = None  # where the central system can call, None: it is not told
        self.answer_with: bytes | None = None  # in place of what is right
        self._http: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None

    async def connect(self) -> None:
        connector = aiohttp.TCPConnector(ssl=self.tls) if self.tls else None
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(self.timeout_s), connector=connector)
        app = web.Application()
        app.add_routes([web.post("/", self._serve)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._runner:
            await self._runner.cleanup()
        if self._http:
            await self._http.close()

    async def call(self, action: str, payload: Payload, message_id: str | None = None) -> Payload:
        """Call the central system and return its answer.

        Raises:
            CallError: it answered with a fault.
        """
        return _read(await self.post(self.envelope(action, payload, message_id)))

    def envelope(self, action: str, payload: Payload, message_id: str | None = None) -> bytes:
        """Return a request as this station writes it."""
        sender = self.address or f"{WSA}/anonymous"
        return _envelope(
            CENTRAL_SYSTEM,
            f"{action}Request",
            _as_1_5(payload),
            self.charge_box_id,
            message_id=message_id,
            sender=sender,
        )

    async def post(self, content: bytes, **headers: str) -> ET.Element:
        """Post any content and return the element in the answer's body.

        Raises:
            CallError: it is a fault; its code is the subcode.
        """
        assert self._http
        headers = {"Content-Type": "application/soap+xml; charset=utf-8"} | self.headers | headers
        async with self._http.post(self.service, data=content, headers=headers) as response:
            answered = await response.read()
        if not answered.startswith(b"<?xml"):
            raise CallError(f"HTTP {response.status}", answered.decode(errors="replace")[:200])
        (body,) = _part(ET.fromstring(answered), "Body")
        if _name(body) == "Fault":
            code = body.findtext(f"{{{SOAP}}}Code/{{{SOAP}}}Subcode/{{{SOAP}}}Value", "").rpartition(":")[2]
            raise CallError(code, body.findtext(f"{{{SOAP}}}Reason/{{{SOAP}}}Text", ""))
        return body

    async def _serve(self, request: web.Request) -> web.Response:
        """Answer the central system by the same handlers as over OCPP-J."""
        if self.answer_with is not None:
            return web.Response(body=self.answer_with, content_type="application/soap+xml")
        (body,) = _part(ET.fromstring(await request.read()), "Body")
        name = _name(body).removesuffix("Request")
        action = name[0].upper() + name[1:]
        payload = _read(body)
        if "localAuthorisationList" in payload:
            payload["localAuthorizationList"] = payload.pop("localAuthorisationList")
        self.commands.append((action, payload))
        answer = self.handlers[action](self, payload)
        if not isinstance(answer, Mapping):
            answer = await answer if answer is not None else {}
        if action == "UnlockConnector":
            answer = {"status": "Accepted" if answer["status"] == "Unlocked" else "Rejected"}
        content = _envelope(CHARGE_POINT, f"{action}Response", answer, self.charge_box_id)
        return web.Response(body=content, content_type="application/soap+xml", charset="utf-8")


def _as_1_5(payload: Payload) -> Payload:
    """Return a payload of 1.6 as 1.5 has it: fewer statuses and units, other names of meter values, no reason."""
    sent = {name: value for name, value in payload.items() if name not in ("reason", "meterValue", "transactionData")}
    if "status" in sent:
        sent["status"] = STATUSES.get(sent["status"], sent["status"])
    if "meterValue" in payload:
        sent["values"] = [_values(one) for one in payload["meterValue"]]
    if "transactionData" in payload:
        sent["transactionData"] = [{"values": [_values(one) for one in payload["transactionData"]]}]
    return sent


def _values(meter_value: Payload) -> Payload:
    samples = [{**one, "unit": UNITS.get(one.get("unit"), one.get("unit"))} for one in meter_value["sampledValue"]]
    return {"timestamp": meter_value["timestamp"], "value": samples}


def _envelope(
    namespace: str, message: str, payload: Payload, charge_box_id: str, message_id: str | None = None, sender: str = ""
) -> bytes:
    envelope = ET.Element(f"{{{SOAP}}}Envelope")
    header = ET.SubElement(envelope, f"{{{SOAP}}}Header")
    ET.SubElement(header, f"{{{namespace}}}chargeBoxIdentity").text = charge_box_id
    ET.SubElement(header, f"{{{WSA}}}Action").text = f"/{message.removesuffix('Request')}"
    ET.SubElement(header, f"{{{WSA}}}MessageID").text = message_id or f"urn:uuid:{uuid.uuid4()}"
    if sender:
        ET.SubElement(ET.SubElement(header, f"{{{WSA}}}From"), f"{{{WSA}}}Address").text = sender
    body = ET.SubElement(envelope, f"{{{SOAP}}}Body")
    _write(ET.SubElement(body, f"{{{namespace}}}{message[0].lower()}{message[1:]}"), namespace, payload)
    return ET.tostring(envelope, encoding="utf-8", xml_declaration=True)


def _write(parent: ET.Element, namespace: str, payload: Payload) -> None:
    for name in sorted(payload, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER)):
        values = payload[name] if isinstance(payload[name], list) else [payload[name]]
        for value in values:
            element = ET.SubElement(parent, f"{{{namespace}}}{name}")
            if isinstance(value, dict) and "measurand" in value:
                element.text = str(value["value"])
                element.attrib.update({key: str(one) for key, one in value.items() if key != "value" and one})
            elif isinstance(value, dict):
                _write(element, namespace, value)
            else:
                element.text = str(value).lower() if isinstance(value, bool) else str(value)


def _read(element: ET.Element) -> Payload:
    read: Payload = {}
    for child in element:
        name = _name(child)
        value = _read(child) if len(child) else _number(name, (child.text or "").strip())
        if name in LISTS and not name == "key" or name == "key" and _name(element).startswith("getConfiguration"):
            read.setdefault(name, []).append(value)
        else:
            read[name] = value
    return read


def _number(name: str, text: str) -> Any:
    return (
        int(text)
        if name.endswith("Id") and text.lstrip("-").isdigit() or name in ("listVersion", "heartbeatInterval")
        else text
    )


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _part(envelope: ET.Element, name: str) -> ET.Element:
    part = envelope.find(f"{{{SOAP}}}{name}")
    if part is None:
        raise CallError("no SOAP", f"the envelope has no {name}")
    return part
