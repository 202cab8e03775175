"""What OCPP 1.5's two services say of their messages, read from the WSDL files beside this one.

The WSDL is the only place that names a field: its order is the order of writing, what may repeat is read as a list,
and its schema gives the verdict for the event log.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

XS = "{http://www.w3.org/2001/XMLSchema}"
TEXT = "value"
"""The key of the text of an element that has attributes too (a sampled value)."""


class Breach(NamedTuple):
    """What breaks the schema: the field and the rule, the same whatever the value; the message tells the value."""

    rule: str
    message: str


class Field(NamedTuple):
    type: str
    repeats: bool


class Contract:
    """One service: its messages by the name of their element, such as `bootNotificationRequest`."""

    def __init__(self, service: str) -> None:
        self.wsdl = (Path(__file__).parent / f"{service}.wsdl").read_bytes()
        schema = etree.fromstring(self.wsdl).find(f".//{XS}schema")
        self.namespace = schema.get("targetNamespace")
        self._validator = etree.XMLSchema(etree.fromstring(etree.tostring(schema)))
        self._records = {record.get("name"): _fields(record) for record in schema.findall(f"{XS}complexType")}
        self._messages = {element.get("name"): _type(element) for element in schema.findall(f"{XS}element")}

    def has(self, message: str) -> bool:
        return self._messages.get(message) in self._records

    def breach(self, element: etree._Element) -> Breach | None:
        """Return how a message breaks the schema, None if it does not."""
        if self._validator.validate(element):
            return None
        error = self._validator.error_log[0]
        field = str(error.path).rpartition("/")[2].rpartition(":")[2]
        rule = str(error.type_name).removeprefix("SCHEMAV_").removeprefix("CVC_").lower()
        return Breach(f"{field} {rule}", str(error.message)[:500])

    def read(self, element: etree._Element) -> dict[str, Any]:
        """Return a message as JSON has it: children in any order, of any prefix; what is not known is left out."""
        return self._read(element, self._messages[local_name(element)])

    def write(self, message: str, payload: Mapping[str, Any]) -> etree._Element:
        """Return a message with its fields in the schema's order; absent and None fields are left out."""
        return self._write(message, self._messages[message], payload)

    def _read(self, element: etree._Element, record: str) -> dict[str, Any]:
        fields, found = self._records[record], dict[str, Any]()
        for child in element.iterchildren(tag=etree.Element):
            name = local_name(child)
            field = fields.get(name)
            if field is None:
                continue
            value = self._value(child, field.type)
            if field.repeats:
                found.setdefault(name, []).append(value)
            elif value != "":  # an empty element is as good as none
                found[name] = value
        return found

    def _value(self, element: etree._Element, type_: str) -> Any:
        if type_ not in self._records:
            return "".join(element.itertext()).strip()
        if not self._records[type_]:
            return {TEXT: "".join(element.itertext()).strip(), **{str(k): str(v) for k, v in element.attrib.items()}}
        return self._read(element, type_)

    def _write(self, name: str, type_: str, value: Any) -> etree._Element:
        element = etree.Element(f"{{{self.namespace}}}{name}", nsmap={None: self.namespace})
        if type_ not in self._records:
            element.text = str(value).lower() if isinstance(value, bool) else str(value)
            return element
        for field_name, field in self._records[type_].items():
            given = value.get(field_name)
            several: Sequence[Any] = () if given is None else given if field.repeats else (given,)
            element.extend([self._write(field_name, field.type, one) for one in several])
        return element


def local_name(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _fields(record: etree._Element) -> dict[str, Field]:
    """Return a record's fields in their order; none for a message without any and for a text with attributes."""
    elements = record.iterfind(f"{XS}sequence/{XS}element")
    return {str(one.get("name")): Field(_type(one), one.get("maxOccurs") == "unbounded") for one in elements}


def _type(element: etree._Element) -> str:
    return str(element.get("type")).rpartition(":")[2]


CENTRAL_SYSTEM = Contract("CentralSystemService")
CHARGE_POINT = Contract("ChargePointService")
