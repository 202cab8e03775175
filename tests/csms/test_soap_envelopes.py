"""Envelopes as stations and strangers really send them."""

import gzip
from collections.abc import AsyncIterator

import httpx
import pytest

from csms.ocpp15.service import PATH as CENTRAL_SYSTEM_SERVICE
from simulator.soap_station import SoapStation
from simulator.station import CallError
from tests.csms.portal import TAG, Portal
from tests.csms.test_passwords import with_password
from tests.support.virtual_station import until

CS, CP = "urn://Ocpp/Cs/2012/06/", "urn://Ocpp/Cp/2012/06/"
ENVELOPE = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"
    xmlns:o="urn://Ocpp/Cs/2012/06/"><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"""
IDENTITY = '<o:chargeBoxIdentity s:mustUnderstand="true">CP1</o:chargeBoxIdentity>'
HEARTBEAT = ENVELOPE.format(header=IDENTITY, body="<o:heartbeatRequest/>")


def start(fields: str, namespace: str = CS, prefix: str = "o") -> str:
    name = f"{prefix}:startTransactionRequest" if prefix else "startTransactionRequest"
    declared = f'xmlns:{prefix}="{namespace}"' if prefix else f'xmlns="{namespace}"' if namespace else ""
    return ENVELOPE.format(header=IDENTITY, body=f"<{name} {declared}>{fields}</{name}>")


FIELDS = (
    "<o:connectorId>1</o:connectorId><o:idTag>04A1B2C3</o:idTag>"
    "<o:timestamp>2026-03-20T15:38:36Z</o:timestamp><o:meterStart>1000</o:meterStart>"
)
PLAIN = FIELDS.replace("o:", "")
STARTS = {
    "as the schema has it": start(FIELDS),
    "of no prefix": start(PLAIN, prefix=""),
    "of no namespace": start(PLAIN, namespace="", prefix=""),
    "of the other service's namespace": start(PLAIN, namespace=CP, prefix=""),
    "children of no namespace": start(PLAIN),
    "in any order": start(
        "<o:meterStart>1000</o:meterStart><o:timestamp>2026-03-20T15:38:36Z</o:timestamp>"
        "<o:idTag>04A1B2C3</o:idTag><o:connectorId>1</o:connectorId>"
    ),
    "with white space": start(
        FIELDS.replace("><", ">\n  <").replace("1000", " 1000\n").replace("04A1B2C3", "\t04A1B2C3 ")
    ),
    "with empty optional fields": start(FIELDS + "<o:reservationId/>"),
    "with fields nobody knows": start(FIELDS + '<v:extra xmlns:v="urn:vendor"><v:deep/></v:extra>'),
    "with fractions of a second": start(FIELDS.replace("36Z", "36.000Z")),
    "after a byte order mark": "\ufeff" + start(FIELDS),
    "after a line break": "\n" + start(FIELDS),
    "with comments": start(f"<!-- one -->{FIELDS}<!-- two -->"),
    "with the header in other letters": start(FIELDS).replace("o:chargeBoxIdentity", "o:ChargeBoxIdentity"),
}


@pytest.fixture
async def station(portal: Portal) -> AsyncIterator[SoapStation]:
    async with portal.soap_station() as station:
        yield station


@pytest.mark.parametrize("kind", STARTS)
async def test_a_start_is_understood(portal: Portal, station: SoapStation, kind: str) -> None:
    await station.post(STARTS[kind].encode())
    begun = portal.row("SELECT connector_id, id_tag, meter_start_kwh, email FROM open_transaction")
    assert begun == {"connector_id": 1, "id_tag": TAG, "meter_start_kwh": 1, "email": "dana@portal.example"}


async def test_a_packed_request_is_understood(station: SoapStation) -> None:
    await station.post(gzip.compress(HEARTBEAT.encode()), **{"Content-Encoding": "gzip"})


@pytest.mark.parametrize("transaction_id", ["", "0", "-1"])
async def test_a_meter_value_may_name_no_transaction(portal: Portal, station: SoapStation, transaction_id: str) -> None:
    values = "<o:values><o:timestamp>2026-03-20T15:40:00Z</o:timestamp><o:value>1500</o:value></o:values>"
    fields = f"<o:connectorId>1</o:connectorId><o:transactionId>{transaction_id}</o:transactionId>{values}"
    body = f"<o:meterValuesRequest>{fields}</o:meterValuesRequest>"
    await station.post(ENVELOPE.format(header=IDENTITY, body=body).encode())
    assert portal.row("SELECT measurand, value, unit FROM meter_value") == {
        "measurand": "Energy.Active.Import.Register",
        "value": 1500,
        "unit": "Wh",
    }


async def test_a_station_that_moved_is_called_where_it_is_now(portal: Portal, station: SoapStation) -> None:
    told = "<a:From><a:Address>http://:8595/cp</a:Address></a:From>"
    for peer in ("192.0.2.7", "192.0.2.9"):
        asked = ENVELOPE.format(header=IDENTITY + told, body="<o:heartbeatRequest/>")
        await station.post(asked.encode(), **{"X-Forwarded-For": peer})  # a proxy on this machine says who calls
    assert [text for text in portal.events("connected") if "called" in text] == [
        "The station can be called at http://192.0.2.7:8595/cp.",
        "The station can be called at http://192.0.2.9:8595/cp.",
    ]


async def test_a_station_without_its_password_is_asked_for_it(portal: Portal) -> None:
    await with_password(portal)
    url = f"http://{portal.system.api}{CENTRAL_SYSTEM_SERVICE}"
    async with httpx.AsyncClient() as http:
        answer = await http.post(url, content=HEARTBEAT.encode())
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Basic realm="Charge Portal"')


BOMB = f"""<!DOCTYPE b [<!ENTITY a "{"a" * 99}"><!ENTITY b "{"&a;" * 99}"><!ENTITY c "{"&b;" * 99}">]>"""
REFUSED = {
    "no XML": ("ProtocolError", "heartbeat"),
    "cut": ("ProtocolError", HEARTBEAT[:-20]),
    "an entity bomb": ("ProtocolError", BOMB + HEARTBEAT.replace("CP1", "&c;")),
    "a foreign entity": ("ProtocolError", '<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + HEARTBEAT),
    "nested deeply": ("ProtocolError", HEARTBEAT.replace("<o:heartbeatRequest/>", "<x>" * 5000 + "</x>" * 5000)),
    "no body": ("ProtocolError", HEARTBEAT.replace("<o:heartbeatRequest/>", "")),
    "two messages": ("ProtocolError", HEARTBEAT.replace("<o:heartbeatRequest/>", "<o:heartbeatRequest/>" * 2)),
    "a missing field": ("ProtocolError", start("<o:idTag>04A1B2C3</o:idTag>")),
    "no identity": ("IdentityMismatch", HEARTBEAT.replace(IDENTITY, "")),
    "a stranger": ("SecurityError", HEARTBEAT.replace("CP1", "CP99")),
    "an unknown operation": ("NotSupported", HEARTBEAT.replace("heartbeatRequest", "brewCoffeeRequest")),
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_a_refusal_is_a_fault_with_ocpps_code(portal: Portal, station: SoapStation, kind: str) -> None:
    code, content = REFUSED[kind]
    with pytest.raises(CallError) as refused:
        await station.post(content.encode())
    assert refused.value.code == code
    assert portal.count("open_transaction") == 0
    await station.heartbeat()


async def test_a_stranger_is_noted(portal: Portal, station: SoapStation) -> None:
    with pytest.raises(CallError):
        await station.post(REFUSED["a stranger"][1].encode())
    await until(lambda: portal.events("station refused"))
    assert "CP99" in portal.events("station refused")[0]


async def test_too_long_a_request_is_refused_packed_or_not(station: SoapStation) -> None:
    padded = HEARTBEAT.replace("<o:heartbeatRequest/>", f"<o:heartbeatRequest/>{' ' * 300_000}").encode()
    for content, headers in ((padded, {}), (gzip.compress(padded), {"Content-Encoding": "gzip"})):
        with pytest.raises(CallError, match="413"):
            await station.post(content, **headers)


async def test_what_cannot_be_unpacked_is_a_fault(station: SoapStation) -> None:
    with pytest.raises(CallError) as refused:
        await station.post(b"no gzip", **{"Content-Encoding": "gzip"})
    assert refused.value.code == "ProtocolError"


async def test_what_breaks_the_schema_is_taken_and_noted(portal: Portal, station: SoapStation) -> None:
    await station.post(start(FIELDS.replace("1000", "1000.0")).encode())
    assert portal.row("SELECT meter_start_kwh FROM open_transaction") == {"meter_start_kwh": 1}
    await until(lambda: portal.events("odd message"))
    assert portal.events("odd message") == ["StartTransaction is not as OCPP 1.5 has it."]


async def test_an_answer_relates_to_its_request(portal: Portal, station: SoapStation) -> None:
    assert station._http
    request = HEARTBEAT.replace(IDENTITY, IDENTITY + "<a:MessageID> 01c9c6-\n20131108 </a:MessageID>")
    async with station._http.post(station.service, data=request.encode()) as response:
        assert response.content_type == "application/soap+xml"
        assert "RelatesTo>01c9c6-\n20131108</" in await response.text()


async def test_the_contract_is_served_with_the_portals_address(station: SoapStation) -> None:
    assert station._http
    async with station._http.get(f"{station.service}?wsdl") as response:
        assert f'location="{station.service}"' in await response.text()
