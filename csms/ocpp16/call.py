"""How the calls to stations are put together and their answers read, whichever call it is."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from ocpp.v16.enums import Action

from csms.calling import Answer, Verdict, Wanted
from csms.clock import ocpp_time
from csms.ocpp16.fields import Payload, text

GOOD = {"Accepted", "AcceptedCanceled", "RebootRequired", "Scheduled", "Unlocked"}
UNSUPPORTED = {"NotSupported", "NotImplemented", "UnknownVendorId", "UnknownMessageId"}


class Call(NamedTuple):
    action: Action
    payload: Callable[[Wanted], dict[str, object]]
    answer: Callable[[Payload], Answer]


def said(answer: Payload) -> Answer:
    word = text(answer, "status", 50)
    if word in GOOD:
        return Answer(Verdict.ACCEPTED, word)
    return Answer(Verdict.NOT_SUPPORTED if word in UNSUPPORTED else Verdict.REJECTED, word or "no status")


def taken(answer: Payload) -> Answer:
    """Read an answer that has no status: having come, it accepts."""
    return Answer(Verdict.ACCEPTED, text(answer, "fileName") or "Accepted")


def fields(**names: str) -> Callable[[Wanted], dict[str, object]]:
    """Make a payload of parameters under their names in OCPP, absent ones left out; times as OCPP writes them."""

    def payload(wanted: Wanted) -> dict[str, object]:
        return {field: wanted.parameters[name] for field, name in names.items() if name in wanted.parameters}

    return payload


def with_connector(
    payload: Callable[[Wanted], dict[str, object]], otherwise: int | None = None
) -> Callable[[Wanted], dict[str, object]]:
    """Add the connector; where none is meant, another number or nothing."""

    def complete(wanted: Wanted) -> dict[str, object]:
        connector_id = otherwise if wanted.connector_id is None else wanted.connector_id
        return payload(wanted) if connector_id is None else {"connectorId": connector_id, **payload(wanted)}

    return complete


def with_outlet(payload: Callable[[Wanted], dict[str, object]]) -> Callable[[Wanted], dict[str, object]]:
    """Add the connector where an outlet is meant: the whole station has no number in these calls."""
    complete = with_connector(payload)
    return lambda wanted: complete(wanted._replace(connector_id=wanted.connector_id or None))


def timed(payload: Callable[[Wanted], dict[str, object]], *names: str) -> Callable[[Wanted], dict[str, object]]:
    """Write the named fields as OCPP's times."""

    def complete(wanted: Wanted) -> dict[str, object]:
        made = payload(wanted)
        return {field: time(value) if field in names else value for field, value in made.items()}

    return complete


def time(value: object) -> str:
    return ocpp_time(datetime.fromisoformat(str(value)))


RETRIES: Mapping[str, str] = {"retries": "retries", "retryInterval": "retry_interval"}
