"""SOAP 1.2 envelopes with WS-Addressing: read safely and leniently, written strictly."""

from typing import NamedTuple
from uuid import uuid4

from lxml import etree

from csms.ocpp15.contract import Contract, local_name

SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
ANONYMOUS = f"{WSA}/anonymous"
CONTENT_TYPE = "application/soap+xml"
LONGEST_HEADER = 500


class Fault(Exception):
    """Answers a request in place of its response.

    Attributes:
        role: who is to blame, `Sender` or `Receiver`.
        code: OCPP's subcode, such as `ProtocolError`.
        http_status: 400 or 500, by who is to blame, unless told otherwise.
    """

    def __init__(self, role: str, code: str, reason: str, http_status: int = 0) -> None:
        super().__init__(reason)
        self.role, self.code, self.reason = role, code, reason
        self.http_status = http_status or (400 if role == "Sender" else 500)


class Envelope(NamedTuple):
    charge_box_id: str  # empty if the header is missing
    message_id: str
    from_address: str  # where the sender can be called, empty if it does not say
    body: etree._Element


def read(content: bytes) -> Envelope:
    """Read an envelope; headers count by their local names, in any case.

    Raises:
        Fault: no XML, a document type (an entity is never resolved), no envelope, or not exactly one body element.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content.lstrip(), parser)
    except etree.XMLSyntaxError as error:
        raise Fault("Sender", "ProtocolError", f"This is no XML: {error}.") from error
    if root.getroottree().docinfo.doctype:
        raise Fault("Sender", "ProtocolError", "A document type is not taken.")
    parts = {local_name(part): part for part in root.iterchildren(tag=etree.Element)}
    bodies = list(parts["Body"].iterchildren(tag=etree.Element)) if "Body" in parts else []
    if local_name(root) != "Envelope" or len(bodies) != 1:
        raise Fault("Sender", "ProtocolError", "An envelope has a body with exactly one element.")
    headers = {local_name(one).lower(): one for one in parts.get("Header", root[:0])}
    return Envelope(
        charge_box_id=_text(headers.get("chargeboxidentity")),
        message_id=_text(headers.get("messageid")),
        from_address=_text(headers["from"].find("{*}Address")) if "from" in headers else "",
        body=bodies[0],
    )


def answer(contract: Contract, operation: str, payload: dict[str, object], request: Envelope | None) -> bytes:
    """Write the response of an operation to a request."""
    message = operation[0].lower() + operation[1:] + "Response"
    return _write(f"/{operation}Response", contract.write(message, payload), request)


def fault(contract: Contract, refused: Fault, request: Envelope | None) -> bytes:
    """Write a fault; its subcode stands in the service's namespace."""
    body = etree.Element(f"{{{SOAP}}}Fault", nsmap={"soap": SOAP, "ocpp": contract.namespace})
    code = etree.SubElement(body, f"{{{SOAP}}}Code")
    etree.SubElement(code, f"{{{SOAP}}}Value").text = f"soap:{refused.role}"
    subcode = etree.SubElement(code, f"{{{SOAP}}}Subcode")
    etree.SubElement(subcode, f"{{{SOAP}}}Value").text = f"ocpp:{refused.code}"
    text = etree.SubElement(etree.SubElement(body, f"{{{SOAP}}}Reason"), f"{{{SOAP}}}Text")
    text.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    text.text = refused.reason
    return _write(f"{WSA}/soap/fault", body, request)


def _write(action: str, body: etree._Element, request: Envelope | None) -> bytes:
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP, "wsa": WSA})
    header = etree.SubElement(envelope, f"{{{SOAP}}}Header")
    etree.SubElement(header, f"{{{WSA}}}Action").text = action
    etree.SubElement(header, f"{{{WSA}}}MessageID").text = f"urn:uuid:{uuid4()}"
    if request and request.message_id:
        etree.SubElement(header, f"{{{WSA}}}RelatesTo").text = request.message_id
    etree.SubElement(header, f"{{{WSA}}}To").text = ANONYMOUS
    etree.SubElement(envelope, f"{{{SOAP}}}Body").append(body)
    return bytes(etree.tostring(envelope, xml_declaration=True, encoding="UTF-8"))


def _text(element: etree._Element | None) -> str:
    return "" if element is None else "".join(element.itertext()).strip()[:LONGEST_HEADER]
