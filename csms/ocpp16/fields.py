"""Read the fields of OCPP payloads as leniently as stations need it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from csms.happenings import NotUnderstood
from csms.meters import number

Payload = Mapping[str, Any]

LARGEST_ID = 2**31 - 1
LONGEST_TEXT = 255


def text(payload: Payload, field: str, longest: int = LONGEST_TEXT) -> str:
    """Return a text without what no table can hold, cut to a length; empty if absent."""
    value = payload.get(field)
    if not isinstance(value, str):
        if value is None or isinstance(value, dict | list):
            return ""
        value = str(value)
    if "\0" in value:
        value = value.replace("\0", "")
    return value.strip()[:longest]


def optional_text(payload: Payload, field: str, longest: int = LONGEST_TEXT) -> str | None:
    return text(payload, field, longest) or None


def whole_number(payload: Payload, field: str) -> int | None:
    """Return a whole number that an id can be, also from text or 1.0; None if absent or none."""
    value = number(payload.get(field))
    return round(value) if value is not None and abs(value) <= LARGEST_ID else None


def connector(payload: Payload) -> int:
    """Return the connector's number.

    Raises:
        NotUnderstood: absent or no number; nothing can stand in for it.
    """
    connector_id = whole_number(payload, "connectorId")
    if connector_id is None or connector_id < 0:
        raise NotUnderstood("connectorId", missing="connectorId" not in payload)
    return connector_id


def long_text(payload: Payload, field: str, longest: int) -> str:
    """Return a text with its line breaks; empty if absent or longer."""
    value = payload.get(field)
    return value if isinstance(value, str) and len(value) <= longest else ""


def stamp(payload: Payload) -> str | None:
    value = payload.get("timestamp")
    return value[:LONGEST_TEXT] if isinstance(value, str) else None


def rows(payload: Payload, field: str) -> list[Payload]:
    """Return the objects of a list; also of a single object where a list belongs."""
    value = payload.get(field)
    if isinstance(value, dict):
        return [value]
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


class Spelling:
    """The members of an enum by their names in any case."""

    def __init__(self, members: type[StrEnum], more: Mapping[str, StrEnum]) -> None:
        self._members = {member.value.lower(): member.value for member in members}
        self._members.update((name.lower(), member.value) for name, member in more.items())

    def read(self, value: str) -> str:
        return self._members.get(value.lower(), value)
